package webtest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"croupier/session"
)

// rotatedElsewhere has the seeds of a player rotated by another server under the player's eyes, as an operator's policy does: the page
// shows what was revealed, and puts a client seed of its own in the place of the server's before the next bet.
func rotatedElsewhere(t *testing.T, h *house) {
	const name = "ruth"
	b := h.open(t, desktop, h.sandbox.Info().WebURL)
	b.signIn(name)
	b.spin()
	own := eval[string](b, `document.querySelectorAll("#next-pair code")[1].textContent`)
	var player uuid.UUID
	if err := h.db.QueryRow(t.Context(), `SELECT id FROM players WHERE external_id = $1`, "web-"+name).Scan(&player); err != nil {
		t.Fatal(err)
	}
	server := h.another(t, session.Expiry{After: 10_000 * time.Hour}, time.Now)
	rotated, err := server.Floor.RotateSeeds(t.Context(), player, "")
	if err != nil {
		t.Fatal(err)
	}
	b.wait(`document.querySelectorAll("#seeds > li").length >= 2`) // with the server's first client seed, before the first spin
	b.wait(fmt.Sprintf(`document.querySelector("#seeds").textContent.includes(%q)`, rotated.Revealed.ServerSeed))
	b.wait(fmt.Sprintf(`document.querySelector("#next-pair").textContent.includes(%q)`, rotated.NextServerSeedHash))
	b.ready() // under a client seed of the player's own
	if now := eval[string](b, `document.querySelectorAll("#next-pair code")[1].textContent`); now == own || now == rotated.ClientSeed || len(now) != 32 {
		t.Errorf("the client seed is %q, it was %q, the server's was %q", now, own, rotated.ClientSeed)
	}
	if said := b.text("#rotation"); strings.Contains(said, "Not true") {
		t.Errorf("the rotation is said to be wrong: %q", said)
	}
	b.spin()
	b.wait(`document.querySelector("#promise").dataset.kept === "true"`)
	b.click("#verify-all")
	b.wait(`document.querySelector("#summary").textContent.startsWith("1 verified")`)
	h.checkLedger(t)
}
