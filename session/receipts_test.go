package session

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"croupier/games"
)

// receiptKeysOf are the published keys, by id.
func receiptKeysOf(t testing.TB, n *node) map[string]ed25519.PublicKey {
	t.Helper()
	text, err := n.settler.config.Receipts.JWKS(t.Context())
	must(t, err)
	var set struct{ Keys []struct{ Kid, X string } }
	must(t, json.Unmarshal(text, &set))
	keys := map[string]ed25519.PublicKey{}
	for _, k := range set.Keys {
		keys[k.Kid], err = base64.RawURLEncoding.DecodeString(k.X)
		must(t, err)
	}
	return keys
}

// proves fails the test unless the receipt proves the round's record of now.
func (b *floorBundle) proves(t testing.TB, receipt games.Receipt, round uuid.UUID) games.Record {
	t.Helper()
	record, err := b.floor.Round(t.Context(), b.operator.ID, nil, round)
	must(t, err)
	for what, r := range map[string]*games.Receipt{"kept": &receipt, "of the record": record.Receipt} {
		if r == nil {
			t.Fatalf("round %s: there is no receipt %s", round, what)
		}
		if err := games.VerifyReceipt(receiptKeysOf(t, b.node)[r.KeyID], *r, record); err != nil {
			t.Errorf("round %s: receipt %s: %v", round, what, err)
		}
	}
	return record
}

// actWith plays an action, or cashes out for a payload of {}, and returns the result and its receipt.
func (c chair) actWith(t testing.TB, id, payload string) (told, games.Receipt) {
	t.Helper()
	var receipt games.Receipt
	r := request(id, payload)
	r.Receipt = &receipt
	act := c.Act
	if payload == `{}` {
		act = c.CashOut
	}
	text, err := act(t.Context(), r)
	must(t, err)
	return parseTold(t, text), receipt
}

func TestEveryResultAndItsRetryCarryAReceipt(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "100.00")
	here, there := b.sit(t, who, "ladder"), b.open(t, SettlerConfig{}).sit(t, who, "ladder")
	b.force(t, who, "ladder", `{"fallOnRung": null}`)
	var round uuid.UUID
	kept := map[string]games.Receipt{}
	// Each step is played on the other node, which reads the round from the database; the fourth goes on from what the node knows.
	for i, step := range []struct {
		id, payload string
		at          chair
	}{{"bet", betPayload, here}, {"one", climbPayload, there}, {"two", climbPayload, here}, {"three", climbPayload, here}, {"out", `{}`, there}} {
		answer, receipt := step.at.actWith(t, step.id, step.payload)
		if round = answer.RoundID; receipt.Step != i {
			t.Errorf("%s: receipt of step %d, want %d", step.id, receipt.Step, i)
		}
		kept[step.id] = receipt
	}
	for id, receipt := range kept {
		b.proves(t, receipt, round)
		payload := map[string]string{"bet": betPayload, "out": `{}`}[id]
		if payload == "" {
			payload = climbPayload
		}
		for _, at := range []chair{here, there} {
			at.seat.forget()
			_, again := at.actWith(t, id, payload)
			if again.RecordHash != receipt.RecordHash || again.Step != receipt.Step || !again.At.Equal(receipt.At) {
				t.Errorf("%s: the retry's receipt %+v, the first was %+v", id, again, receipt)
			}
			b.proves(t, again, round)
		}
	}
	b.clean(t)
}

// What a client writes in another way, and every game's own outcomes, are hashed as the record shows them.
func TestReceiptsOfEveryGame(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "100.00")
	for game, payload := range map[string]string{
		"slots":     `{ "action" : "\u0073pin", "betPerLine": 0.05, "activePaylines": 20 }`,
		"dice":      `{"action":"roll","amount":1.00,"chance":50}`,
		"blackjack": betPayload, "guess": betPayload, "launch": betPayload, "smash": betPayload, "move": betPayload, "ladder": betPayload,
	} {
		t.Run(game, func(t *testing.T) {
			answer, receipt := b.sit(t, who, game).actWith(t, game, payload)
			if record := b.proves(t, receipt, answer.RoundID); record.GameID != game {
				t.Errorf("game %s", record.GameID)
			}
		})
	}
}

// A move of a group that is not written is in no tree: it has no receipt, and its neighbours' are good.
func TestStaleMovesHaveNoReceipt(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	var group []*move
	for i := range 7 {
		c := b.sit(t, b.player(t, "10.00"), "slots")
		for _, id := range []string{"a", "b"}[:1+i%2] { // of two moves of one player one is stale
			at, err := b.floor.load(t.Context(), c.seat.player)
			must(t, err)
			m := moveOf(t, c, id, spinPayload)
			must(t, b.floor.recordMove(t.Context(), at, m, nil))
			group = append(group, m)
		}
	}
	b.settler.writeGroup(&batch{}, group)
	stales := 0
	for _, m := range group {
		receipt := m.receipt()
		switch verdictOf(t, m) {
		case written:
			if b.proves(t, receipt, m.round); receipt.Size != 7 {
				t.Errorf("a group of %d, want the 7 that were written", receipt.Size)
			}
		case stale:
			if stales++; receipt.Size != 0 || receipt.Signature != nil {
				t.Errorf("a stale move has the receipt %+v", receipt)
			}
		default:
			t.Error("neither written nor stale")
		}
	}
	if stales != 3 {
		t.Errorf("%d stale moves, want 3", stales)
	}
}

