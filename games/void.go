package games

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	jsonv2 "github.com/go-json-experiment/json"

	"croupier/wallet/money"
)

// Voiding is why a round was voided, and by whom: the payload of its last action. Both are shown to the player.
type Voiding struct {
	Reason string `json:"reason"` // 1 to MaxVoidReason printable characters
	By     string `json:"by"`     // 1 to MaxVoidBy printable characters
}

// The limits of a Voiding, in characters.
const (
	MaxVoidReason = 200
	MaxVoidBy     = 100
)

// Check returns *FieldError unless both texts are there and can be shown.
func (v Voiding) Check() error {
	if err := checkText("reason", v.Reason, MaxVoidReason); err != nil {
		return err
	}
	return checkText("by", v.By, MaxVoidBy)
}

func checkText(field, text string, most int) error {
	n := utf8.RuneCountInString(text)
	unprintable := strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
	if n == 0 || n > most || !utf8.ValidString(text) || unprintable || strings.TrimSpace(text) == "" {
		return &FieldError{field, fmt.Sprintf("must have 1 to %d printable characters, and not only spaces", most)}
	}
	return nil
}

// Payload is the voiding as its action records it.
func (v Voiding) Payload() (json.RawMessage, error) {
	if err := v.Check(); err != nil {
		return nil, err
	}
	return Encode(v)
}

// ParseVoiding reads the payload of an action that voids its round. It returns *FieldError for what no server recorded.
func ParseVoiding(payload json.RawMessage) (v Voiding, err error) {
	if err := jsonv2.Unmarshal(payload, &v, jsonv2.RejectUnknownMembers(true)); err != nil {
		return Voiding{}, &FieldError{"payload", "must be an object with a reason and by whom"}
	}
	return v, v.Check()
}

// Void ends an open round by no rule of its game: all that was staked in it is returned. So it needs neither the game's engine nor its
// state, and draws nothing. It returns *ActionError when the round is not open.
func Void(r Round) (Result, error) {
	if !r.Currency.Valid() {
		return Result{}, errNoCurrency
	}
	if r.Step == 0 {
		return Result{}, &ActionError{Action: string(TypeVoid)}
	}
	step := Step{Status: Voided, Stake: money.Zero(r.Currency), Win: r.Refund()}
	return Result{Step: step, Outcome: json.RawMessage(`{}`), Payout: r.Stake}, nil
}
