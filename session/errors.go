package session

import (
	"errors"
	"fmt"
)

// Code is an error code of the wire protocol: a closed list.
type Code string

// The codes that a player's message or token can be answered with.
const (
	Malformed           Code = "30001"
	UnknownType         Code = "30002"
	InsufficientBalance Code = "30007"
	OutsideLimits       Code = "30008"
	GameNotAvailable    Code = "30021"
	Busy                Code = "30029"
	SessionExpired      Code = "30101"
	SessionLimitReached Code = "30102"
	CheckWaits          Code = "30103"
	PlayerExcluded      Code = "30104"
	LimitReached        Code = "30105"
	TooManyMessages     Code = "30429"
	RoundNotFound       Code = "30601"
	InvalidAction       Code = "30602"
	RoundComplete       Code = "30603"
	RequestReused       Code = "30604"
	Internal            Code = "30999"
	LaunchExpired       Code = "80101"
	LaunchUsed          Code = "80102"
	LaunchInvalid       Code = "80103"
)

// The codes that an operator's call can be answered with beside those.
const (
	InvalidKey       Code = "80001"
	InvalidSignature Code = "80002"
	RateLimited      Code = "80003"
	InvalidRequest   Code = "80004"
	Forbidden        Code = "80005"
	NotFound         Code = "80006"
	Conflict         Code = "80007"
	NotEnoughMoney   Code = "80008"
	Unavailable      Code = "80009"
	PlayerNotFound   Code = "80010"
	InvalidCurrency  Code = "80011"
)

// Error is an answer that changed nothing, unless its code is Internal and its details say that the outcome is unknown.
// Any other error that reaches the edge is logged there and told as Internal.
type Error struct {
	Code    Code
	Message string
	Details map[string]any // nil: none; the values marshal to JSON
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %s", e.Code, e.Message) }

// Is matches another *Error of the same code, so that errors.Is(err, &Error{Code: Busy}) asks for the code.
func (e *Error) Is(target error) bool {
	var other *Error
	return errors.As(target, &other) && other.Code == e.Code
}

// Errorf makes an Error without details.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// FieldError is the Error of one bad field of a request: 30001 on the socket, 80004 over REST.
func FieldError(code Code, field, reason string) *Error {
	return &Error{Code: code, Message: fmt.Sprintf("%s: %s", field, reason), Details: map[string]any{"field": field, "reason": reason}}
}
