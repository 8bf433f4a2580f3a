package session

import (
	"fmt"
	"slices"
	"strings"
)

// Scope is something that an API key may do.
type Scope string

// The scopes. Most are named after what they reach; one that only reads does not imply one that writes, nor the other way round.
const (
	ScopeAll          Scope = "all"           // everything, also what later releases add
	ScopeLaunch       Scope = "launch"        // make launch tokens, and with them players
	ScopeWalletRead   Scope = "wallet:read"   // balances and statements
	ScopeWalletWrite  Scope = "wallet:write"  // deposits and withdrawals
	ScopeRoundsRead   Scope = "rounds:read"   // rounds and their verification
	ScopeRoundsVoid   Scope = "rounds:void"   // end open rounds and return their stakes
	ScopePlayersRead  Scope = "players:read"  // players: who they are, what they have, their limits
	ScopePlayersWrite Scope = "players:write" // set limits of players, suspend, exclude and reinstate them
	ScopeReportsRead  Scope = "reports:read"  // reports
	ScopeGames        Scope = "games"         // what the operator makes of its games: read, change, history
	ScopeKeys         Scope = "keys"          // list, make, rotate and revoke keys that may do no more than the key itself
	ScopeSettings     Scope = "settings"      // see and change the operator's own settings
	ScopeSSO          Scope = "sso"           // say which tokens of the operator's own let players in; with it, anybody can be let in
	ScopeWebhooks     Scope = "webhooks"      // webhook endpoints, their secrets, what was delivered and what was not
	ScopeTest         Scope = "test"          // the test API of the sandbox
)

// NoScope is what a call needs that every key may make.
const NoScope Scope = "-"

// Scopes are all that a key can be given.
func Scopes() []Scope {
	return []Scope{ScopeAll, ScopeLaunch, ScopeWalletRead, ScopeWalletWrite, ScopeRoundsRead, ScopeRoundsVoid, ScopePlayersRead,
		ScopePlayersWrite, ScopeReportsRead, ScopeGames, ScopeKeys, ScopeSettings, ScopeSSO, ScopeWebhooks, ScopeTest}
}

// allows says whether a key with these scopes may do what needs another. What needs none by mistake is for ScopeAll only.
func allows(held []Scope, needed Scope) bool {
	return slices.Contains(held, ScopeAll) || needed == NoScope || needed != "" && slices.Contains(held, needed)
}

// checkScopes returns InvalidRequest for a list that no key can have.
func checkScopes(list []Scope) error {
	if len(list) == 0 {
		return FieldError(InvalidRequest, "scopes", "must name at least one of "+scopeList())
	}
	for i, scope := range list {
		if !slices.Contains(Scopes(), scope) {
			return FieldError(InvalidRequest, "scopes", fmt.Sprintf("%.30q is none of %s", string(scope), scopeList()))
		}
		if slices.Contains(list[:i], scope) {
			return FieldError(InvalidRequest, "scopes", fmt.Sprintf("%q is there twice", string(scope)))
		}
	}
	return nil
}

func scopeList() string {
	names := make([]string, 0, len(Scopes()))
	for _, scope := range Scopes() {
		names = append(names, string(scope))
	}
	return strings.Join(names, ", ")
}
