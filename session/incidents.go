package session

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/games"
	"croupier/wallet"
)

// incidentData is the data of a system.incident about a player's game.
type incidentData struct {
	Kind       string    `json:"kind"`       // request_failed, outcome_unknown or round_stuck
	IncidentID string    `json:"incidentId"` // what the player was told, and what the server's log has
	PlayerID   uuid.UUID `json:"playerId"`
	GameID     string    `json:"gameId"`
	Message    string    `json:"message"`
}

// Operators are told of one incident of each kind in incidentEvery by a node: what is wrong with the machine is wrong for all players, and
// the log has every one. It is worth no more than incidentPatience of a player's waiting.
const (
	incidentEvery    = time.Minute
	incidentPatience = time.Second
)

// incidents remembers which were told lately.
type incidents struct {
	mu   sync.Mutex
	last map[string]time.Time // by kind
}

// fresh says whether an incident of a kind is to be told.
func (i *incidents) fresh(kind string, now time.Time) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if last, known := i.last[kind]; known && now.Sub(last) < incidentEvery && !now.Before(last) {
		return false
	}
	if i.last == nil {
		i.last = map[string]time.Time{}
	}
	i.last[kind] = now
	return true
}

// tellIncident tells the player's operator of an incident, if that can be done now: it is in the log in any case.
func (f *Floor) tellIncident(d incidentData) {
	if !f.incidents.fresh(d.Kind, f.now()) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), incidentPatience)
	defer cancel()
	err := wallet.Transact(ctx, f.db, func(tx pgx.Tx) error {
		var operator uuid.UUID
		if err := tx.QueryRow(ctx, `SELECT operator_id FROM players WHERE id = $1`, d.PlayerID).Scan(&operator); err != nil {
			return err
		}
		return wallet.Tell(ctx, tx, wallet.Event{Operator: operator, Type: wallet.Incident, At: f.now(), Data: d})
	})
	if err != nil {
		f.log.Warn("the operator is not told of an incident", "incident_id", d.IncidentID, "error", err)
	}
}

// versionData is the data of a system.game_version_updated.
type versionData struct {
	GameID    string `json:"gameId"`
	Variant   string `json:"variant"`
	RulesHash string `json:"rulesHash"` // of the rules, as GET /games/{gameId}/config serves them
}

// insertBuild records a build that was never played here, and tells all operators of it.
func (f *Floor) insertBuild(ctx context.Context, g games.Game, v games.Variant) error {
	return wallet.Transact(ctx, f.db, func(tx pgx.Tx) error {
		const insert = `INSERT INTO builds (game_id, variant, rules_hash, rules) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`
		tag, err := tx.Exec(ctx, insert, g.ID, v.ID, v.RulesHash, []byte(v.RulesJSON))
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		return wallet.Tell(ctx, tx, wallet.Event{Type: wallet.GameVersionUpdated, At: f.now(),
			Data: versionData{GameID: g.ID, Variant: v.ID, RulesHash: v.RulesHash}})
	})
}
