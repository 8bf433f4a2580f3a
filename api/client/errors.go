package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Code is an error code of the protocol.
type Code string

// The codes that calls of this package are refused with.
const (
	SessionExpired   Code = "30101"
	PlayerExcluded   Code = "30104"
	Internal         Code = "30999"
	InvalidKey       Code = "80001"
	InvalidSignature Code = "80002"
	RateLimited      Code = "80003"
	InvalidRequest   Code = "80004"
	Forbidden        Code = "80005"
	NotFound         Code = "80006"
	Conflict         Code = "80007"
	NotEnoughMoney   Code = "80008"
	Unavailable      Code = "80009" // whether a change was made is not known: make the same call again to learn it
	PlayerNotFound   Code = "80010"
	InvalidCurrency  Code = "80011"
	LaunchExpired    Code = "80101"
	LaunchUsed       Code = "80102"
	LaunchInvalid    Code = "80103"
)

// Error is a call that the server, or something before it, refused.
type Error struct {
	Call       string // as "POST /wallet/withdraw"
	Status     int    // of HTTP
	Code       Code   // "" if the answer is not the server's
	Message    string // for people; may change
	Details    map[string]json.RawMessage
	RequestID  string        // what the server's log has it under
	RetryAfter time.Duration // 0: the server does not say
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s: %d %s %s", e.Call, e.Status, e.Code, e.Message)
}

// Is matches a Code in errors.Is(err, client.NotEnoughMoney).
func (e *Error) Is(target error) bool {
	code, ok := target.(Code)
	return ok && e.Code == code
}

// Error makes a Code something that errors.Is can ask for.
func (c Code) Error() string { return "error " + string(c) }

// CodeOf is the code of an error, "" if the server said none.
func CodeOf(err error) Code {
	var refused *Error
	if errors.As(err, &refused) {
		return refused.Code
	}
	return ""
}
