package check

import (
	"encoding/json"
	"fmt"
	"strings"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

// replayRounds plays every finished round again, from what is stored of it and its revealed seed alone.
func (p *playerCheck) replayRounds() {
	steps := map[string][]*actionRow{}
	for i := range p.actions { // by round and step
		if a := &p.actions[i]; a.round != "" {
			steps[a.round] = append(steps[a.round], a)
		}
	}
	for i := range p.rounds {
		r := &p.rounds[i]
		pair := p.pair(r.seq)
		switch {
		case r.open() || len(steps[r.id]) != r.steps: // the latter is a finding of another rule
		case pair == nil || pair.seed == "":
			p.counts.Unrevealed++
		default:
			p.counts.Replayed++
			if wrong := p.replay(r, pair, steps[r.id]); wrong != "" {
				p.found.add(Replay, p.aboutRound(r.id), "%s", wrong)
			}
		}
	}
}

// replay says what of a round does not come out as it is stored, "" for nothing.
func (p *playerCheck) replay(r *roundRow, pair *pairRow, steps []*actionRow) string {
	record, err := p.record(r, pair, steps)
	if err != nil {
		return err.Error()
	}
	report, err := games.Verify(p.catalogue, record)
	if err != nil {
		return err.Error()
	}
	outcomes := 0
	for _, c := range report.Checks {
		switch {
		case !c.OK:
			return fmt.Sprintf("%s: replayed %.300s, stored %.300s", c.Name, c.Expected, c.Got)
		case strings.HasSuffix(c.Name, " outcome") && outcomes < len(steps):
			// Verify compares what outcomes say; that the bytes are the same is our promise beyond it.
			if stored := string(record.Actions[outcomes].Outcome); c.Expected != stored {
				return fmt.Sprintf("%s: the same, in other bytes: stored %.300s", c.Name, stored)
			}
			outcomes++
		}
	}
	if !report.OK || outcomes != len(steps) {
		return fmt.Sprintf("%d of %d steps were replayed", outcomes, len(steps))
	}
	return ""
}

// record is a round as an auditor gets it. The outcomes are taken from the stored answers, which another rule holds against those told.
func (p *playerCheck) record(r *roundRow, pair *pairRow, steps []*actionRow) (games.Record, error) {
	record := games.Record{
		RoundID: r.id, GameID: r.game, Variant: r.variant, RulesHash: r.rules, Status: games.Status(r.status),
		Stake: number(r.stake), Payout: number(r.payout), Currency: p.Currency,
		ServerSeedHash: pair.hash, ServerSeed: pair.seed, ClientSeed: pair.client, Nonce: uint64(r.nonce),
	}
	if r.forced != nil {
		var script fairness.Script
		if err := json.Unmarshal(r.forced, &script); err != nil {
			return record, fmt.Errorf("unreadable script of a forced outcome: %w", err)
		}
		record.Forced = script
	}
	for _, a := range steps {
		told, err := a.told, error(nil)
		if told == nil {
			told, err = read[played](a.answer)
		}
		if err != nil {
			return record, fmt.Errorf("step %d: %w", a.step, err)
		}
		record.Actions = append(record.Actions, games.RecordedAction{
			Step: a.step, RequestID: a.request, Type: games.ActionType(a.kind), Payload: a.payload, Outcome: told.Outcome,
			Stake: number(a.stake), Payout: number(a.payout), Balance: number(a.balance),
		})
	}
	return record, nil
}

func number(a amount) money.Number { return money.Number(a.String()) }
