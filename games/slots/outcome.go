package slots

import (
	"croupier/games"
	"croupier/wallet/money"
)

// Outcome is what the player is told of a round. Every win in it is money, multipliers included, so that the wins of the paid spin
// and of its free spins add up to TotalWin, or to more where the maximum win has cut it.
type Outcome struct {
	Spin
	TotalWin            money.Amount `json:"totalWin"`        // all that the round pays
	Capped              bool         `json:"capped,omitzero"` // whether that is less than its wins make together
	FreeSpinsTriggered  bool         `json:"freeSpinsTriggered"`
	FreeSpinsMultiplier int64        `json:"freeSpinsMultiplier"` // of the wins in free spins, included in them
	FreeSpins           []FreeSpin   `json:"freeSpins"`           // in the order played, [] if there were none
}

// Spin is one spin of the reels.
type Spin struct {
	ReelPositions []int        `json:"reelPositions"` // per reel the stop, from 0, that is in the top row
	Window        [][]string   `json:"window"`        // rows from top to bottom, each from left to right
	Paylines      []PaylineWin `json:"paylines"`      // those that win, in order
	ScatterWin    money.Amount `json:"scatterWin"`
}

// PaylineWin is the win of one payline.
type PaylineWin struct {
	Line    int          `json:"line"`    // from 1
	Symbols []string     `json:"symbols"` // that make the win, from the left, as the window shows them
	Win     money.Amount `json:"win"`
}

// FreeSpin is a spin that the player did not pay for.
type FreeSpin struct {
	Spin
	Win                money.Amount `json:"win"` // all that it pays
	FreeSpinsTriggered bool         `json:"freeSpinsTriggered"`
}

// outcome turns a round into money. It keeps nothing of the round.
func (m *machine) outcome(r *round, betPerLine money.Amount) Outcome {
	paid := coin{of: betPerLine, nothing: money.Zero(betPerLine.Currency())}
	o := Outcome{
		Spin:                m.show(&r.spin, paid),
		TotalWin:            paid.times(r.total),
		Capped:              r.capped,
		FreeSpinsTriggered:  r.award > 0,
		FreeSpinsMultiplier: m.multiplier,
		FreeSpins:           make([]FreeSpin, len(r.free)),
	}
	multiplied := paid
	if len(r.free) > 0 {
		multiplied.of = betPerLine.Times(m.multiplier)
	}
	for i := range r.free {
		free := &r.free[i]
		o.FreeSpins[i] = FreeSpin{
			Spin:               m.show(&free.spin, multiplied),
			Win:                paid.times(free.win),
			FreeSpinsTriggered: free.award > 0,
		}
	}
	return o
}

// show turns a spin into money, given what a win of 1 pays.
func (m *machine) show(s *spin, one coin) Spin {
	shown := Spin{
		ReelPositions: make([]int, m.reels),
		Window:        make([][]string, m.rows),
		Paylines:      make([]PaylineWin, len(s.lines)),
		ScatterWin:    one.times(s.scatterPay),
	}
	names := make([]string, m.rows*m.reels)
	for row := range shown.Window {
		shown.Window[row] = names[row*m.reels : (row+1)*m.reels : (row+1)*m.reels]
	}
	for reel := range m.reels {
		shown.ReelPositions[reel] = int(s.stops[reel])
		for row := range m.rows {
			shown.Window[row][reel] = m.names[s.window[reel][row]]
		}
	}
	symbols := make([]string, 0, len(s.lines)*m.reels) // of all wins, one after the other
	for i, win := range s.lines {
		from := len(symbols)
		for reel := range int(win.count) {
			symbols = append(symbols, shown.Window[m.lines[win.line][reel]][reel])
		}
		shown.Paylines[i] = PaylineWin{Line: int(win.line) + 1, Symbols: symbols[from:len(symbols):len(symbols)], Win: one.times(win.pay)}
	}
	return shown
}

// coin is what a win of 1 pays, and beside it what most wins are.
type coin struct{ of, nothing money.Amount }

func (c coin) times(n int64) money.Amount {
	if n == 0 {
		return c.nothing
	}
	return c.of.Times(n)
}

// win is what the round pays: always a whole multiple of the bet per line, so its rounding draws nothing.
func (r *round) win(betPerLine money.Amount) games.Win {
	return games.Win{Of: betPerLine, Multiple: games.Multiple(r.total * games.MultipleUnit)}
}
