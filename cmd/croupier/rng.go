package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/schollz/progressbar/v3"

	"croupier/fairness"
)

// rngCmd gives a laboratory what outcomes are made of.
type rngCmd struct {
	Raw    bool   `xor:"what" required:"" help:"Binary: the bytes that outcomes are drawn from."`
	Scaled uint64 `xor:"what" required:"" placeholder:"N" help:"Text: a number from 0 to N-1 a line, drawn as games draw. N is from 1 to 4294967296."`
	Count  int64  `env:"CROUPIER_RNG_COUNT" placeholder:"N" help:"How many bytes with --raw, how many numbers with --scaled. If not given, they come for as long as somebody reads."`
	From   string `name:"seeds-from" placeholder:"TEXT" help:"Derive the seeds from this text, so that the same numbers come again. If not given, they are random, as in play."`

	ServerSeed string `env:"CROUPIER_RNG_SERVER_SEED" placeholder:"HEX" help:"Take everything from one stream, of this server seed: 64 lowercase hex digits."`
	ClientSeed string `env:"CROUPIER_RNG_CLIENT_SEED" placeholder:"TEXT" help:"The client seed of that stream."`
	Nonce      uint64 `env:"CROUPIER_RNG_NONCE" default:"0" help:"The nonce of that stream. Default: ${default}."`
	Label      string `env:"CROUPIER_RNG_LABEL" placeholder:"LABEL" help:"The label of that stream, as init or 0. Default: none, as in a round of a single step."`
}

// Help implements kong.HelpProvider.
func (c *rngCmd) Help() string {
	return `Without --server-seed, numbers are taken as a busy server takes them: from one seed pair after the other, 1000 rounds under each,
and of every round the first 256 bytes (64 numbers with --scaled). Nothing of it is used for play.

  croupier rng --raw | dieharder -g 200 -d 0
  croupier rng --scaled 37 --count 1000000 > wheel.txt
  croupier rng --raw --count 64 --server-seed HEX --client-seed TEXT --nonce 7 | xxd -p

With --seeds-from TEXT, pair i = 0, 1, ... has the server seed hex(SHA-256("TEXT/server/i")), and as client seed the first 32 digits of
hex(SHA-256("TEXT/client/i")).`
}

// How much of a seed pair is taken, unless one stream is asked for.
const (
	rngRounds = 1000 // of a pair
	rngDraws  = 64   // of a round: 4 blocks of raw words, so that the later ones are tested too
)

// rngBuffer is how much is written at once, in bytes.
const rngBuffer = 64 << 10

// Run implements the command. A reader who has enough ends it in good order.
func (c *rngCmd) Run(ctx context.Context) error {
	signal.Ignore(syscall.SIGPIPE) // a closed standard output is told as EPIPE, as any other's
	bar := progressbar.DefaultSilent(-1)
	if c.Count > 0 {
		bar = barOn(os.Stderr)("rng", c.Count)
	}
	defer bar.Close()
	if err := c.write(ctx, os.Stdout, bar); !errors.Is(err, syscall.EPIPE) {
		return err
	}
	return nil
}

// write writes what is asked for, until it is enough or the context ends.
func (c *rngCmd) write(ctx context.Context, w io.Writer, bar *progressbar.ProgressBar) error {
	next, err := c.streams()
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, rngBuffer)
	room := make([]byte, 0, 16)
	for written := int64(0); ctx.Err() == nil && (c.Count == 0 || written < c.Count); {
		stream, before := next(), written
		for draws := 0; draws < rngDraws && (c.Count == 0 || written < c.Count); draws++ {
			item, size := c.draw(room, stream, c.Count-written)
			if _, err := out.Write(item); err != nil {
				return fmt.Errorf("write the numbers: %w", err)
			}
			written += size
		}
		_ = bar.Add64(written - before)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the numbers: %w", err)
	}
	return nil
}

// draw makes one draw and returns what is written of it, and how much of the count that is. left is of use only when there is a count.
func (c *rngCmd) draw(room []byte, s *fairness.Stream, left int64) (item []byte, size int64) {
	if c.Scaled > 0 {
		return append(strconv.AppendUint(room, s.Intn(c.Scaled), 10), '\n'), 1
	}
	item = binary.BigEndian.AppendUint32(room, s.Uint32())
	if c.Count > 0 && left < int64(len(item)) {
		item = item[:left]
	}
	return item, int64(len(item))
}

// streams checks what is asked for, and returns where the next draws are taken from.
func (c *rngCmd) streams() (next func() *fairness.Stream, err error) {
	switch {
	case c.Count < 0:
		return nil, fmt.Errorf("--count %d: must not be negative", c.Count)
	case !c.Raw && (c.Scaled < 1 || c.Scaled > 1<<32):
		return nil, fmt.Errorf("--scaled %d: must be from 1 to 4294967296", c.Scaled)
	case c.ServerSeed != "" && c.From != "":
		return nil, errors.New("--server-seed names a seed, --seeds-from derives many: give one of them")
	case c.ServerSeed == "" && (c.ClientSeed != "" || c.Nonce != 0 || c.Label != ""):
		return nil, errors.New("--client-seed, --nonce and --label say which stream of a server seed: give --server-seed too")
	case c.ServerSeed != "":
		return c.oneStream()
	}
	return c.manyStreams(), nil
}

// oneStream goes on for ever with the stream that the flags name.
func (c *rngCmd) oneStream() (func() *fairness.Stream, error) {
	seed, err := fairness.ParseServerSeed(c.ServerSeed)
	if err != nil {
		return nil, fmt.Errorf("--server-seed: %w", err)
	}
	pair := fairness.Pair{ServerSeed: seed, ClientSeed: c.ClientSeed}
	if err := pair.Validate(); err != nil {
		return nil, fmt.Errorf("--client-seed: %w", err)
	}
	for _, r := range c.Label {
		if (r < '0' || r > '9') && (r < 'a' || r > 'z') {
			return nil, fmt.Errorf("--label %q: a label is made of a-z and 0-9", c.Label)
		}
	}
	stream := pair.Round(c.Nonce).Stream(c.Label)
	return func() *fairness.Stream { return stream }, nil
}

// manyStreams goes from round to round and from pair to pair.
func (c *rngCmd) manyStreams() func() *fairness.Stream {
	var pair fairness.Pair
	var pairs, nonce uint64
	return func() *fairness.Stream {
		if nonce %= rngRounds; nonce == 0 {
			pair = c.pair(pairs)
			pairs++
		}
		nonce++
		return pair.Round(nonce - 1).Stream("")
	}
}

// pair returns the i-th seed pair.
func (c *rngCmd) pair(i uint64) fairness.Pair {
	if c.From == "" {
		return fairness.Pair{ServerSeed: fairness.NewServerSeed(), ClientSeed: fairness.NewClientSeed()}
	}
	derive := func(what string) string {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s/%s/%d", c.From, what, i))
		return hex.EncodeToString(sum[:])
	}
	seed, err := fairness.ParseServerSeed(derive("server"))
	if err != nil {
		panic(err) // a hash in hex has the form of a server seed
	}
	return fairness.Pair{ServerSeed: seed, ClientSeed: derive("client")[:32]}
}
