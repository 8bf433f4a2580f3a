package slots

import (
	"fmt"
	"math/big"

	"croupier/games"
	"croupier/wallet/money"
)

// Ceiling implements games.Ceiling. On all paylines it is the most that a spin can pay with its free spins, where that can be counted.
// On fewer it is what the best payline can pay alone: the win of some lines, in stakes, is the average of what each would pay.
func (e *Engine) Ceiling(c money.Currency, a games.Action) (games.Multiple, error) {
	_, lines, err := e.readBet(c, a)
	if err != nil {
		return 0, err
	}
	highest := e.highest()
	if lines == len(e.machine.lines) {
		highest = e.known().figures.most.High
	}
	m, ok := games.CeilingOf(highest)
	if !ok {
		return 0, fmt.Errorf("slots: a win of %s stakes is more than can be counted", highest.FloatString(0))
	}
	return m, nil
}

// highestOfOneLine is the most that any of the paylines can pay when it is played alone, in stakes.
func (m *machine) highestOfOneLine() *big.Rat {
	highest := new(big.Rat)
	for _, one := range m.singles() {
		highest = greater(highest, one.most.High)
	}
	return highest
}

// Kind says that it is a slot machine.
func (e *Engine) Kind() games.Kind { return games.Slots }
