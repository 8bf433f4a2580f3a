package api

import (
	"net/http"
	"time"
)

const (
	exampleLimits = `{"limits":[{"type":"deposit","period":"week","amount":500.00}],"reason":"the player asked for it by phone"}`
	higherLimits  = `{"limits":[{"type":"deposit","period":"week","amount":900.00}],"reason":"the player asked for it by phone"}`
	exampleReason = `{"reason":"documents are being checked"}`
)

// gamingTrials are the calls that protect players.
var gamingTrials = map[string]trial{
	"GET /me/session": {succeeds: byPlayer("/me/session", nil)},
	"GET /me/limits":  {succeeds: func(w *world) try { return try{by: "player", path: "/me/limits", player: w.limited()} }},
	"PUT /me/limits": {succeeds: func(w *world) try {
		return try{by: "player", path: "/me/limits", body: exampleLimits, player: w.player("1")}
	}},
	"POST /me/exclude": {succeeds: func(w *world) try {
		return try{by: "player", path: "/me/exclude", body: map[string]any{"until": inDays(60)}, player: w.player("1")}
	}},

	"GET /players/{playerId}/limits": {func(w *world) try { return try{by: "operator", path: "/players/" + w.limited().ID + "/limits"} },
		with(nil, 404, byOperator("/players/nobody/limits", nil))},
	"PUT /players/{playerId}/limits": {onPlayer("/limits", exampleLimits), with(nil, 404, byOperator("/players/nobody/limits", exampleLimits))},
	"POST /players/{playerId}/suspend": {onPlayer("/suspend", exampleReason),
		with(nil, 404, byOperator("/players/nobody/suspend", exampleReason))},
	"POST /players/{playerId}/reinstate": {func(w *world) try {
		ask := onPlayer("/suspend", exampleReason)(w)
		w.make(http.MethodPost, ask)
		ask.path = ask.path[:len(ask.path)-len("suspend")] + "reinstate"
		return ask
	}, map[int]func(*world) try{404: byOperator("/players/nobody/reinstate", exampleReason), 409: func(w *world) try {
		return try{by: "operator", path: "/players/" + w.excluded() + "/reinstate", body: exampleReason}
	}}},
	"POST /players/{playerId}/exclude": {func(w *world) try { return onPlayer("/exclude", exclusionOf(60))(w) },
		map[int]func(*world) try{
			404: func(w *world) try { return try{by: "operator", path: "/players/nobody/exclude", body: exclusionOf(60)} },
			409: func(w *world) try {
				return try{by: "operator", path: "/players/" + w.excluded() + "/exclude", body: exclusionOf(30)}
			}}},
}

// onPlayer is a call about a player of its own.
func onPlayer(what string, body any) func(*world) try {
	return func(w *world) try {
		return try{by: "operator", path: "/players/" + w.player("1").ID + what, body: body}
	}
}

func inDays(n int) string {
	return time.Now().Add(time.Duration(n) * 24 * time.Hour).UTC().Format(time.RFC3339)
}

func exclusionOf(days int) map[string]any {
	return map[string]any{"until": inDays(days), "reason": "the player asked for it by phone"}
}

// limited is a player with a limit that will be higher.
func (w *world) limited() *testPlayer {
	p := w.player("1")
	for _, body := range []string{exampleLimits, higherLimits} {
		w.o.do(w.t, http.MethodPut, "/players/"+p.ID+"/limits", body).wantsSuccess(w.t)
	}
	return p
}

// excluded is a player who is excluded for 60 days.
func (w *world) excluded() string {
	p := w.player("1")
	w.o.post(w.t, "/players/"+p.ID+"/exclude", exclusionOf(60)).wantsSuccess(w.t)
	return p.ID
}
