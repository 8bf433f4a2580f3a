package api

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"croupier/api/webhooks"
	"croupier/session"
	"croupier/wallet"
)

// endpointData is what is told of a webhook endpoint: never its secrets.
type endpointData struct {
	EndpointID     string             `json:"endpointId"`
	URL            string             `json:"url"`
	Description    string             `json:"description,omitempty"`
	Events         []wallet.EventType `json:"events" doc:"What it is told; * is everything"`
	Ordering       string             `json:"ordering" enum:"none,player"`
	JackpotFrom    int                `json:"jackpotFrom" doc:"A payout of so many times the stake is told as round.jackpot_won"`
	Enabled        bool               `json:"enabled"`
	DisabledAt     *time.Time         `json:"disabledAt,omitempty"`
	DisabledReason string             `json:"disabledReason,omitempty"`
	FailingSince   *time.Time         `json:"failingSince,omitempty" doc:"It has accepted nothing since then; not there: it does"`
	CreatedAt      time.Time          `json:"createdAt"`
}

func endpointOut(e webhooks.Endpoint) endpointData {
	return endpointData{EndpointID: e.ID.String(), URL: e.URL, Description: e.Description, Events: e.Events, Ordering: string(e.Ordering),
		JackpotFrom: e.JackpotFrom, Enabled: e.Enabled, DisabledAt: e.DisabledAt, DisabledReason: e.DisabledReason, FailingSince: e.FailingSince,
		CreatedAt: e.CreatedAt.UTC()}
}

type endpointsData struct {
	Endpoints []endpointData `json:"endpoints" doc:"Oldest first"`
}

func (s *Server) listEndpoints(ctx context.Context, _ *nothing) (endpointsData, error) {
	list, err := s.hooks.List(ctx, requestOf(ctx).caller.ID)
	data := endpointsData{Endpoints: []endpointData{}}
	for _, e := range list {
		data.Endpoints = append(data.Endpoints, endpointOut(e))
	}
	return data, err
}

// EndpointSpec is what is said of an endpoint when it is made or changed.
type EndpointSpec struct {
	URL         string   `json:"url" minLength:"1" maxLength:"2048" doc:"https, and reachable from the internet. In a sandbox also http, this machine and private networks" example:"https://hooks.casino.example/croupier"`
	Description string   `json:"description,omitempty" maxLength:"200" example:"bookkeeping"`
	Events      []string `json:"events" minItems:"1" maxItems:"50" doc:"What it is told, as docs/webhooks.md lists it; * is everything, also what later releases add" example:"[\"round.completed\",\"wallet.deposit_confirmed\"]"`
	Ordering    string   `json:"ordering,omitempty" enum:"none,player" default:"none" doc:"player: what happens to one player is told in order, and what fails holds up what comes after it"`
	JackpotFrom int      `json:"jackpotFrom,omitempty" minimum:"2" maximum:"1000000" doc:"A payout of so many times the stake is told as round.jackpot_won; left out: 100" example:"100"`
}

func (b EndpointSpec) spec() webhooks.Spec {
	spec := webhooks.Spec{URL: b.URL, Description: b.Description, Ordering: webhooks.Ordering(b.Ordering), JackpotFrom: b.JackpotFrom}
	for _, e := range b.Events {
		spec.Events = append(spec.Events, wallet.EventType(e))
	}
	return spec
}

type newEndpointInput struct {
	Body EndpointSpec
}

type newEndpointData struct {
	Endpoint endpointData `json:"endpoint"`
	Secret   string       `json:"secret" doc:"Shown this once: what events are signed with, by the Standard Webhooks rules" example:"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="`
}

func (s *Server) makeEndpoint(ctx context.Context, in *newEndpointInput) (newEndpointData, error) {
	caller := requestOf(ctx).caller
	e, secret, err := s.hooks.Create(ctx, caller.ID, in.Body.spec())
	if err != nil {
		return newEndpointData{}, err
	}
	s.log.Info("made a webhook endpoint", "endpoint", e.ID, "operator", caller.ID, "by", caller.KeyID)
	return newEndpointData{Endpoint: endpointOut(e), Secret: secret}, nil
}

// OfEndpoint is the path of the calls about one endpoint.
type OfEndpoint struct {
	EndpointID string `path:"endpointId" maxLength:"64" example:"0198b6f0-7a52-7c3e-9d0a-3f1f6f0c2b11"`
}

// id returns NotFound for what cannot be an endpoint's.
func (in *OfEndpoint) id() (uuid.UUID, error) {
	id, err := uuid.Parse(in.EndpointID)
	if err != nil {
		return id, session.Errorf(session.NotFound, "Webhook endpoint not found")
	}
	return id, nil
}

