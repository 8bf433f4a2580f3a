package api

import (
	"net/http"
	"net/http/httptest"

	"github.com/google/uuid"
)

// exampleEndpoint is of an operator with whom nothing is played, so that nothing is sent to it.
const exampleEndpoint = `{"url":"https://hooks.casino.example/croupier","description":"bookkeeping","events":["round.completed"],"ordering":"player"}`

// webhookTrials are the calls about webhooks.
var webhookTrials = map[string]trial{
	"GET /webhooks/endpoints":                             {succeeds: byHooker("/webhooks/endpoints", nil)},
	"POST /webhooks/endpoints":                            {succeeds: byHooker("/webhooks/endpoints", exampleEndpoint)},
	"GET /webhooks/endpoints/{endpointId}":                onHook("", nil),
	"PUT /webhooks/endpoints/{endpointId}":                onNewHook("", exampleEndpoint),
	"DELETE /webhooks/endpoints/{endpointId}":             onNewHook("", nil),
	"POST /webhooks/endpoints/{endpointId}/enable":        onHook("/enable", nil),
	"POST /webhooks/endpoints/{endpointId}/disable":       onNewHook("/disable", nil),
	"POST /webhooks/endpoints/{endpointId}/rotate-secret": onHook("/rotate-secret", `{"overlapSeconds":86400}`),
	"POST /webhooks/endpoints/{endpointId}/test":          onHook("/test", nil),
	"POST /webhooks/endpoints/{endpointId}/resend-dead":   onHook("/resend-dead", nil),
	"GET /webhooks/deliveries":                            {byHooker("/webhooks/deliveries", nil), with(nil, 404, byHooker("/webhooks/deliveries?endpointId=x", nil))},
	"GET /webhooks/dead": {func(w *world) try {
		w.dead()
		return byHooker("/webhooks/dead", nil)(w)
	}, with(nil, 404, byHooker("/webhooks/dead?endpointId=x", nil))},
	"POST /webhooks/dead/{deadId}/resend": {func(w *world) try { return byHooker("/webhooks/dead/"+w.dead()+"/resend", nil)(w) },
		with(nil, 404, byHooker("/webhooks/dead/"+exampleID+"/resend", nil))},
	"DELETE /webhooks/dead/{deadId}": {func(w *world) try { return byHooker("/webhooks/dead/"+w.dead(), nil)(w) },
		with(nil, 404, byHooker("/webhooks/dead/"+exampleID, nil))},
}

// hookWorld is an operator with an endpoint that accepts what it is told, which was told of a test.
type hookWorld struct {
	operator *testOperator
	endpoint string
}

// hooker makes the operator and its endpoint when they are needed first.
func (w *world) hooker() *hookWorld {
	w.t.Helper()
	if w.hooks != nil {
		return w.hooks
	}
	accepts := httptest.NewServer(http.HandlerFunc(func(r http.ResponseWriter, _ *http.Request) { r.WriteHeader(http.StatusNoContent) }))
	w.t.Cleanup(accepts.Close)
	o := w.testServer.operator(w.t)
	var made newEndpointData
	body := map[string]any{"url": accepts.URL, "description": "bookkeeping", "events": []string{"round.completed", "wallet.deposit_confirmed"}}
	o.post(w.t, "/webhooks/endpoints", body).into(w.t, &made)
	w.hooks = &hookWorld{o, made.Endpoint.EndpointID}
	o.post(w.t, "/webhooks/endpoints/"+w.hooks.endpoint+"/test", nil).wantsSuccess(w.t)
	return w.hooks
}

func byHooker(path string, body any) func(*world) try {
	return func(w *world) try { return try{by: "operator", operator: w.hooker().operator, path: path, body: body} }
}

// onHook does something with the endpoint, and onNewHook with one of its own.
func onHook(what string, body any) trial {
	return trial{func(w *world) try { return byHooker("/webhooks/endpoints/"+w.hooker().endpoint+what, body)(w) },
		with(nil, 404, byHooker("/webhooks/endpoints/"+exampleID+what, body))}
}

func onNewHook(what string, body any) trial {
	t := onHook(what, body)
	t.succeeds = func(w *world) try {
		var made newEndpointData
		w.hooker().operator.post(w.t, "/webhooks/endpoints", exampleEndpoint).into(w.t, &made)
		return byHooker("/webhooks/endpoints/"+made.Endpoint.EndpointID+what, body)(w)
	}
	return t
}

// dead is a dead letter, written as the courier leaves one: that takes it three days.
func (w *world) dead() string {
	w.t.Helper()
	id := uuid.NewString()
	const sql = `INSERT INTO webhook_letters (endpoint_id, id, event_id, type, player_id, data, at, since, tries, next_at, status, failure, answer, dead_at)
		VALUES ($1, $2, $3, 'wallet.deposit_confirmed', $4, '{"transactionId":"bank-1"}', now() - interval '3 days', now() - interval '3 days',
			14, now(), 503, 'answered 503', 'try later', now())`
	_, err := w.db.Exec(w.t.Context(), sql, w.hooker().endpoint, id, "evt_"+uuid.NewString()[:8], uuid.New())
	must(w.t, err)
	return id
}
