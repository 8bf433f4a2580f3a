-- +goose Up

-- When the server seeds of an operator's players are rotated without their asking: after so many rounds under a pair, and so many
-- hours after it came into use. NULL: never.
ALTER TABLE operators
    ADD COLUMN seed_rounds int CHECK (seed_rounds BETWEEN 10 AND 1000000),
    ADD COLUMN seed_hours  int CHECK (seed_hours BETWEEN 1 AND 8760);

-- The pairs in use, the oldest first: where those are found whose hours are over. A pair is written only when it is made and rotated, so
-- a round costs nothing of it.
CREATE INDEX seed_pairs_active ON seed_pairs (activated_at, player_id) WHERE revealed_at IS NULL AND activated_at IS NOT NULL;

-- +goose Down
DROP INDEX seed_pairs_active;
ALTER TABLE operators DROP COLUMN seed_rounds, DROP COLUMN seed_hours;
