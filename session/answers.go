package session

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"croupier/games"
	"croupier/wallet/money"
)

// actionResult is the payload of an action_result, written once and kept: the record of what the player was told.
func actionResult(m *move, at *position, result games.Result) json.RawMessage {
	b := make([]byte, 0, 512+len(result.Outcome))
	b = appendRound(b, m)
	b = append(b, `,"outcome":`...)
	b = append(b, result.Outcome...)
	b = appendBalance(b, m)
	b = appendFair(b, m, at)
	return append(b, '}')
}

// cashoutResult is the payload of a cashout_result. Beside what the seed has, it carries the outcome: what the engine reveals.
func cashoutResult(m *move, result games.Result) json.RawMessage {
	b := make([]byte, 0, 256)
	b = appendRound(b, m)
	b = append(b, `,"multiplier":`...)
	b = append(b, result.Win.Multiple.String()...)
	b = append(b, `,"winAmount":`...)
	b = m.payout.AppendJSON(b)
	b = append(b, `,"outcome":`...)
	b = append(b, result.Outcome...)
	b = appendBalance(b, m)
	return append(b, '}')
}

// roundExpired is the payload of a round_expired, but for the gameId, which is the connection's. m.lapse is the whole stake.
func roundExpired(m *move, at *position, result games.Result) json.RawMessage {
	b := make([]byte, 0, 512+len(result.Outcome))
	b = appendRound(b, m)
	b = append(b, `,"outcome":`...)
	b = append(b, result.Outcome...)
	b = append(b, `,"stake":`...)
	b = m.lapse.AppendJSON(b)
	b = append(b, `,"payout":`...)
	b = m.payout.AppendJSON(b)
	b = appendBalance(b, m)
	b = appendFair(b, m, at)
	b = append(b, `,"at":"`...)
	b = m.at.UTC().Truncate(time.Microsecond).AppendFormat(b, time.RFC3339Nano)
	return append(b, '"', '}')
}

// roundVoided is the payload of a round_voided, but for the gameId, which is the connection's. m.lapse is the whole stake.
func roundVoided(m *move, at *position, result games.Result, why games.Voiding) json.RawMessage {
	b := make([]byte, 0, 512)
	b = appendRound(b, m)
	b = append(b, `,"reason":`...)
	b = appendQuoted(b, why.Reason)
	b = append(b, `,"by":`...)
	b = appendQuoted(b, why.By)
	b = append(b, `,"outcome":`...)
	b = append(b, result.Outcome...)
	b = append(b, `,"stake":`...)
	b = m.lapse.AppendJSON(b)
	b = append(b, `,"refund":`...)
	b = m.payout.AppendJSON(b)
	b = appendBalance(b, m)
	b = appendFair(b, m, at)
	b = append(b, `,"at":"`...)
	b = m.at.UTC().Truncate(time.Microsecond).AppendFormat(b, time.RFC3339Nano)
	return append(b, '"', '}')
}

func appendRound(b []byte, m *move) []byte {
	b = append(b, `{"roundId":"`...)
	b = append(b, m.round.String()...)
	b = append(b, `","status":"`...)
	b = append(b, m.status...)
	return append(b, '"')
}

func appendBalance(b []byte, m *move) []byte {
	b = append(b, `,"balance":{"before":`...)
	b = m.before.AppendJSON(b)
	b = append(b, `,"after":`...)
	b = m.after.AppendJSON(b)
	b = append(b, `,"currency":"`...)
	b = append(b, m.before.Currency().Code()...)
	return append(b, '"', '}')
}

func appendFair(b []byte, m *move, at *position) []byte {
	b = append(b, `,"provablyFair":{"serverSeedHash":"`...)
	b = append(b, at.hash...)
	b = append(b, `","clientSeed":`...)
	b = appendQuoted(b, at.pair.ClientSeed)
	b = append(b, `,"nonce":`...)
	b = strconv.AppendInt(b, m.nonce, 10)
	b = append(b, `,"step":`...)
	b = strconv.AppendInt(b, int64(m.step), 10)
	return append(b, '}')
}

func appendQuoted(b []byte, text string) []byte {
	b, err := jsontext.AppendQuote(b, text)
	if err != nil { // invalid UTF-8, which a client seed cannot hold
		panic(err)
	}
	return b
}

// SeedState is the payload of a seed_state: what the next round is committed to.
type SeedState struct {
	ServerSeedHash     string `json:"serverSeedHash"`
	ClientSeed         string `json:"clientSeed"`
	ClientSeedBy       string `json:"clientSeedBy"` // "player", or "server" when the server had to make it
	Nonce              int64  `json:"nonce"`        // of the next round
	NextServerSeedHash string `json:"nextServerSeedHash"`
}

// RevealedSeed is a pair of seeds that will never be played again.
type RevealedSeed struct {
	ServerSeed     string `json:"serverSeed"`
	ServerSeedHash string `json:"serverSeedHash"`
	ClientSeed     string `json:"clientSeed"`
	ClientSeedBy   string `json:"clientSeedBy"`
	Rounds         int64  `json:"rounds"` // played under it, with the nonces 0 to Rounds-1
}

// SeedRotated is the payload of a seed_rotated.
type SeedRotated struct {
	Revealed RevealedSeed `json:"revealed"`
	SeedState
}

// Balance is the payload of a balance_update.
type Balance struct {
	Balance  money.Amount  `json:"balance"`
	Currency string        `json:"currency"`
	Reason   string        `json:"reason"` // "query", "deposit", "withdrawal", …
	Amount   *money.Amount `json:"amount,omitempty"`
}

// Recovered is the payload of a round_recovered.
type Recovered struct {
	RoundID string          `json:"roundId"`
	GameID  string          `json:"gameId"` // as the client connected with it
	State   json.RawMessage `json:"state"`  // the engine's public view
	Balance CurrentBalance  `json:"balance"`
}

// CurrentBalance is the balance in a round_recovered.
type CurrentBalance struct {
	Current  money.Amount `json:"current"`
	Currency string       `json:"currency"`
}
