package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"

	"golang.org/x/mod/sumdb/tlog"

	"croupier/fairness/commitlog"
)

// logVerifyCmd proves that something is in a log.
type logVerifyCmd struct {
	URL        string `arg:"" name:"url" help:"The house, as https://play.example."`
	Record     string `env:"CROUPIER_LOG_RECORD" placeholder:"FILE" help:"A round's record, as GET /api/v1/rounds/{roundId} gives it; - for standard input."`
	Commitment string `env:"CROUPIER_LOG_COMMITMENT" placeholder:"HASH" help:"A serverSeedHash that you were shown."`
	Key        string `env:"CROUPIER_LOG_KEY" placeholder:"KEY" help:"The log's public key. Without it the one that the house shows is believed."`
}

// inclusionProof is what /api/v1/log/proof answers.
type inclusionProof struct {
	Leaf       string      `json:"leaf"`
	Index      int64       `json:"index"`
	Proof      []tlog.Hash `json:"proof"`
	Checkpoint string      `json:"checkpoint"`
}

// Run implements the command.
func (c *logVerifyCmd) Run(ctx context.Context) error {
	leaf, query, err := c.leaf()
	if err != nil {
		return err
	}
	client := newLogClient(c.URL)
	key := c.Key
	if key == "" {
		if key, err = client.fetchKey(ctx); err != nil {
			return err
		}
		fmt.Printf("believing the key that the house shows: %s\n", key)
	}
	if err := client.takeKey(key); err != nil {
		return err
	}
	answer, err := client.get(ctx, "/api/v1/log/proof?"+query.Encode(), 1<<20)
	if err != nil {
		return err
	}
	var told struct{ Data inclusionProof }
	if err := json.Unmarshal(answer, &told); err != nil {
		return fmt.Errorf("the house's proof: %w", err)
	}
	checkpoint, err := told.Data.verify(client, leaf)
	if err != nil {
		return err
	}
	fmt.Printf("%s\nis leaf %d of the %d of %s, with root %s, which its key has signed.\n",
		leaf.Text(), told.Data.Index, checkpoint.N, checkpoint.Origin, checkpoint.Hash)
	return nil
}

// leaf is what should be in the log, and how it is asked for.
func (c *logVerifyCmd) leaf() (commitlog.Leaf, url.Values, error) {
	switch {
	case (c.Record == "") == (c.Commitment == ""):
		return commitlog.Leaf{}, nil, errors.New("give --record or --commitment")
	case c.Commitment != "":
		value, err := commitlog.ParseValue(c.Commitment)
		if err != nil {
			return commitlog.Leaf{}, nil, fmt.Errorf("--commitment %w", err)
		}
		return commitlog.Leaf{Kind: commitlog.Commitment, Value: value}, url.Values{"commitment": {c.Commitment}}, nil
	}
	record, err := readRecord(c.Record, os.Stdin)
	if err != nil {
		return commitlog.Leaf{}, nil, err
	}
	value, err := record.Hash()
	return commitlog.Leaf{Kind: commitlog.Round, Value: value}, url.Values{"round": {record.RoundID}}, err
}

// verify returns the checkpoint that the leaf is proven to be under.
func (p *inclusionProof) verify(client *logClient, leaf commitlog.Leaf) (commitlog.Checkpoint, error) {
	checkpoint, err := commitlog.OpenCheckpoint([]byte(p.Checkpoint), client.key)
	if err != nil {
		return checkpoint, &misbehaviour{"the house proves by a checkpoint that its key has not signed", []string{err.Error(), p.Checkpoint}}
	}
	if p.Leaf != string(leaf.Text()) {
		return checkpoint, &misbehaviour{"what is in the log is not what you have", []string{"yours:  " + string(leaf.Text()), "logged: " + p.Leaf, p.Checkpoint}}
	}
	if err := tlog.CheckRecord(p.Proof, checkpoint.N, checkpoint.Hash, p.Index, leaf.Hash()); err != nil {
		return checkpoint, &misbehaviour{"the house's proof is wrong", []string{p.Checkpoint}}
	}
	return checkpoint, nil
}
