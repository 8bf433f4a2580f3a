package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/google/uuid"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/builtin"
	"croupier/wallet/money"
)

// generator writes exports of spins that were really played, as large as is asked for, in constant memory.
type generator struct {
	variant games.Variant
	usd     money.Currency
	lines   lineWriter
	counts  Counts
}

// roundsEach is how many rounds each player has, under one seed pair.
const roundsEach = 1000

func newCatalogue(t testing.TB) *games.Catalogue {
	t.Helper()
	catalogue, err := games.NewCatalogue(builtin.Games()...)
	if err != nil {
		t.Fatal(err)
	}
	return catalogue
}

// generate writes an export of so many rounds.
func generate(catalogue *games.Catalogue, out io.Writer, rounds int) error {
	game, _ := catalogue.Lookup("slots")
	variant, _ := game.Variant(game.Default)
	usd, err := money.LookupCurrency("USD")
	if err != nil {
		return err
	}
	g := &generator{variant: variant, usd: usd}
	if err := g.lines.other(Header{Line: lineHeader, Schema: Schema, SnapshotAt: time.Unix(1_800_000_000, 0).UTC()}); err != nil {
		return err
	}
	for player := 0; rounds > 0; player++ {
		if err := g.player(player, min(rounds, roundsEach), out); err != nil {
			return err
		}
		rounds -= roundsEach
	}
	if err := g.lines.other(end{Line: lineEnd, Counts: g.counts}); err != nil {
		return err
	}
	return g.flush(out)
}

func (g *generator) flush(out io.Writer) error {
	_, err := out.Write(g.lines.b)
	g.lines.b = g.lines.b[:0]
	return err
}

func (g *generator) player(number, rounds int, out io.Writer) error {
	sum := sha256.Sum256(fmt.Appendf(nil, "player %d", number))
	text := hex.EncodeToString(sum[:])
	seed, err := fairness.ParseServerSeed(text)
	if err != nil {
		return err
	}
	pair := fairness.Pair{ServerSeed: seed, ClientSeed: "generated"}
	at := time.Unix(1_790_000_000+int64(number), 0).UTC()
	balance := money.New(g.usd, 100_000_000)
	var id uuid.UUID
	copy(id[:], fmt.Appendf(nil, "%010d", number))
	g.lines.transfer(&storedTransfer{player: id, code: "deposit", transactionID: "t", currency: "USD", amount: balance.String(), balance: balance.String(), at: at})
	g.counts.Transfers++
	seedRounds := int64(rounds)
	for nonce := range rounds {
		at = at.Add(3 * time.Second)
		r := storedRound{player: id, seedRounds: &seedRounds, nonce: int64(nonce), steps: 1, gameID: "slots", variant: g.variant.ID,
			rulesHash: g.variant.RulesHash, currency: "USD", seedHash: seed.Hash(), serverSeed: &text, clientSeed: pair.ClientSeed, openedAt: at, closedAt: &at}
		copy(r.id[:], fmt.Appendf(nil, "%08d%08d", number, nonce))
		if balance, err = g.spin(&r, pair, balance); err != nil {
			return err
		}
		g.lines.round(&r)
		g.counts.Rounds++
		g.counts.Actions++
		if len(g.lines.b) > 1<<16 {
			if err := g.flush(out); err != nil {
				return err
			}
		}
	}
	return nil
}

func (g *generator) spin(r *storedRound, pair fairness.Pair, before money.Amount) (money.Amount, error) {
	const payload = `{"action":"spin","betPerLine":0.05,"activePaylines":20}`
	result, err := games.Play(g.variant.Engine, games.Round{Currency: g.usd}, nil, games.Action{Name: "spin", Payload: []byte(payload)}, pair.Round(uint64(r.nonce)))
	if err != nil {
		return before, err
	}
	after := before.Sub(result.Stake).Add(result.Payout)
	r.status, r.bet, r.stake, r.payout = string(result.Status), result.Stake.String(), result.Stake.String(), result.Payout.String()
	answer := fmt.Sprintf(`{"roundId":"%s","status":"completed","outcome":%s,"balance":{"before":%s,"after":%s,"currency":"USD"},"provablyFair":{"serverSeedHash":"%s","clientSeed":"%s","nonce":%d,"step":0}}`,
		r.id, result.Outcome, before, after, r.seedHash, pair.ClientSeed, r.nonce)
	r.actions = []storedAction{{requestID: "5f0c3a1e-6d2b-4c7f-9a8e-1b2c3d4e5f60", kind: "action", request: []byte(payload), answer: []byte(answer), stake: r.stake,
		payout: r.payout, balance: after.String(), at: r.openedAt}}
	return after, nil
}

func testUSD(t testing.TB) money.Currency {
	t.Helper()
	usd, err := money.LookupCurrency("USD")
	if err != nil {
		t.Fatal(err)
	}
	return usd
}
