package api

import (
	"context"
	"time"

	"github.com/google/uuid"

	"croupier/games"
	"croupier/session"
	"croupier/wallet/money"
)

// ThisPlayer is the path of an operator's calls about one player.
type ThisPlayer struct {
	PlayerID string `path:"playerId" maxLength:"128" doc:"The player's id or your own id of the player" example:"player-42"`
}

type limitData struct {
	Type    session.LimitType   `json:"type" enum:"deposit,loss,wagering,session"`
	Period  session.LimitPeriod `json:"period" enum:"day,week,month,session" doc:"In UTC: from 00:00, from Monday, from the 1st. That of a session limit is the session"`
	Amount  money.Number        `json:"amount" doc:"Money of the player's currency; minutes of a session limit"`
	Used    *money.Amount       `json:"used,omitempty" doc:"In the period that goes on. Less than 0: the player won"`
	Pending *pendingLimit       `json:"pending,omitempty" doc:"What the limit will be"`
}

type pendingLimit struct {
	Amount *money.Number `json:"amount,omitempty" doc:"Not there: the limit goes"`
	From   time.Time     `json:"from" doc:"24 hours after it was asked for"`
}

// LimitsData is the limits of a player.
type LimitsData struct {
	PlayerID string      `json:"playerId"`
	Currency string      `json:"currency"`
	Limits   []limitData `json:"limits"`
}

func (s *Server) limitsOf(ctx context.Context, operator, player uuid.UUID) (LimitsData, error) {
	who, err := s.Players.ByID(ctx, operator, player)
	if err != nil {
		return LimitsData{}, err
	}
	data := LimitsData{PlayerID: player.String(), Currency: who.Currency.Code(), Limits: []limitData{}}
	list, err := s.Players.UsedLimits(ctx, operator, player)
	for _, l := range list {
		one := limitData{Type: l.Type, Period: l.Period, Amount: l.Number(l.Value), Used: l.Used}
		if l.PendingAt != nil {
			one.Pending = &pendingLimit{From: l.PendingAt.UTC()}
			if !l.Removed {
				value := l.Number(l.Limit.Pending)
				one.Pending.Amount = &value
			}
		}
		data.Limits = append(data.Limits, one)
	}
	return data, err
}

// LimitChanges is a change of limits, as it is asked for.
type LimitChanges struct {
	Limits []struct {
		Type   string `json:"type" enum:"deposit,loss,wagering,session"`
		Period string `json:"period" enum:"day,week,month,session"`
		Amount number `json:"amount,omitempty" doc:"Money of the player's currency, or whole minutes of a session limit" example:"50.00"`
		Remove bool   `json:"remove,omitempty" doc:"Instead of amount: the limit goes, after 24 hours"`
	} `json:"limits" minItems:"1" maxItems:"20" doc:"Those that are to change; the others stay"`
	Reason string `json:"reason,omitempty" maxLength:"200" doc:"Recorded for ever. An operator must give one" example:"the player asked for it by phone"`
}

func (c *LimitChanges) parsed() ([]session.LimitChange, error) {
	var list []session.LimitChange
	for _, l := range c.Limits {
		if l.Remove == (l.Amount != "") {
			return nil, session.FieldError(session.InvalidRequest, "amount", "is needed, or else remove")
		}
		list = append(list, session.LimitChange{Type: session.LimitType(l.Type), Period: session.LimitPeriod(l.Period), Value: money.Number(l.Amount)})
	}
	return list, nil
}

func (s *Server) changeLimits(ctx context.Context, operator, player uuid.UUID, asked *LimitChanges, by session.Actor) (LimitsData, error) {
	list, err := asked.parsed()
	if err != nil {
		return LimitsData{}, err
	}
	if _, err := s.Players.SetLimits(ctx, operator, player, list, by); err != nil {
		return LimitsData{}, err
	}
	s.log.Info("changed limits of a player", "player", player, "by", by.By)
	return s.limitsOf(ctx, operator, player)
}

func (s *Server) getLimits(ctx context.Context, in *ThisPlayer) (LimitsData, error) {
	player, err := s.playerOf(ctx, in.PlayerID)
	if err != nil {
		return LimitsData{}, err
	}
	return s.limitsOf(ctx, player.OperatorID, player.ID)
}

type limitsInput struct {
	ThisPlayer
	Body LimitChanges
}

func (s *Server) setLimits(ctx context.Context, in *limitsInput) (LimitsData, error) {
	player, err := s.playerOf(ctx, in.PlayerID)
	if err != nil {
		return LimitsData{}, err
	}
	return s.changeLimits(ctx, player.OperatorID, player.ID, &in.Body, s.actor(ctx, in.Body.Reason))
}

// actor is the key of a call.
func (s *Server) actor(ctx context.Context, reason string) session.Actor {
	return session.Actor{By: "API key " + requestOf(ctx).caller.KeyID.String(), Reason: reason}
}