// onEndpoint does something with one endpoint of the caller's and returns it as it is then.
func (s *Server) onEndpoint(ctx context.Context, in *OfEndpoint, what string, do func(operator, endpoint uuid.UUID) error) (endpointData, error) {
	id, err := in.id()
	if err != nil {
		return endpointData{}, err
	}
	caller := requestOf(ctx).caller
	if do != nil {
		if err := do(caller.ID, id); err != nil {
			return endpointData{}, err
		}
		s.log.Info(what+" a webhook endpoint", "endpoint", id, "operator", caller.ID, "by", caller.KeyID)
	}
	e, err := s.hooks.ByID(ctx, caller.ID, id)
	if err != nil {
		return endpointData{}, err
	}
	return endpointOut(e), nil
}

func (s *Server) getEndpoint(ctx context.Context, in *OfEndpoint) (endpointData, error) {
	return s.onEndpoint(ctx, in, "", nil)
}

type changeEndpointInput struct {
	OfEndpoint
	Body EndpointSpec
}

func (s *Server) changeEndpoint(ctx context.Context, in *changeEndpointInput) (endpointData, error) {
	return s.onEndpoint(ctx, &in.OfEndpoint, "changed", func(operator, endpoint uuid.UUID) error {
		return s.hooks.Change(ctx, operator, endpoint, in.Body.spec())
	})
}

func (s *Server) enableEndpoint(ctx context.Context, in *OfEndpoint) (endpointData, error) {
	return s.onEndpoint(ctx, in, "enabled", func(operator, endpoint uuid.UUID) error { return s.hooks.Enable(ctx, operator, endpoint) })
}

func (s *Server) disableEndpoint(ctx context.Context, in *OfEndpoint) (endpointData, error) {
	return s.onEndpoint(ctx, in, "disabled", func(operator, endpoint uuid.UUID) error {
		return s.hooks.Disable(ctx, operator, endpoint, "the operator disabled it")
	})
}

type deletedData struct {
	EndpointID string `json:"endpointId"`
	Deleted    bool   `json:"deleted"`
}

func (s *Server) deleteEndpoint(ctx context.Context, in *OfEndpoint) (deletedData, error) {
	id, err := in.id()
	if err != nil {
		return deletedData{}, err
	}
	caller := requestOf(ctx).caller
	if err := s.hooks.Delete(ctx, caller.ID, id); err != nil {
		return deletedData{}, err
	}
	s.log.Info("deleted a webhook endpoint", "endpoint", id, "operator", caller.ID, "by", caller.KeyID)
	return deletedData{EndpointID: id.String(), Deleted: true}, nil
}

type rotateSecretInput struct {
	OfEndpoint
	Body struct {
		OverlapSeconds *int `json:"overlapSeconds,omitempty" minimum:"0" maximum:"2592000" doc:"How long the old secret signs beside the new one; left out: a day; 0: it ends now" example:"86400"`
	}
}

type secretData struct {
	Secret string `json:"secret" doc:"Shown this once"`
}

func (s *Server) rotateSecret(ctx context.Context, in *rotateSecretInput) (data secretData, err error) {
	id, err := in.id()
	if err != nil {
		return data, err
	}
	overlap := 24 * time.Hour
	if seconds := in.Body.OverlapSeconds; seconds != nil {
		overlap = time.Duration(*seconds) * time.Second
	}
	caller := requestOf(ctx).caller
	if data.Secret, err = s.hooks.RotateSecret(ctx, caller.ID, id, overlap); err != nil {
		return secretData{}, err
	}
	s.log.Info("rotated the secret of a webhook endpoint", "endpoint", id, "operator", caller.ID, "by", caller.KeyID)
	return data, nil
}

// deliveryData is one attempt.
type deliveryData struct {
	DeliveryID string           `json:"deliveryId"`
	EndpointID string           `json:"endpointId"`
	EventID    string           `json:"eventId" doc:"The webhook-id: the same at every attempt"`
	Type       wallet.EventType `json:"type"`
	Attempt    int              `json:"attempt" doc:"From 1; a letter that is sent again begins anew"`
	At         time.Time        `json:"at"`
	TookMs     int64            `json:"tookMs"`
	Delivered  bool             `json:"delivered"`
	Status     *int             `json:"status,omitempty" doc:"Of the answer; not there: there was none"`
	Failure    string           `json:"failure,omitempty"`
	Answer     string           `json:"answer,omitempty" doc:"Of a failure, the first 500 bytes of the answer, as one line of printable text"`
}

func deliveryOut(d webhooks.Delivery) deliveryData {
	return deliveryData{DeliveryID: d.ID.String(), EndpointID: d.Endpoint.String(), EventID: d.EventID, Type: d.Type, Attempt: d.Attempt, At: d.At.UTC(),
		TookMs: d.Took.Milliseconds(), Delivered: d.Failure == "", Status: d.Status, Failure: d.Failure, Answer: d.Answer}
}

func (s *Server) testEndpoint(ctx context.Context, in *OfEndpoint) (deliveryData, error) {
	id, err := in.id()
	if err != nil {
		return deliveryData{}, err
	}
	d, err := s.courier.Test(ctx, requestOf(ctx).caller.ID, id)
	return deliveryOut(d), err
}

// OfHooks is the query of the lists about webhooks.
type OfHooks struct {
	Page
	EndpointID string `query:"endpointId" maxLength:"64" doc:"Of this endpoint only"`
	Cursor     string `query:"cursor" maxLength:"64" doc:"The nextCursor of the page before"`
}

