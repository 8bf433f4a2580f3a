package client

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// WebhookTolerance is how far a webhook's time may be from yours, before or after.
const WebhookTolerance = 5 * time.Minute

// ErrWebhook is what a webhook is refused with that is not the server's, or is too old.
var ErrWebhook = errors.New("webhook refused")

// Webhooks verifies what the server sends, by the Standard Webhooks rules.
type Webhooks struct {
	keys      [][]byte
	tolerance time.Duration
	now       func() time.Time
}

// NewWebhooks returns a verifier for the secrets of an endpoint, each "whsec_" and base64. While a secret is rotated there are two: a webhook
// is taken that is signed with any of them.
func NewWebhooks(secrets ...string) (*Webhooks, error) {
	w := &Webhooks{tolerance: WebhookTolerance, now: time.Now}
	for _, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil || len(key) < 16 {
			return nil, errors.New("croupier client: a webhook secret is whsec_ and base64 of 16 bytes or more")
		}
		w.keys = append(w.keys, key)
	}
	if len(w.keys) == 0 {
		return nil, errors.New("croupier client: no webhook secret")
	}
	return w, nil
}

// At returns a copy that takes the time from a clock of yours.
func (w *Webhooks) At(now func() time.Time) *Webhooks {
	changed := *w
	changed.now = now
	return &changed
}

// Webhook is what happened. The same ID may come more than once: remember those that you have dealt with.
type Webhook struct {
	ID        string          // of the message, from its header
	Type      string          `json:"type"`      // as round.completed
	Timestamp time.Time       `json:"timestamp"` // when it happened: the newest of several knows best
	Data      json.RawMessage `json:"data"`
}

// Verify returns a webhook whose signature is good and whose time is near. body is the raw body, as it came: read it before any middleware
// does. Its error is ErrWebhook with a reason; answer 401 then, and tell nobody the reason.
func (w *Webhooks) Verify(header http.Header, body []byte) (Webhook, error) {
	id, stamp, signatures := header.Get("webhook-id"), header.Get("webhook-timestamp"), header.Get("webhook-signature")
	if id == "" || stamp == "" || signatures == "" {
		return Webhook{}, fmt.Errorf("%w: webhook-id, webhook-timestamp or webhook-signature is missing", ErrWebhook)
	}
	at, err := timestamp(stamp)
	if err != nil {
		return Webhook{}, fmt.Errorf("%w: webhook-timestamp is no time in Unix seconds", ErrWebhook)
	}
	if !w.signed(id, stamp, signatures, body) {
		return Webhook{}, fmt.Errorf("%w: no signature is of a secret that is known", ErrWebhook)
	}
	if off := w.now().Sub(at); off > w.tolerance || off < -w.tolerance {
		return Webhook{}, fmt.Errorf("%w: it is of another time", ErrWebhook)
	}
	event := Webhook{}
	if err := json.Unmarshal(body, &event); err != nil {
		return Webhook{}, fmt.Errorf("%w: its body is no event", ErrWebhook)
	}
	event.ID = id
	return event, nil
}

// signed compares every signature with every secret, in constant time.
func (w *Webhooks) signed(id, stamp, signatures string, body []byte) (good bool) {
	for _, key := range w.keys {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + stamp + "."))
		mac.Write(body)
		want := []byte(base64.StdEncoding.EncodeToString(mac.Sum(nil)))
		for one := range strings.FieldsSeq(signatures) {
			if got, is := strings.CutPrefix(one, "v1,"); is && hmac.Equal([]byte(got), want) {
				good = true
			}
		}
	}
	return good
}
