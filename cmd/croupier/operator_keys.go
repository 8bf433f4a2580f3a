package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"

	"croupier/session"
)

type operatorKeyCmd struct {
	vaultFlags
	Operator uuid.UUID       `required:"" help:"The operator's id."`
	Scopes   []session.Scope `name:"scope" default:"all" placeholder:"SCOPE" help:"What it may do: launch, wallet:read, wallet:write, rounds:read, rounds:void, players:read, players:write, reports:read, games, keys, settings, sso, webhooks, test, or all, the default. Several by comma."`
	Allow    []network       `name:"allow-from" placeholder:"CIDR" help:"A network or an address that it may be used from, as 203.0.113.0/24. Several by comma. Default: anywhere."`
	Expires  moment          `placeholder:"WHEN" help:"When it ends: after so long, as 90d or 36h, or at a time, as 2027-02-01 or 2027-02-01T15:00:00Z. Default: never."`
	adminFlag
	JSON bool `name:"json" help:"Print JSON."`
}

// adminFlag says who changes a key.
type adminFlag struct {
	By string `placeholder:"NAME" help:"Who does it, as the records say. Default: the name of this system's user."`
}

func (f adminFlag) admin() (session.KeyAdmin, error) {
	name := f.By
	if name == "" {
		name = systemUser()
	}
	return session.ByCommand(name)
}

// Help implements kong.HelpProvider.
func (c *operatorKeyCmd) Help() string {
	return `Give every use a key of its own that may do no more than it must: support staff who look at rounds need --scope rounds:read --expires 1d,
a wallet service --scope wallet:read,wallet:write --allow-from its own network. An operator makes keys itself with a key of the scope keys.`
}

// Run implements the command.
func (c *operatorKeyCmd) Run(ctx context.Context) error {
	by, err := c.admin()
	if err != nil {
		return err
	}
	return c.withOperators(ctx, func(o *session.Operators) error {
		spec := session.KeySpec{Scopes: c.Scopes, ExpiresAt: c.Expires.after(time.Now())}
		for _, n := range c.Allow {
			spec.AllowedFrom = append(spec.AllowedFrom, n.Prefix)
		}
		key, made, err := o.NewKey(ctx, c.Operator, spec, by)
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(os.Stdout).Encode(keyReport{c.Operator, key.ID, key.Key, key.Secret})
		}
		printKey(key)
		fmt.Printf("It may do  %s\n", bounds(made))
		return nil
	})
}

type operatorRotateKeyCmd struct {
	vaultFlags
	Key     uuid.UUID `arg:"" help:"The id of the key."`
	Overlap moment    `default:"24h" placeholder:"TIME" help:"How long the old key stays in force beside the new one, as 24h or 7d, at most 30d. 0h: it ends now. Default: ${default}."`
	Expires moment    `placeholder:"WHEN" help:"When the new key ends, as for operator key. Default: it lives as long from now as the old one was made to."`
	adminFlag
	JSON bool `name:"json" help:"Print JSON."`
}

// Help implements kong.HelpProvider.
func (c *operatorRotateKeyCmd) Help() string {
	return `The new key has the scopes and the networks of the old one. Put it where the old one is used; croupier operator list shows when each was used
last. Should the old one have leaked, do not rotate it: make a new one and revoke it.`
}

// Run implements the command.
func (c *operatorRotateKeyCmd) Run(ctx context.Context) error {
	by, err := c.admin()
	if err != nil {
		return err
	}
	now := time.Now()
	rotation := session.KeyRotation{Overlap: c.Overlap.after(now).Sub(now), ExpiresAt: c.Expires.after(now)}
	return c.withOperators(ctx, func(o *session.Operators) error {
		key, made, old, err := o.RotateKey(ctx, nil, c.Key, rotation, by)
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(os.Stdout).Encode(key)
		}
		printKey(key)
		fmt.Printf("It may do  %s\nThe old key %s: %s\n", bounds(made), old.ID, state(old, time.Now()))
		return nil
	})
}

type operatorRevokeCmd struct {
	vaultFlags
	Key uuid.UUID `required:"" help:"The id of the key."`
	adminFlag
}

