-- +goose Up

-- What an operator has made of a game, every revision of it for ever: the highest is in force, and a game without one is as the house offers it.
-- One table, so that what is in force and what was changed cannot contradict each other.
CREATE TABLE operator_games (
    operator_id uuid NOT NULL REFERENCES operators,
    game_id     text NOT NULL CHECK (length(game_id) BETWEEN 1 AND 64),
    revision    int NOT NULL CHECK (revision > 0),
    enabled     bool NOT NULL,
    variant     text NOT NULL CHECK (length(variant) <= 32),   -- '': the house's default
    name        text NOT NULL CHECK (length(name) <= 100),     -- '': the game's own
    aliases     text[] NOT NULL CHECK (cardinality(aliases) <= 20 AND array_position(aliases, NULL) IS NULL),
    limits      json NOT NULL, -- {"USD": {"min": "1.00", "max": "50.00"}}: of currencies whose limits are narrower than the game's own
    changed_by  text NOT NULL CHECK (length(changed_by) BETWEEN 1 AND 100),
    reason      text NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
    changed_at  timestamptz NOT NULL,
    PRIMARY KEY (operator_id, game_id, revision)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON operator_games FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON operator_games TO croupier_app;
GRANT SELECT ON operator_games TO croupier_auditor;

-- Sums over the rounds that are over, for reports. They can be made again from the rounds at any time, so nothing here is history
-- (docs/decisions/0022-reports-from-rollups.md). Every round whose id is of before report_progress.until is either in one row of report_hours,
-- by the hour in which it ended, or in report_open.
CREATE TABLE report_progress (
    only_one bool PRIMARY KEY DEFAULT true CHECK (only_one),
    until    timestamptz NOT NULL,
    checked  date NOT NULL -- the days of before are counted a second time, after all that could come late had come
);
INSERT INTO report_progress (until, checked) VALUES ('epoch', 'epoch');
CREATE TABLE report_hours (
    operator_id uuid NOT NULL,
    hour        timestamptz NOT NULL, -- in which the rounds ended: its beginning
    opened      date NOT NULL,        -- the UTC day of the rounds' ids, by which they are found to be counted again
    game_id     text NOT NULL,
    build_id    int NOT NULL,
    currency    text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('played', 'forced', 'voided')),
    rounds      bigint NOT NULL CHECK (rounds > 0),
    bets        numeric NOT NULL, -- the opening stakes
    wagered     numeric NOT NULL, -- all stakes
    won         numeric NOT NULL, -- the payouts; of voided rounds what was returned
    bet_squares numeric NOT NULL, -- sums of squares and products, with net = payout - stake: what the spread of a return is computed from
    net_squares numeric NOT NULL,
    net_bets    numeric NOT NULL,
    PRIMARY KEY (operator_id, hour, opened, game_id, build_id, currency, kind)
);
CREATE INDEX report_hours_opened ON report_hours (opened);
CREATE TABLE report_open (
    operator_id uuid NOT NULL,
    round_id    uuid NOT NULL,
    PRIMARY KEY (operator_id, round_id)
);
-- Who finished a round of a game on a day. A player has one currency.
CREATE TABLE report_players (
    operator_id uuid NOT NULL,
    day         date NOT NULL, -- on which the round ended, in UTC
    game_id     text NOT NULL,
    player_id   uuid NOT NULL,
    PRIMARY KEY (operator_id, day, game_id, player_id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON report_hours TO croupier_app;
GRANT SELECT, INSERT, DELETE ON report_open, report_players TO croupier_app;
GRANT SELECT, UPDATE (until, checked) ON report_progress TO croupier_app;

-- The answers of operators' calls that carried an Idempotency-Key, for a day. They are sealed under the master key: some hold secrets.
CREATE TABLE idempotency_keys (
    operator_id   uuid NOT NULL REFERENCES operators,
    key           text NOT NULL CHECK (length(key) BETWEEN 1 AND 128),
    api_key_id    uuid NOT NULL, -- of the first call: nobody else is told its answer
    request_hash  bytea NOT NULL CHECK (length(request_hash) = 32),
    claim         uuid NOT NULL, -- of the request that runs or ran
    claimed_until timestamptz NOT NULL, -- past it a request without an answer is dead
    status        int CHECK (status BETWEEN 200 AND 499),
    sealed_answer bytea,
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (operator_id, key),
    CHECK ((status IS NULL) = (sealed_answer IS NULL))
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO croupier_app;

-- An operator's players, page by page.
CREATE INDEX players_operator ON players (operator_id, id);

-- +goose Down
DROP INDEX players_operator;
DROP TABLE idempotency_keys, report_players, report_open, report_hours, report_progress, operator_games;
