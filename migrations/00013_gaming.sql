-- +goose Up

-- What was done about a player's protection: who, when, why. It is never changed; the tables after it say what holds now.
CREATE TABLE player_records (
    id        uuid PRIMARY KEY,
    player_id uuid NOT NULL REFERENCES players,
    kind      text NOT NULL CHECK (kind IN ('limit_set', 'limit_relaxed', 'suspended', 'reinstated', 'excluded', 'exclusion_over', 'limit_reached',
        'warned', 'acknowledged')),
    by        text NOT NULL CHECK (length(by) BETWEEN 1 AND 100), -- 'player', 'server', an API key's id, or who did it by command
    reason    text NOT NULL DEFAULT '' CHECK (length(reason) <= 200),
    data      json NOT NULL,
    at        timestamptz NOT NULL
);
CREATE INDEX player_records_player ON player_records (player_id, id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON player_records FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The limits that a player has. What relaxes one waits in pending, and acts from pending_at.
CREATE TABLE player_limits (
    player_id  uuid NOT NULL REFERENCES players,
    type       text NOT NULL CHECK (type IN ('deposit', 'loss', 'wagering', 'session')),
    period     text NOT NULL CHECK (period IN ('day', 'week', 'month', 'session') AND (type = 'session') = (period = 'session')),
    value      numeric NOT NULL CHECK (value >= 0 AND value < 'Infinity'), -- money of the player's currency; minutes of a session
    pending    numeric CHECK (pending > value AND pending <= 'Infinity'), -- Infinity: the limit goes
    pending_at timestamptz,
    PRIMARY KEY (player_id, type, period),
    CHECK ((pending IS NULL) = (pending_at IS NULL))
);

-- A limit that refused something, once for each of its periods.
CREATE TABLE limits_reached (
    player_id uuid NOT NULL REFERENCES players,
    type      text NOT NULL,
    period    text NOT NULL,
    since     timestamptz NOT NULL, -- the beginning of the period
    at        timestamptz NOT NULL,
    PRIMARY KEY (player_id, type, period, since)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON limits_reached FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Why a player may not play. players.status says the same in a word.
CREATE TABLE player_bars (
    player_id      uuid PRIMARY KEY REFERENCES players,
    suspended_at   timestamptz, -- by the operator, until it reinstates the player
    excluded_at    timestamptz, -- by the player's wish
    excluded_until timestamptz, -- infinity: until the operator reinstates the player
    CHECK ((excluded_at IS NULL) = (excluded_until IS NULL)),
    CHECK (excluded_until > excluded_at)
);

-- The time that a player has been playing without a break, and the warnings about it. It outlives connections, servers and sessions.
CREATE TABLE play_times (
    player_id   uuid PRIMARY KEY REFERENCES players,
    session_id  uuid NOT NULL, -- the one that it began in
    began_at    timestamptz NOT NULL,
    checked_at  timestamptz NOT NULL, -- the last reality check that was acknowledged, or began_at
    check_sent  timestamptz, -- when the one was sent that waits to be acknowledged
    limit_sent  timestamptz, -- when the player was told that the time is nearly over
    limit_acked timestamptz,
    CHECK (checked_at >= began_at)
);

-- Games that the house has closed, and opened again: the newest row of a game holds. '' is all games.
CREATE TABLE game_switches (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    game_id text NOT NULL CHECK (length(game_id) <= 64),
    closed  boolean NOT NULL,
    by      text NOT NULL CHECK (length(by) BETWEEN 1 AND 100),
    reason  text NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
    at      timestamptz NOT NULL
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON game_switches FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- An exclusion cannot be shortened: not by a player, and not by an operator. Time is the server's, as everywhere: the record that goes
-- with a change says when it was.
-- +goose StatementBegin
CREATE FUNCTION guard_exclusion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'player %: an exclusion is not shortened', OLD.player_id USING ERRCODE = 'integrity_constraint_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER guard BEFORE UPDATE ON player_bars FOR EACH ROW
    WHEN (NEW.player_id <> OLD.player_id OR NEW.excluded_until < OLD.excluded_until)
    EXECUTE FUNCTION guard_exclusion();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON player_bars FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- +goose StatementBegin
DO $$ BEGIN EXECUTE format('ALTER FUNCTION guard_exclusion() SET search_path = pg_catalog, %I, pg_temp', current_schema()); END $$;
-- +goose StatementEnd

GRANT SELECT, INSERT ON player_records, limits_reached, game_switches TO croupier_app;
GRANT SELECT, INSERT ON player_limits, player_bars, play_times TO croupier_app;
GRANT UPDATE (value, pending, pending_at) ON player_limits TO croupier_app;
GRANT UPDATE (suspended_at, excluded_at, excluded_until) ON player_bars TO croupier_app;
GRANT UPDATE (session_id, began_at, checked_at, check_sent, limit_sent, limit_acked) ON play_times TO croupier_app;
GRANT SELECT ON player_records, player_limits, limits_reached, player_bars, play_times, game_switches TO croupier_auditor;

-- +goose Down
DROP TABLE game_switches, play_times, player_bars, limits_reached, player_limits, player_records;
DROP FUNCTION guard_exclusion;
