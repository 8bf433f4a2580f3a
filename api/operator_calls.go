package api

import (
	"context"
	"time"

	"github.com/google/uuid"

	"croupier/session"
)

type operatorData struct {
	OperatorID     string         `json:"operatorId"`
	Name           string         `json:"name" example:"Casino Example"`
	Mode           string         `json:"mode" enum:"sandbox,live" doc:"Whether its money is real"`
	AllowedOrigins []string       `json:"allowedOrigins" doc:"The web origins that players' browsers may connect from" example:"[\"https://casino.example\"]"`
	Seeds          seedPolicyData `json:"seeds"`
	CreatedAt      time.Time      `json:"createdAt"`
}

type seedPolicyData struct {
	Rounds int32 `json:"rounds" doc:"Seeds are rotated after this many rounds, from 10 to 1000000; 0: however many" example:"1000"`
	Hours  int32 `json:"hours" doc:"Seeds that something was played under are rotated after this many hours, from 1 to 8760; 0: however long" example:"24"`
}

func operatorOut(o session.Operator) operatorData {
	return operatorData{OperatorID: o.ID.String(), Name: o.Name, Mode: string(o.Mode), AllowedOrigins: append([]string{}, o.Origins...),
		Seeds: seedPolicyData(o.Seeds), CreatedAt: o.CreatedAt}
}

func (s *Server) getOperator(ctx context.Context, _ *nothing) (operatorData, error) {
	o, err := s.Operators.ByID(ctx, requestOf(ctx).caller.ID)
	return operatorOut(o), err
}

type changeOperatorInput struct {
	Body struct {
		Name           *string         `json:"name,omitempty" minLength:"1" maxLength:"100" example:"Casino Example"`
		AllowedOrigins *[]string       `json:"allowedOrigins,omitempty" maxItems:"100" doc:"All of them: in place of those of before" example:"[\"https://casino.example\"]"`
		Seeds          *seedPolicyData `json:"seeds,omitempty"`
	}
}

func (s *Server) changeOperator(ctx context.Context, in *changeOperatorInput) (operatorData, error) {
	caller := requestOf(ctx).caller
	change := session.Settings{Name: in.Body.Name, Origins: in.Body.AllowedOrigins, Seeds: (*session.SeedPolicy)(in.Body.Seeds)}
	o, err := s.Operators.Change(ctx, caller.ID, change, session.ByKey(*caller))
	if err != nil {
		return operatorData{}, err
	}
	s.log.Info("changed an operator's settings", "operator", o.ID, "by", caller.KeyID)
	return operatorOut(o), nil
}

type operatorChangesInput struct {
	Page
	Cursor string `query:"cursor" maxLength:"64" doc:"The nextCursor of the page before"`
}

type operatorChangesData struct {
	Changes    []session.SettingsChange `json:"changes"`
	NextCursor string                   `json:"nextCursor,omitempty" doc:"Not there: this is the last page"`
}

func (s *Server) listOperatorChanges(ctx context.Context, in *operatorChangesInput) (operatorChangesData, error) {
	var before uuid.UUID
	if in.Cursor != "" {
		var err error
		if before, err = uuid.Parse(in.Cursor); err != nil {
			return operatorChangesData{}, badCursor()
		}
	}
	page, next, err := s.Operators.Changes(ctx, requestOf(ctx).caller.ID, before, in.Limit)
	data := operatorChangesData{Changes: append([]session.SettingsChange{}, page...)}
	if next != uuid.Nil {
		data.NextCursor = next.String()
	}
	return data, err
}
