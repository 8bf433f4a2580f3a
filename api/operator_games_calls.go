package api

import (
	"context"
	"strconv"
	"time"

	"croupier/games"
	"croupier/session"
	"croupier/wallet/money"
)

// GameSettings are what an operator makes of a game.
type GameSettings struct {
	Enabled bool                `json:"enabled" doc:"Whether new rounds may be opened" example:"true"`
	Variant string              `json:"variant,omitempty" maxLength:"32" doc:"The build of new rounds, one of variants; left out: the house's default" example:"RTP_96"`
	Name    string              `json:"name,omitempty" maxLength:"100" doc:"What players are shown; left out: the game's own" example:"Lucky Reels"`
	Aliases []string            `json:"aliases,omitempty" maxItems:"20" doc:"More ids that your players may connect by; messages have the id that a client connected with" example:"[\"lucky-reels\"]"`
	Limits  map[string]betRange `json:"limits,omitempty" doc:"Smallest and largest stake that opens a round, by currency: within the game's own. A currency that is left out has the game's own"`
}

// betRange are limits as a request states them: exact, and not yet judged.
type betRange struct {
	Min number `json:"min" example:"1.00"`
	Max number `json:"max" example:"50.00"`
}

// operatorGameData is a game as the house offers it and what the operator has made of it.
type operatorGameData struct {
	GameID    string                  `json:"gameId" example:"slots"`
	Revision  int                     `json:"revision" doc:"How often it was changed; the ETag of the game has it" example:"3"`
	Settings  gameSettingsData        `json:"settings" doc:"What you have set"`
	Effective GameData                `json:"effective" doc:"What comes of it, as your players see it"`
	HouseName string                  `json:"houseName" doc:"The game's own name"`
	Variants  []variantData           `json:"variants" doc:"The builds that you may choose from"`
	Default   string                  `json:"defaultVariant" doc:"The house's choice"`
	Widest    map[string]games.Limits `json:"widestLimits" doc:"The game's own limits, by currency"`
	Changed   *gameChangeData         `json:"changed,omitempty" doc:"The last change; not there: it was never changed"`
}

func (d operatorGameData) tag() string { return strconv.Itoa(d.Revision) }

type gameSettingsData struct {
	Enabled bool                    `json:"enabled"`
	Variant string                  `json:"variant" doc:"Empty: the house's default"`
	Name    string                  `json:"name" doc:"Empty: the game's own"`
	Aliases []string                `json:"aliases"`
	Limits  map[string]games.Limits `json:"limits"`
}

type gameChangeData struct {
	Revision int              `json:"revision"`
	Settings gameSettingsData `json:"settings"`
	By       string           `json:"by" doc:"The API key, or who did it by command"`
	Reason   string           `json:"reason"`
	At       time.Time        `json:"at"`
}

func settingsOut(s session.GameSettings) gameSettingsData {
	limits := s.Limits
	if limits == nil {
		limits = map[string]games.Limits{}
	}
	return gameSettingsData{Enabled: s.Enabled, Variant: s.Variant, Name: s.Name, Aliases: append([]string{}, s.Aliases...), Limits: limits}
}

func changeOut(r session.GameRevision) gameChangeData {
	return gameChangeData{Revision: r.Revision, Settings: settingsOut(r.GameSettings), By: r.ChangedBy, Reason: r.Reason, At: r.ChangedAt}
}

func (s *Server) operatorGameOut(o session.Offer) operatorGameData {
	own, _ := s.Floor.Catalogue().Lookup(o.ID)
	effective, _ := gameFor(&restRequest{}, o)
	data := operatorGameData{GameID: o.ID, Revision: o.Revision.Revision, Settings: settingsOut(o.Revision.GameSettings), Effective: effective,
		HouseName: own.Name, Variants: []variantData{}, Default: own.Default, Widest: own.Limits}
	for _, v := range own.Variants {
		data.Variants = append(data.Variants, variantData{v.ID, rtpOf(v), v.RulesHash})
	}
	if o.Revision.Revision > 0 {
		changed := changeOut(o.Revision)
		data.Changed = &changed
	}
	return data
}

type operatorGamesData struct {
	Games []operatorGameData `json:"games" doc:"All games of the house, in its order"`
}