func (in *OfHooks) page() (page webhooks.Page, err error) {
	page.Limit = in.Limit
	if in.Cursor != "" {
		if page.Before, err = uuid.Parse(in.Cursor); err != nil {
			return page, badCursor()
		}
	}
	if in.EndpointID != "" {
		id, err := (&OfEndpoint{in.EndpointID}).id()
		if err != nil {
			return page, err
		}
		page.Endpoint = &id
	}
	return page, nil
}

func cursorOut(next uuid.UUID) string {
	if next == uuid.Nil {
		return ""
	}
	return next.String()
}

type deliveriesInput struct {
	OfHooks
	Failed bool `query:"failed" doc:"Only attempts that failed"`
}

type deliveriesData struct {
	Deliveries []deliveryData `json:"deliveries" doc:"Newest first"`
	NextCursor string         `json:"nextCursor,omitempty" doc:"Not there: this is the last page"`
}

func (s *Server) listDeliveries(ctx context.Context, in *deliveriesInput) (deliveriesData, error) {
	page, err := in.page()
	if err != nil {
		return deliveriesData{}, err
	}
	list, next, err := s.hooks.Deliveries(ctx, requestOf(ctx).caller.ID, page, in.Failed)
	data := deliveriesData{Deliveries: []deliveryData{}, NextCursor: cursorOut(next)}
	for _, d := range list {
		data.Deliveries = append(data.Deliveries, deliveryOut(d))
	}
	return data, err
}

// deadData is an event that an endpoint did not accept.
type deadData struct {
	DeadID     string           `json:"deadId"`
	EndpointID string           `json:"endpointId"`
	EventID    string           `json:"eventId" doc:"The webhook-id"`
	Type       wallet.EventType `json:"type"`
	PlayerID   *uuid.UUID       `json:"playerId,omitempty"`
	Data       json.RawMessage  `json:"data" doc:"As it was sent"`
	At         time.Time        `json:"at" doc:"When it happened"`
	Attempts   int              `json:"attempts"`
	DeadAt     time.Time        `json:"deadAt"`
	Status     *int             `json:"status,omitempty" doc:"Of the last answer"`
	Failure    string           `json:"failure,omitempty"`
	Answer     string           `json:"answer,omitempty"`
}

type deadListData struct {
	Dead       []deadData `json:"dead"`
	NextCursor string     `json:"nextCursor,omitempty" doc:"Not there: this is the last page"`
}

func (s *Server) listDead(ctx context.Context, in *OfHooks) (deadListData, error) {
	page, err := in.page()
	if err != nil {
		return deadListData{}, err
	}
	list, next, err := s.hooks.Dead(ctx, requestOf(ctx).caller.ID, page)
	data := deadListData{Dead: []deadData{}, NextCursor: cursorOut(next)}
	for _, d := range list {
		data.Dead = append(data.Dead, deadData{DeadID: d.ID.String(), EndpointID: d.Endpoint.String(), EventID: d.EventID, Type: d.Type,
			PlayerID: d.PlayerID, Data: d.Data, At: d.At.UTC(), Attempts: d.Tries, DeadAt: d.DeadAt.UTC(), Status: d.Status, Failure: d.Failure, Answer: d.Answer})
	}
	return data, err
}

type deadInput struct {
	DeadID string `path:"deadId" maxLength:"64" example:"0198b6f0-7a52-4c3e-9d0a-3f1f6f0c2b11"`
}

type changedLettersData struct {
	Letters int `json:"letters" doc:"How many"`
}

// onDead does something with one dead letter of the caller's.
func (s *Server) onDead(ctx context.Context, in *deadInput, do func(ctx context.Context, operator, endpoint, letter uuid.UUID) (int, error)) (changedLettersData, error) {
	letter, err := uuid.Parse(in.DeadID)
	if err != nil || letter == uuid.Nil {
		return changedLettersData{}, session.Errorf(session.NotFound, "Dead letter not found")
	}
	operator := requestOf(ctx).caller.ID
	endpoint, err := s.hooks.EndpointOfLetter(ctx, operator, letter)
	if err != nil {
		return changedLettersData{}, err
	}
	n, err := do(ctx, operator, endpoint, letter)
	return changedLettersData{n}, err
}

func (s *Server) resendDead(ctx context.Context, in *deadInput) (changedLettersData, error) {
	return s.onDead(ctx, in, s.hooks.Resend)
}

func (s *Server) deleteDead(ctx context.Context, in *deadInput) (changedLettersData, error) {
	return s.onDead(ctx, in, s.hooks.Forget)
}

func (s *Server) resendAllDead(ctx context.Context, in *OfEndpoint) (changedLettersData, error) {
	id, err := in.id()
	if err != nil {
		return changedLettersData{}, err
	}
	n, err := s.hooks.Resend(ctx, requestOf(ctx).caller.ID, id, uuid.Nil)
	return changedLettersData{n}, err
}