type reasonInput struct {
	ThisPlayer
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"Recorded for ever, with the key of the call" example:"documents are being checked"`
	}
}

type standingData struct {
	PlayerID  string     `json:"playerId"`
	Status    string     `json:"status" enum:"active,suspended,excluded"`
	Suspended bool       `json:"suspended" doc:"By you; it can be so beside an exclusion"`
	Until     *time.Time `json:"until,omitempty" doc:"The end of an exclusion; not there: it has none"`
}

func standingOut(player uuid.UUID, s session.Standing, err error) (standingData, error) {
	return standingData{PlayerID: player.String(), Status: s.Status, Suspended: s.Suspended, Until: s.Until}, err
}

func (s *Server) suspendPlayer(ctx context.Context, in *reasonInput) (standingData, error) {
	player, err := s.playerOf(ctx, in.PlayerID)
	if err != nil {
		return standingData{}, err
	}
	standing, err := s.Players.Suspend(ctx, player.OperatorID, player.ID, s.actor(ctx, in.Body.Reason))
	return standingOut(player.ID, standing, err)
}

func (s *Server) reinstatePlayer(ctx context.Context, in *reasonInput) (standingData, error) {
	player, err := s.playerOf(ctx, in.PlayerID)
	if err != nil {
		return standingData{}, err
	}
	standing, err := s.Players.Reinstate(ctx, player.OperatorID, player.ID, s.actor(ctx, in.Body.Reason))
	return standingOut(player.ID, standing, err)
}

type excludeInput struct {
	ThisPlayer
	Body struct {
		Until  *time.Time `json:"until,omitempty" doc:"At least 24 hours from now; left out: without an end" example:"2027-06-01T00:00:00Z"`
		Reason string     `json:"reason" minLength:"1" maxLength:"200" doc:"Recorded for ever, with the key of the call" example:"the player asked for it by phone"`
	}
}

func (s *Server) excludePlayer(ctx context.Context, in *excludeInput) (standingData, error) {
	player, err := s.playerOf(ctx, in.PlayerID)
	if err != nil {
		return standingData{}, err
	}
	standing, err := s.Players.Exclude(ctx, player.OperatorID, player.ID, in.Body.Until, s.actor(ctx, in.Body.Reason))
	return standingOut(player.ID, standing, err)
}

func (s *Server) getOwnLimits(ctx context.Context, _ *nothing) (LimitsData, error) {
	claims := requestOf(ctx).claims
	return s.limitsOf(ctx, claims.OperatorID, claims.PlayerID)
}

type ownLimitsInput struct {
	Body LimitChanges
}

func (s *Server) setOwnLimits(ctx context.Context, in *ownLimitsInput) (LimitsData, error) {
	claims := requestOf(ctx).claims
	return s.changeLimits(ctx, claims.OperatorID, claims.PlayerID, &in.Body, session.ThePlayer(in.Body.Reason))
}

type ownExclusionInput struct {
	Body struct {
		Until      *time.Time `json:"until,omitempty" doc:"At least 24 hours from now" example:"2027-06-01T00:00:00Z"`
		Indefinite bool       `json:"indefinite,omitempty" doc:"Instead of until: without an end"`
	}
}

func (s *Server) excludeMe(ctx context.Context, in *ownExclusionInput) (standingData, error) {
	if in.Body.Indefinite == (in.Body.Until != nil) { // it cannot be taken back: nothing is guessed
		return standingData{}, session.FieldError(session.InvalidRequest, "until", "is needed, or else indefinite")
	}
	claims := requestOf(ctx).claims
	standing, err := s.Players.Exclude(ctx, claims.OperatorID, claims.PlayerID, in.Body.Until, session.ThePlayer(""))
	return standingOut(claims.PlayerID, standing, err)
}

type sessionStateData struct {
	BeganAt             time.Time     `json:"beganAt"`
	SessionDuration     int64         `json:"sessionDuration" doc:"Seconds since then"`
	TotalWagered        money.Amount  `json:"totalWagered"`
	NetResult           money.Amount  `json:"netResult" doc:"What came back, less what was staked"`
	Currency            string        `json:"currency"`
	Jurisdiction        string        `json:"jurisdiction,omitempty" doc:"Whose profile holds; strictest: the player's own jurisdiction has none. Not there: the server has no profiles"`
	RealityCheckSeconds int64         `json:"realityCheckSeconds,omitempty" doc:"Between two reality checks"`
	SessionLimitSeconds int64         `json:"sessionLimitSeconds,omitempty" doc:"How long may be played without a break"`
	MinimumCycleMs      cycleData     `json:"minimumCycleMs" doc:"From the start of a round to the start of the next, by the kind of game of the first"`
	MaxBet              *money.Amount `json:"maxBet,omitempty"`
	Autoplay            bool          `json:"autoplay" doc:"Whether a client may play by itself"`
}

type cycleData struct {
	Slots int64 `json:"slots"`
	Other int64 `json:"other"`
}

func (s *Server) getSession(ctx context.Context, _ *nothing) (sessionStateData, error) {
	claims := requestOf(ctx).claims
	state, err := s.Floor.SessionState(ctx, claims.PlayerID, claims.SessionID)
	if err != nil {
		return sessionStateData{}, err
	}
	return sessionStateData{BeganAt: state.Began, SessionDuration: int64(state.Duration / time.Second), TotalWagered: state.TotalWagered,
		NetResult: state.NetResult, Currency: claims.Currency.Code(), Jurisdiction: state.Jurisdiction,
		RealityCheckSeconds: int64(state.RealityCheck / time.Second), SessionLimitSeconds: int64(state.SessionLimit / time.Second),
		MinimumCycleMs: cycleData{state.MinimumCycle[games.Slots].Milliseconds(), state.MinimumCycle[games.Other].Milliseconds()},
		MaxBet:         state.MaxBet, Autoplay: state.Autoplay}, nil
}
