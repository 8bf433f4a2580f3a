package slots

import (
	"strconv"

	"croupier/wallet/money"
)

// AppendJSON writes the outcome as its tags say, byte for byte, in a fraction of the time that reflection takes: verifiers recompute
// many rounds. games.Encode uses it. The names of symbols need no escapes.
func (o Outcome) AppendJSON(b []byte) []byte {
	b = o.Spin.append(append(b, '{'))
	b = appendMoney(b, `,"totalWin":`, o.TotalWin)
	if o.Capped {
		b = append(b, `,"capped":true`...)
	}
	b = strconv.AppendBool(append(b, `,"freeSpinsTriggered":`...), o.FreeSpinsTriggered)
	b = strconv.AppendInt(append(b, `,"freeSpinsMultiplier":`...), o.FreeSpinsMultiplier, 10)
	b = append(b, `,"freeSpins":[`...)
	for i := range o.FreeSpins {
		free := &o.FreeSpins[i]
		b = free.Spin.append(append(comma(b, i), '{'))
		b = appendMoney(b, `,"win":`, free.Win)
		b = strconv.AppendBool(append(b, `,"freeSpinsTriggered":`...), free.FreeSpinsTriggered)
		b = append(b, '}')
	}
	return append(b, "]}"...)
}

// append writes the members of a spin.
func (s *Spin) append(b []byte) []byte {
	b = append(b, `"reelPositions":[`...)
	for i, position := range s.ReelPositions {
		b = strconv.AppendInt(comma(b, i), int64(position), 10)
	}
	b = append(b, `],"window":[`...)
	for i, row := range s.Window {
		b = appendNames(comma(b, i), row)
	}
	b = append(b, `],"paylines":[`...)
	for i := range s.Paylines {
		win := &s.Paylines[i]
		b = strconv.AppendInt(append(comma(b, i), `{"line":`...), int64(win.Line), 10)
		b = appendNames(append(b, `,"symbols":`...), win.Symbols)
		b = append(appendMoney(b, `,"win":`, win.Win), '}')
	}
	return appendMoney(b, `],"scatterWin":`, s.ScatterWin)
}

func appendNames(b []byte, names []string) []byte {
	b = append(b, '[')
	for i, name := range names {
		b = append(append(append(comma(b, i), '"'), name...), '"')
	}
	return append(b, ']')
}

func appendMoney(b []byte, name string, amount money.Amount) []byte {
	return amount.AppendJSON(append(b, name...))
}

// comma separates element i from the one before it.
func comma(b []byte, i int) []byte {
	if i > 0 {
		return append(b, ',')
	}
	return b
}
