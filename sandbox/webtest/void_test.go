package webtest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"croupier/api"
	"croupier/games"
	"croupier/session"
)

// voidedRounds are voided by the operator: one under the player's eyes, one while nobody is there.
func voidedRounds(t *testing.T, h *house) {
	const name = "vic"
	b := h.open(t, desktop, h.sandbox.Info().WebURL+"#smash")
	b.sitDown(name)
	h.forceGame(t, name, "smash", `{"multipliers":[1],"hammerBreakOnHit":null}`)
	b.bet("10.00")
	b.press(" ")
	b.said("Hit 1: × 1.1111.")
	b.click(`#games a[href="#guess"]`)
	b.wait(`document.body.dataset.game === "guess"`)
	b.bet("5.00")
	b.balanceIs("985.00")

	server := h.another(t, session.Expiry{After: 10_000 * time.Hour}, time.Now)
	rows, err := h.db.Query(t.Context(), `SELECT r.id, r.operator_id FROM rounds r JOIN players p ON p.id = r.player_id
		WHERE p.external_id = $1 AND r.status = 'in_progress' ORDER BY r.id`, "web-"+name)
	if err != nil {
		t.Fatal(err)
	}
	var rounds [][2]uuid.UUID
	for rows.Next() {
		var one [2]uuid.UUID
		if err := rows.Scan(&one[0], &one[1]); err != nil {
			t.Fatal(err)
		}
		rounds = append(rounds, one)
	}
	if len(rounds) != 2 {
		t.Fatalf("open are %v", rounds)
	}
	for _, round := range rounds {
		if _, err := server.Floor.Void(t.Context(), round[1], round[0], games.Voiding{Reason: "an <outage>", By: "test"}); err != nil {
			t.Fatal(err)
		}
	}
	b.wait(`document.querySelectorAll("#notices .notice").length === 1`)
	if got := b.text("#notices"); !strings.Contains(got, "Your round of Guess was voided by the operator") ||
		!strings.Contains(got, "your stake of 5.00 was returned. The reason: an <outage>") {
		t.Errorf("noticed %q", got)
	}
	b.said("The round was voided. Your stake of 5.00 was returned.")
	b.free()
	b.balanceIs("1,000.00")

	b.click(`#games a[href="#smash"]`)
	b.wait(`document.body.dataset.game === "smash" && document.querySelectorAll("#notices .notice").length === 2`)
	b.free()
	b.balanceIs(h.account(t, name).balance)
	b.sceneLooksGood("voided")
	proof := b.proved(1)
	if !strings.Contains(proof, "Voided by the operator, who returned the stake: an <outage>") {
		t.Errorf("the proof says %q", proof)
	}
	h.voidRecalled(t, server)
	h.checkLedger(t)
}

// voidRecalled looks at a voided round again, when its seed is revealed.
func (h *house) voidRecalled(t *testing.T, server *api.Server) {
	t.Helper()
	g := h.comeIn(t, "vera")
	h.forceGame(t, "vera", "move", `{"traps":[[7,9]]}`)
	open := g.play("move", betOne, `action {"action":"move","dx":2.0,"dy":0.0}`)
	id := uuid.MustParse(open.RoundID)
	operator, err := server.Floor.OperatorOf(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := server.Floor.Void(t.Context(), operator, id, games.Voiding{Reason: "an <outage>", By: "test"}); err != nil {
		t.Fatal(err)
	}
	g.play("slots", `seed_rotate {}`)
	base := h.sandbox.Info().BaseURL
	b := h.open(t, desktop, base+"/rounds/"+open.RoundID, fmt.Sprintf(`sessionStorage.setItem("croupier.session", %q)`, g.grant))
	b.recalled(base, g.record(open.RoundID), recalledRound{game: "voided", said: []string{"2 new cells.", "Statusvoided",
		"Voided by the operator", "All that was staked was returned: 1.00 USD.", "Reasonan <outage>", "Bytest"}})
}
