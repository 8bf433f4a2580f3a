package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"croupier/games"
)

// verifyCmd recomputes one round.
type verifyCmd struct {
	Round  string `arg:"" optional:"" help:"A file with the round's record as JSON, - for standard input; with --server, the id of the round."`
	Server string `env:"CROUPIER_VERIFY_SERVER" placeholder:"URL" help:"Ask this server for the round, as http://127.0.0.1:8080. Everything else is done here."`
	Token  string `secret:"" placeholder:"JWT" help:"With --server: the player's session token."`
	Key    string `secret:"" name:"api-key" placeholder:"KEY" env:"CROUPIER_API_KEY" help:"With --server, instead of a token: the operator's API key."`
	Secret string `secret:"" name:"api-secret" placeholder:"SECRET" env:"CROUPIER_API_SECRET" help:"The secret of the key."`
	JSON   bool   `name:"json" help:"Print JSON."`
	gamesFlags
	verifyFlags
}

// Help is shown below the flags' heading.
func (c *verifyCmd) Help() string {
	return `Plays the round again from its seeds and its actions, shows every draw with the bytes that it was made of, and compares every
outcome, stake, payout and the status with the record. Nothing is asked of a server unless --server is given, and then only for the record.

The file may be what GET /api/v1/rounds/{id} answers, its "data" alone, or a line of croupier export rounds. Or give the seeds yourself,
with --game, --server-seed, --client-seed, --nonce and the actions: there is no record to compare with then, and the outcome is printed.

  croupier verify round.json
  croupier verify --server http://127.0.0.1:8080 --token "$TOKEN" 0198b6f0-7a52-7c3e-9d0a-3f1f6f0c2b11
  croupier verify --game dice --server-seed 01…01 --client-seed me --nonce 0 --action '{"action":"roll","amount":1,"chance":50}'

What it cannot see: whether the balances are right (what else the player did meanwhile is not in a round's record; croupier audit follows
them), and whether the commitment is the one that you were shown before you played. Compare that with your own note.

Exit status: 0 if all holds, 1 if something differs or cannot be read, 2 if the server seed is not revealed yet.`
}

// What a verification can come to beside success.
var errDiffers = errors.New("the round is not what its seeds give")

const exitNotRevealed = exitCode(2)

// Run implements the command.
func (c *verifyCmd) Run(ctx context.Context) error {
	catalogue, err := c.catalogue()
	if err != nil {
		return err
	}
	rec, computed, err := c.record(ctx, catalogue)
	if err != nil {
		return err
	}
	report, err := games.Verify(catalogue, rec)
	if errors.Is(err, games.ErrNotRevealed) {
		return fmt.Errorf("round %s: the server seed is not revealed yet, so nobody can check it. It is revealed when the player rotates the "+
			"seed; until then, keep the commitment %s: %w", rec.RoundID, rec.ServerSeedHash, exitNotRevealed)
	}
	if err != nil {
		return fmt.Errorf("round %s cannot be verified: %w", rec.RoundID, err)
	}
	v := verified{record: rec, report: report, computed: computed}
	if c.JSON {
		err = v.printJSON(os.Stdout)
	} else {
		err = v.print(os.Stdout)
	}
	if err == nil && !report.OK && !computed {
		return errDiffers
	}
	return err
}

// record returns the round that is asked for. computed says that it was not recorded by anybody, but played here from flags.
func (c *verifyCmd) record(ctx context.Context, catalogue *games.Catalogue) (rec games.Record, computed bool, err error) {
	switch {
	case c.verifyFlags.given() && (c.Round != "" || c.Server != ""):
		return rec, false, errors.New("give a recorded round, or seeds and actions to compute one from; not both")
	case c.verifyFlags.given():
		rec, err = c.verifyFlags.play(catalogue)
		return rec, true, err
	case c.Round == "":
		return rec, false, errors.New("which round? Give a file, - for standard input, or an id and --server; see croupier verify --help")
	case c.Server != "":
		rec, err = c.ask(ctx)
		return rec, false, err
	}
	text, err := readInput(c.Round)
	if err != nil {
		return rec, false, err
	}
	rec, err = parseRound(text)
	return rec, false, err
}

// ask asks a server.
func (c *verifyCmd) ask(ctx context.Context) (games.Record, error) {
	if (c.Token == "") == (c.Key == "") {
		return games.Record{}, errors.New("--server needs --token, or --api-key and --api-secret")
	}
	text, err := newClient(c.Server, c.Key, c.Secret).get(ctx, "/api/v1/rounds/"+url.PathEscape(c.Round), c.Token)
	if err != nil {
		return games.Record{}, err
	}
	return parseRound(text)
}

func readInput(name string) ([]byte, error) {
	if name == "-" {
		text, err := io.ReadAll(os.Stdin)
		if err != nil {
			return nil, fmt.Errorf("read the round: %w", err)
		}
		return text, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read the round (for a round of a server, give --server): %w", err)
	}
	return text, nil
}

// parseRound reads a record, the answer of the API with a record in it, or a line of an export.
func parseRound(text []byte) (games.Record, error) {
	decoder := jsontext.NewDecoder(bytes.NewReader(text))
	first, err := decoder.ReadValue()
	if err != nil {
		return games.Record{}, fmt.Errorf("the round is no JSON: %w", err)
	}
	first = first.Clone() // the decoder's space is used again
	if _, err := decoder.ReadToken(); !errors.Is(err, io.EOF) {
		return games.Record{}, errors.New("there is more than one value: croupier verify checks one round, croupier audit checks an export")
	}
	type form struct {
		Line    string         `json:"line"`
		RoundID string         `json:"roundId"`
		Data    jsontext.Value `json:"data"`
	}
	var outer form
	err = jsonv2.Unmarshal(first, &outer)
	if err == nil && outer.RoundID == "" && outer.Data.Kind() == '{' { // an answer of the API
		first = outer.Data.Clone()
		outer = form{}
		err = jsonv2.Unmarshal(first, &outer)
	}
	if err != nil {
		return games.Record{}, fmt.Errorf("read the round: %w", err)
	}
	if outer.RoundID == "" || outer.Line != "" && outer.Line != "round" {
		return games.Record{}, errors.New(`this is no round's record: it has no "roundId"`)
	}
	return games.ParseRecord(json.RawMessage(first))
}
