package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/wallet"
)

// Settings are what can be changed of an operator. A nil member is left as it is.
type Settings struct {
	Name    *string     `json:"name,omitempty"`           // 1–100 printable characters
	Origins *[]string   `json:"allowedOrigins,omitempty"` // as Operator.Origins; an empty list: browsers may connect from nowhere
	Seeds   *SeedPolicy `json:"seeds,omitempty"`
}

// SettingsChange is one change of an operator's settings, for the record.
type SettingsChange struct {
	ID     uuid.UUID `json:"id"`
	By     string    `json:"by"` // the API key, or who did it by command
	Was    Settings  `json:"was"`
	Became Settings  `json:"became"`
	At     time.Time `json:"at"`
}

// Change changes an operator's settings on all nodes, and records who did it. What is as it was is not recorded. Returns NotFound, and
// InvalidRequest, which names the setting as the operator gave it.
func (o *Operators) Change(ctx context.Context, operatorID uuid.UUID, change Settings, by KeyAdmin) (after Operator, err error) {
	if change == (Settings{}) {
		return after, FieldError(InvalidRequest, "name", "or another setting must be given: nothing is to be changed")
	}
	if change.Seeds != nil {
		if err := change.Seeds.validate(); err != nil {
			return after, err
		}
	}
	err = wallet.Transact(ctx, o.db, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, selectOperators+`WHERE id = $1 FOR NO KEY UPDATE`, operatorID)
		if err != nil {
			return err
		}
		before, err := pgx.CollectExactlyOneRow(rows, scanOperator)
		if errors.Is(err, pgx.ErrNoRows) {
			return Errorf(NotFound, "operator %s not found", operatorID)
		}
		if err != nil {
			return err
		}
		after = before.with(change)
		if err := validateOperator(after.Name, after.Mode, after.Origins); err != nil {
			return err
		}
		return o.writeChange(ctx, tx, before, after, by)
	})
	if err != nil {
		return Operator{}, fmt.Errorf("change operator %s: %w", operatorID, err)
	}
	return after, nil
}

// with is the operator after a change.
func (o Operator) with(change Settings) Operator {
	if change.Name != nil {
		o.Name = *change.Name
	}
	if change.Origins != nil {
		o.Origins = append([]string{}, *change.Origins...)
	}
	if change.Seeds != nil {
		o.Seeds = *change.Seeds
	}
	return o
}

// settingsThatDiffer are those of before that after has otherwise, and what they became.
func settingsThatDiffer(before, after Operator) (was, became Settings) {
	if before.Name != after.Name {
		was.Name, became.Name = &before.Name, &after.Name
	}
	if !slices.Equal(before.Origins, after.Origins) {
		was.Origins, became.Origins = &before.Origins, &after.Origins
	}
	if before.Seeds != after.Seeds {
		was.Seeds, became.Seeds = &before.Seeds, &after.Seeds
	}
	return was, became
}

func (o *Operators) writeChange(ctx context.Context, tx pgx.Tx, before, after Operator, by KeyAdmin) error {
	was, became := settingsThatDiffer(before, after)
	if became == (Settings{}) {
		return nil
	}
	old, err := json.Marshal(was)
	if err != nil {
		return err
	}
	given, err := json.Marshal(became)
	if err != nil {
		return err
	}
	b := &pgx.Batch{}
	b.Queue(`UPDATE operators SET name = $2, allowed_origins = $3, seed_rounds = nullif($4, 0), seed_hours = nullif($5, 0) WHERE id = $1`,
		after.ID, after.Name, after.Origins, after.Seeds.Rounds, after.Seeds.Hours)
	b.Queue(`INSERT INTO operator_changes (id, operator_id, changed_by, was, became, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		newID(), after.ID, by.name, old, given, o.now())
	if err := tx.SendBatch(ctx, b).Close(); err != nil || became.Seeds == nil {
		return err
	}
	return NotifyPolicy(ctx, tx)
}

// Changes returns the changes of an operator's settings, newest first, at most limit, of those before one: uuid.Nil is from the newest
// on. next is where the following page begins, uuid.Nil if there is none.
func (o *Operators) Changes(ctx context.Context, operatorID, before uuid.UUID, limit int) (page []SettingsChange, next uuid.UUID, err error) {
	const sql = `SELECT id, changed_by, was, became, at FROM operator_changes
		WHERE operator_id = $1 AND ($2 OR id < $3) ORDER BY id DESC LIMIT $4`
	rows, err := o.db.Query(ctx, sql, operatorID, before == uuid.Nil, before, limit+1)
	if err != nil {
		return nil, next, fmt.Errorf("changes of operator %s: %w", operatorID, err)
	}
	page, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (c SettingsChange, err error) {
		return c, row.Scan(&c.ID, &c.By, &c.Was, &c.Became, &c.At)
	})
	if err != nil {
		return nil, next, fmt.Errorf("changes of operator %s: %w", operatorID, err)
	}
	if len(page) > limit {
		page = page[:limit]
		next = page[limit-1].ID
	}
	return page, next, nil
}
