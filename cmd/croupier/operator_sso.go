package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/google/uuid"

	"croupier/session"
)

// operatorSSOCmd keeps what operators' own tokens must be like.
type operatorSSOCmd struct {
	Set  operatorSSOSetCmd  `cmd:"" help:"Say which tokens of an operator's own let its players in."`
	Show operatorSSOShowCmd `cmd:"" help:"Show what is in force, since when, and who said so."`
	Off  operatorSSOOffCmd  `cmd:"" help:"Let nobody in by the operator's own tokens any more. Launch tokens go on."`
}

type operatorSSOSetCmd struct {
	vaultFlags
	Operator  uuid.UUID     `required:"" help:"The operator's id."`
	Issuer    string        `required:"" env:"CROUPIER_OPERATOR_SSO_ISSUER" placeholder:"TEXT" help:"The iss of the tokens, as https://casino.example."`
	Audience  string        `env:"CROUPIER_OPERATOR_SSO_AUDIENCE" default:"croupier" placeholder:"TEXT" help:"The aud of the tokens, or one of them. Default: ${default}."`
	Algorithm string        `required:"" env:"CROUPIER_OPERATOR_SSO_ALGORITHM" enum:"EdDSA,ES256,RS256,PS256" help:"What they are signed with: EdDSA, ES256, RS256 or PS256. Nothing else is taken."`
	JWKSURL   string        `name:"jwks-url" env:"CROUPIER_OPERATOR_SSO_JWKS_URL" placeholder:"URL" help:"Where the operator publishes its keys, as https://casino.example/.well-known/jwks.json."`
	KeysFile  string        `env:"CROUPIER_OPERATOR_SSO_KEYS_FILE" type:"existingfile" placeholder:"FILE" help:"In place of it: a JWK Set with the operator's public keys."`
	MaxAge    time.Duration `env:"CROUPIER_OPERATOR_SSO_MAX_AGE" default:"60s" placeholder:"TIME" help:"How long a token may be good for, from 10s to 5m. Default: ${default}."`
	Leeway    time.Duration `env:"CROUPIER_OPERATOR_SSO_LEEWAY" default:"5s" placeholder:"TIME" help:"By how much the operator's clock may differ from ours, at most 30s. Default: ${default}."`
	adminFlag
	JSON bool `name:"json" help:"Print JSON."`
}

// Help implements kong.HelpProvider.
func (c *operatorSSOSetCmd) Help() string {
	return `It replaces all that was in force, on all servers at once. docs/sso.md shows how an operator makes a token.`
}

// Run implements the command.
func (c *operatorSSOSetCmd) Run(ctx context.Context) error {
	by, err := c.admin()
	if err != nil {
		return err
	}
	sso := session.SSO{Operator: c.Operator, Enabled: true, Issuer: c.Issuer, Audience: c.Audience, Algorithm: c.Algorithm, JWKSURL: c.JWKSURL,
		MaxAge: c.MaxAge, Leeway: c.Leeway}
	if c.KeysFile != "" {
		if sso.Keys, err = os.ReadFile(c.KeysFile); err != nil {
			return err
		}
	}
	return c.withOperators(ctx, func(o *session.Operators) error {
		set, err := o.SetSSO(ctx, sso, by)
		if err != nil {
			return err
		}
		return printSSO(set, c.JSON)
	})
}

type operatorSSOShowCmd struct {
	vaultFlags
	Operator uuid.UUID `required:"" help:"The operator's id."`
	JSON     bool      `name:"json" help:"Print JSON."`
}

// Run implements the command.
func (c *operatorSSOShowCmd) Run(ctx context.Context) error {
	return c.withOperators(ctx, func(o *session.Operators) error {
		sso, err := o.SSO(ctx, c.Operator)
		if err != nil {
			return err
		}
		return printSSO(sso, c.JSON)
	})
}

type operatorSSOOffCmd struct {
	vaultFlags
	Operator uuid.UUID `required:"" help:"The operator's id."`
	adminFlag
	JSON bool `name:"json" help:"Print JSON."`
}

// Run implements the command.
func (c *operatorSSOOffCmd) Run(ctx context.Context) error {
	by, err := c.admin()
	if err != nil {
		return err
	}
	return c.withOperators(ctx, func(o *session.Operators) error {
		sso, err := o.SSO(ctx, c.Operator)
		if err != nil {
			return err
		}
		sso.Enabled = false
		if sso, err = o.SetSSO(ctx, sso, by); err != nil {
			return err
		}
		return printSSO(sso, c.JSON)
	})
}

// ssoReport is what is in force as JSON. The names are those of GET /sso.
type ssoReport struct {
	OperatorID    uuid.UUID       `json:"operatorId"`
	Enabled       bool            `json:"enabled"`
	Issuer        string          `json:"issuer"`
	Audience      string          `json:"audience"`
	Algorithm     string          `json:"algorithm"`
	JWKSURL       string          `json:"jwksUrl,omitempty"`
	Keys          json.RawMessage `json:"keys,omitempty"`
	MaxAgeSeconds int             `json:"maxAgeSeconds"`
	LeewaySeconds int             `json:"leewaySeconds"`
	Version       int             `json:"version"`
	ChangedAt     time.Time       `json:"changedAt"`
	ChangedBy     string          `json:"changedBy"`
}

func printSSO(s session.SSO, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(os.Stdout).Encode(ssoReport{s.Operator, s.Enabled, s.Issuer, s.Audience, s.Algorithm, s.JWKSURL, s.Keys,
			int(s.MaxAge.Seconds()), int(s.Leeway.Seconds()), s.Version, s.ChangedAt, s.ChangedBy})
	}
	keys := s.JWKSURL
	if keys == "" {
		given, err := session.ParseSSOKeys(s.Keys, s.Algorithm)
		if err != nil {
			return err
		}
		keys = fmt.Sprintf("%d given", given.Len())
	}
	state := "in force"
	if !s.Enabled {
		state = "off: launch tokens only"
	}
	_, err := fmt.Printf("tokens     %s\nissuer     %s\naudience   %s\nalgorithm  %s\nkeys       %s\ngood for   %s at most, clocks may differ by %s\nsaid       %s%s (version %d)\n",
		state, s.Issuer, s.Audience, s.Algorithm, keys, s.MaxAge, s.Leeway, stamp(s.ChangedAt), by(s.ChangedBy), s.Version)
	return err
}
