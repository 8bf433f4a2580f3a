package session

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	jsonv2 "github.com/go-json-experiment/json"

	"croupier/games"
	"croupier/wallet/money"
)

// Profile is what a jurisdiction asks of play. The zero value of a field asks for nothing.
type Profile struct {
	Name           string                          // of the jurisdiction; "strictest" for players of none, or of one that is not known
	MaxBet         map[money.Currency]money.Amount // of a round's opening stake; no bet is taken in a currency that is not in it
	MaxWin         map[money.Currency]money.Amount // of all that a round can pay, its stakes included; as MaxBet
	RoundExpiry    time.Duration                   // after its last action a round that nobody finishes is ended; at least MinExpiry
	RealityCheck   time.Duration                   // so often a player is told of time and money
	AnswerWithin   time.Duration                   // so long a reality check may wait to be acknowledged; 0: a minute
	SessionLimit   time.Duration                   // so long a player may play without a break
	CoolDown       time.Duration                   // how long that break is; 0: 15 minutes
	MinimumCycle   map[games.Kind]time.Duration    // from the start of a round to the start of the player's next
	AutoplayBarred bool                            // clients must not play by themselves
}

// What holds where a profile, or a player's own limit, does not say.
const (
	defaultAnswerWithin = time.Minute
	defaultCoolDown     = 15 * time.Minute
)

// Jurisdictions are the profiles of a server. They do not change. A nil one has none, and asks for nothing.
type Jurisdictions struct {
	byName    map[string]*Profile
	strictest *Profile
}

// Names returns the jurisdictions, sorted.
func (j *Jurisdictions) Names() (names []string) {
	if j == nil {
		return nil
	}
	for name := range j.byName {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// For returns what a player's jurisdiction asks for: the strictest of all where it is not known. nil: there are no profiles.
func (j *Jurisdictions) For(jurisdiction string) *Profile {
	if j == nil {
		return nil
	}
	if p := j.byName[jurisdiction]; p != nil {
		return p
	}
	return j.strictest
}

// Expiry returns when rounds are ended that nobody finishes: as the profiles say, and otherwise as e does. Returns an error for a
// jurisdiction that both name.
func (j *Jurisdictions) Expiry(e Expiry) (Expiry, error) {
	if j == nil {
		return e, nil
	}
	merged := Expiry{After: e.After, In: map[string]time.Duration{}}
	if merged.After == 0 {
		merged.After = defaultExpiry
	}
	for name, after := range e.In {
		merged.In[name] = after
	}
	for _, name := range j.Names() {
		after := j.byName[name].RoundExpiry
		if _, both := e.In[name]; both && after > 0 {
			return e, fmt.Errorf("round-expiry-in: %q has a roundExpiry in the file of jurisdictions too: say it in one place", name)
		} else if !both && after == 0 {
			merged.In[name] = merged.After
		} else if !both {
			merged.In[name] = after
		}
	}
	if after := j.strictest.RoundExpiry; after > 0 {
		merged.After = min(merged.After, after)
	}
	return merged, nil
}

// profileFile is a file of jurisdictions.
type profileFile struct {
	Jurisdictions map[string]profileEntry `json:"jurisdictions"`
}

// profileEntry is a jurisdiction in it.
type profileEntry struct {
	MaxBet       map[string]money.Number `json:"maxBet"`
	MaxWin       map[string]money.Number `json:"maxWin"`
	RoundExpiry  span                    `json:"roundExpiry"`
	RealityCheck struct {
		Every        span `json:"every"`
		AnswerWithin span `json:"answerWithin"`
	} `json:"realityCheck"`
	SessionLimit span                `json:"sessionLimit"`
	CoolDown     span                `json:"coolDown"`
	MinimumCycle map[games.Kind]span `json:"minimumCycle"`
	Autoplay     *bool               `json:"autoplay"`
}

// span is a time span as Go writes it: "2.5s", "1h30m".
type span time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil || d <= 0 {
		return errors.New("a span of time must be more than 0, as 2.5s, 10m or 1h30m")
	}
	*s = span(d)
	return nil
}

// ReadJurisdictions reads a file of jurisdictions, as docs/compliance.md shows it. Unknown and repeated members are mistakes; its error
// names every mistake that can be named at once.
func ReadJurisdictions(text []byte) (*Jurisdictions, error) {
	var file profileFile
	if err := jsonv2.Unmarshal(text, &file, jsonv2.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("it is not as docs/compliance.md says: %w", err)
	}
	if len(file.Jurisdictions) == 0 {
		return nil, errors.New("it names no jurisdictions")
	}
	j := &Jurisdictions{byName: map[string]*Profile{}}
	var mistakes []error
	for name, entry := range file.Jurisdictions {
		p, err := entry.profile(name)
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("%q: %w", name, err))
		}
		j.byName[name] = p
	}
	slices.SortFunc(mistakes, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	j.strictest = strictest(j.byName)
	return j, nil
}

