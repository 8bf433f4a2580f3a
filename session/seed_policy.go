package session

import (
	"fmt"
	"time"
)

// SeedPolicy says when the server seeds of an operator's players are rotated without their asking: as soon as one of both is true, no
// round is open, and something was played under the pair. The zero value is never.
type SeedPolicy struct {
	Rounds int32 `json:"rounds"` // played under one pair, from 10 to 1,000,000; 0: however many
	Hours  int32 `json:"hours"`  // that a pair is in use, from 1 to 8,760, a year; 0: however long
}

// The bounds of a SeedPolicy; the database has the same. Rotations that are more frequent would cost more than the rounds.
const (
	minSeedRounds, maxSeedRounds = 10, 1_000_000
	minSeedHours, maxSeedHours   = 1, 8760
)

func (p SeedPolicy) validate() error {
	if p.Rounds != 0 && (p.Rounds < minSeedRounds || p.Rounds > maxSeedRounds) {
		return FieldError(InvalidRequest, "rounds", fmt.Sprintf("must be from %d to %d, or 0 for never", minSeedRounds, maxSeedRounds))
	}
	if p.Hours != 0 && (p.Hours < minSeedHours || p.Hours > maxSeedHours) {
		return FieldError(InvalidRequest, "hours", fmt.Sprintf("must be from %d to %d, or 0 for never", minSeedHours, maxSeedHours))
	}
	return nil
}

// due says whether a pair under which so many rounds were played is to be rotated at a time.
func (p SeedPolicy) due(rounds int64, inUseSince, now time.Time) bool {
	return rounds > 0 && (p.Rounds > 0 && rounds >= int64(p.Rounds) ||
		p.Hours > 0 && !now.Before(inUseSince.Add(time.Duration(p.Hours)*time.Hour)))
}

// policyChannel is told when an operator's policy, its webhooks, or what it offers, was changed. Payload: none.
const policyChannel = "croupier_policy"
