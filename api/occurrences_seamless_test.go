package api

import (
	"fmt"
	"time"

	"croupier/sandbox/operatorwallet"
	"croupier/session"
)

// seamlessTrials are the calls of operators that hold their players' money themselves.
var seamlessTrials = map[string]trial{
	"GET /seamless/wallet": {succeeds: func(w *world) try {
		return try{by: "operator", path: "/seamless/wallet", operator: w.uncalled()}
	}},
	"POST /seamless/wallet": {func(w *world) try {
		return try{by: "operator", path: "/seamless/wallet", operator: w.uncalled(), body: `{"walletUrl":"https://casino.example/wallet","newSecret":true}`}
	}, with(nil, 409, byOperator("/seamless/wallet", `{"newSecret":true}`))},
	"GET /seamless/unresolved": {succeeds: func(w *world) try {
		w.rejected()
		return try{by: "operator", path: "/seamless/unresolved", operator: w.seamless.operator}
	}},
	"POST /seamless/unresolved/{transactionId}/retry": {func(w *world) try { return w.retrying(w.rejected()) },
		map[int]func(*world) try{
			404: byOperator("/seamless/unresolved/"+exampleID+"/retry", nil),
			409: func(w *world) try {
				w.rejected()
				return w.retrying(w.callIn("settled"))
			}}},
	"GET /seamless/reconciliations": {succeeds: func(w *world) try {
		w.rejected()
		now := w.now()
		_, err := w.reconciler.Run(w.t.Context(), w.seamless.operator.Operator.ID, now.Add(-time.Hour), now.Add(time.Minute))
		must(w.t, err)
		return try{by: "operator", path: "/seamless/reconciliations", operator: w.seamless.operator}
	}},
}

// uncalled is a seamless operator that nobody plays with.
func (w *world) uncalled() *testOperator {
	w.t.Helper()
	o, key, _, err := w.Operators.CreateSeamless(w.t.Context(), "Seamless Casino", session.Sandbox, nil, "https://casino.example/wallet")
	must(w.t, err)
	return &testOperator{Operator: o, APIKey: key, server: w.testServer}
}

func (w *world) retrying(call string) try {
	return try{by: "operator", path: "/seamless/unresolved/" + call + "/retry", operator: w.seamless.operator}
}

// rejected is a win of a player whom the operator's wallet has forgotten since the bet: the wallet rejects it.
func (w *world) rejected() string {
	w.t.Helper()
	if w.seamless == nil {
		w.seamless = seamlessOn(w.t, w.testServer)
	}
	s := w.seamless
	p := s.player(w.t)
	s.meddler.set(func(call, id string, committed bool) operatorwallet.Meddling {
		if call == "win" && !committed && w.isOf(p, id) { // and not one that is told again
			_, err := s.books.Exec(w.t.Context(), `UPDATE accounts SET player = 'once ' || player WHERE player = $1`, p.ExternalID)
			if err != nil {
				w.t.Error(err)
			}
		}
		return operatorwallet.Serve
	})
	c := p.connect(w.t, "dice")
	var id string
	for i := range 100 { // at 95 in 100 the first roll wins, or the next
		c.ask("action", `{"action":"roll","amount":1.00,"chance":95.00}`, fmt.Sprint(i)).result(w.t)
		var wins int
		must(w.t, s.own.QueryRow(w.t.Context(), `SELECT count(*) FROM wallet_calls WHERE player_id = $1 AND kind = 'win'`, p.ID).Scan(&wins))
		if wins > 0 {
			break
		}
	}
	const find = `SELECT coalesce(max(id::text), '') FROM wallet_calls WHERE player_id = $1 AND kind = 'win' AND state = 'rejected'`
	eventually(w.t, "the wallet rejects a win", func() bool {
		must(w.t, s.own.QueryRow(w.t.Context(), find, p.ID).Scan(&id))
		return id != ""
	})
	return id
}

// isOf says whether a call of the wallet is about a player.
func (w *world) isOf(p *testPlayer, call string) (is bool) {
	err := w.seamless.own.QueryRow(w.t.Context(), `SELECT EXISTS (SELECT FROM wallet_calls WHERE id = $1 AND player_id = $2)`, call, p.ID).Scan(&is)
	if err != nil {
		w.t.Error(err) // it is not the test's goroutine
	}
	return is
}

// callIn is a call of the seamless operator's that is in a state.
func (w *world) callIn(state string) (id string) {
	w.t.Helper()
	const find = `SELECT max(id::text) FROM wallet_calls WHERE operator_id = $1 AND state = $2`
	must(w.t, w.seamless.own.QueryRow(w.t.Context(), find, w.seamless.operator.Operator.ID, state).Scan(&id))
	return id
}
