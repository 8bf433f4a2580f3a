package slots

import (
	"fmt"
	"strings"
	"testing"
)

// builtInMachine returns a variant of the embedded definition.
func builtInMachine(t testing.TB, variant string) *machine {
	t.Helper()
	d, err := BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	return newMachine(d, variant)
}

// symbolsOf reads symbols by name, as "W" the wild and "S" the scatter.
func symbolsOf(t *testing.T, m *machine, names string) (line []symbol) {
	t.Helper()
	fields := strings.Fields(names)
	if len(fields) != m.reels {
		t.Fatalf("%q: not %d symbols", names, m.reels)
	}
	for _, name := range fields {
		switch name {
		case "W":
			name = "wild"
		case "S":
			name = "scatter"
		}
		found := false
		for s, n := range m.names {
			if n == name {
				line, found = append(line, symbol(s)), true
			}
		}
		if !found {
			t.Fatalf("no symbol %q", name)
		}
	}
	return line
}

// payOf returns what a line of these symbols pays, and for how many of them.
func payOf(t *testing.T, m *machine, names string) (pay int64, count int) {
	t.Helper()
	var w window
	for reel, s := range symbolsOf(t, m, names) {
		w[reel][m.lines[0][reel]] = s
	}
	return m.linePay(&w, 0)
}

func TestLinePay(t *testing.T) {
	t.Parallel()
	m := builtInMachine(t, "RTP_96")
	for _, test := range []struct {
		line  string
		pay   int64
		count int
	}{
		{"cherry cherry cherry lemon plum", 5, 3},
		{"cherry cherry cherry cherry plum", 20, 4},
		{"cherry cherry cherry cherry cherry", 75, 5},
		{"cherry cherry lemon cherry cherry", 0, 2}, // a gap ends the run
		{"lemon cherry cherry cherry cherry", 0, 1}, // only from the left
		{"cherry cherry S cherry cherry", 0, 2},
		{"S S S S S", 0, 0}, // scatters do not pay on lines

		{"W cherry cherry plum lemon", 5, 3}, // the wild stands for the cherry
		{"cherry W cherry plum lemon", 5, 3},
		{"cherry cherry W plum lemon", 5, 3},
		{"cherry W W cherry W", 75, 5},
		{"W W cherry cherry lemon", 20, 4},
		{"W cherry plum cherry cherry", 0, 2}, // it stands for one symbol at a time
		{"W W S cherry cherry", 0, 2},         // and never for the scatter
		{"cherry cherry W S cherry", 5, 3},

		{"W W W W W", 5000, 5}, // wilds pay of their own
		{"W W W W S", 1000, 4},
		{"W W W S W", 150, 3},
		{"W W W cherry lemon", 150, 3},  // three wilds are better than four cherries
		{"W W W cherry cherry", 150, 3}, // and than five
		{"W W W seven seven", 2000, 5},  // but not than five sevens
		{"W W W W seven", 2000, 5},      // nor are four wilds
		{"W W W W cherry", 1000, 4},     // but they are better than five cherries
		{"W W W bell lemon", 150, 3},    // 4 bells: 100
		{"W W W star lemon", 200, 4},    // 4 stars: 200
		{"seven W W W W", 2000, 5},      // a run that does not begin with wilds has no win of wilds
		{"seven seven W cherry cherry", 100, 3},
	} {
		pay, count := payOf(t, m, test.line)
		if pay != test.pay || count != test.count {
			t.Errorf("%s: pays %d for %d symbols, want %d for %d", test.line, pay, count, test.pay, test.count)
		}
	}
}

func TestLinePayPrefersTheLongerRunAmongEquals(t *testing.T) {
	t.Parallel()
	d, err := BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	d.symbol("cherry").Pays[5] = d.symbol("wild").Pays[3]
	m := newMachine(d, "RTP_96")
	if pay, count := payOf(t, m, "W W W cherry cherry"); pay != 150 || count != 5 {
		t.Errorf("pays %d for %d symbols, want 150 for 5", pay, count)
	}
}

// TestPaylines draws every payline as the rules page does and lets it win alone.
func TestPaylines(t *testing.T) {
	t.Parallel()
	m := builtInMachine(t, "RTP_96")
	shapes := []string{
		"..... XXXXX .....", "XXXXX ..... .....", "..... ..... XXXXX", "X...X .X.X. ..X..", "..X.. .X.X. X...X",
		"XX.XX ..X.. .....", "..... ..X.. XX.XX", ".XXX. X...X .....", "..... X...X .XXX.", "XX... ..X.. ...XX",
		"...XX ..X.. XX...", "...X. X.X.X .X...", ".X... X.X.X ...X.", "X...X .XXX. .....", "..... .XXX. X...X",
		"X.X.X .X.X. .....", "..... .X.X. X.X.X", "..X.. XX.XX .....", "..... XX.XX ..X..", "XX.XX ..... ..X..",
	}
	if len(shapes) != len(m.lines) {
		t.Fatalf("%d paylines, want %d", len(m.lines), len(shapes))
	}
	for i, shape := range shapes {
		// Sevens on the line; elsewhere symbols that make no run: a different one on each reel.
		var s spin
		others := symbolsOf(t, m, "cherry lemon plum orange grapes")
		for row, marks := range strings.Fields(shape) {
			for reel, mark := range marks {
				s.window[reel][row] = others[reel]
				if mark == 'X' {
					s.window[reel][row] = symbolsOf(t, m, "seven seven seven seven seven")[0]
				}
			}
		}
		m.settle(&s, len(m.lines), nil)
		var whole []string
		for _, win := range s.lines {
			if int(win.count) == m.reels {
				whole = append(whole, fmt.Sprint(win.line+1, " ", win.pay))
			}
		}
		if want := fmt.Sprint(i+1, " ", 2000); len(whole) != 1 || whole[0] != want {
			t.Errorf("payline %d: five sevens won on %v, want %q alone", i+1, whole, want)
		}
		without := spin{window: s.window}
		m.settle(&without, i, nil)
		if without.linePay != s.linePay-laterPay(&s, i) {
			t.Errorf("payline %d: inactive, but the lines before it win %d", i+1, without.linePay)
		}
	}
}

// laterPay returns what the paylines from index first on win.
func laterPay(s *spin, first int) (pay int64) {
	for _, win := range s.lines {
		if int(win.line) >= first {
			pay += win.pay
		}
	}
	return pay
}

func TestScattersPayAnywhereOnTheTotalBet(t *testing.T) {
	t.Parallel()
	m := builtInMachine(t, "RTP_96")
	none := symbolsOf(t, m, "cherry lemon plum orange grapes")
	for count, pay := range []int64{0, 0, 0, 2, 15, 100} {
		for _, lines := range []int{1, 7, 20} {
			var s spin
			for reel := range m.reels {
				s.window[reel] = column{none[reel], none[reel], none[reel]}
				if reel >= m.reels-count { // from the right, on no payline together
					s.window[reel][reel%m.rows] = scatter
					s.scatters++
				}
			}
			m.settle(&s, lines, nil)
			if s.scatterPay != pay*int64(lines) || s.linePay != 0 || s.scatters != count {
				t.Errorf("%d scatters on %d lines pay %d, lines %d", count, lines, s.scatterPay, s.linePay)
			}
			if (s.award > 0) != (count >= 3) {
				t.Errorf("%d scatters: free spins %v", count, (s.award > 0))
			}
		}
	}
}