func (e profileEntry) profile(name string) (*Profile, error) {
	p := &Profile{Name: name, RoundExpiry: time.Duration(e.RoundExpiry), RealityCheck: time.Duration(e.RealityCheck.Every),
		AnswerWithin: time.Duration(e.RealityCheck.AnswerWithin), SessionLimit: time.Duration(e.SessionLimit),
		CoolDown: time.Duration(e.CoolDown), AutoplayBarred: e.Autoplay != nil && !*e.Autoplay}
	var mistakes []error
	wrong := func(bad bool, format string, args ...any) {
		if bad {
			mistakes = append(mistakes, fmt.Errorf(format, args...))
		}
	}
	wrong(name == "" || len(name) > 64 || !printable(name), "the name must have 1 to 64 printable characters")
	wrong(p.RoundExpiry > 0 && p.RoundExpiry < MinExpiry, "roundExpiry must be at least %s", MinExpiry)
	wrong(p.RealityCheck > 0 && p.RealityCheck < time.Second, "realityCheck.every must be at least 1s")
	wrong(p.AnswerWithin > 0 && p.RealityCheck == 0, "realityCheck.answerWithin needs realityCheck.every")
	wrong(p.CoolDown > 0 && p.SessionLimit == 0, "coolDown needs sessionLimit")
	for kind, d := range e.MinimumCycle {
		wrong(kind != games.Slots && kind != games.Other, "minimumCycle: %.30q is none of slots, other", string(kind))
		wrong(time.Duration(d) > time.Minute, "minimumCycle: %s is more than a minute", time.Duration(d))
		if p.MinimumCycle == nil {
			p.MinimumCycle = map[games.Kind]time.Duration{}
		}
		p.MinimumCycle[kind] = time.Duration(d)
	}
	var err error
	p.MaxBet, err = amounts("maxBet", e.MaxBet)
	mistakes = append(mistakes, err)
	p.MaxWin, err = amounts("maxWin", e.MaxWin)
	return p, errors.Join(append(mistakes, err)...)
}

// amounts reads money by currency.
func amounts(member string, numbers map[string]money.Number) (map[money.Currency]money.Amount, error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	read := map[money.Currency]money.Amount{}
	for code, number := range numbers {
		c, err := money.LookupCurrency(code)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", member, err)
		}
		amount, err := money.Parse(c, number)
		if err == nil && amount.Sign() <= 0 {
			err = errors.New("must be greater than 0")
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", member, code, err)
		}
		read[c] = amount
	}
	return read, nil
}

// strictest takes of all profiles whatever is strictest: of a currency that only some name, what those say.
func strictest(all map[string]*Profile) *Profile {
	s := &Profile{Name: "strictest"}
	shorter := func(have *time.Duration, other time.Duration) {
		if other > 0 && (*have == 0 || other < *have) {
			*have = other
		}
	}
	for _, p := range all {
		s.MaxBet, s.MaxWin = lower(s.MaxBet, p.MaxBet), lower(s.MaxWin, p.MaxWin)
		shorter(&s.RoundExpiry, p.RoundExpiry)
		shorter(&s.RealityCheck, p.RealityCheck)
		if p.RealityCheck > 0 {
			shorter(&s.AnswerWithin, p.answerWithin())
		}
		shorter(&s.SessionLimit, p.SessionLimit)
		if p.SessionLimit > 0 {
			s.CoolDown = max(s.CoolDown, p.coolDown())
		}
		for kind, d := range p.MinimumCycle {
			if s.MinimumCycle == nil {
				s.MinimumCycle = map[games.Kind]time.Duration{}
			}
			s.MinimumCycle[kind] = max(s.MinimumCycle[kind], d)
		}
		s.AutoplayBarred = s.AutoplayBarred || p.AutoplayBarred
	}
	return s
}

func lower(have, others map[money.Currency]money.Amount) map[money.Currency]money.Amount {
	for c, amount := range others {
		if have == nil {
			have = map[money.Currency]money.Amount{}
		}
		if old, ok := have[c]; !ok || amount.Cmp(old) < 0 {
			have[c] = amount
		}
	}
	return have
}

func (p *Profile) answerWithin() time.Duration {
	if p == nil || p.AnswerWithin == 0 {
		return defaultAnswerWithin
	}
	return p.AnswerWithin
}

func (p *Profile) coolDown() time.Duration {
	if p == nil || p.CoolDown == 0 {
		return defaultCoolDown
	}
	return p.CoolDown
}

// checkStake returns OutsideLimits for an opening stake that is more than the profile allows, or with which a round could pay more, and
// GameNotAvailable where the profile limits stakes or wins and does not name the currency. It asks what the round could pay, never what it
// does: the answer is the same whatever was drawn.
func (p *Profile) checkStake(g games.Game, e games.Engine, a games.Action, stake money.Amount) error {
	if p == nil || p.MaxBet == nil && p.MaxWin == nil {
		return nil
	}
	c := stake.Currency()
	limits, _ := g.LimitsFor(c)
	most, details := limits.Max, map[string]any{"min": limits.Min, "jurisdiction": p.Name}
	if p.MaxBet != nil {
		bet, ok := p.MaxBet[c]
		if !ok {
			return notIn(g, c, p)
		}
		if bet.Cmp(most) < 0 {
			most = bet
		}
	}
	if p.MaxWin != nil {
		win, ok := p.MaxWin[c]
		if !ok {
			return notIn(g, c, p)
		}
		largest, ok := games.StakeFor(e, a, win)
		if !ok { // nobody knows what it can pay
			return notIn(g, c, p)
		}
		if largest.Cmp(most) < 0 {
			most = largest
		}
		details["maxWin"] = win
	}
	if stake.Cmp(most) <= 0 {
		return nil
	}
	details["max"] = most
	return &Error{Code: OutsideLimits, Message: fmt.Sprintf("The stake must be at most %s %s here", most, c), Details: details}
}

func notIn(g games.Game, c money.Currency, p *Profile) error {
	return &Error{Code: GameNotAvailable, Message: fmt.Sprintf("Game not available in %s by the rules of the player's jurisdiction", c),
		Details: map[string]any{"gameId": g.ID, "jurisdiction": p.Name}}
}

// wait returns how long a player must wait who started a round of a game at a time, before the next round may start.
func (p *Profile) wait(kind games.Kind, started, now time.Time) (wait, cycle time.Duration) {
	if p == nil || started.IsZero() {
		return 0, 0
	}
	cycle = p.MinimumCycle[kind]
	return min(started.Add(cycle).Sub(now), cycle), cycle // a clock that went back keeps nobody for longer
}
