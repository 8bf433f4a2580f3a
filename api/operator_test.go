package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"croupier/session"
)

// An operator sees and changes its own settings, and what it changes acts at once: a browser of a new origin gets in, one of an old does not.
func TestOperatorSettings(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o, other := s.operator(t), s.operator(t)
	keeper := o.may(t, session.ScopeSettings)
	var was, now operatorData
	keeper.get(t, "/operator").into(t, &was)
	if was.OperatorID != o.Operator.ID.String() || was.Mode != "sandbox" || was.Name == "" || was.Seeds != (seedPolicyData{}) {
		t.Errorf("settings %+v", was)
	}
	keeper.do(t, "PATCH", "/operator", []byte(`{"name":"Casino Royale","allowedOrigins":["https://royale.example"],"seeds":{"rounds":50,"hours":0}}`)).into(t, &now)
	if now.Name != "Casino Royale" || !slices.Equal(now.AllowedOrigins, []string{"https://royale.example"}) || now.Seeds.Rounds != 50 || now.Mode != was.Mode {
		t.Errorf("became %+v", now)
	}
	p := o.player(t, "USD", "10")
	for origin, welcome := range map[string]bool{"https://royale.example": true, "https://casino.example": false} {
		conn, err := p.dial(s, "slots", http.Header{"Origin": {origin}})
		must(t, err)
		must(t, conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"ping","payload":{},"requestId":"one"}`)))
		_, first, err := conn.ReadMessage()
		if err != nil || strings.Contains(string(first), `"pong"`) != welcome {
			t.Errorf("a page of %s is told %s, %v", origin, first, err)
		}
		conn.Close()
	}
	for body, field := range map[string]string{
		`{"allowedOrigins":["https://royale.example","*"]}`: "allowedOrigins", `{"seeds":{"rounds":5,"hours":0}}`: "rounds",
		`{}`: "name", `{"mode":"live"}`: "mode", `{"name":""}`: "name",
	} {
		reply := keeper.do(t, "PATCH", "/operator", []byte(body))
		reply.wants(t, http.StatusBadRequest, session.InvalidRequest)
		if !strings.Contains(reply.text, `"`+field+`"`) && !strings.Contains(reply.text, `body.`+field) {
			t.Errorf("%s: %s is not named: %s", body, field, reply.text)
		}
	}
	var changes operatorChangesData
	keeper.get(t, "/operator/changes").into(t, &changes)
	if len(changes.Changes) != 1 || changes.Changes[0].By != "API key "+keeper.APIKey.ID.String() || *changes.Changes[0].Was.Name != was.Name {
		t.Errorf("changes %+v", changes)
	}
	keeper.get(t, "/operator/changes?cursor=x").wants(t, http.StatusBadRequest, session.InvalidRequest)
	var theirs operatorChangesData
	other.get(t, "/operator/changes").into(t, &theirs)
	if len(theirs.Changes) != 0 {
		t.Errorf("another sees %+v", theirs)
	}
}
