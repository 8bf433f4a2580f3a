-- +goose Up

-- A round that nobody finished in time is ended by the server, and that is recorded as an action as well: under the round's own id
-- in place of a session, which no session has, so that no request of a player can be in its way, or be mistaken for it.
ALTER TABLE actions DROP CONSTRAINT actions_type_check,
    ADD CONSTRAINT actions_type_check CHECK (type IN ('action', 'cashout', 'seed_rotate', 'expiry'));

-- Open rounds, the oldest first: where those that nobody finishes are found. A round of a single step is never in it.
CREATE INDEX rounds_waiting ON rounds (opened_at, id) WHERE status = 'in_progress';

-- The rounds that the server set out to end, and whether their players were told. The row is there before the round is over, so that
-- none can end without one; that it is over says its action alone.
CREATE TABLE expiries (
    player_id uuid NOT NULL REFERENCES players,
    round_id  uuid NOT NULL,
    game_id   text NOT NULL,
    told_at   timestamptz, -- when it was first sent on a connection
    PRIMARY KEY (player_id, round_id)
);
GRANT SELECT, INSERT, UPDATE ON expiries TO croupier_app;

-- +goose Down
DROP TABLE expiries;
DROP INDEX rounds_waiting;
-- NOT VALID: what was recorded stays recorded.
ALTER TABLE actions DROP CONSTRAINT actions_type_check,
    ADD CONSTRAINT actions_type_check CHECK (type IN ('action', 'cashout', 'seed_rotate')) NOT VALID;
