package api

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/google/uuid"
)

const exampleGame = `{"enabled":true,"variant":"RTP_96","name":"Lucky Reels","aliases":["lucky-reels"],"limits":{"USD":{"min":1.00,"max":50.00}},"reason":"House limits for November"}`

// playTrials are the calls about signing in, games, players, money, rounds, seeds and the log, and those for testing.
var playTrials = map[string]trial{
	"POST /auth/sso/create-token": {succeeds: byOperator("/auth/sso/create-token", `{"playerId":"player-42","currency":"USD","jurisdiction":"MT","locale":"en","gameId":"slots"}`)},
	"POST /auth/sso/exchange": {succeeds: func(w *world) try { return try{by: "anyone", path: "/auth/sso/exchange", body: launchOf(w.launch())} },
		refuses: map[int]func(*world) try{
			401: func(*world) try { return try{by: "anyone", path: "/auth/sso/exchange", body: launchOf("lt_x")} },
			403: func(w *world) try {
				token := w.launch()
				w.suspend("launched")
				return try{by: "anyone", path: "/auth/sso/exchange", body: launchOf(token)}
			}}},
	"POST /auth/refresh": {succeeds: func(w *world) try {
		return try{by: "anyone", path: "/auth/refresh", body: map[string]string{"refreshToken": w.player("1").refresh}}
	}, refuses: map[int]func(*world) try{
		401: func(*world) try {
			return try{by: "anyone", path: "/auth/refresh", body: map[string]string{"refreshToken": "rt_x"}}
		},
		403: func(w *world) try {
			p := w.player("1")
			w.suspend(p.ExternalID)
			return try{by: "anyone", path: "/auth/refresh", body: map[string]string{"refreshToken": p.refresh}}
		}}},
	"POST /auth/logout":    {succeeds: func(w *world) try { return try{by: "player", path: "/auth/logout", player: w.player("1")} }},
	"POST /socket-tickets": {succeeds: byPlayer("/socket-tickets", `{"gameId":"slots"}`)},

	"GET /games":                           {byOperator("/games", nil), unchangedOf(byOperator("/games", nil))},
	"GET /games/{gameId}":                  {byOperator("/games/slots", nil), with(unchangedOf(byOperator("/games/slots", nil)), 404, byOperator("/games/roulette", nil))},
	"GET /games/{gameId}/config":           {byOperator("/games/dice/config", nil), with(unchangedOf(byOperator("/games/dice/config", nil)), 404, byOperator("/games/roulette/config", nil))},
	"GET /operator/games":                  {byOperator("/operator/games", nil), unchangedOf(byOperator("/operator/games", nil))},
	"GET /operator/games/{gameId}":         {byOperator("/operator/games/slots", nil), with(unchangedOf(byOperator("/operator/games/slots", nil)), 404, byOperator("/operator/games/roulette", nil))},
	"GET /operator/games/{gameId}/history": {byOperator("/operator/games/slots/history", nil), with(nil, 404, byOperator("/operator/games/roulette/history", nil))},
	"PUT /operator/games/{gameId}": {succeeds: func(w *world) try { return w.setGame("slots", w.gameTag()) }, refuses: map[int]func(*world) try{
		404: func(w *world) try { return w.setGame("roulette", `"0"`) },
		412: func(w *world) try { return w.setGame("slots", `"99"`) },
		428: func(w *world) try { return w.setGame("slots", "") }}},
	"GET /players":            {succeeds: byOperator("/players", nil)},
	"GET /players/{playerId}": {func(w *world) try { return try{by: "operator", path: "/players/" + w.p.ID} }, with(nil, 404, byOperator("/players/nobody", nil))},
	"GET /reports/games":      {byOperator("/reports/games?groupBy=day,game", nil), unchangedOf(byOperator("/reports/games?from=2026-01-01", nil))},

	"GET /wallet/balance": {func(w *world) try { return try{by: "operator", path: "/wallet/balance?playerId=" + w.p.ID} },
		with(nil, 404, byOperator("/wallet/balance?playerId=nobody", nil))},
	"GET /wallet/transactions": {transactionsOf, with(unchangedOf(transactionsOf), 404, byOperator("/wallet/transactions?playerId=nobody", nil))},
	"POST /wallet/deposit":     {moving("/wallet/deposit", "25.00"), map[int]func(*world) try{404: movingNobody("/wallet/deposit"), 409: movingAgain("/wallet/deposit")}},
	"POST /wallet/withdraw": {moving("/wallet/withdraw", "1.00"), map[int]func(*world) try{402: moving("/wallet/withdraw", "99999.00"),
		404: movingNobody("/wallet/withdraw"), 409: movingAgain("/wallet/withdraw")}},

	"GET /rounds":           {func(w *world) try { return try{by: "operator", path: "/rounds?playerId=" + w.p.ID} }, with(nil, 404, byOperator("/rounds?playerId=nobody", nil))},
	"GET /rounds/{roundId}": {func(w *world) try { return try{by: "operator", path: "/rounds/" + w.ended} }, with(nil, 404, byOperator("/rounds/"+exampleID, nil))},
	"GET /rounds/{roundId}/verification": {func(w *world) try { return try{by: "operator", path: "/rounds/" + w.ended + "/verification"} },
		with(nil, 404, byOperator("/rounds/"+exampleID+"/verification", nil))},
	"POST /rounds/{roundId}/void": {func(w *world) try {
		return try{by: "operator", path: "/rounds/" + w.open(w.player("10")) + "/void", body: `{"reason":"Incident"}`}
	},
		map[int]func(*world) try{404: byOperator("/rounds/"+exampleID+"/void", `{"reason":"Incident"}`),
			409: func(w *world) try {
				return try{by: "operator", path: "/rounds/" + w.ended + "/void", body: `{"reason":"Incident"}`}
			}}},

	"GET /seeds":         {succeeds: byPlayer("/seeds", nil)},
	"GET /seeds/history": {succeeds: byPlayer("/seeds/history", nil)},
	"POST /seeds/rotate": {func(w *world) try {
		return try{by: "player", path: "/seeds/rotate", body: `{"clientSeed":"my lucky seed"}`, player: w.player("1")}
	},
		map[int]func(*world) try{409: func(w *world) try {
			return try{by: "player", path: "/seeds/rotate", body: `{"expectedServerSeedHash":"` + strings.Repeat("0", 64) + `"}`}
		}}},
	"GET /log/proof": {func(w *world) try { return try{by: "anyone", path: "/log/proof?commitment=" + w.opened} },
		with(nil, 404, func(*world) try { return try{by: "anyone", path: "/log/proof?commitment=" + strings.Repeat("0", 64)} })},
	"GET /log/rates":       {succeeds: func(*world) try { return try{by: "anyone", path: "/log/rates"} }},
	"GET /log/consistency": {succeeds: func(*world) try { return try{by: "anyone", path: "/log/consistency?from=1"} }},

	"POST /test/players": {byOperator("/test/players", `{"externalId":"test-player-1","currency":"USD","startingBalance":1000.00,"username":"Ada"}`),
		with(nil, 409, byOperator("/test/players", `{"externalId":"test-player-1","currency":"USD","startingBalance":5.00}`))},
	"POST /test/players/{playerId}/add-balance": {byOperator("/test/players/test-player-1/add-balance", `{"amount":100.00,"currency":"USD"}`),
		with(nil, 404, byOperator("/test/players/nobody/add-balance", `{"amount":100.00,"currency":"USD"}`))},
	"POST /test/players/{playerId}/reset": {byOperator("/test/players/test-player-1/reset", `{"amount":1000.00,"currency":"USD"}`),
		map[int]func(*world) try{404: byOperator("/test/players/nobody/reset", nil), 409: func(w *world) try {
			p := w.player("10")
			w.open(p)
			return try{by: "operator", path: "/test/players/" + p.ID + "/reset"}
		}}},
	"POST /test/force-outcome": {byOperator("/test/force-outcome", `{"playerId":"test-player-1","gameId":"slots","outcome":{"reelPositions":[1,2,3,4,5]}}`),
		with(nil, 404, byOperator("/test/force-outcome", `{"playerId":"nobody","gameId":"slots","outcome":{"reelPositions":[1,2,3,4,5]}}`))},
}

