package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"croupier/api/webhooks"
	"croupier/sandbox/pgtest"
)

// What the house announces is told to every endpoint that wants it, with the members of the example in docs/webhooks.md.
func TestAnnouncementsAreTold(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	db := pgtest.Owner(t, url)
	for i, events := range [][]string{{"system.maintenance"}, {"*"}, {"round.completed"}} {
		operator := uuid.New()
		_, err := db.Exec(t.Context(), `INSERT INTO operators (id, name, mode, created_at) VALUES ($1, 'one', 'live', now())`, operator)
		must(t, err)
		_, err = db.Exec(t.Context(), `INSERT INTO webhook_endpoints (id, operator_id, url, events, ordering, jackpot_from, enabled, created_at)
			VALUES ($1, $2, $3, $4, 'none', 100, true, now())`, uuid.New(), operator, "https://hooks.example/"+string(rune('a'+i)), events)
		must(t, err)
	}
	announce := &webhooksAnnounceCmd{databaseFlag: databaseFlag{DatabaseURL: url}, Kind: "maintenance", Message: "A new release"}
	must(t, announce.Begins.UnmarshalText([]byte("2h")))
	must(t, announce.Ends.UnmarshalText([]byte("3h")))
	must(t, announce.Run(t.Context()))
	var told int
	var data []byte
	must(t, db.QueryRow(t.Context(), `SELECT count(*), min(data::text) FROM webhook_letters WHERE type = 'system.maintenance'`).Scan(&told, &data))
	var d announcedData
	must(t, json.Unmarshal(data, &d))
	if told != 2 || d.Message != "A new release" || d.Kind != "announced" || d.EndsAt == nil || d.EndsAt.Sub(d.BeginsAt) != time.Hour ||
		time.Until(d.BeginsAt) < time.Hour {
		t.Errorf("%d endpoints are told %s", told, data)
	}
	for _, wrong := range []*webhooksAnnounceCmd{
		{databaseFlag: announce.databaseFlag, Kind: "incident", Message: ""}, {databaseFlag: announce.databaseFlag, Kind: "incident", Message: "a\nb"},
		{databaseFlag: announce.databaseFlag, Kind: "maintenance", Message: "x", Begins: announce.Ends, Ends: announce.Begins},
	} {
		if wrong.Run(t.Context()) == nil {
			t.Errorf("%+v is told", wrong)
		}
	}
}

// The receiver for integrators prints what is signed, and nothing else.
func TestListenerPrintsWhatIsSigned(t *testing.T) {
	t.Parallel()
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
	secrets := make(chan string, 1)
	secrets <- secret
	var out, remarks bytes.Buffer
	printer := &eventPrinter{out: &out, remarks: &remarks, secrets: secrets}
	key, err := webhooks.ParseSecret(secret)
	must(t, err)
	post := func(body, signed string) int {
		signature, err := key.Sign("evt_1", time.Now(), []byte(signed))
		must(t, err)
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("webhook-id", "evt_1")
		r.Header.Set("webhook-signature", signature)
		r.Header.Set("webhook-timestamp", strconv.FormatInt(time.Now().Unix(), 10))
		w := httptest.NewRecorder()
		printer.ServeHTTP(w, r)
		return w.Code
	}
	if code := post("{\"type\": \"webhook.test\"}", "{\"type\": \"webhook.test\"}"); code != http.StatusNoContent {
		t.Errorf("a signed event: %d, %s", code, &remarks)
	}
	if code := post(`{"type":"forged"}`, `{"type":"webhook.test"}`); code != http.StatusBadRequest {
		t.Errorf("a forged event: %d", code)
	}
	if out.String() != "{\"type\":\"webhook.test\"}\n" {
		t.Errorf("printed %q", &out)
	}
}
