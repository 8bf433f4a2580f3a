package api

import (
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"croupier/session"
)

// apiPrefix begins the path of every call of the REST API.
const apiPrefix = "/api/v1"

// routes returns everything that the server answers over HTTP.
func (s *Server) routes() http.Handler {
	calls, pages := http.NewServeMux(), http.NewServeMux()
	rest := &rest{server: s, api: humago.New(calls, apiConfig(s.config.PublicURL))}
	rest.calls()
	pages.HandleFunc("GET /.well-known/jwks.json", s.serveJWKS)
	pages.HandleFunc("GET /.well-known/receipt-keys.json", s.serveReceiptKeys)
	pages.HandleFunc("GET /healthz", s.serveHealth)
	pages.Handle("GET /readyz", &readiness{server: s})
	pages.Handle("GET /metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}))
	s.serveLog(pages)
	serveDocs(pages, rest.api.OpenAPI())
	s.serveRecall(pages)
	s.serveVerifier(pages)
	if s.config.Extra != nil {
		s.config.Extra(pages, s)
	}
	// A socket lives long and is hijacked: nothing of what is done around a REST request suits it.
	outer := http.NewServeMux()
	outer.HandleFunc("GET /ws", s.serveSocket)
	outer.Handle("/", s.around(calls, pages))
	return s.shielded(outer)
}

// calls registers the REST API. This list is what /openapi.json and the page at /docs show.
func (r *rest) calls() {
	s := r.server
	group := r.group("Signing in", "A player arrives by a launch token that the operator asks for, and holds a session token from then on.")
	call(group, operators.need(session.ScopeLaunch), "POST /auth/sso/create-token", "Make a launch token", createTokenDoc, s.createToken)
	call(group, anyone, "POST /auth/sso/exchange", "Exchange a launch token for a session", exchangeDoc, s.exchange)
	call(group, anyone, "POST /auth/refresh", "Refresh a session", refreshDoc, s.refresh)
	call(group, players, "POST /auth/logout", "End the session", logoutDoc, s.logout)
	call(group, players, "POST /socket-tickets", "Make a ticket for the WebSocket", ticketDoc, s.createTicket)

	group = r.group("Games", "What can be played, by which rules, and what it returns exactly.")
	call(group, both.need(session.NoScope), "GET /games", "List the games", gamesDoc, s.listGames)
	call(group, both.need(session.NoScope), "GET /games/{gameId}", "Show a game", gameDoc, s.getGame, session.NotFound)
	call(group, both.need(session.NoScope), "GET /games/{gameId}/config", "Show a game's rules", configDoc, s.getGameConfig, session.NotFound)

	group = r.group("Wallet", "Money, exact to the currency's last decimal. Amounts are JSON numbers without an exponent.")
	call(group, both.need(session.ScopeWalletRead), "GET /wallet/balance", "Show the balance", balanceDoc, s.getBalance, session.PlayerNotFound)
	call(group, both.need(session.ScopeWalletRead), "GET /wallet/transactions", "List the transfers", transactionsDoc, s.listTransactions, session.PlayerNotFound)
	call(group, operators.need(session.ScopeWalletWrite), "POST /wallet/deposit", "Deposit", depositDoc, s.deposit, session.PlayerNotFound, session.Conflict)
	call(group, operators.need(session.ScopeWalletWrite), "POST /wallet/withdraw", "Withdraw", withdrawDoc, s.withdraw, session.NotEnoughMoney, session.PlayerNotFound, session.Conflict)

	group = r.group("Rounds", "What was played, with all that is needed to recompute it once its seed is revealed.")
	call(group, both.need(session.ScopeRoundsRead), "GET /rounds", "List the rounds", roundsDoc, s.listRounds, session.PlayerNotFound)
	call(group, both.need(session.ScopeRoundsRead), "GET /rounds/{roundId}", "Show a round", roundDoc, s.getRound, session.NotFound)
	call(group, operators.need(session.ScopeRoundsVoid), "POST /rounds/{roundId}/void", "Void a round", voidDoc, s.voidRound, session.NotFound, session.Conflict)
	call(group, both.need(session.ScopeRoundsRead), "GET /rounds/{roundId}/verification", "Recompute a round", verificationDoc, s.verifyRound, session.NotFound)

	group = r.group("Seeds", "The commitments that outcomes are drawn under, and their reveal.")
	call(group, players, "GET /seeds", "Show the active seed pair", seedsDoc, s.getSeeds)
	call(group, players, "GET /seeds/history", "List the revealed seed pairs", seedHistoryDoc, s.listSeeds)
	call(group, players, "POST /seeds/rotate", "Reveal the seed and go on to the next", rotateDoc, s.rotateSeeds, session.Conflict)

	group = r.group("Commitment log", "Proofs that what you were shown is in the signed, append-only log of the house. The log itself is published under /log/ "+
		"as c2sp.org/tlog-tiles says: /log/checkpoint, /log/tile/<L>/<N>[.p/<W>], /log/tile/entries/<N>[.p/<W>], and its public key at /log/key.")
	call(group, anyone, "GET /log/proof", "Prove that something is in the log", logProofDoc, s.proveLogged, session.NotFound)
	call(group, anyone, "GET /log/rates", "Count the rounds that were voided", logRatesDoc, s.publishRates)
	call(group, anyone, "GET /log/consistency", "Prove that the log only grew", logConsistencyDoc, s.proveConsistent)

	group = r.group("API keys", "Keys of your own, as few and as narrow as each use needs. What is made here can do no more than the key that makes it.")
	manager := operators.need(session.ScopeKeys)
	call(group, manager, "GET /keys", "List the keys", keysDoc, s.listKeys)
	call(group, manager, "POST /keys", "Make a key", newKeyDoc, s.makeKey)
	call(group, manager, "POST /keys/{keyId}/rotate", "Put a new key in a key's place", rotateKeyDoc, s.rotateKey, session.NotFound, session.Conflict)
	call(group, manager, "POST /keys/{keyId}/revoke", "Revoke a key", revokeKeyDoc, s.revokeKey, session.NotFound)

	group = r.group("Seamless wallet", "For operators that hold their players' money themselves: what their wallet is told, and what it owes an answer to.")
	call(group, operators.need(session.ScopeWalletRead), "GET /seamless/wallet", "Show the wallet", seamlessDoc, s.showWallet)
	call(group, operators.need(session.ScopeAll), "POST /seamless/wallet", "Change the wallet", changeWalletDoc, s.changeWallet, session.Conflict)
	call(group, operators.need(session.ScopeWalletRead), "GET /seamless/unresolved", "List what is unresolved", unresolvedDoc, s.listUnresolved)
	call(group, operators.need(session.ScopeWalletWrite), "POST /seamless/unresolved/{transactionId}/retry", "Tell a rejected call again", retryCallDoc, s.retryCall, session.NotFound, session.Conflict)
	call(group, operators.need(session.ScopeWalletRead), "GET /seamless/reconciliations", "List the reconciliations", reconciliationDoc, s.listReconciliations)

	if s.config.Mode == string(session.Live) {
		return
	}
	group = r.group("Testing", "For sandbox keys, on a server in sandbox mode. Elsewhere these calls are not there.")
	call(group, sandboxOperators, "POST /test/players", "Make a test player", testPlayerDoc, s.createTestPlayer, session.Conflict)
	call(group, sandboxOperators, "POST /test/players/{playerId}/add-balance", "Give a test player money", addBalanceDoc, s.addBalance, session.PlayerNotFound)
	call(group, sandboxOperators, "POST /test/players/{playerId}/reset", "Reset a test player", resetDoc, s.resetPlayer, session.PlayerNotFound, session.Conflict)
	call(group, sandboxOperators, "POST /test/force-outcome", "Force the next outcome", forceDoc, s.forceOutcome, session.PlayerNotFound)
}

// requestTimeout bounds what one REST request may take behind the edge.
const requestTimeout = 15 * time.Second

// apiConfig is huma with our envelope and errors, and none of its own pages.
func apiConfig(url string) huma.Config {
	config := huma.DefaultConfig("croupier", "1")
	config.Info.Description = apiIntroduction
	config.Servers = []*huma.Server{{URL: url}}
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil // no $schema members
	config.RejectUnknownQueryParameters = true
	config.Formats = map[string]huma.Format{"application/json": {Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: decodeStrictly}}
	config.Components.SecuritySchemes = securitySchemes
	teachNumbers(config.Components.Schemas)
	return config
}
