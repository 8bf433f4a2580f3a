// Package webhooks tells operators what happens: their endpoints, the secrets that events are signed with, delivery, its log and its dead
// letters. What is told is written elsewhere, in the transaction of what it tells of: by session's settling statement and by wallet.Tell.
// Here it is delivered: at least once, signed by the Standard Webhooks rules, for three days. It never changes anything of a player's, and
// it yields to play. This is the one place where a server calls somebody: who that may be, dial.go says.
package webhooks

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/fairness"
	"croupier/session"
	"croupier/wallet"
)

// Hooks keeps the endpoints of all operators.
type Hooks struct {
	DB    *pgxpool.Pool
	Vault *fairness.Vault
	Now   session.Clock
	// Open lets endpoints be plain http and on this machine or in a private network: for a sandbox. Else they are https and public.
	Open bool
}

// Ordering says in which order an endpoint is told.
type Ordering string

// The orderings.
const (
	Unordered Ordering = "none"   // as fast as possible: what fails is told later than what came after it
	ByPlayer  Ordering = "player" // what happened to one player is told in order: what fails holds up what comes after it for the player
)

// Endpoint is where an operator is told of events.
type Endpoint struct {
	ID          uuid.UUID
	Operator    uuid.UUID
	URL         string
	Description string
	Events      []wallet.EventType // or AllEvents
	Ordering    Ordering
	JackpotFrom int // a payout of so many times the stake is told as a jackpot

	Enabled        bool
	DisabledAt     *time.Time
	DisabledReason string
	FailingSince   *time.Time // nothing was accepted since
	CreatedAt      time.Time
}

// AllEvents, in an endpoint's list, is every event, also those of later releases.
const AllEvents wallet.EventType = "*"

// TestEvent is what an endpoint is tested with.
const TestEvent wallet.EventType = "webhook.test"

// Spec is what an operator says of an endpoint.
type Spec struct {
	URL         string // at most 2,048 characters, https unless Hooks.Open
	Description string // at most 200 printable characters
	Events      []wallet.EventType
	Ordering    Ordering // "" for Unordered
	JackpotFrom int      // 2 to 1,000,000; 0 for DefaultJackpot
}

// The bounds of an operator's endpoints.
const (
	MaxEndpoints   = 20  // of one operator: each is one more request per event
	DefaultJackpot = 100 // times the stake
)

// complete fills in what was left out. Returns session.InvalidRequest that names the field.
func (s *Spec) complete(open bool) error {
	if s.Ordering == "" {
		s.Ordering = Unordered
	}
	if s.JackpotFrom == 0 {
		s.JackpotFrom = DefaultJackpot
	}
	switch {
	case s.Ordering != Unordered && s.Ordering != ByPlayer:
		return bad("ordering", "must be none or player")
	case s.JackpotFrom < 2 || s.JackpotFrom > 1_000_000:
		return bad("jackpotFrom", "must be from 2 to 1,000,000 times the stake")
	case utf8.RuneCountInString(s.Description) > 200 || !printable(s.Description):
		return bad("description", "must have at most 200 printable characters")
	}
	if reason := wrongURL(s.URL, open); reason != "" {
		return bad("url", reason)
	}
	return checkEvents(s.Events)
}

func checkEvents(list []wallet.EventType) error {
	if len(list) == 0 {
		return bad("events", "must name at least one event, or *")
	}
	known := append(wallet.EventTypes(), AllEvents)
	for i, e := range list {
		if !slices.Contains(known, e) {
			return bad("events", fmt.Sprintf("%.64q is no event: see docs/webhooks.md", string(e)))
		}
		if slices.Contains(list[:i], e) {
			return bad("events", fmt.Sprintf("%q is there twice", string(e)))
		}
	}
	return nil
}

// wrongURL says what is wrong with an endpoint's URL, "" if nothing is. Where its name leads is looked at when it is called: names can
// be made to lead elsewhere at any time.
func wrongURL(text string, open bool) string {
	u, err := url.Parse(text)
	switch {
	case len(text) > 2048 || !printable(text) || strings.ContainsFunc(text, unicode.IsSpace) || err != nil || u.Hostname() == "" || u.Opaque != "":
		return "must be as https://hooks.example/croupier, at most 2,048 characters"
	case u.User != nil || u.Fragment != "" || strings.Contains(text, "#"):
		return "must have no user, password or fragment: the signature says who calls"
	case u.Scheme != "https" && !(open && u.Scheme == "http"):
		return "must begin with https://"
	case !open && session.HiddenHost(u.Hostname()):
		return "must be an address that is public"
	}
	return ""
}

func bad(field, reason string) error {
	return session.FieldError(session.InvalidRequest, field, reason)
}

func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

func notFound() error { return session.Errorf(session.NotFound, "Webhook endpoint not found") }