// A group that the database refuses is tried again in halves: what is refused alone is signed nowhere.
func TestRefusedMovesHaveNoReceipt(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	var group []*move
	for range 4 {
		c := b.sit(t, b.player(t, "10.00"), "slots")
		at, err := b.floor.load(t.Context(), c.seat.player)
		must(t, err)
		m := moveOf(t, c, "spin", spinPayload)
		must(t, b.floor.recordMove(t.Context(), at, m, nil))
		group = append(group, m)
	}
	bad := group[1]
	bad.answer = []byte(`{"win":`)
	b.settler.writeGroup(&batch{}, group)
	for _, m := range group {
		if told := verdictOf(t, m); (told == written) == (m == bad) || (m.receipt().Size == 0) != (m == bad) {
			t.Errorf("verdict %d, receipt %+v, bad: %v", told, m.receipt(), m == bad)
		} else if m != bad {
			b.proves(t, m.receipt(), m.round)
		}
	}
}

func TestOnlyWhoAsksGetsAReceipt(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "10.00")
	c := b.sit(t, who, "ladder")
	c.do(t, "bet", betPayload) // which hashes nothing
	b.force(t, who, "ladder", `{"fallOnRung": null}`)
	answer, receipt := c.actWith(t, "climb", climbPayload)
	b.proves(t, receipt, answer.RoundID)
	var none games.Receipt
	r := request("poor", `{"action":"bet","amount":90.00}`)
	r.Receipt = &none
	if _, err := c.Act(t.Context(), r); err == nil || none.Size != 0 {
		t.Errorf("refused with %v, receipt %+v", err, none)
	}
	page, _, err := b.floor.ListRounds(t.Context(), RoundQuery{Operator: b.operator.ID, Player: who.ID, Limit: 5})
	must(t, err)
	for _, record := range page {
		if record.Receipt != nil {
			t.Error("a list carries receipts, at a signature each")
		}
	}
}

// A round may be played on between the reading of the round and that of its actions: what came since is not of the record, or an old
// status would be signed with it. Here an action is there that the round does not know of.
func TestRecordIsOfOneInstant(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "10.00")
	bet, receipt := b.sit(t, who, "ladder").actWith(t, "bet", betPayload)
	_, err := b.admin.Exec(t.Context(), `INSERT INTO actions (player_id, session_id, request_id, type, request, answer, round_id, step, stake, payout, balance, at)
		SELECT player_id, session_id, 'since', type, request, answer, round_id, step + 1, stake, payout, balance, at FROM actions WHERE round_id = $1`, bet.RoundID)
	must(t, err)
	record := b.proves(t, receipt, bet.RoundID)
	if len(record.Actions) != 1 || record.Receipt.RecordHash != receipt.RecordHash {
		t.Errorf("%d actions, signed as %x", len(record.Actions), record.Receipt.RecordHash)
	}
}

func TestExpiredRoundsHaveAReceipt(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "10.00")
	c := b.sit(t, who, "ladder")
	c.do(t, "bet", betPayload)
	ended := b.later(t, 48*time.Hour).expire(t)
	list, err := c.Untold(t.Context())
	must(t, err)
	if ended != 1 || len(list) != 1 {
		t.Fatalf("%d rounds were ended, %d are told", ended, len(list))
	}
	record := b.proves(t, list[0].Receipt, list[0].Round)
	if last := record.Actions[len(record.Actions)-1]; last.Type != games.TypeExpiry || list[0].Receipt.Step != last.Step {
		t.Errorf("receipt of step %d of %+v", list[0].Receipt.Step, record)
	}
}

func TestReceiptsOutliveTheirKey(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "10.00")
	c := b.sit(t, who, "slots")
	first, before := c.actWith(t, "before", spinPayload)
	other, err := OpenReceiptKeys(t.Context(), b.db, b.vault, time.Now)
	must(t, err)
	must(t, other.Rotate(t.Context()))
	must(t, b.settler.config.Receipts.Refresh(t.Context()))
	second, after := c.actWith(t, "after", spinPayload)
	if before.KeyID == after.KeyID || len(receiptKeysOf(t, b.node)) != 2 {
		t.Errorf("keys %s and %s of %v", before.KeyID, after.KeyID, receiptKeysOf(t, b.node))
	}
	b.proves(t, before, first.RoundID)
	b.proves(t, after, second.RoundID)
}

func TestReceiptKeysAreOneForAllNodes(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	for _, sql := range []string{`DISABLE TRIGGER append_only; DELETE FROM receipt_keys`, `ENABLE TRIGGER append_only`} {
		_, err := b.admin.Exec(t.Context(), `ALTER TABLE receipt_keys `+sql)
		must(t, err)
	}
	ids := make([]string, 6)
	for _, err := range race(len(ids), func(i int) error {
		keys, err := OpenReceiptKeys(t.Context(), b.db, b.vault, time.Now)
		if err == nil {
			ids[i] = keys.set.Load().id
		}
		return err
	}) {
		must(t, err)
	}
	if slices.Sort(ids); ids[0] == "" || ids[0] != ids[5] || b.count(t, `SELECT count(*) FROM receipt_keys`) != 1 {
		t.Errorf("keys %q", ids)
	}
	if _, err := OpenReceiptKeys(t.Context(), b.db, testVault(t, "33"), time.Now); err == nil {
		t.Error("another master key opened the keys")
	}
	for _, sql := range []string{`DELETE FROM receipt_keys`, `UPDATE receipt_keys SET created_at = now()`, `TRUNCATE receipt_keys`} {
		if _, err := b.db.Exec(t.Context(), sql); err == nil {
			t.Errorf("the server may %s", sql)
		}
	}
}
