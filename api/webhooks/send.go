package webhooks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"croupier/api/outbound"
	"croupier/wallet"
)

// event is one event on its way to one endpoint.
type event struct {
	n      int64 // with k, its place in the order of the endpoint
	k      int
	id     string // webhook-id
	kind   wallet.EventType
	player uuid.UUID // uuid.Nil: of none
	at     time.Time
	data   json.RawMessage

	letter bool      // it is a row of webhook_letters already
	since  time.Time // from when on it is tried
	tries  int       // before this one
	result *result   // nil: it was not tried
}

// body is what is sent and signed.
func (e *event) body() []byte {
	b := make([]byte, 0, len(e.data)+96)
	b = append(b, `{"type":"`...)
	b = append(b, e.kind...)
	b = append(b, `","timestamp":"`...)
	b = e.at.UTC().AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","data":`...)
	b = append(b, e.data...)
	return append(b, '}')
}

// result is what became of an attempt.
type result struct {
	id      uuid.UUID // UUIDv7, of the attempt
	at      time.Time
	took    time.Duration
	status  int    // 0: there was no answer
	failure string // "": it was accepted
	answer  string // of a failure, its first bytes
}

// down says that the endpoint as a whole is in trouble, and not with this one event.
func (r *result) down() bool {
	return r.status == 0 || r.status >= 500 || r.status == http.StatusTooManyRequests
}

// sender calls one endpoint.
type sender struct {
	client *http.Client
	url    string
	keys   []*standardwebhooks.Webhook // the first is the newest
	now    func() time.Time
}

// send makes one attempt. It does not return an error: what went wrong is the result. It is nil when ctx ended first, and so says nothing.
func (s *sender) send(ctx context.Context, e *event) *result {
	body, at := e.body(), s.now()
	r := &result{id: uuid.Must(uuid.NewV7()), at: at}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		r.failure = "the URL cannot be called"
		return r
	}
	signatures := make([]string, len(s.keys))
	for i, key := range s.keys {
		signatures[i], _ = key.Sign(e.id, at, body) // it never fails
	}
	request.Header = http.Header{"Content-Type": {"application/json"}, "User-Agent": {"croupier-webhooks"},
		"Webhook-Id": {e.id}, "Webhook-Timestamp": {strconv.FormatInt(at.Unix(), 10)}, "Webhook-Signature": {strings.Join(signatures, " ")}}
	begun := time.Now()
	response, err := s.client.Do(request)
	r.took = time.Since(begun)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		r.failure = whyNot(err)
		return r
	}
	defer response.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(response.Body, maxRead)) // what is left of it closes the connection
	r.status = response.StatusCode
	if r.status < 200 || r.status > 299 {
		r.failure = fmt.Sprintf("answered %d", r.status)
		r.answer = shown(answer)
	}
	return r
}

// whyNot says why there was no answer, without what a client put into it: no URL, no address of the house.
func whyNot(err error) string {
	var lookup *net.DNSError
	var wrapped *url.Error
	switch {
	case errors.Is(err, outbound.ErrRefused):
		return "not called: the address is not public"
	case errors.As(err, &lookup):
		return "the name of the host cannot be resolved"
	case errors.As(err, &wrapped) && wrapped.Timeout():
		return "no answer within 10 s"
	}
	return clip("no answer: " + shown([]byte(cause(err).Error())))
}

// cause is the error behind what net and net/http say of where it came from.
func cause(err error) error {
	for {
		var named *url.Error
		var op *net.OpError
		switch {
		case errors.As(err, &op) && op.Err != nil:
			err = op.Err
			if _, again := err.(*net.OpError); !again {
				return err
			}
		case errors.As(err, &named) && named.Err != nil:
			err = named.Err
		default:
			return err
		}
	}
}

// shown is the beginning of an answer as it may be kept and printed: one line of printable text.
func shown(answer []byte) string {
	text := strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, string(answer[:min(len(answer), maxAnswer)]))
	return clip(strings.TrimSpace(text))
}

func clip(text string) string {
	if r := []rune(text); len(r) > maxAnswer {
		return string(r[:maxAnswer])
	}
	return text
}
