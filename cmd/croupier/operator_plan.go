package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/google/uuid"

	"croupier/session"
)

// operatorPlanCmd keeps how many requests operators and players may make.
type operatorPlanCmd struct {
	List   operatorPlanListCmd   `cmd:"" help:"List the plans: how many requests API keys and players may make."`
	Use    operatorPlanUseCmd    `cmd:"" help:"Put an operator, or one of its API keys, on a plan."`
	Define operatorPlanDefineCmd `cmd:"" help:"Make a plan, or change one for all who are on it."`
}

type operatorPlanListCmd struct {
	vaultFlags
	JSON bool `name:"json" help:"Print JSON."`
}

// Run implements the command.
func (c *operatorPlanListCmd) Run(ctx context.Context) error {
	return c.withOperators(ctx, func(o *session.Operators) error {
		book, err := o.PlanBook(ctx, session.Live)
		if err != nil {
			return err
		}
		list, err := o.List(ctx)
		if err != nil {
			return err
		}
		type onPlan struct {
			OperatorID uuid.UUID `json:"operatorId"`
			Name       string    `json:"name"`
			Plan       string    `json:"plan"`
		}
		report := struct {
			Plans     []planReport `json:"plans"`
			Operators []onPlan     `json:"operators"`
		}{[]planReport{}, []onPlan{}}
		for _, p := range book.Plans {
			report.Plans = append(report.Plans, planReport{p.Name, p.Key.PerSecond, p.Key.Burst, p.Player.PerSecond, p.Player.Burst})
		}
		for _, operator := range list {
			report.Operators = append(report.Operators, onPlan{operator.ID, operator.Name, book.Of(operator.ID, uuid.Nil).Name})
		}
		if c.JSON {
			return json.NewEncoder(os.Stdout).Encode(report)
		}
		fmt.Printf("%-16s %22s %22s\n", "plan", "an API key", "a player")
		for _, p := range report.Plans {
			fmt.Printf("%-16s %22s %22s\n", p.Plan, rateWords(p.KeyRate, p.KeyBurst), rateWords(p.PlayerRate, p.PlayerBurst))
		}
		for _, o := range report.Operators {
			fmt.Printf("%s  %s  %s\n", o.OperatorID, o.Plan, o.Name)
		}
		return nil
	})
}

// planReport is a plan as JSON: requests a second and at once.
type planReport struct {
	Plan        string `json:"plan"`
	KeyRate     int    `json:"keyRate"`
	KeyBurst    int    `json:"keyBurst"`
	PlayerRate  int    `json:"playerRate"`
	PlayerBurst int    `json:"playerBurst"`
}

func rateWords(rate, burst int) string { return fmt.Sprintf("%d/s, %d at once", rate, burst) }

type operatorPlanUseCmd struct {
	vaultFlags
	Plan     string    `arg:"" help:"The plan, or \"default\": standard for live operators, sandbox for sandbox operators."`
	Operator uuid.UUID `help:"The operator's id: its players, and those of its keys that are on no plan of their own."`
	Key      uuid.UUID `help:"In place of it: the id of one of its API keys."`
	adminFlag
}

// Run implements the command.
func (c *operatorPlanUseCmd) Run(ctx context.Context) error {
	by, err := c.admin()
	if err != nil {
		return err
	}
	if (c.Operator == uuid.Nil) == (c.Key == uuid.Nil) {
		return errors.New("say whose plan it is: --operator or --key")
	}
	subject, plan := c.Operator, c.Plan
	if c.Key != uuid.Nil {
		subject = c.Key
	}
	if plan == "default" {
		plan = ""
	}
	return c.withOperators(ctx, func(o *session.Operators) error {
		if err := o.UsePlan(ctx, subject, plan, by); err != nil {
			return err
		}
		fmt.Printf("%s is on the plan %s. Servers that run know it within 10 seconds.\n", subject, c.Plan)
		return nil
	})
}

type operatorPlanDefineCmd struct {
	vaultFlags
	Plan        string `arg:"" help:"Its name: 1–32 characters of a–z, 0–9, _ and -."`
	KeyRate     int    `required:"" env:"CROUPIER_OPERATOR_PLAN_KEY_RATE" placeholder:"N" help:"Requests a second of an API key."`
	KeyBurst    int    `required:"" env:"CROUPIER_OPERATOR_PLAN_KEY_BURST" placeholder:"N" help:"Requests of an API key at once, after a pause."`
	PlayerRate  int    `required:"" env:"CROUPIER_OPERATOR_PLAN_PLAYER_RATE" placeholder:"N" help:"REST requests a second of a player. Play over the WebSocket is no part of it."`
	PlayerBurst int    `required:"" env:"CROUPIER_OPERATOR_PLAN_PLAYER_BURST" placeholder:"N" help:"REST requests of a player at once."`
}

// Run implements the command.
func (c *operatorPlanDefineCmd) Run(ctx context.Context) error {
	return c.withOperators(ctx, func(o *session.Operators) error {
		plan := session.Plan{Name: c.Plan, Key: session.Rate{PerSecond: c.KeyRate, Burst: c.KeyBurst},
			Player: session.Rate{PerSecond: c.PlayerRate, Burst: c.PlayerBurst}}
		if err := o.DefinePlan(ctx, plan); err != nil {
			return err
		}
		fmt.Printf("%s: an API key %s; a player %s. Servers that run know it within 10 seconds.\n", plan.Name, rateWords(c.KeyRate, c.KeyBurst),
			rateWords(c.PlayerRate, c.PlayerBurst))
		return nil
	})
}
