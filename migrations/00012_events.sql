-- +goose Up

-- Where operators are told of what happens. Nearly all of its columns are the delivery's own; the settler looks at three of them.
CREATE TABLE webhook_endpoints (
    id              uuid PRIMARY KEY,
    operator_id     uuid NOT NULL REFERENCES operators,
    url             text NOT NULL CHECK (length(url) BETWEEN 1 AND 2048),
    description     text NOT NULL DEFAULT '' CHECK (length(description) <= 200),
    events          text[] NOT NULL CHECK (cardinality(events) BETWEEN 1 AND 50 AND array_position(events, NULL) IS NULL), -- '*': all
    ordering        text NOT NULL CHECK (ordering IN ('none', 'player')),
    jackpot_from    int NOT NULL CHECK (jackpot_from BETWEEN 2 AND 1000000), -- a payout of so many times the stake is a jackpot
    enabled         bool NOT NULL,
    disabled_at     timestamptz,
    disabled_reason text CHECK (length(disabled_reason) <= 200),
    created_at      timestamptz NOT NULL,
    -- How delivery goes: since when nothing was accepted, how many passes in a row, and until when it rests.
    failing_since   timestamptz,
    failures        int NOT NULL DEFAULT 0,
    rests_until     timestamptz,
    -- Which run delivers to it now, and until when it may be taken to be alive.
    runner          uuid,
    runs_until      timestamptz,
    plays           bool NOT NULL GENERATED ALWAYS AS (events && ARRAY['*', 'round.completed', 'round.cancelled', 'round.jackpot_won',
        'wallet.bet_placed', 'wallet.win_credited', 'wallet.rollback']) STORED,
    CHECK (enabled = (disabled_at IS NULL))
) WITH (fillfactor = 50);
CREATE INDEX webhook_endpoints_operator ON webhook_endpoints (operator_id, id);

-- What events are signed with: one secret, and during a rotation's overlap the one before it, too.
CREATE TABLE webhook_secrets (
    id            uuid PRIMARY KEY,
    endpoint_id   uuid NOT NULL REFERENCES webhook_endpoints ON DELETE CASCADE,
    sealed_secret bytea NOT NULL,
    created_at    timestamptz NOT NULL,
    ends_at       timestamptz -- NULL: another has not taken its place
);
CREATE INDEX webhook_secrets_endpoint ON webhook_secrets (endpoint_id);

-- The order of what one player's endpoint is told: a number is drawn while the player's seat is locked, so of one player's events the earlier
-- one has the smaller number, and has committed before the later one draws. Between players it says nothing.
CREATE SEQUENCE webhook_order;

-- What was played and is not delivered yet: a row for as many as 64 moves that were committed together, for one endpoint. It is written in
-- the transaction of the moves, so it is lean, and has one index; it is deleted when its events are delivered, or have become letters.
-- No foreign key: its check would lock the endpoint's row in every commit of the house.
CREATE TABLE webhook_moves (
    endpoint_id uuid NOT NULL,
    n           bigint NOT NULL DEFAULT nextval('webhook_order'),
    players     uuid[] NOT NULL,
    rounds      uuid[] NOT NULL,
    steps       int[] NOT NULL,
    ends        smallint[] NOT NULL, -- the round: 0 not yet, 1 by its player, 2 by the server because nobody finished it, 3 voided
    stakes      numeric[] NOT NULL,
    payouts     numeric[] NOT NULL,
    balances    numeric[] NOT NULL,  -- the player's, after the move
    ats         timestamptz[] NOT NULL,
    PRIMARY KEY (endpoint_id, n)
) WITH (toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_insert_threshold = -1);

-- An event for one endpoint: one that is not of play, or one of play that could not be delivered at once. dead_at: it is not tried any more.
CREATE TABLE webhook_letters (
    endpoint_id uuid NOT NULL,
    n           bigint NOT NULL DEFAULT nextval('webhook_order'),
    k           int NOT NULL DEFAULT 0, -- its place among the events that came of one row of webhook_moves
    id          uuid NOT NULL DEFAULT gen_random_uuid(),
    event_id    text NOT NULL CHECK (event_id ~ '^[A-Za-z0-9_]{1,80}$'), -- the same at every endpoint and every attempt
    type        text NOT NULL CHECK (type ~ '^[a-z]+(\.[a-z_]+)+$' AND length(type) <= 64),
    player_id   uuid,
    data        json NOT NULL,
    at          timestamptz NOT NULL, -- when it happened
    since       timestamptz NOT NULL, -- from when on it is tried
    tries       int NOT NULL DEFAULT 0,
    next_at     timestamptz NOT NULL,
    status      int,                  -- of the last answer; NULL: there was none
    failure     text CHECK (length(failure) <= 500),
    answer      text CHECK (length(answer) <= 500),
    dead_at     timestamptz,
    PRIMARY KEY (endpoint_id, n, k)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX webhook_letters_due ON webhook_letters (endpoint_id, next_at) WHERE dead_at IS NULL;
CREATE INDEX webhook_letters_player ON webhook_letters (endpoint_id, player_id, n, k) WHERE dead_at IS NULL;
CREATE INDEX webhook_letters_dead ON webhook_letters (endpoint_id, id) WHERE dead_at IS NOT NULL;

-- Every attempt, until it is pruned.
CREATE TABLE webhook_deliveries (
    endpoint_id uuid NOT NULL,
    id          uuid NOT NULL, -- UUIDv7
    event_id    text NOT NULL,
    type        text NOT NULL,
    attempt     int NOT NULL CHECK (attempt > 0),
    at          timestamptz NOT NULL,
    took_ms     int NOT NULL,
    status      int,
    failure     text CHECK (length(failure) <= 500), -- NULL: it was accepted
    answer      text CHECK (length(answer) <= 500),
    PRIMARY KEY (endpoint_id, id)
);
CREATE INDEX webhook_deliveries_failed ON webhook_deliveries (endpoint_id, id) WHERE failure IS NOT NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_endpoints, webhook_letters TO croupier_app;
GRANT SELECT, INSERT, DELETE ON webhook_moves, webhook_deliveries TO croupier_app;
GRANT SELECT, INSERT, DELETE, UPDATE (sealed_secret, ends_at) ON webhook_secrets TO croupier_app;
GRANT USAGE ON SEQUENCE webhook_order TO croupier_app;

-- +goose Down
DROP TABLE webhook_deliveries, webhook_letters, webhook_moves, webhook_secrets, webhook_endpoints;
DROP SEQUENCE webhook_order;
