package api

import (
	"cmp"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"croupier/session"
	"croupier/wallet/money"
)

const apiIntroduction = `croupier is a casino game session server whose every outcome can be proven fair and whose every cent can be accounted for.

Every answer is an envelope: {"success": true, "data": …, "requestId": "…"} or {"success": false, "error": {"code", "message", "details"}, "requestId": "…"}. ` +
	`The codes are a closed list. A request's X-Request-Id is echoed. Unknown fields and query parameters are refused, bodies have at most 64 KiB.

Operators call with an API key and sign every call: X-Timestamp is the time in Unix seconds, within five minutes of the server's, and X-Signature is ` +
	`sha256= and the hex of HMAC-SHA256(apiSecret, "{timestamp}.{METHOD}.{path with query}.{raw body}"). A signature of a call other than GET is good once: ` +
	`a call that is sent again is signed anew, and an Idempotency-Key with it makes sure that it takes effect once. Two equal calls of one second differ by decimals of X-Timestamp, of which it may have 9. ` +
	`A key is good for what its scopes name, from the networks that it is allowed from: anything else is 80005. Players call with their session token. ` +
	`Money is JSON numbers, exact, in the currency's own decimals.`

var securitySchemes = map[string]*huma.SecurityScheme{
	"apiKey": {Type: "http", Scheme: "bearer", BearerFormat: "sk_sandbox_… or sk_live_…",
		Description: "An operator's API key. The call must be signed too. What stands with it in the calls are the scopes that it needs."},
	"timestamp": {Type: "apiKey", In: "header", Name: "X-Timestamp", Description: "The time of the call, in Unix seconds, with up to 9 decimals."},
	"signature": {Type: "apiKey", In: "header", Name: "X-Signature",
		Description: `sha256= and the hex of HMAC-SHA256(apiSecret, "{timestamp}.{METHOD}.{path with query}.{raw body}").`},
	"session": {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "A player's session token."},
}

// security is how an audience is authenticated, in OpenAPI's words: any one of the maps, with all that is in it.
func (who audience) security() []map[string][]string {
	operator := map[string][]string{"apiKey": who.scopes(), "timestamp": {}, "signature": {}}
	player := map[string][]string{"session": {}}
	switch who.kind {
	case toOperators, toSandboxOperators:
		return []map[string][]string{operator}
	case toPlayers:
		return []map[string][]string{player}
	case toBoth:
		return []map[string][]string{player, operator}
	}
	return []map[string][]string{}
}

// scopes are those that an operator's key needs for a call.
func (who audience) scopes() []string {
	if who.scope == session.NoScope {
		return []string{}
	}
	return []string{string(cmp.Or(who.scope, session.ScopeAll))}
}

// scopeDoc says which scope an operator's key needs, "" where no key makes the call.
func (who audience) scopeDoc() string {
	switch {
	case who.kind == toAnyone || who.kind == toPlayers:
		return ""
	case who.scope == session.NoScope:
		return " An API key needs no scope for it."
	}
	return " An API key needs the scope " + who.scopes()[0] + " for it."
}

// exampleRefusals is one error for each status that a call may be answered with: those that any call of its audience may be, and its
// own.
func exampleRefusals(who audience, own []session.Code) []*failure {
	codes := append([]session.Code{session.InvalidRequest, session.RateLimited, session.Internal, session.Unavailable}, own...)
	switch who.kind {
	case toOperators, toSandboxOperators:
		codes = append(codes, session.InvalidKey, session.Forbidden)
	case toPlayers, toBoth:
		codes = append(codes, session.SessionExpired, session.Forbidden)
	}
	list := make([]*failure, len(codes))
	for i, code := range codes {
		list[i] = exampleFailure(code)
		list[i].RequestID = exampleID
	}
	return list
}

// The refusals of a call with If-Match, which have statuses of their own.
const (
	staleTag session.Code = "412"
	noTag    session.Code = "428"
)

func exampleFailure(code session.Code) *failure {
	f := (*failure)(nil)
	switch code {
	case staleTag:
		f = newFailure(context.Background(), &session.Error{Code: session.Conflict, Message: "The game was changed meanwhile: read it again",
			Details: map[string]any{"revision": 4}})
		f.status = http.StatusPreconditionFailed
	case noTag:
		f = newFailure(context.Background(), session.FieldError(session.InvalidRequest, "If-Match",
			"must be the ETag that the change was made from: read the game first"))
		f.status = http.StatusPreconditionRequired
	default:
		f = newFailure(context.Background(), exampleRefusal(code))
	}
	return f
}