// Run implements the command.
func (c *operatorRevokeCmd) Run(ctx context.Context) error {
	by, err := c.admin()
	if err != nil {
		return err
	}
	return c.withOperators(ctx, func(o *session.Operators) error {
		_, err := o.RevokeKey(ctx, nil, c.Key, by)
		return err
	})
}

// keyReport is a new API key as JSON. The names are those of `croupier sandbox --json`.
type keyReport struct {
	OperatorID uuid.UUID `json:"operatorId"`
	KeyID      uuid.UUID `json:"keyId"`
	APIKey     string    `json:"apiKey"`
	APISecret  string    `json:"apiSecret"`
}

func printKey(key session.APIKey) {
	fmt.Printf("key id     %s\nAPI key    %s\nAPI secret %s\nKey and secret are shown this once.\n", key.ID, key.Key, key.Secret)
}

type operatorListCmd struct {
	vaultFlags
	JSON bool `name:"json" help:"Print JSON."`
}

// operatorListed is an operator with its keys, as JSON.
type operatorListed struct {
	session.Operator
	Keys []session.APIKeyRecord
}

// Run implements the command.
func (c *operatorListCmd) Run(ctx context.Context) error {
	return c.withOperators(ctx, func(o *session.Operators) error {
		list, err := o.List(ctx)
		if err != nil {
			return err
		}
		listed := []operatorListed{}
		for _, operator := range list {
			keys, err := o.Keys(ctx, operator.ID)
			if err != nil {
				return err
			}
			listed = append(listed, operatorListed{operator, keys})
		}
		if c.JSON {
			return json.NewEncoder(os.Stdout).Encode(listed)
		}
		return printOperators(os.Stdout, listed, time.Now())
	})
}

func printOperators(out io.Writer, list []operatorListed, now time.Time) error {
	var text strings.Builder
	for _, o := range list {
		fmt.Fprintf(&text, "%s  %-8s %s; seeds are rotated %s\n", o.ID, o.Mode, o.Name, policyWords(o.Seeds))
		for _, key := range o.Keys {
			fmt.Fprintf(&text, "  key %s  %s\n", key.ID, state(key, now))
			fmt.Fprintf(&text, "    may do %s\n", bounds(key))
			fmt.Fprintf(&text, "    made %s%s%s, used %s\n", stamp(key.CreatedAt), by(key.CreatedBy), inPlaceOf(key), lastUse(key))
		}
	}
	_, err := io.WriteString(out, text.String())
	return err
}

// bounds says what a key may do, and from where.
func bounds(key session.APIKeyRecord) string {
	names := make([]string, len(key.Scopes))
	for i, scope := range key.Scopes {
		names[i] = string(scope)
	}
	networks := make([]string, len(key.AllowedFrom))
	for i, n := range key.AllowedFrom {
		networks[i] = n.String()
	}
	from := "anywhere"
	if len(networks) > 0 {
		from = strings.Join(networks, ", ")
	}
	return strings.Join(names, ", ") + " from " + from
}

// state says whether a key is in force, and until when or since when not.
func state(key session.APIKeyRecord, now time.Time) string {
	end := key.End()
	switch {
	case key.RevokedAt != nil:
		return "revoked " + stamp(*key.RevokedAt) + by(key.RevokedBy)
	case end == nil:
		return "in force"
	case !key.InForce(now):
		return "ended " + stamp(*end)
	case end == key.RetiresAt:
		return "in force until " + stamp(*end) + ", because another took its place"
	}
	return "in force until " + stamp(*end)
}

func inPlaceOf(key session.APIKeyRecord) string {
	if key.Replaces == nil {
		return ""
	}
	return " in place of " + key.Replaces.String()
}

func lastUse(key session.APIKeyRecord) string {
	if key.LastUsedAt == nil {
		return "never"
	}
	return stamp(*key.LastUsedAt) + " or at most 10 minutes later"
}

func by(name string) string {
	if name == "" {
		return ""
	}
	return " by " + strings.TrimPrefix(name, "command by ")
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// network is a flag's network.
type network struct{ netip.Prefix }

// UnmarshalText implements encoding.TextUnmarshaler.
func (n *network) UnmarshalText(text []byte) (err error) {
	n.Prefix, err = session.ParseNetwork(string(text))
	if known := new(session.Error); errors.As(err, &known) {
		return fmt.Errorf("%v", known.Details["reason"]) // the flag is named before it
	}
	return err
}
