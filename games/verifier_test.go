package games_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"croupier/fairness"
	"croupier/games"
)

// A Verifier says of each of many records what Verify says of it, whatever the records before it were.
func TestVerifierAgreesWithVerify(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	changes := []func(*games.Record){
		func(*games.Record) {},
		func(r *games.Record) { r.ServerSeed = strings.Repeat("f", 64) },
		func(r *games.Record) { r.ServerSeedHash = strings.Repeat("0", 64) },
		func(r *games.Record) { r.ClientSeed = "other" },
		func(r *games.Record) { r.ClientSeed = "" },
		func(r *games.Record) { r.ServerSeed = "" },
		func(r *games.Record) { r.ServerSeed = "short" },
		func(r *games.Record) { r.RulesHash = "other" },
		func(r *games.Record) { r.Currency = "XXQ" },
		func(r *games.Record) { r.Payout = "7.77" },
		func(r *games.Record) { r.Actions = r.Actions[:1] },
		func(r *games.Record) { r.Actions = nil },
	}
	v := games.NewVerifier(c)
	failed := 0
	for i := range uint64(400) {
		var forced fairness.Script
		if i%5 == 0 {
			forced = fairness.Script{"init": {uint32(i)}}
		}
		rec := record(t, c, i, "0.13", 1+int(i%4), forced)
		changes[i*i%uint64(len(changes))](&rec)
		want, wantErr := games.Verify(c, rec)
		got, err := v.Verify(&rec)
		if (err == nil) != (wantErr == nil) || errors.Is(err, games.ErrNotRevealed) != errors.Is(wantErr, games.ErrNotRevealed) {
			t.Fatalf("record %d: %v, Verify says %v", i, err, wantErr)
		}
		want.Checks = slices.DeleteFunc(want.Checks, func(one games.Check) bool { return one.OK })
		if len(want.Checks) == 0 && len(got.Checks) == 0 {
			want.Checks = got.Checks
		}
		if len(want.Draws) == 0 && len(got.Draws) == 0 {
			want.Draws = got.Draws
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("record %d:\n%+v, Verify says\n%+v", i, got, want)
		}
		if !got.OK {
			failed++
		}
	}
	if failed < 100 || failed > 350 {
		t.Errorf("%d of 400 records were wrong", failed)
	}
}
