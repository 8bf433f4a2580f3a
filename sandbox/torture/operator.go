package torture

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"croupier/sandbox/torture/history"
)

// operator calls the servers as the players' operator does, by the documented protocol and nothing else.
type operator struct {
	bases       []string
	key, secret string
	http        *http.Client
}

// callTime bounds one call: longer than a server tries before it says that its database is away.
const callTime = 5 * time.Second

func newOperator(bases []string, key, secret string) *operator {
	return &operator{bases: bases, key: key, secret: secret, http: &http.Client{Timeout: callTime,
		Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 30 * time.Second}}}
}

// reply is the envelope of every answer over REST.
type reply struct {
	Success bool            `json:"success"`
	Data    json.RawMessage `json:"data"`
	Error   json.RawMessage `json:"error"`
}

// code is that of the reply's error, "" if it has none.
func (r reply) code() string {
	var e struct{ Code string }
	_ = json.Unmarshal(r.Error, &e) // no code is ""
	return e.Code
}

// post makes one call at one server. An error means that there was no answer, or none that is the API's.
func (o *operator) post(ctx context.Context, server int, path string, body []byte, signed bool) (reply, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, o.bases[server]+path, bytes.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	if signed {
		now := time.Now()
		timestamp := fmt.Sprintf("%d.%09d", now.Unix(), now.Nanosecond()) // no two calls have one signature
		mac := hmac.New(sha256.New, []byte(o.secret))
		mac.Write([]byte(timestamp + ".POST." + path + "." + string(body)))
		request.Header.Set("Authorization", "Bearer "+o.key)
		request.Header.Set("X-Timestamp", timestamp)
		request.Header.Set("X-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	}
	response, err := o.http.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return reply{}, fmt.Errorf("%s: %w", path, err)
	}
	var r reply
	if err := json.Unmarshal(text, &r); err != nil {
		return reply{}, fmt.Errorf("%s: %d %.200s", path, response.StatusCode, text)
	}
	if !r.Success && r.code() == "" {
		return reply{}, fmt.Errorf("%s: %d %.200s", path, response.StatusCode, text)
	}
	return r, nil
}

// open are the codes of replies that ask for the same again.
func openCode(code string) bool {
	return history.Try{Told: 1, Type: "error", Code: code}.Open()
}

// ask makes a call that may be made again, at one server after the other, until it is answered, and decodes its data.
func (o *operator) ask(ctx context.Context, path string, body any, signed bool, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	var last error
	for n := 0; ; n++ {
		r, err := o.post(ctx, n%len(o.bases), path, text, signed)
		switch {
		case err == nil && r.Success:
			return json.Unmarshal(r.Data, into)
		case err == nil && !openCode(r.code()):
			return fmt.Errorf("%s: %s", path, r.Error)
		case err == nil:
			last = fmt.Errorf("%s: %s", path, r.Error)
		case ctx.Err() == nil:
			last = err
		}
		wait(ctx, 100*time.Millisecond)
		if ctx.Err() != nil {
			return errors.Join(last, ctx.Err())
		}
	}
}

// visit is a session of a player.
type visit struct {
	token, session, operator string
	since                    time.Time
}

// signIn begins a session. A launch token whose exchange was not answered may be used up, so each time begins with a new one.
func (o *operator) signIn(ctx context.Context, externalID, currency string) (visit, error) {
	launch := map[string]string{"playerId": externalID, "currency": currency, "jurisdiction": "MT", "locale": "en-GB"}
	for {
		var made struct{ LaunchToken string }
		if err := o.ask(ctx, "/api/v1/auth/sso/create-token", launch, true, &made); err != nil {
			return visit{}, fmt.Errorf("sign in: %w", err)
		}
		body, err := json.Marshal(map[string]string{"launchToken": made.LaunchToken})
		if err != nil {
			return visit{}, err
		}
		for server := range o.bases {
			var grant struct{ SessionToken string }
			r, err := o.post(ctx, server, "/api/v1/auth/sso/exchange", body, false)
			if err == nil && r.Success && json.Unmarshal(r.Data, &grant) == nil {
				return newVisit(grant.SessionToken)
			}
		}
		wait(ctx, 100*time.Millisecond)
		if err := ctx.Err(); err != nil {
			return visit{}, fmt.Errorf("sign in: %w", err)
		}
	}
}

// newVisit reads what a session token says of its session, as any client can.
func newVisit(token string) (visit, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return visit{}, fmt.Errorf("sign in: a session token of %d parts", len(parts))
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return visit{}, fmt.Errorf("sign in: session token: %w", err)
	}
	var claims struct{ Sid, Op string }
	if err := json.Unmarshal(text, &claims); err != nil {
		return visit{}, fmt.Errorf("sign in: session token: %w", err)
	}
	return visit{token: token, session: claims.Sid, operator: claims.Op, since: time.Now()}, nil
}

// makePlayer makes a test player with money.
func (o *operator) makePlayer(ctx context.Context, externalID, currency, start string) (id, balance string, err error) {
	var made struct {
		Player struct{ ID string }
		Wallet struct{ Balance json.Number }
	}
	body := map[string]any{"externalId": externalID, "currency": currency, "startingBalance": json.RawMessage(start)}
	if err := o.ask(ctx, "/api/v1/test/players", body, true, &made); err != nil {
		return "", "", fmt.Errorf("make a player: %w", err)
	}
	return made.Player.ID, made.Wallet.Balance.String(), nil
}
