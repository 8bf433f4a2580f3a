package session

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/wallet"
)

// Lifetimes says how long each kind of token is good for.
type Lifetimes struct {
	Launch  time.Duration // from an operator's call to the player's arrival
	Ticket  time.Duration // from its making to the socket's opening
	Token   time.Duration // of a session token; a key ring must be opened with the same
	Session time.Duration // from an arrival to when no refresh helps any more
}

// DefaultLifetimes are 30 s, 60 s, 1 h and 24 h.
func DefaultLifetimes() Lifetimes {
	return Lifetimes{Launch: 30 * time.Second, Ticket: time.Minute, Token: time.Hour, Session: 24 * time.Hour}
}

// Access lets players in by what their operator vouches for, keeps them in, and shows them out.
type Access struct {
	// LiveOnly keeps out the players of sandbox operators: a live server must not take their play money for money.
	LiveOnly bool
	// Vouch, if not nil, is asked before a player comes in, with no connection of the database held. Its refusal is Exchange's.
	Vouch func(ctx context.Context, player uuid.UUID) error

	db      *pgxpool.Pool
	players *Players
	tokens  *Tokens
	life    Lifetimes
	now     Clock
}

// NewAccess returns the access to a database's sessions.
func NewAccess(db *pgxpool.Pool, players *Players, tokens *Tokens, life Lifetimes, now Clock) *Access {
	return &Access{db: db, players: players, tokens: tokens, life: life, now: now}
}

// Grant is what a player holds after an exchange or a refresh.
type Grant struct {
	SessionToken string
	ExpiresAt    time.Time // of the session token, to the second
	RefreshToken string    // of one use; it lives as long as the session
	Player       Player
	GameID       string // what the launch was for; "" if it did not say, and after a refresh
}

// CreateLaunch makes the token of one use with which a player arrives from the operator's site; the player is made or updated as
// by Players.Ensure, with the same errors. gameID, "" for none, has at most 64 printable characters.
func (a *Access) CreateLaunch(
	ctx context.Context, operator Operator, spec PlayerSpec, gameID string,
) (token string, expires time.Time, err error) {
	if err := validateGameID(gameID); err != nil {
		return "", time.Time{}, err
	}
	now := a.now()
	expires = now.Add(a.life.Launch)
	err = wallet.Transact(ctx, a.db, func(tx pgx.Tx) error {
		player, err := a.players.ensure(ctx, tx, operator, spec)
		if err != nil {
			return err
		}
		token, err = issueOnce(ctx, tx, purposeLaunch, onceToken{playerID: player.ID, gameID: gameID, expires: expires}, "", now)
		return err
	})
	if err != nil {
		return "", time.Time{}, fmt.Errorf("create launch token: %w", err)
	}
	return token, expires, nil
}

// Exchange begins a session for a launch token. Returns LaunchExpired, LaunchUsed, LaunchInvalid, PlayerExcluded,
// or Forbidden.
func (a *Access) Exchange(ctx context.Context, launchToken string) (Grant, error) {
	key, err := a.tokens.keys.signing(ctx) // before the transaction: one connection at a time
	if err != nil {
		return Grant{}, fmt.Errorf("exchange launch token: %w", err)
	}
	if err := a.vouched(ctx, launchToken); err != nil {
		return Grant{}, fmt.Errorf("exchange launch token: %w", err)
	}
	var grant Grant
	err = wallet.Transact(ctx, a.db, func(tx pgx.Tx) error {
		now := a.now()
		launch, state, err := useOnce(ctx, tx, purposeLaunch, launchToken, now)
		if err != nil {
			return err
		}
		if state != onceFresh {
			return refusedLaunch(state)
		}
		player, err := scanPlayer(tx.QueryRow(ctx, selectPlayer+`WHERE id = $1`, launch.playerID))
		if err != nil {
			return err
		}
		grant, err = a.begin(ctx, tx, key, player)
		grant.GameID = launch.gameID
		return err
	})
	if err != nil {
		return Grant{}, fmt.Errorf("exchange launch token: %w", err)
	}
	return grant, nil
}

// begin makes a session of a player who may play, and its tokens.
func (a *Access) begin(ctx context.Context, tx pgx.Tx, key signingKey, player Player) (Grant, error) {
	if err := a.mayPlay(ctx, tx, player); err != nil {
		return Grant{}, err
	}
	now := a.now()
	s := liveSession{id: newID(), player: player, expires: now.Add(a.life.Session)}
	_, err := tx.Exec(ctx, `INSERT INTO sessions (id, player_id, created_at, expires_at) VALUES ($1, $2, $3, $4)`,
		s.id, player.ID, now, s.expires)
	if err != nil {
		return Grant{}, err
	}
	return a.grant(ctx, tx, key, s)
}