func transactionsOf(w *world) try {
	return try{by: "operator", path: "/wallet/transactions?to=2026-01-01T00:00:00Z&playerId=" + w.p.ID}
}

func moving(path, amount string) func(*world) try {
	return func(w *world) try {
		return try{by: "operator", path: path, body: transferOf(w.p.ID, amount, "USD", uuid.NewString())}
	}
}

func movingNobody(path string) func(*world) try {
	return byOperator(path, transferOf("nobody", "1", "USD", "x"))
}

// movingAgain moves another amount by the same transactionId.
func movingAgain(path string) func(*world) try {
	return func(w *world) try {
		id := uuid.NewString()
		w.make("POST", try{by: "operator", path: path, body: transferOf(w.p.ID, "1.00", "USD", id)})
		return try{by: "operator", path: path, body: transferOf(w.p.ID, "2.00", "USD", id)}
	}
}

func (w *world) launch() string {
	var made struct{ LaunchToken string }
	w.o.post(w.t, "/auth/sso/create-token", `{"playerId":"launched","currency":"USD","jurisdiction":"MT","locale":"en"}`).into(w.t, &made)
	return made.LaunchToken
}

func (w *world) suspend(externalID string) {
	_, err := w.db.Exec(w.t.Context(), `UPDATE players SET status = 'suspended' WHERE external_id = $1`, externalID)
	must(w.t, err)
}

// open opens a round and leaves it so.
func (w *world) open(p *testPlayer) string {
	var round struct{ RoundID string }
	must(w.t, json.Unmarshal(p.connect(w.t, "move").ask("action", `{"action":"bet","amount":1.00}`, uuid.NewString()).Payload, &round))
	return round.RoundID
}

func (w *world) gameTag() string {
	return w.o.get(w.t, "/operator/games/slots").header.Get("ETag")
}

func (w *world) setGame(game, tag string) try {
	header := http.Header{}
	if tag != "" {
		header.Set("If-Match", tag)
	}
	return try{by: "operator", path: "/operator/games/" + game, body: exampleGame, header: header}
}