// exampleRefusal is an error of a code. It panics for one that no call is documented with.
func exampleRefusal(code session.Code) *session.Error {
	message, ok := map[session.Code]string{
		session.InvalidKey:     "API key is not valid",
		session.SessionExpired: "Session expired",
		session.LaunchUsed:     "Launch token was used already",
		session.Forbidden:      "Not allowed with this key or session",
		session.NotFound:       "Not found",
		session.PlayerNotFound: "Player not found",
		session.Conflict:       "In conflict with what is there",
	}[code]
	e := &session.Error{Code: code, Message: message}
	switch code {
	case session.InvalidRequest:
		return session.FieldError(code, "amount", "must have at most 2 decimals in USD")
	case session.NotEnoughMoney:
		e.Message, e.Details = "Insufficient balance", map[string]any{"required": money.Number("25.00"), "available": money.Number("10.50"), "currency": "USD"}
	case session.RateLimited:
		e.Message, e.Details = "Too many requests", map[string]any{"retryAfterMs": 1000}
	case session.Internal:
		e.Message, e.Details = "Internal error", exampleIncident
	case session.Unavailable:
		e.Message, e.Details = "Not available now", exampleIncident
	default:
		if !ok {
			panic("api: no example of error " + string(code))
		}
	}
	return e
}

const exampleID = "0198b6f0-7a52-7c3e-9d0a-3f1f6f0c2b11"

var exampleIncident = map[string]any{"incidentId": exampleID}

