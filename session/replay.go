package session

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"

	"croupier/games"
)

// How long a link to a round may show it.
const (
	MinReplay     = 5 * time.Minute
	MaxReplay     = 30 * 24 * time.Hour
	DefaultReplay = 24 * time.Hour
)

// replayAAD is what the token of a link to a round is sealed with, so that nothing else that is sealed passes for one.
var replayAAD = []byte("replay")

// A token is the operator, the round and the Unix second that it ends at, sealed: nobody else can make one, and it tells nothing.
const (
	replaySize  = 16 + 16 + 8
	maxReplayIn = 512 // characters; ours have about 120
)

// ReplayToken makes a token that shows one round to whoever has it, as it stands when it is shown, for so long. It cannot be called back but
// by a new master key. player, if not nil, is the only player whose round it may be. Returns NotFound, and InvalidRequest for a time that is
// not from MinReplay to MaxReplay.
func (f *Floor) ReplayToken(ctx context.Context, operator uuid.UUID, player *uuid.UUID, round uuid.UUID, lasts time.Duration) (token string, ends time.Time, err error) {
	if lasts < MinReplay || lasts > MaxReplay {
		return "", ends, FieldError(InvalidRequest, "expiresInSeconds", fmt.Sprintf("must be from %d to %d", int(MinReplay.Seconds()), int(MaxReplay.Seconds())))
	}
	if _, err := f.Round(ctx, operator, player, round); err != nil {
		return "", ends, err
	}
	ends = f.now().Add(lasts).Truncate(time.Second)
	plain := make([]byte, 0, replaySize)
	plain = append(append(plain, operator[:]...), round[:]...)
	plain = binary.BigEndian.AppendUint64(plain, uint64(ends.Unix()))
	return base64.RawURLEncoding.EncodeToString(f.vault.Seal(plain, replayAAD)), ends, nil
}

// Replay returns the record of the round that a token shows. Returns Forbidden for one that has ended or is none of ours.
func (f *Floor) Replay(ctx context.Context, token string) (games.Record, error) {
	if len(token) > maxReplayIn || malformedToken(token) != "" { // which refuses line breaks: the decoder skips them
		return games.Record{}, badReplay()
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return games.Record{}, badReplay()
	}
	plain, err := f.vault.Open(sealed, replayAAD)
	if err != nil || len(plain) != replaySize {
		return games.Record{}, badReplay()
	}
	ends := time.Unix(int64(binary.BigEndian.Uint64(plain[32:])), 0)
	if !f.now().Before(ends) {
		return games.Record{}, &Error{Code: Forbidden, Message: "The link to this round has expired: ask for a new one", Details: map[string]any{"expiredAt": ends.UTC()}}
	}
	return f.Round(ctx, uuid.UUID(plain[:16]), nil, uuid.UUID(plain[16:32]))
}

func badReplay() *Error { return Errorf(Forbidden, "This is no link to a round") }
