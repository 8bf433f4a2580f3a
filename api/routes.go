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
	r.register()
	allowNull(r.api.OpenAPI().Components.Schemas)
	showExamples(r.api.OpenAPI())
}

func (r *rest) register() {
	s := r.server
	group := r.group("Signing in", "A player arrives by a launch token that the operator asks for, and holds a session token from then on.")
	call(group, operators.need(session.ScopeLaunch), "POST /auth/sso/create-token", "Make a launch token", createTokenDoc, s.createToken)
	call(group, anyone, "POST /auth/sso/exchange", "Exchange a launch token for a session", exchangeDoc, s.exchange, session.LaunchUsed, session.Forbidden)
	call(group, anyone, "POST /auth/refresh", "Refresh a session", refreshDoc, s.refresh, session.SessionExpired, session.Forbidden)
	call(group, players, "POST /auth/logout", "End the session", logoutDoc, s.logout)
	call(group, players, "GET /sessions", "List your sessions", sessionsDoc, s.listSessions)
	call(group, players, "POST /sessions/{sessionId}/end", "End one of your sessions", endSessionDoc, s.endSession, session.NotFound)
	call(group, players, "POST /socket-tickets", "Make a ticket for the WebSocket", ticketDoc, s.createTicket)

	group = r.group("Games", "What can be played, by which rules, and what it returns exactly.")
	tagged(group, both.need(session.NoScope), "GET /games", "List the games", gamesDoc, s.listGames)
	tagged(group, both.need(session.NoScope), "GET /games/{gameId}", "Show a game", gameDoc, s.getGame, session.NotFound)
	tagged(group, both.need(session.NoScope), "GET /games/{gameId}/config", "Show a game's rules", configDoc, s.getGameConfig, session.NotFound)
	chooser := operators.need(session.ScopeGames)
	tagged(group, chooser, "GET /operator/games", "List what you have made of the games", operatorGamesDoc, s.listOperatorGames)
	tagged(group, chooser, "GET /operator/games/{gameId}", "Show what you have made of a game", operatorGameDoc, s.getOperatorGame, session.NotFound)
	tagged(group, chooser, "PUT /operator/games/{gameId}", "Change what you offer of a game", setGameDoc, s.setOperatorGame, session.NotFound, staleTag, noTag)
	call(group, chooser, "GET /operator/games/{gameId}/history", "List the changes of a game", gameHistoryDoc, s.listGameHistory, session.NotFound)

	group = r.group("Reports", "What your games took and gave, exact to the last cent and the last round.")
	table(group, operators.need(session.ScopeReportsRead), "GET /reports/games", "Report on the games", reportDoc, s.report)

	group = r.group("Wallet", "Money, exact to the currency's last decimal. Amounts are JSON numbers without an exponent.")
	call(group, both.need(session.ScopeWalletRead), "GET /wallet/balance", "Show the balance", balanceDoc, s.getBalance, session.PlayerNotFound)
	table(group, both.need(session.ScopeWalletRead), "GET /wallet/transactions", "List the transfers", transactionsDoc, s.listTransactions, session.PlayerNotFound)
	call(group, operators.need(session.ScopeWalletWrite), "POST /wallet/deposit", "Deposit", depositDoc, s.deposit, session.PlayerNotFound, session.Conflict)
	call(group, operators.need(session.ScopeWalletWrite), "POST /wallet/withdraw", "Withdraw", withdrawDoc, s.withdraw, session.NotEnoughMoney, session.PlayerNotFound, session.Conflict)

	group = r.group("Rounds", "What was played, with all that is needed to recompute it once its seed is revealed.")
	call(group, both.need(session.ScopeRoundsRead), "GET /rounds", "List the rounds", roundsDoc, s.listRounds, session.PlayerNotFound)
	call(group, both.need(session.ScopeRoundsRead), "GET /rounds/{roundId}", "Show a round", roundDoc, s.getRound, session.NotFound)
	call(group, operators.need(session.ScopeRoundsVoid), "POST /rounds/{roundId}/void", "Void a round", voidDoc, s.voidRound, session.NotFound, session.Conflict)
	call(group, both.need(session.ScopeRoundsRead), "GET /rounds/{roundId}/verification", "Recompute a round", verificationDoc, s.verifyRound, session.NotFound)
	call(group, both.need(session.ScopeRoundsRead), "POST /rounds/{roundId}/replay-links", "Make a link to a round", replayLinkDoc, s.makeReplayLink, session.NotFound)
	call(group, anyone, "POST /replay/round", "Show the round of a link", replayRoundDoc, s.replayRound, session.Forbidden)
	call(group, anyone, "POST /replay/verification", "Recompute the round of a link", replayVerificationDoc, s.replayVerification, session.Forbidden)

	group = r.group("Players", "Your players, and what protects them: limits, exclusions, suspensions. docs/compliance.md has the whole of it.")
	reader, guard := operators.need(session.ScopePlayersRead), operators.need(session.ScopePlayersWrite)
	call(group, reader, "GET /players", "List the players", playersDoc, s.listPlayers)
	call(group, reader, "GET /players/{playerId}", "Show a player", playerDoc, s.getPlayer, session.PlayerNotFound)
	call(group, reader, "GET /players/{playerId}/limits", "Show a player's limits", limitsDoc, s.getLimits, session.PlayerNotFound)
	call(group, guard, "PUT /players/{playerId}/limits", "Change a player's limits", setLimitsDoc, s.setLimits, session.PlayerNotFound)
	call(group, guard, "POST /players/{playerId}/suspend", "Suspend a player", suspendDoc, s.suspendPlayer, session.PlayerNotFound)
	call(group, guard, "POST /players/{playerId}/reinstate", "Let a player play again", reinstateDoc, s.reinstatePlayer, session.PlayerNotFound, session.Conflict)
	call(group, guard, "POST /players/{playerId}/exclude", "Exclude a player by the player's own wish", excludeDoc, s.excludePlayer, session.PlayerNotFound, session.Conflict)
	call(group, players, "GET /me/session", "Show the session's time and money", sessionDoc, s.getSession)
	call(group, players, "GET /me/limits", "Show my limits", limitsDoc, s.getOwnLimits)
	call(group, players, "PUT /me/limits", "Change my limits", setLimitsDoc, s.setOwnLimits)
	call(group, players, "POST /me/exclude", "Exclude myself", excludeMeDoc, s.excludeMe)

	group = r.group("Seeds", "The commitments that outcomes are drawn under, and their reveal.")
	call(group, players, "GET /seeds", "Show the active seed pair", seedsDoc, s.getSeeds)
	call(group, players, "GET /seeds/history", "List the revealed seed pairs", seedHistoryDoc, s.listSeeds)
	call(group, players, "POST /seeds/rotate", "Reveal the seed and go on to the next", rotateDoc, s.rotateSeeds, session.Conflict)

	group = r.group("Commitment log", "Proofs that what you were shown is in the signed, append-only log of the house. The log itself is published under /log/ "+
		"as c2sp.org/tlog-tiles says: /log/checkpoint, /log/tile/<L>/<N>[.p/<W>], /log/tile/entries/<N>[.p/<W>], and its public key at /log/key.")
	call(group, anyone, "GET /log/proof", "Prove that something is in the log", logProofDoc, s.proveLogged, session.NotFound)
	call(group, anyone, "GET /log/rates", "Count the rounds that were voided", logRatesDoc, s.publishRates)
	call(group, anyone, "GET /log/consistency", "Prove that the log only grew", logConsistencyDoc, s.proveConsistent)

	group = r.group("Settings", "What is kept of you as an operator, and who changed it.")
	call(group, operators.need(session.NoScope), "GET /operator", "Show your settings", operatorDoc, s.getOperator)
	call(group, operators.need(session.ScopeSettings), "PATCH /operator", "Change your settings", changeOperatorDoc, s.changeOperator)
	call(group, operators.need(session.ScopeSettings), "GET /operator/changes", "List the changes of your settings", operatorChangesDoc, s.listOperatorChanges)

	group = r.group("API keys", "Keys of your own, as few and as narrow as each use needs. What is made here can do no more than the key that makes it.")
	manager := operators.need(session.ScopeKeys)
	call(group, manager, "GET /keys", "List the keys", keysDoc, s.listKeys)
	call(group, manager, "POST /keys", "Make a key", newKeyDoc, s.makeKey)
	call(group, manager, "POST /keys/{keyId}/rotate", "Put a new key in a key's place", rotateKeyDoc, s.rotateKey, session.NotFound, session.Conflict)
	call(group, manager, "POST /keys/{keyId}/revoke", "Revoke a key", revokeKeyDoc, s.revokeKey, session.NotFound)

	group = r.group("Single sign-on", "Tokens of your own that let your players in, in place of launch tokens.")
	call(group, operators.need(session.ScopeSSO), "GET /sso", "Show what lets players in", ssoDoc, s.getSSO, session.NotFound)
	call(group, operators.need(session.ScopeSSO), "PUT /sso", "Say what lets players in", setSSODoc, s.setSSO)
	r.webhookCalls()

	group = r.group("Rate limits", "How many calls may be made.")
	call(group, operators.need(session.NoScope), "GET /rate-limits", "Show the rate limits", rateLimitsDoc, s.getRateLimits)

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

// webhookCalls registers the calls about webhooks.
func (r *rest) webhookCalls() {
	s := r.server
	group := r.group("Webhooks", "What happens is told to endpoints of yours by signed POST requests, at least once. docs/webhooks.md has every event, and how to "+
		"check a signature.")
	hooker := operators.need(session.ScopeWebhooks)
	call(group, hooker, "GET /webhooks/endpoints", "List the endpoints", endpointsDoc, s.listEndpoints)
	call(group, hooker, "POST /webhooks/endpoints", "Make an endpoint", newEndpointDoc, s.makeEndpoint, session.Conflict)
	call(group, hooker, "GET /webhooks/endpoints/{endpointId}", "Show an endpoint", endpointDoc, s.getEndpoint, session.NotFound)
	call(group, hooker, "PUT /webhooks/endpoints/{endpointId}", "Change an endpoint", changeEndpointDoc, s.changeEndpoint, session.NotFound)
	call(group, hooker, "DELETE /webhooks/endpoints/{endpointId}", "Delete an endpoint", deleteEndpointDoc, s.deleteEndpoint, session.NotFound)
	call(group, hooker, "POST /webhooks/endpoints/{endpointId}/enable", "Enable an endpoint", enableEndpointDoc, s.enableEndpoint, session.NotFound)
	call(group, hooker, "POST /webhooks/endpoints/{endpointId}/disable", "Disable an endpoint", disableEndpointDoc, s.disableEndpoint, session.NotFound)
	call(group, hooker, "POST /webhooks/endpoints/{endpointId}/rotate-secret", "Rotate an endpoint's secret", rotateSecretDoc, s.rotateSecret, session.NotFound)
	call(group, hooker, "POST /webhooks/endpoints/{endpointId}/test", "Send a test event", testEndpointDoc, s.testEndpoint, session.NotFound)
	call(group, hooker, "POST /webhooks/endpoints/{endpointId}/resend-dead", "Send all dead letters again", resendAllDeadDoc, s.resendAllDead, session.NotFound)
	call(group, hooker, "GET /webhooks/deliveries", "List the attempts to deliver", deliveriesDoc, s.listDeliveries, session.NotFound)
	call(group, hooker, "GET /webhooks/dead", "List the dead letters", deadDoc, s.listDead, session.NotFound)
	call(group, hooker, "POST /webhooks/dead/{deadId}/resend", "Send a dead letter again", resendDeadDoc, s.resendDead, session.NotFound)
	call(group, hooker, "DELETE /webhooks/dead/{deadId}", "Delete a dead letter", deleteDeadDoc, s.deleteDead, session.NotFound)
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
