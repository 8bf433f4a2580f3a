package api

import (
	"net/http"

	"croupier/session"
)

const (
	exampleSettings = `{"name":"Casino Royale","allowedOrigins":["https://casino.example"],"seeds":{"rounds":1000,"hours":24}}`
	exampleSSO      = `{"issuer":"https://casino.example","audience":"croupier","algorithm":"ES256","jwksUrl":"https://casino.example/.well-known/jwks.json"}`
)

// accessTrials are the calls about keys, sign-on, sessions, settings and rate limits.
var accessTrials = map[string]trial{
	"GET /sessions":                  {succeeds: byPlayer("/sessions", nil)},
	"POST /sessions/{sessionId}/end": {endingOwn, with(nil, 404, byPlayer("/sessions/"+exampleID+"/end", nil))},

	"GET /operator":   {succeeds: byOperator("/operator", nil)},
	"PATCH /operator": {succeeds: byOperator("/operator", exampleSettings)},
	"GET /operator/changes": {succeeds: func(w *world) try {
		w.make(http.MethodPatch, try{by: "operator", path: "/operator", body: exampleSettings})
		return try{by: "operator", path: "/operator/changes"}
	}},
	"GET /rate-limits": {succeeds: byOperator("/rate-limits", nil)},

	"GET /sso": {func(w *world) try {
		w.make(http.MethodPut, try{by: "operator", path: "/sso", body: exampleSSO})
		return try{by: "operator", path: "/sso"}
	}, with(nil, 404, func(w *world) try { return try{by: "operator", path: "/sso", operator: w.testServer.operator(w.t)} })},
	"PUT /sso": {succeeds: byOperator("/sso", exampleSSO)},

	"GET /keys":  {succeeds: byOperator("/keys", nil)},
	"POST /keys": {succeeds: byOperator("/keys", `{"scopes":["wallet:read","wallet:write"],"allowedFrom":["203.0.113.0/24"],"expiresAt":"2099-01-01T00:00:00Z"}`)},
	"POST /keys/{keyId}/rotate": {func(w *world) try {
		return try{by: "operator", path: "/keys/" + w.key() + "/rotate", body: `{"overlapSeconds":3600}`}
	},
		map[int]func(*world) try{404: byOperator("/keys/"+exampleID+"/rotate", `{}`), 409: func(w *world) try {
			id := w.key()
			w.o.post(w.t, "/keys/"+id+"/revoke", nil)
			return try{by: "operator", path: "/keys/" + id + "/rotate", body: `{}`}
		}}},
	"POST /keys/{keyId}/revoke": {func(w *world) try { return try{by: "operator", path: "/keys/" + w.key() + "/revoke"} },
		with(nil, 404, byOperator("/keys/"+exampleID+"/revoke", nil))},
}

func (w *world) key() string { return w.o.may(w.t, session.ScopeLaunch).APIKey.ID.String() }

// endingOwn ends the session that it is made with.
func endingOwn(w *world) try {
	p := w.player("1")
	var list sessionsData
	p.get(w.t, "/sessions").into(w.t, &list)
	return try{by: "player", path: "/sessions/" + list.Sessions[0].SessionID + "/end", player: p}
}
