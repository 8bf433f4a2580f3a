package api

import (
	"context"
	"net/http"
	"testing"
)

// FuzzRESTBody sends any bytes as the signed body of calls that move money: the answer is a success or a clear error, and the balance is
// what the answers say.
func FuzzRESTBody(f *testing.F) {
	s := newTestServer(f, func(c *Config) { c.Limits.RequestsPerSecond, c.Limits.RequestBurst = 1e9, 1e9 })
	o := s.operator(f)
	p := o.player(f, "USD", "1000")
	for _, body := range []string{
		transferOf(p.ExternalID, "5", "USD", "f-1"), transferOf(p.ID, "1e9", "USD", "f-2"), `{}`, `[]`, `null`, `"`, "\xff", ``,
		`{"externalId":"x","currency":"USD","startingBalance":5}`, `{"playerId":"x","gameId":"slots","outcome":{"reelPositions":[0,0,0,0,0]}}`,
		`{"amount":1,"amount":2}`, `{"amount":0.000000000000000000000000000000000000001}`, `{"playerId":"\u0000"}`,
	} {
		f.Add(body)
	}
	paths := []string{"/wallet/deposit", "/wallet/withdraw", "/test/players", "/test/force-outcome", "/auth/sso/create-token",
		"/test/players/" + p.ID + "/add-balance"}
	f.Fuzz(func(t *testing.T, body string) {
		for _, path := range paths {
			before := s.balanceOf(t, o, p)
			reply := o.post(t, path, body)
			switch {
			case reply.status == http.StatusOK && reply.Success:
			case reply.status >= 400 && reply.status < 500 && reply.Error.Code != "" && reply.Error.Message != "":
				if after := s.balanceOf(t, o, p); after != before {
					t.Errorf("%s: refused, and the balance went from %s to %s", path, before, after)
				}
			default:
				t.Errorf("%s: status %d: %s", path, reply.status, reply.text)
			}
		}
	})
}

func (s *testServer) balanceOf(t testing.TB, o *testOperator, p *testPlayer) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	player, err := s.Players.ByExternalID(ctx, o.Operator.ID, p.ExternalID)
	must(t, err)
	b, err := s.Ledger.Balances(ctx, o.Operator.ID, player.ID)
	must(t, err)
	return b.Balance.String()
}