// What the calls are about, for their readers.
const (
	createTokenDoc        = "Your server asks for it when a player opens a game on your site, and hands it to the player's browser. It is good for 30 seconds and for one use. A player who is not known yet is made."
	exchangeDoc           = "The player's browser does this first, with a launch token or with an operator's own token (docs/sso.md) and the operator's id. One that has expired is 80101, one that was used 80102, any other 80103."
	refreshDoc            = "Needs no session token, because that may have expired. The refresh token is of one use: used a second time it was stolen, and the session is ended."
	logoutDoc             = "Takes effect at once, on every node. Open rounds stay as they are and can be gone on with in another session."
	sessionsDoc           = "Where you are signed in, and where you were."
	endSessionDoc         = "As its logout would: it takes effect at once, on every node, and its sockets are closed."
	ticketDoc             = "A ticket stands in the socket's URL in place of the session token, because URLs end up in logs. It is good for 60 seconds and for one use."
	gamesDoc              = "As the operator offers them: with the build that is played, its exact return and the limits. A player sees the games that can be played in its currency."
	operatorGamesDoc      = "All games of the house: what you have set, and what comes of it."
	operatorGameDoc       = "Its ETag is what a change is made from."
	setGameDoc            = "Replaces what you have set: what is left out is as the house has it afterwards. It holds for the rounds that are opened from then on, on every server within seconds; a round that is open is finished by the rules that it was opened under. A game that is not enabled refuses new rounds with 30021, a stake outside of the limits with 30008. The same settings again change nothing. If-Match says which state the change was made from: two changes at once cannot undo each other unseen."
	gameHistoryDoc        = "Who changed what, when and why, newest first, for ever."
	playersDoc            = "Newest first, page by page."
	playerDoc             = "With the balance, what is at stake, and how many rounds were played."
	reportDoc             = "GGR, stakes, wins and returns over the rounds that ended on UTC days, up to now, by currency and by what groupBy says. Days that are over can be asked for again with If-None-Match. What is held against what: the actual return against the exact one of the builds that were played, with the band that chance leaves."
	gameDoc               = "By its id or one of its aliases."
	configDoc             = "Everything that an outcome depends on. The hash of it is in every round's record."
	balanceDoc            = "What is free and what is at stake in open rounds."
	transactionsDoc       = "Every movement of the player's money, newest first, page by page, as JSON or as a CSV file."
	depositDoc            = "Moves money from you to the player. The same transactionId again moves nothing and is answered as the first time; with another amount or player it is 80007. So a call without an answer can be sent again."
	withdrawDoc           = "Moves money from the player to you, if it is there: money at stake is not. The transactionId is as for a deposit, and of the same space."
	roundsDoc             = "Records of the player's rounds, newest first, page by page; for an operator that names no player, of all of its players."
	roundDoc              = "Every action with its outcome and its money. The server seed is there once it is revealed; with it the whole round can be recomputed. An action's type is action, cashout, expiry, by which the server ended a round that nobody finished, or void, by which the operator did: its payload says why. The receipt is the server's signature of the record; docs/protocol.md specifies it. The page /rounds/{roundId} of this server draws the round step by step."
	voidDoc               = "Ends an open round of one of your players and returns all that was staked in it, with the reason for ever in the round's record. The player is told, with the reason. The same reason again changes nothing and is answered as the first time: so a call without an answer can be sent again. A round that is settled is not undone, and one that was voided keeps its reason: both are 80007. Correct what was settled by a deposit or a withdrawal. How many rounds are voided is published: GET /log/rates."
	verificationDoc       = "Every draw of the round, made again from the record, the revealed seed and the rules, and every comparison with the record. The verdict is verified, failed, or unrevealed: then the seed is still in use, and there is no report. It is the server that says so: whoever wants to know checks the record himself."
	replayLinkDoc         = "For whoever is to see one round and nothing else: a player's dispute, a regulator's question. It shows the round as it stands when it is looked at, without a name, and cannot be called back before it expires."
	replayRoundDoc        = "The record, as GET /rounds/{roundId} gives it. A link that has expired, or is none of ours, is 80005."
	replayVerificationDoc = "As GET /rounds/{roundId}/verification gives it."
	seedsDoc              = "What the next round is committed to, and the commitment to the server seed after it."
	seedHistoryDoc        = "Every pair that was played and revealed, newest first, page by page, with when it was committed to, came into use and was revealed."
	rotateDoc             = "Reveals the active server seed, makes the next one active with your client seed, and commits to a new next one. Refused with 80007 while a round is open. Every call that succeeds rotates: if you may have to send it again because no answer came, send expectedServerSeedHash, the serverSeedHash that GET /seeds shows. Then it rotates once: 80007 tells that another pair is active now, and GET /seeds/history has what was revealed."
	operatorDoc           = "Your name, your mode, which never changes, the web origins that your players' browsers may connect from, and when your players' seeds are rotated without their asking."
	changeOperatorDoc     = "What is left out stays as it is. It acts at once, on every node: a browser of an origin that is taken away cannot connect any more, one that is connected stays."
	operatorChangesDoc    = "Who changed what, from what to what, and when; newest first."
	logProofDoc           = "The leaf of a round that is over, of a commitment or of a reveal, its place in the log, and its audit path to the root of the newest checkpoint. A house that keeps no log (--no-commitment-log) has none. Whether a round's leaf is the right one you see by the hash of its record."
	logConsistencyDoc     = "Whoever kept a checkpoint sees by this that nothing before it was changed or taken out."
	logRatesDoc           = "What became of all rounds of the house: finished by their games' rules, voided with a reason, or still open; in all, and by the day on which they were opened. Counted from the database, at most half a minute ago. croupier audit counts them again."
	limitsDoc             = "As they stand now, with how much of each is used in the period that goes on, and what is to come of a change that waits."
	setLimitsDoc          = "A limit that is new or lower holds with the next bet or deposit, on every server. One that is raised or removed stays for 24 hours as it was; asking for the same again does not begin them anew, and a lower value takes the change back."
	suspendDoc            = "No round begins and no deposit is made any more, until you reinstate the player. Rounds that are open are finished by their rules, by steps that stake nothing more; withdrawals go on. A player who is suspended already stays as he is."
	reinstateDoc          = "Ends a suspension, or an exclusion without an end that is at least 24 hours old. While an exclusion has to last it is refused with 80007, and changes nothing."
	excludeDoc            = "As a suspension, but it cannot be taken back: it ends at its time, or, without an end, by a reinstatement after 24 hours at the earliest. It can be made longer; a shorter one is 80007."
	excludeMeDoc          = "No round begins and no deposit is made any more, at once. It cannot be taken back or shortened (80007)."
	sessionDoc            = "How long the player has been playing without a break, what was staked and what came of it since, and the rules of the player's jurisdiction that a client must know."
	keysDoc               = "With what each may do, until when, who made it, and when it was used last. The keys themselves and their secrets cannot be had again."
	newKeyDoc             = "The key and its secret are in this answer only. It can be given no scope that the key of the call has not, no network outside of that key's, and no end after that key's own (80005). If no answer comes, list the keys and revoke the one that nobody holds."
	rotateKeyDoc          = "Makes a key with the same scopes and networks, and ends the old one after the overlap, in which both are good. A key that may do more than the key of the call, or that is to end later, is rotated with another one (80005); one that has ended is not rotated (80007)."
	revokeKeyDoc          = "Ends a key of yours at once, on every server; it may be the key of the call. A key that is revoked stays as it is, and is answered as the first time."
	testPlayerDoc         = "Makes the player, or finds it, with a starting balance and a launch token."
	addBalanceDoc         = "A deposit like any other, with a transactionId that the server makes."
	resetDoc              = "Forgets forced outcomes, and sets the balance by a deposit or a withdrawal. Seeds, rounds and transfers stay. Refused with 80007 while a round is open."
	forceDoc              = "The player's next round of the game comes out like this. It is played by the rules as ever, and its record says for ever that it was forced."
)
