package api

import (
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"croupier/session"
)

// rotatedPayload is what a test looks at in a seed_rotated.
type rotatedPayload struct {
	Revealed           session.RevealedSeed
	ServerSeedHash     string
	ClientSeedBy       string
	NextServerSeedHash string
}

// unaskedRotation decodes a seed_rotated that nobody asked for.
func (e envelope) unaskedRotation(t testing.TB) (r rotatedPayload) {
	t.Helper()
	if e.Type != "seed_rotated" || e.RequestID != "" {
		t.Fatalf("got %s %s for %q, want a seed_rotated that nobody asked for", e.Type, e.Payload, e.RequestID)
	}
	if got := strings.Join(keysOf(t, e.Payload), " "); got != "clientSeed clientSeedBy nextServerSeedHash nonce revealed serverSeedHash" {
		t.Errorf("fields %s", got)
	}
	must(t, json.Unmarshal(e.Payload, &r))
	return r
}

// rotateSeeds says when the seeds of the operator's players are rotated.
func (o *testOperator) rotateSeeds(t *testing.T, policy session.SeedPolicy) {
	t.Helper()
	by, err := session.ByCommand("test")
	must(t, err)
	_, err = o.server.Operators.Change(t.Context(), o.Operator.ID, session.Settings{Seeds: &policy}, by)
	must(t, err)
}

// The client hears of the new seeds before the result of the round that they are rotated after: what it shows before its next bet is
// what that is played under.
func TestRotationByPolicyIsToldBeforeTheResult(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	o.rotateSeeds(t, session.SeedPolicy{Rounds: 10})
	p := o.player(t, "USD", "100.00")
	c, other := p.connect(t, "slots"), p.connect(t, "dice")
	var before session.SeedState
	must(t, json.Unmarshal(c.ask("seed_get", `{}`, "before").Payload, &before))
	for range 9 {
		c.spin(uuid.NewString()).result(t)
	}
	c.send(`{"type":"action","payload":` + spinPayload + `,"requestId":"tenth"}`)
	r := c.read().unaskedRotation(t)
	if r.Revealed.ServerSeedHash != before.ServerSeedHash || r.Revealed.Rounds != 10 ||
		r.ServerSeedHash != before.NextServerSeedHash || r.ClientSeedBy != "server" {
		t.Errorf("told %+v, before %+v", r, before)
	}
	tenth := c.read()
	if result := tenth.result(t); tenth.RequestID != "tenth" || result.ProvablyFair.ServerSeedHash != before.ServerSeedHash {
		t.Errorf("the tenth result: %+v", result)
	}
	if far := other.awaitType("seed_rotated").unaskedRotation(t); far != r {
		t.Errorf("the other game was told %+v", far)
	}
	// The client puts a seed of its own in the server's place before the first bet, as ours does.
	own := c.ask("seed_rotate", `{"clientSeed":"mine again"}`, "own")
	result := c.ask("action", spinPayload, "eleventh").result(t)
	if result.ProvablyFair.ClientSeed != "mine again" || result.ProvablyFair.Nonce != 0 {
		t.Errorf("after %s: %+v", own.Payload, result.ProvablyFair)
	}
	other.awaitType("seed_rotated").unaskedRotation(t)
	c.wantNothing() // of its own rotation it had the answer
	var history struct {
		Seeds []session.PastSeed `json:"seeds"`
	}
	p.get(t, "/seeds/history").into(t, &history)
	if len(history.Seeds) != 2 || history.Seeds[1].RevealedSeed != r.Revealed || history.Seeds[0].Rounds != 0 {
		t.Errorf("history %+v", history.Seeds)
	}
	for _, s := range history.Seeds {
		if s.CommittedAt.IsZero() || s.ActivatedAt.Before(s.CommittedAt) || s.RevealedAt.Before(s.ActivatedAt) {
			t.Errorf("pair %d was committed to at %s, active from %s and revealed at %s", s.Seq, s.CommittedAt, s.ActivatedAt, s.RevealedAt)
		}
	}
	s.wantWholeLedger(t)
}