// Refresh gives a new session token and a new refresh token for a refresh token. Returns SessionExpired or PlayerExcluded. A refresh
// token that comes a second time was stolen, from the player or by the player's own hand: it ends the session (RFC 9700, 4.14.2).
func (a *Access) Refresh(ctx context.Context, refreshToken string) (Grant, error) {
	key, err := a.tokens.keys.signing(ctx)
	if err != nil {
		return Grant{}, fmt.Errorf("refresh session: %w", err)
	}
	var grant Grant
	var refused *Error // what is answered after a commit all the same
	err = wallet.Transact(ctx, a.db, func(tx pgx.Tx) error {
		refused = nil // the transaction may be run again
		now := a.now()
		token, state, err := useOnce(ctx, tx, purposeRefresh, refreshToken, now)
		if err != nil {
			return err
		}
		if state != onceFresh {
			refused = refusedOnce("refresh token", state)
			if state == onceUsed {
				return a.end(ctx, tx, token.sessionID)
			}
			return nil
		}
		s, err := a.live(ctx, tx, token.sessionID)
		if err != nil {
			return err
		}
		grant, err = a.grant(ctx, tx, key, s)
		return err
	})
	if err != nil {
		return Grant{}, fmt.Errorf("refresh session: %w", err)
	}
	if refused != nil {
		return Grant{}, refused
	}
	return grant, nil
}

// grant makes the tokens of a session.
func (a *Access) grant(ctx context.Context, tx pgx.Tx, key signingKey, s liveSession) (Grant, error) {
	now := a.now()
	expires := now.Add(a.life.Token)
	if expires.After(s.expires) {
		expires = s.expires
	}
	expires = expires.Truncate(time.Second)
	token, err := a.tokens.sign(key, s.player, s.id, expires)
	if err != nil {
		return Grant{}, err
	}
	refresh, err := issueOnce(ctx, tx, purposeRefresh, onceToken{playerID: s.player.ID, sessionID: s.id, expires: s.expires}, "", now)
	if err != nil {
		return Grant{}, err
	}
	return Grant{SessionToken: token, ExpiresAt: expires, RefreshToken: refresh, Player: s.player}, nil
}

// Logout ends a session at once on every node: its tokens are refused from now on, a seat that a node remembers is stale, and
// every node hears which sockets to close. One that has ended already, or never was, is no error.
func (a *Access) Logout(ctx context.Context, sessionID uuid.UUID) error {
	err := wallet.Transact(ctx, a.db, func(tx pgx.Tx) error { return a.end(ctx, tx, sessionID) })
	if err != nil {
		return fmt.Errorf("log out: %w", err)
	}
	return nil
}

