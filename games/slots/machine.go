package slots

import "croupier/fairness"

// symbol is the index of a symbol in a machine's pays. The wild and the scatter come first.
type symbol = uint8

const (
	wild    symbol = 0
	scatter symbol = 1
)

// machine is a definition at one variant, laid out for speed. It is immutable. All its pays are whole: of lines in bets per line,
// of scatters in total bets.
type machine struct {
	names   []string           // by symbol
	pays    [][Reels + 1]int64 // by symbol and count
	lines   [][Reels]uint8     // by payline, the row on each reel
	columns [Reels][]column    // by reel and stop, what the window shows of the reel
	free    FreeSpins
}

// column is what a window shows of one reel, from top to bottom.
type column [Rows]symbol

// window is what the player sees: one column per reel.
type window [Reels]column

// newMachine lays out a definition that was checked, at a variant that it has.
func newMachine(d *Definition, variant string) *machine {
	m := &machine{free: d.FreeSpins}
	index := map[string]symbol{}
	add := func(s Symbol) {
		var pays [Reels + 1]int64
		for count, pay := range s.Pays {
			pays[count] = pay
		}
		index[s.Name] = symbol(len(m.names))
		m.names, m.pays = append(m.names, s.Name), append(m.pays, pays)
	}
	add(*d.symbol(d.Wild))
	add(*d.symbol(d.Scatter))
	for _, s := range d.Symbols {
		if s.Name != d.Wild && s.Name != d.Scatter {
			add(s)
		}
	}
	for _, rows := range d.Paylines {
		var line [Reels]uint8
		for reel, row := range rows {
			line[reel] = uint8(row)
		}
		m.lines = append(m.lines, line)
	}
	for reel, strip := range d.Strips[variant] {
		for stop := range strip {
			var c column
			for row := range c {
				c[row] = index[strip[(stop+row)%len(strip)]]
			}
			m.columns[reel] = append(m.columns[reel], c)
		}
	}
	return m
}

// spin is one spin of the reels and what it wins before any multiplier, in bets per line.
type spin struct {
	stops      [Reels]uint32 // which stop of each reel is in the top row
	window     window
	lines      []lineWin // the winning paylines, in order
	linePay    int64     // their sum
	scatters   int       // in the window
	scatterPay int64
	wonSpins   bool // whether it won free spins
}

// pay returns all that the spin wins.
func (s *spin) pay() int64 { return s.linePay + s.scatterPay }

// lineWin is the win of one payline.
type lineWin struct {
	line  uint8 // its index, 0 for payline 1
	count uint8 // how many symbols make it, from the left
	pay   int64 // in bets per line
}

// draw stops the reels, from left to right, by one draw each, and shows the window.
func (m *machine) draw(stream *fairness.Stream) (s spin) {
	for reel, columns := range m.columns {
		stop := stream.Intn(uint64(len(columns)))
		s.stops[reel] = uint32(stop)
		s.window[reel] = columns[stop]
	}
	return s
}

// settle fills in what the spin's window wins on the first so many paylines. It appends the line wins to into.
func (m *machine) settle(s *spin, lines int, into []lineWin) {
	from := len(into)
	for i := range m.lines[:lines] {
		if pay, count := m.linePay(m.along(&s.window, i)); pay > 0 {
			into = append(into, lineWin{uint8(i), uint8(count), pay})
			s.linePay += pay
		}
	}
	s.lines = into[from:len(into):len(into)]
	s.scatters = scatters(&s.window)
	s.scatterPay = m.pays[scatter][s.scatters] * int64(lines)
	s.wonSpins = s.scatters >= m.free.Scatters
}

// along returns the symbols of a window on a payline, from left to right.
func (m *machine) along(w *window, line int) [Reels]symbol {
	rows := &m.lines[line]
	return [Reels]symbol{w[0][rows[0]], w[1][rows[1]], w[2][rows[2]], w[3][rows[3]], w[4][rows[4]]}
}

// linePay returns what a line pays, in bets per line, and how many of its symbols from the left make that win. There are two
// candidates: the wilds that the line begins with, as wilds, and the symbol after them with every wild standing for it. The
// better one counts, the longer one when they pay the same.
func (m *machine) linePay(line [Reels]symbol) (pay int64, count int) {
	wilds := 0
	for wilds < Reels && line[wilds] == wild {
		wilds++
	}
	ownPay := m.pays[wild][wilds]
	if wilds == Reels || line[wilds] == scatter {
		return ownPay, wilds
	}
	of, run := line[wilds], wilds+1
	for run < Reels && (line[run] == of || line[run] == wild) {
		run++
	}
	if symbolPay := m.pays[of][run]; symbolPay >= ownPay {
		return symbolPay, run
	}
	return ownPay, wilds
}

// scatters counts the scatters in a window. A reel never shows two.
func scatters(w *window) (count int) {
	for _, column := range w {
		for _, s := range column {
			if s == scatter {
				count++
			}
		}
	}
	return count
}
