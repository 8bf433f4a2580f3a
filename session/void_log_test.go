package session

import "testing"

// A voided round is logged as any other that is over, and who changes its reason everywhere that it is stored is found by its leaf.
func TestVoidedRoundsAreLogged(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "10.00")
	round := b.sit(t, who, "ladder").do(t, "bet", betPayload).RoundID
	k := b.keepLog(t, b.node, func(l *Log) { l.pace = hasty })
	b.void(t, b.open(t, SettlerConfig{}), round) // a node that keeps no log, as the command
	b.logged(t, round)
	b.quietLog(t, k)
	b.damage(t, `UPDATE actions SET request = '{"reason":"because","by":"test"}', answer = replace(answer::text, $2, 'because')::json
		WHERE round_id = $1 AND type = 'void'`, round, outage.Reason)
	b.clean(t) // the ledger cannot tell
	report, err := CheckLog(t.Context(), b.admin, LogCheck{})
	must(t, err)
	if len(report.Findings) != 1 || report.Findings[0].Rule != "a finished round stays as it was logged" {
		t.Errorf("found %+v", report.Findings)
	}
}