func TestRotationByRESTIsTold(t *testing.T) {
	t.Parallel()
	a := newTestServer(t)
	b := newTestServer(t, func(c *Config) { c.DatabaseURL = a.config.DatabaseURL })
	p := a.operator(t).player(t, "USD", "100.00")
	c, far := p.connect(t, "slots"), p.connectAt(t, b, "dice")
	for _, each := range []*client{c, far} {
		each.ask("seed_get", `{}`, "known")
	}
	var rotated session.SeedRotated
	p.post(t, "/seeds/rotate", map[string]any{"clientSeed": "by REST"}).into(t, &rotated)
	for _, each := range []*client{c, far} {
		if r := each.awaitType("seed_rotated").unaskedRotation(t); r.Revealed != rotated.Revealed || r.ServerSeedHash != rotated.ServerSeedHash {
			t.Errorf("told %+v, rotated %+v", r, rotated)
		}
		each.wantNothing()
	}
}

// The whole way: the player is gone, and the job of a server reveals the seed.
func TestJobRotatesTheSeedsOfWhoIsAway(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	ahead.Store(int64(25 * time.Hour))
	first := newTestServer(t)
	o := first.operator(t)
	o.rotateSeeds(t, session.SeedPolicy{Hours: 24})
	p := o.player(t, "USD", "100.00")
	p.connect(t, "slots").ask("action", spinPayload, "one").result(t)
	first.endJobs()
	<-first.jobs.Stopped()
	newTestServer(t, func(c *Config) {
		c.DatabaseURL = first.config.DatabaseURL
		c.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	})
	deadline := time.Now().Add(answerWithin)
	for tick := time.Tick(20 * time.Millisecond); ; <-tick {
		var history struct {
			Seeds []session.PastSeed `json:"seeds"`
		}
		p.get(t, "/seeds/history").into(t, &history)
		if len(history.Seeds) == 1 && history.Seeds[0].Rounds == 1 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("history %+v", history.Seeds)
		}
	}
}

func TestClientSeedRulesAreTold(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	p := s.operator(t).player(t, "USD", "1.00")
	c := p.connect(t, "slots")
	for seed, why := range map[string]string{
		"a:b": "byte 1 is ':'", "a#b": "byte 1 is '#'", "tab\t": "byte 3, 0x09", "é": "byte 0, 0xc3", strings.Repeat("x", 65): "has 65 bytes",
	} {
		text, err := json.Marshal(map[string]string{"clientSeed": seed})
		must(t, err)
		details := c.ask("seed_rotate", string(text), uuid.NewString()).wantError(t, string(session.Malformed))
		reason, _ := details["reason"].(string)
		if details["field"] != "clientSeed" || !strings.Contains(reason, why) ||
			!strings.Contains(reason, "1 to 64 printable ASCII characters without ':' and '#'") {
			t.Errorf("%q is refused with %v", seed, details)
		}
		reply := p.post(t, "/seeds/rotate", string(text))
		reply.wants(t, 400, session.InvalidRequest)
		if reply.fields()["clientSeed"] == "" && reply.fields()["body.clientSeed"] == "" {
			t.Errorf("%q by REST: %s", seed, reply.text)
		}
	}
	for _, none := range []string{`""`, `null`, `7`} {
		c.ask("seed_rotate", `{"clientSeed":`+none+`}`, uuid.NewString()).wantError(t, string(session.Malformed))
	}
	var seeds session.SeedState
	p.get(t, "/seeds").into(t, &seeds)
	if seeds.ClientSeedBy != "server" {
		t.Errorf("a seed that nobody chose is said to be made by %s", seeds.ClientSeedBy)
	}
	for _, good := range []string{" ", "~", strings.Repeat("x", 64), `"quoted" \ text`} {
		p.post(t, "/seeds/rotate", map[string]any{"clientSeed": good}).into(t, &seeds)
		if seeds.ClientSeed != good || seeds.ClientSeedBy != "player" {
			t.Errorf("%q became %+v", good, seeds)
		}
	}
}
