//go:build broken

package session

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// This file is only in programs that are built with the tag broken: servers that lose and make money, in the ways that
// CROUPIER_BROKEN names, for the tests of what must find them out (sandbox/torture). Nobody plays on such a server.

// BrokenVariable names the environment variable that says how the settler is broken: one of Broken's keys, or "" for not at all.
const BrokenVariable = "CROUPIER_BROKEN"

// damagedOf is true of one move in n, a power of 2, and of the same one whenever it is sent. About one move in 32 is damaged: where only
// some kinds of move can be, more of these are.
func damagedOf(n int) string { return fmt.Sprintf("(hashtext(i.request_id) & %d) = 0", n-1) }

// Broken are the ways to break settle.sql, each a rewriting of it that panics when there is nothing to rewrite.
var Broken = map[string]func(sql string) string{
	// The player is told a result; nothing of it is stored.
	"lost-acknowledgement": func(sql string) string {
		damaged := damagedOf(32)
		sql = replaceOnce(sql, "WHERE s.player_id = i.player_id AND", "WHERE NOT "+damaged+" AND s.player_id = i.player_id AND")
		return replaceOnce(sql, "\nSELECT n FROM moved\n", "\nSELECT n FROM moved UNION ALL SELECT n FROM item i WHERE "+damaged+"\n")
	},
	// The stake of a round that is over at once is taken twice, by two transfers.
	"double-charge": func(sql string) string {
		twice := "(i.opens AND i.state IS NULL AND i.stake > 0 AND i.before >= 2 * i.stake AND " + damagedOf(4) + ")"
		sql = replaceOnce(sql, "s.balance - i.stake + i.payout", "s.balance - i.stake * (1 + "+twice+"::int) + i.payout")
		const end = "FROM moved WHERE stake > 0\n"
		start := strings.Index(sql, "SELECT player_id, stake_id,")
		length := strings.Index(sql[max(start, 0):], end)
		if start < 0 || length < 0 {
			panic("settle.sql has no transfer of the stake to make twice")
		}
		once := sql[start : start+length]
		again := replaceOnce(once, "stake_id", "uuid_floor(at)") + "FROM moved i WHERE " + twice + "\n"
		return replaceOnce(sql, once+end, once+end+"    UNION ALL\n    "+again)
	},
	// The next round is played with the same nonce. Only a database whose constraint was dropped takes it.
	"reused-nonce": func(sql string) string {
		return replaceOnce(sql, "s.next_nonce + i.opens::int", "s.next_nonce + (i.opens AND NOT "+damagedOf(8)+")::int")
	},
	// The balance is more by one unit of its last digit than the transfers say.
	"balance-drift": func(sql string) string {
		return replaceOnce(sql, "s.balance - i.stake + i.payout",
			"s.balance - i.stake + i.payout + CASE WHEN "+damagedOf(32)+" THEN trim_scale(power(10::numeric, -scale(s.balance))) ELSE 0 END")
	},
}

// replaceOnce panics unless old is in sql exactly once: a settler that is not broken would pass for one that was not found out.
func replaceOnce(sql, old, new string) string {
	if n := strings.Count(sql, old); n != 1 {
		panic(fmt.Sprintf("settle.sql has %q %d times, not once", old, n))
	}
	return strings.Replace(sql, old, new, 1)
}

// init breaks the settler as the environment says. All ways are tried at every start, so that none is lost to a change of settle.sql.
func init() {
	kind := os.Getenv(BrokenVariable)
	whole := settleSQL
	var kinds []string
	for name, damage := range Broken {
		kinds = append(kinds, name)
		if broken := damage(whole); name == kind {
			settleSQL = broken
		}
	}
	if kind != "" && !slices.Contains(kinds, kind) {
		slices.Sort(kinds)
		panic(fmt.Sprintf("%s: %q is none of %s", BrokenVariable, kind, strings.Join(kinds, ", ")))
	}
}