func (a *Access) end(ctx context.Context, tx pgx.Tx, sessionID uuid.UUID) error {
	var playerID uuid.UUID
	err := tx.QueryRow(ctx, `UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING player_id`,
		sessionID, a.now()).Scan(&playerID)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE seats SET version = version + 1 WHERE player_id = $1`, playerID); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `SELECT pg_notify($1, $2)`, sessionChannel, sessionID.String())
	return err
}

// Check returns SessionExpired unless the session of verified claims goes on, and PlayerExcluded unless its player may play.
func (a *Access) Check(ctx context.Context, claims Claims) error {
	if !a.now().Before(claims.ExpiresAt.Add(tokenLeeway)) {
		return Errorf(SessionExpired, "session expired")
	}
	s, err := a.live(ctx, a.db, claims.SessionID)
	if err != nil {
		return fmt.Errorf("check session: %w", err)
	}
	if s.player.ID != claims.PlayerID || s.player.OperatorID != claims.OperatorID {
		return Errorf(SessionExpired, "session is another player's")
	}
	return nil
}

// Ticket makes a token of one use that opens a socket in place of the session token, which must not stand in a URL.
// gameID has 1–64 printable characters.
func (a *Access) Ticket(ctx context.Context, claims Claims, gameID string) (ticket string, expires time.Time, err error) {
	if gameID == "" {
		return "", time.Time{}, FieldError(InvalidRequest, "gameId", "is missing")
	}
	if err := validateGameID(gameID); err != nil {
		return "", time.Time{}, err
	}
	now := a.now()
	expires = now.Add(a.life.Ticket)
	t := onceToken{playerID: claims.PlayerID, sessionID: claims.SessionID, gameID: gameID, expires: expires}
	note := "." + strconv.FormatInt(claims.ExpiresAt.Unix(), 10) // the socket must not outlive the token that it was asked with
	err = wallet.Transact(ctx, a.db, func(tx pgx.Tx) error {
		ticket, err = issueOnce(ctx, tx, purposeTicket, t, note, now)
		return err
	})
	if err != nil {
		return "", time.Time{}, fmt.Errorf("create socket ticket: %w", err)
	}
	return ticket, expires, nil
}

// RedeemTicket returns the claims that a ticket was made with, and its game. The session is checked as by Check. Returns
// SessionExpired or PlayerExcluded.
func (a *Access) RedeemTicket(ctx context.Context, ticket string) (Claims, string, error) {
	var claims Claims
	var gameID string
	err := wallet.Transact(ctx, a.db, func(tx pgx.Tx) error {
		t, state, err := useOnce(ctx, tx, purposeTicket, ticket, a.now())
		if err != nil {
			return err
		}
		if state != onceFresh {
			return refusedOnce("socket ticket", state)
		}
		s, err := a.live(ctx, tx, t.sessionID)
		if err != nil {
			return err
		}
		_, note, _ := strings.Cut(ticket, ".")
		unix, err := strconv.ParseInt(note, 10, 64)
		if err != nil {
			return err
		}
		gameID = t.gameID
		claims = Claims{PlayerID: s.player.ID, SessionID: s.id, OperatorID: s.player.OperatorID, Currency: s.player.Currency,
			ExpiresAt: time.Unix(unix, 0).UTC()}
		if !a.now().Before(claims.ExpiresAt.Add(tokenLeeway)) {
			return Errorf(SessionExpired, "session expired")
		}
		return nil
	})
	if err != nil {
		return Claims{}, "", fmt.Errorf("redeem socket ticket: %w", err)
	}
	return claims, gameID, nil
}

// liveSession is a session that goes on, of a player who may play.
type liveSession struct {
	id      uuid.UUID
	player  Player
	expires time.Time
}

// live returns a session. Returns SessionExpired unless it goes on, and PlayerExcluded unless its player may play.
func (a *Access) live(ctx context.Context, db rowQuerier, sessionID uuid.UUID) (liveSession, error) {
	s := liveSession{id: sessionID}
	var revoked bool
	var err error
	s.player, err = scanPlayer(db.QueryRow(ctx, `
		SELECT p.id, operator_id, external_id, username, currency, jurisdiction, locale, status, s.expires_at, s.revoked_at IS NOT NULL
		FROM sessions s JOIN players p ON p.id = s.player_id WHERE s.id = $1`, sessionID), &s.expires, &revoked)
	switch {
	case errors.Is(err, &Error{Code: PlayerNotFound}):
		return liveSession{}, Errorf(SessionExpired, "session is not known")
	case err != nil:
		return liveSession{}, err
	case revoked:
		return liveSession{}, Errorf(SessionExpired, "session has ended")
	case !a.now().Before(s.expires):
		return liveSession{}, Errorf(SessionExpired, "session expired")
	}
	return s, a.mayPlay(ctx, db, s.player)
}

// mayPlay returns PlayerExcluded unless the player is active or has a round to finish, and Forbidden for play money on a live server.
func (a *Access) mayPlay(ctx context.Context, db rowQuerier, p Player) error {
	if a.LiveOnly {
		var mode Mode
		if err := db.QueryRow(ctx, `SELECT mode FROM operators WHERE id = $1`, p.OperatorID).Scan(&mode); err != nil {
			return err
		}
		if mode != Live {
			return Errorf(Forbidden, "sandbox players cannot play on a live server")
		}
	}
	if p.Status == PlayerActive {
		return nil
	}
	s, err := standingOf(ctx, db, p.ID, a.now())
	if err != nil || s.Status == PlayerActive {
		return err
	}
	var open bool // what is open is finished: that is all that the player can do
	if err := db.QueryRow(ctx, `SELECT EXISTS (SELECT FROM rounds WHERE player_id = $1 AND status = 'in_progress')`, p.ID).Scan(&open); err != nil || open {
		return err
	}
	return excluded(s.Status, s.Until, nil)
}

func refusedLaunch(state onceState) *Error {
	switch state {
	case onceExpired:
		return Errorf(LaunchExpired, "launch token has expired")
	case onceUsed:
		return Errorf(LaunchUsed, "launch token was used already")
	}
	return Errorf(LaunchInvalid, "launch token is not valid")
}

func refusedOnce(what string, state onceState) *Error {
	switch state {
	case onceExpired:
		return Errorf(SessionExpired, "%s has expired", what)
	case onceUsed:
		return Errorf(SessionExpired, "%s was used already", what)
	}
	return Errorf(SessionExpired, "%s is not valid", what)
}

func validateGameID(id string) error {
	if len(id) > 64 || !printable(id) {
		return FieldError(InvalidRequest, "gameId", "must have at most 64 printable characters")
	}
	return nil
}

// vouched asks Vouch about the player of a launch token that is good so far. Of one that is not it says nothing: using it up does.
func (a *Access) vouched(ctx context.Context, launchToken string) error {
	if a.Vouch == nil || !plausibleOnce(purposeLaunch, launchToken) {
		return nil
	}
	var player uuid.UUID
	const sql = `
		SELECT t.player_id FROM one_use_tokens t JOIN players p ON p.id = t.player_id JOIN operators o ON o.id = p.operator_id
		WHERE t.hash = $1 AND t.purpose = 'launch' AND t.used_at IS NULL AND t.expires_at > $2 AND o.wallet_mode = 'seamless'`
	err := a.db.QueryRow(ctx, sql, secretHash(launchToken), a.now()).Scan(&player)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return a.Vouch(ctx, player)
}