func (s *Server) listOperatorGames(ctx context.Context, _ *nothing) (operatorGamesData, error) {
	offers, err := s.Floor.Offers(ctx, requestOf(ctx).operator())
	data := operatorGamesData{Games: make([]operatorGameData, 0, len(offers))}
	for _, o := range offers {
		data.Games = append(data.Games, s.operatorGameOut(o))
	}
	return data, err
}

func (s *Server) getOperatorGame(ctx context.Context, in *OfGame) (operatorGameData, error) {
	o, _, err := s.findGame(ctx, in.GameID)
	if err != nil {
		return operatorGameData{}, err
	}
	return s.operatorGameOut(o), nil
}

type setGameInput struct {
	OfGame
	IfMatch string `header:"If-Match" maxLength:"64" doc:"The ETag of the game that the change was made from. Without one it is 428; if the game was changed since, it is 412, and nothing is changed" example:"\"3\""`
	Body    struct {
		GameSettings
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"Why, on one line: it is in the history for ever" example:"House limits for November"`
	}
}

// setOperatorGame puts a game into another state. What the body leaves out is as the house has it afterwards.
func (s *Server) setOperatorGame(ctx context.Context, in *setGameInput) (operatorGameData, error) {
	request := requestOf(ctx)
	tag, err := request.ifMatch()
	if err != nil {
		return operatorGameData{}, err
	}
	offer, _, err := s.findGame(ctx, in.GameID)
	if err != nil {
		return operatorGameData{}, err
	}
	change := session.GameChange{GameID: offer.ID, By: "API key " + request.caller.KeyID.String(), Reason: in.Body.Reason, GameSettings: session.GameSettings{
		Enabled: in.Body.Enabled, Variant: in.Body.Variant, Name: in.Body.Name, Aliases: in.Body.Aliases}}
	if change.Limits, err = limitsOf(in.Body.Limits); err != nil {
		return operatorGameData{}, err
	}
	if change.Revision, err = strconv.Atoi(tag); err != nil {
		return operatorGameData{}, changedMeanwhile(session.Errorf(session.Conflict, "If-Match is no ETag of this game"))
	}
	offer, err = s.Floor.SetGame(ctx, request.caller.ID, change)
	if err != nil {
		return operatorGameData{}, changedMeanwhile(err)
	}
	s.log.Info("an operator changed a game", "game", offer.ID, "revision", offer.Revision.Revision, "by", request.caller.KeyID, "reason", in.Body.Reason)
	return s.operatorGameOut(offer), nil
}

// limitsOf are limits as amounts. Returns InvalidCurrency and InvalidRequest.
func limitsOf(stated map[string]betRange) (map[string]games.Limits, error) {
	limits := map[string]games.Limits{}
	for code, r := range stated {
		currency, err := money.LookupCurrency(code)
		if err != nil {
			return nil, session.FieldError(session.InvalidCurrency, "limits", clip(code)+" is not known")
		}
		var l games.Limits
		if l.Min, err = money.Parse(currency, r.Min); err == nil {
			l.Max, err = money.Parse(currency, r.Max)
		}
		if err != nil {
			return nil, inField(err, "limits."+code)
		}
		limits[code] = l
	}
	return limits, nil
}

type gameHistoryInput struct {
	OfGame
	Limit  int `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many at most"`
	Cursor int `query:"cursor" minimum:"1" doc:"The nextCursor of the page before"`
}

type gameHistoryData struct {
	Changes    []gameChangeData `json:"changes" doc:"Newest first"`
	NextCursor int              `json:"nextCursor,omitempty" doc:"Not there: this is the last page"`
}

func (s *Server) listGameHistory(ctx context.Context, in *gameHistoryInput) (gameHistoryData, error) {
	offer, _, err := s.findGame(ctx, in.GameID)
	if err != nil {
		return gameHistoryData{}, err
	}
	page, next, err := s.Floor.GameHistory(ctx, requestOf(ctx).operator(), offer.ID, in.Cursor, in.Limit)
	data := gameHistoryData{Changes: []gameChangeData{}, NextCursor: next}
	for _, r := range page {
		data.Changes = append(data.Changes, changeOut(r))
	}
	return data, err
}
