package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"croupier/fairness/commitlog"
)

// logWatchCmd is a witness.
type logWatchCmd struct {
	URL   string        `arg:"" name:"url" help:"The house, as https://play.example."`
	State string        `type:"path" env:"CROUPIER_LOG_STATE" placeholder:"FILE" help:"Keep the key and the last checkpoint here, and go on from it. Without it the first checkpoint that is seen is believed, each time."`
	Key   string        `env:"CROUPIER_LOG_KEY" placeholder:"KEY" help:"The log's public key, as the house told it by another way. Without it the key in --state is used, and the first time the one that the house shows."`
	Once  bool          `env:"CROUPIER_LOG_ONCE" help:"Look once, and end."`
	Every time.Duration `default:"10s" env:"CROUPIER_LOG_EVERY" help:"How often to look. Default: ${default}."`
}

// Help is shown below the command's heading.
func (c *logWatchCmd) Help() string {
	return `Verifies the signature of every new checkpoint, and proves from the log's tiles that it contains all of the last one that was kept. A house
that takes something back, or shows others another log, cannot pass that. Compare what you keep with what other witnesses keep: if two have
different roots for the same size, the house has lied to one of you, and the two signed checkpoints prove it.

The exit status is 1, with what was seen, when the house misbehaves, and 2 when it could not be asked (with --once; else it is asked again).`
}

// staleAfter is how long a house may show an older checkpoint than before: a cache in front of it may.
const staleAfter = 15 * time.Second

// witnessState is what a witness keeps.
type witnessState struct {
	VerifierKey string `json:"verifierKey"`
	Checkpoint  string `json:"checkpoint"` // as it was signed
}

// witness follows one log.
type witness struct {
	client *logClient
	file   string // "": the state is not kept
	out    io.Writer
	state  witnessState
	kept   commitlog.Checkpoint
	begun  bool // whether there is a kept checkpoint
	stale  time.Time
}

// Run implements the command.
func (c *logWatchCmd) Run(ctx context.Context) error {
	if c.Every <= 0 {
		return errors.New("--every must be more than 0")
	}
	w := &witness{client: newLogClient(c.URL), file: c.State, out: os.Stdout}
	if err := w.open(ctx, c.Key); err != nil {
		return err
	}
	for {
		pause := c.Every
		switch again, err := w.look(ctx); {
		case ctx.Err() != nil:
			return nil
		case misbehaves(err):
			return err
		case err != nil && c.Once:
			return &notAsked{err}
		case err != nil:
			fmt.Fprintf(os.Stderr, "croupier: %v; the house is asked again\n", err)
		case again:
			pause = min(pause, time.Second)
		case c.Once:
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}

// notAsked says that nothing is known of the house.
type notAsked struct{ cause error }

func (e *notAsked) Error() string   { return e.cause.Error() }
func (e *notAsked) Unwrap() []error { return []error{e.cause, exitCode(2)} }

// open reads the state, if there is one, and settles on the key.
func (w *witness) open(ctx context.Context, key string) error {
	if w.file != "" {
		text, err := os.ReadFile(w.file)
		if err == nil {
			err = json.Unmarshal(text, &w.state)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("state: %w", err)
		}
	}
	if key == "" {
		key = w.state.VerifierKey
	}
	if w.state.VerifierKey != "" && key != w.state.VerifierKey {
		return fmt.Errorf("--key is not the key of the log in %s: %s", w.file, w.state.VerifierKey)
	}
	if key == "" {
		var err error
		if key, err = w.client.fetchKey(ctx); err != nil {
			return &notAsked{err}
		}
		fmt.Fprintf(w.out, "believing the key that the house shows: %s\n", key)
	}
	if err := w.client.takeKey(key); err != nil {
		return err
	}
	w.state.VerifierKey = key
	if w.state.Checkpoint == "" {
		return nil
	}
	var err error
	if w.kept, err = commitlog.OpenCheckpoint([]byte(w.state.Checkpoint), w.client.key); err != nil {
		return fmt.Errorf("state %s: %w", w.file, err)
	}
	w.begun = true
	return nil
}

// look asks for the newest checkpoint and keeps it if it follows from the last. again says that the house showed an older one, which it may
// for a moment.
func (w *witness) look(ctx context.Context) (again bool, err error) {
	seen, text, err := w.client.checkpoint(ctx)
	if err != nil {
		return false, err
	}
	if w.begun && seen.N < w.kept.N {
		if w.stale.IsZero() {
			w.stale = time.Now()
		}
		if time.Since(w.stale) < staleAfter {
			return true, nil
		}
		return false, &misbehaviour{fmt.Sprintf("the house has rolled its log back: it had %d leaves, and shows %d", w.kept.N, seen.N),
			[]string{"kept:", w.state.Checkpoint, "shown:", text}}
	}
	w.stale = time.Time{}
	if w.begun {
		if err := w.client.prove(ctx, w.kept.Tree, seen.Tree); misbehaves(err) {
			return false, &misbehaviour{err.Error(), []string{"kept:", w.state.Checkpoint, "shown:", text}}
		} else if err != nil {
			return false, err
		}
	}
	if w.begun && seen.N == w.kept.N {
		return false, nil
	}
	word := "first seen"
	if w.begun {
		word = fmt.Sprintf("%d more, all before unchanged", seen.N-w.kept.N)
	}
	w.kept, w.begun, w.state.Checkpoint = seen, true, text
	if err := w.keep(); err != nil {
		return false, fmt.Errorf("keep the checkpoint: %w", err)
	}
	fmt.Fprintf(w.out, "%s  %s  %d leaves  root %s  %s\n", time.Now().UTC().Format(time.RFC3339), seen.Origin, seen.N, seen.Hash, word)
	return false, nil
}

// keep writes the state so that it is there whole, the old one or the new one, whatever happens.
func (w *witness) keep() error {
	if w.file == "" {
		return nil
	}
	text, err := json.MarshalIndent(w.state, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(w.file), filepath.Base(w.file)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // nothing, once it is renamed
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), w.file)
}
