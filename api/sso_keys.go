package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"

	"croupier/session"
)

const (
	ssoTimeout     = 5 * time.Second  // of one call for keys
	ssoKeysFresh   = 5 * time.Minute  // how old keys become before their URL is asked again
	ssoKeysKept    = 24 * time.Hour   // how long keys stay in use when their URL does not answer
	ssoKeysPause   = 10 * time.Second // least time between two calls of a URL, for whatever reason
	ssoKeysUnused  = time.Hour        // how long keys are kept fresh that nobody needs
	ssoKeysRefresh = time.Minute      // how often it is looked which keys are due
)

// ssoKeyRing has the keys of operators' tokens: those that an operator gave, and those that were fetched from where it publishes them. It
// holds one set for each operator that set such a URL.
type ssoKeyRing struct {
	out *http.Client
	now session.Clock
	log *slog.Logger

	mu   sync.Mutex
	sets map[uuid.UUID]*ssoKeySet
}

func newSSOKeyRing(out *http.Client, now session.Clock, log *slog.Logger) *ssoKeyRing {
	return &ssoKeyRing{out: out, now: now, log: log, sets: map[uuid.UUID]*ssoKeySet{}}
}

// ssoKeySet is what is known of one operator's URL.
type ssoKeySet struct {
	sso   session.SSO   // as it was when the set was begun
	turn  chan struct{} // held by who fetches
	mu    sync.Mutex
	keys  *session.SSOKeys // the last good ones; nil: none yet
	got   time.Time        // when
	tried time.Time
	used  time.Time
}

// find is a session.SSOKeySource.
func (r *ssoKeyRing) find(ctx context.Context, s session.SSO, kid string) (*session.SSOKeys, error) {
	if s.JWKSURL == "" {
		return session.ParseSSOKeys(s.Keys, s.Algorithm)
	}
	set := r.set(s)
	set.note(r.now())
	keys, due := set.look(r.now(), kid)
	if due {
		keys = r.refresh(ctx, set, kid)
	}
	if keys == nil {
		return nil, session.Errorf(session.Unavailable, "The operator's keys cannot be had now")
	}
	return keys, nil
}

// set is the operator's, a new one if another URL or algorithm is in force now.
func (r *ssoKeyRing) set(s session.SSO) *ssoKeySet {
	r.mu.Lock()
	defer r.mu.Unlock()
	set, ok := r.sets[s.Operator]
	if !ok || set.sso.Version < s.Version && (set.sso.JWKSURL != s.JWKSURL || set.sso.Algorithm != s.Algorithm) {
		set = &ssoKeySet{sso: s, turn: make(chan struct{}, 1)}
		r.sets[s.Operator] = set
	}
	return set
}

// note says that the keys are in use.
func (set *ssoKeySet) note(now time.Time) {
	set.mu.Lock()
	defer set.mu.Unlock()
	set.used = now
}

// look returns the keys that can be used now, nil if there are none, and whether the URL should be asked first: because they are old or
// because a key is not among them. It is not asked again so soon after it was.
func (set *ssoKeySet) look(now time.Time, kid string) (keys *session.SSOKeys, due bool) {
	set.mu.Lock()
	defer set.mu.Unlock()
	if set.keys != nil && now.Sub(set.got) < ssoKeysKept {
		keys = set.keys
	}
	wanted := !keys.Has(kid) || now.Sub(set.got) >= ssoKeysFresh
	return keys, wanted && (set.tried.IsZero() || now.Sub(set.tried) >= ssoKeysPause)
}

// refresh asks the URL, unless somebody did while this one waited for its turn, and returns the keys that can be used then. What a client
// does with its own request does not end the call that others wait for.
func (r *ssoKeyRing) refresh(ctx context.Context, set *ssoKeySet, kid string) *session.SSOKeys {
	select {
	case set.turn <- struct{}{}:
		defer func() { <-set.turn }()
	case <-ctx.Done():
		keys, _ := set.look(r.now(), kid)
		return keys
	}
	keys, due := set.look(r.now(), kid)
	if !due {
		return keys
	}
	set.mu.Lock()
	set.tried = r.now()
	set.mu.Unlock()
	fetched, err := r.fetch(context.WithoutCancel(ctx), set.sso)
	if err != nil {
		r.log.Warn("an operator's keys could not be fetched", "operator", set.sso.Operator, "url", set.sso.JWKSURL, "error", err)
		return keys
	}
	set.mu.Lock()
	defer set.mu.Unlock()
	set.keys, set.got = fetched, r.now()
	return fetched
}

// fetch reads a JWK Set.
func (r *ssoKeyRing) fetch(ctx context.Context, s session.SSO) (*session.SSOKeys, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.JWKSURL, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "croupier")
	request.Header.Set("Accept", "application/jwk-set+json, application/json")
	response, err := r.out.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answers %d", response.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, session.MaxJWKSSize+1))
	if err != nil {
		return nil, err
	}
	if len(text) > session.MaxJWKSSize {
		return nil, errors.New("the answer is too long")
	}
	keys, err := session.ParseSSOKeys(text, s.Algorithm)
	if err != nil {
		return nil, fmt.Errorf("the keys there %w", err)
	}
	return keys, nil
}

// run keeps the keys fresh that were used lately, so that a key that was taken out is refused soon, until the context ends.
func (r *ssoKeyRing) run(ctx context.Context) {
	ticker := time.NewTicker(ssoKeysRefresh)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			r.refreshDue(ctx)
		}
	}
}

// refreshDue asks the URLs again whose keys are due.
func (r *ssoKeyRing) refreshDue(ctx context.Context) {
	r.mu.Lock()
	var due []*ssoKeySet
	for _, set := range r.sets {
		due = append(due, set)
	}
	r.mu.Unlock()
	for _, set := range due {
		if ctx.Err() != nil {
			return
		}
		if kid, yes := set.stale(r.now()); yes {
			r.refresh(ctx, set, kid)
		}
	}
}

// stale says whether keys that are in use are old, and names one of them.
func (set *ssoKeySet) stale(now time.Time) (kid string, yes bool) {
	set.mu.Lock()
	defer set.mu.Unlock()
	return "", set.keys != nil && now.Sub(set.used) < ssoKeysUnused && now.Sub(set.got) >= ssoKeysFresh
}
