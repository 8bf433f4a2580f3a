-- +goose Up

-- The server plays as croupier_app, which owns nothing: append-only tables refuse it UPDATE and DELETE by grant, and refuse
-- everybody else by trigger. Roles belong to the whole cluster, so the role may be there already.
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'croupier_app') THEN
        CREATE ROLE croupier_app NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- another database of this cluster was faster
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT pg_has_role(current_user, 'croupier_app', 'MEMBER') THEN
        EXECUTE format('GRANT croupier_app TO %I', current_user);
    END IF;
END $$;
-- +goose StatementEnd

CREATE TABLE operators (
    id              uuid PRIMARY KEY,
    name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    mode            text NOT NULL CHECK (mode IN ('sandbox', 'live')),
    allowed_origins text[] NOT NULL DEFAULT '{}',
    created_at      timestamptz NOT NULL
);

-- Only the hash of a key is kept. The secret signs requests, so it must be readable: it is sealed under the master key.
CREATE TABLE api_keys (
    id            uuid PRIMARY KEY,
    operator_id   uuid NOT NULL REFERENCES operators,
    key_hash      bytea NOT NULL UNIQUE CHECK (length(key_hash) = 32),
    sealed_secret bytea NOT NULL,
    created_at    timestamptz NOT NULL,
    revoked_at    timestamptz
);

CREATE TABLE players (
    id           uuid PRIMARY KEY,
    operator_id  uuid NOT NULL REFERENCES operators,
    external_id  text NOT NULL CHECK (length(external_id) BETWEEN 1 AND 128),
    username     text NOT NULL DEFAULT '' CHECK (length(username) <= 128),
    currency     text NOT NULL CHECK (currency ~ '^[A-Z0-9]{2,10}$'),
    jurisdiction text NOT NULL DEFAULT '',
    locale       text NOT NULL DEFAULT '',
    status       text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'excluded')),
    created_at   timestamptz NOT NULL,
    UNIQUE (operator_id, external_id)
);

-- Seed pairs of a player, numbered from 0: at most one is active, the one after it is committed already.
-- A server seed is sealed until it is revealed and plain from then on.
CREATE TABLE seed_pairs (
    player_id        uuid NOT NULL REFERENCES players,
    seq              int NOT NULL CHECK (seq >= 0),
    server_seed_hash text NOT NULL CHECK (server_seed_hash ~ '^[0-9a-f]{64}$'),
    sealed_seed      bytea,
    server_seed      text CHECK (server_seed ~ '^[0-9a-f]{64}$' AND encode(sha256(server_seed::bytea), 'hex') = server_seed_hash),
    client_seed      text CHECK (client_seed ~ '^[ -~]{1,64}$' AND client_seed !~ '[:#]'),
    client_seed_by   text CHECK (client_seed_by IN ('player', 'server')),
    rounds           bigint CHECK (rounds >= 0), -- how many were played under it, once revealed
    created_at       timestamptz NOT NULL,
    activated_at     timestamptz,
    revealed_at      timestamptz,
    PRIMARY KEY (player_id, seq),
    CHECK ((sealed_seed IS NULL) <> (server_seed IS NULL)),
    CHECK ((server_seed IS NULL) = (revealed_at IS NULL)),
    CHECK ((client_seed IS NULL) = (activated_at IS NULL)),
    CHECK (revealed_at IS NULL OR activated_at IS NOT NULL)
);

-- What a player's every move changes, in one row: the point of compare-and-set between nodes. Whatever touches anything of a
-- player adds one to version. The balances equal the sums of the player's transfers.
CREATE TABLE seats (
    player_id  uuid PRIMARY KEY REFERENCES players,
    version    bigint NOT NULL DEFAULT 0,
    balance    numeric NOT NULL DEFAULT 0 CHECK (balance >= 0 AND balance < 'Infinity'),
    escrow     numeric NOT NULL DEFAULT 0 CHECK (escrow >= 0 AND escrow < 'Infinity'),
    seed_seq   int NOT NULL DEFAULT 0,
    next_nonce bigint NOT NULL DEFAULT 0 CHECK (next_nonce >= 0),
    FOREIGN KEY (player_id, seed_seq) REFERENCES seed_pairs (player_id, seq)
) WITH (fillfactor = 50);

-- Every build of a game that was ever played here: a round's rules can be looked up for ever.
CREATE TABLE builds (
    id         int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    game_id    text NOT NULL,
    variant    text NOT NULL,
    rules_hash text NOT NULL UNIQUE CHECK (rules_hash ~ '^[0-9a-f]{64}$'),
    rules      json NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE rounds (
    id           uuid NOT NULL,
    operator_id  uuid NOT NULL,
    player_id    uuid NOT NULL,
    seed_seq     int NOT NULL,
    nonce        bigint NOT NULL CHECK (nonce >= 0),
    game_id      text NOT NULL,
    build_id     int NOT NULL,
    status       text NOT NULL CHECK (status IN ('in_progress', 'completed', 'cashed_out')),
    steps        int NOT NULL CHECK (steps > 0),
    bet          numeric NOT NULL CHECK (bet >= 0 AND bet < 'Infinity'),
    stake        numeric NOT NULL CHECK (stake >= bet AND stake < 'Infinity'),
    payout       numeric NOT NULL CHECK (payout >= 0 AND payout < 'Infinity'),
    sealed_state bytea,
    forced       json,
    opened_at    timestamptz NOT NULL,
    closed_at    timestamptz,
    PRIMARY KEY (operator_id, id),
    UNIQUE (player_id, seed_seq, nonce),
    CHECK ((status = 'in_progress') = (sealed_state IS NOT NULL)),
    CHECK ((status = 'in_progress') = (closed_at IS NULL)),
    CHECK (status <> 'in_progress' OR payout = 0)
) WITH (fillfactor = 95);
CREATE UNIQUE INDEX rounds_open ON rounds (player_id, game_id) WHERE status = 'in_progress';

-- Every request that took effect, with the payload of its answer byte for byte as it was sent: the proof of what the player
-- was told, and what a retry is answered with. Append-only. The key holds the session, whose id begins with its time
-- (UUIDv7): so months can be parted and the key is unique all the same.
CREATE TABLE actions (
    player_id  uuid NOT NULL,
    session_id uuid NOT NULL,
    request_id text NOT NULL CHECK (length(request_id) BETWEEN 1 AND 64),
    type       text NOT NULL CHECK (type IN ('action', 'cashout', 'seed_rotate')),
    request    json NOT NULL,
    answer     json NOT NULL,
    round_id   uuid,
    step       int CHECK (step >= 0),
    stake      numeric CHECK (stake >= 0 AND stake < 'Infinity'),
    payout     numeric CHECK (payout >= 0 AND payout < 'Infinity'),
    balance    numeric CHECK (balance >= 0 AND balance < 'Infinity'),
    at         timestamptz NOT NULL,
    PRIMARY KEY (player_id, session_id, request_id),
    CHECK ((type = 'seed_rotate') = (round_id IS NULL)),
    CHECK ((round_id IS NULL) = (step IS NULL))
) PARTITION BY RANGE (session_id);
CREATE INDEX actions_round ON actions (player_id, round_id, step) WHERE round_id IS NOT NULL;

-- The ledger. One row moves one amount between two accounts, so it balances by construction. player and escrow are the
-- player's own accounts, house and funding are those of the player's operator in the player's currency. Append-only.
CREATE TYPE account AS ENUM ('player', 'escrow', 'house', 'funding');
CREATE TABLE transfers (
    player_id uuid NOT NULL,
    id        uuid NOT NULL,
    debit     account NOT NULL, -- where the amount leaves
    credit    account NOT NULL, -- where it arrives
    amount    numeric NOT NULL CHECK (amount > 0 AND amount < 'Infinity'),
    code      text NOT NULL,
    round_id  uuid,
    balance   numeric NOT NULL CHECK (balance >= 0 AND balance < 'Infinity'), -- of the player's account, after it
    at        timestamptz NOT NULL,
    PRIMARY KEY (player_id, id),
    CHECK ((code, debit, credit) IN (
        ('stake', 'player', 'house'), ('stake', 'player', 'escrow'), ('lapse', 'escrow', 'house'),
        ('payout', 'house', 'player'), ('deposit', 'funding', 'player'), ('withdrawal', 'player', 'funding'))),
    CHECK ((round_id IS NULL) = (code IN ('deposit', 'withdrawal')))
) PARTITION BY RANGE (id);

-- Deposits and withdrawals by the operator's own transaction id: the same id again gets the same answer.
CREATE TABLE operator_transactions (
    operator_id    uuid NOT NULL REFERENCES operators,
    transaction_id text NOT NULL CHECK (length(transaction_id) BETWEEN 1 AND 128),
    player_id      uuid NOT NULL REFERENCES players,
    code           text NOT NULL CHECK (code IN ('deposit', 'withdrawal')),
    amount         numeric NOT NULL CHECK (amount > 0 AND amount < 'Infinity'),
    transfer_id    uuid NOT NULL,
    balance        numeric NOT NULL CHECK (balance >= 0 AND balance < 'Infinity'),
    at             timestamptz NOT NULL,
    PRIMARY KEY (operator_id, transaction_id)
);

-- Sandbox only: the draws that the player's next round of a game is to be played with.
CREATE TABLE forced_outcomes (
    player_id  uuid NOT NULL REFERENCES players,
    game_id    text NOT NULL,
    script     json NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (player_id, game_id)
);

CREATE TABLE sessions (
    id         uuid PRIMARY KEY,
    player_id  uuid NOT NULL REFERENCES players,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL, -- past it no refresh helps
    revoked_at timestamptz
);
CREATE INDEX sessions_player ON sessions (player_id, id);

-- Tokens of one use, kept as SHA-256 only.
CREATE TABLE one_use_tokens (
    hash       bytea PRIMARY KEY CHECK (length(hash) = 32),
    purpose    text NOT NULL CHECK (purpose IN ('launch', 'refresh', 'ticket')),
    player_id  uuid NOT NULL REFERENCES players,
    session_id uuid REFERENCES sessions,
    game_id    text,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    CHECK ((purpose = 'launch') = (session_id IS NULL))
);
CREATE INDEX one_use_tokens_expiry ON one_use_tokens (expires_at);

-- Ed25519 keys that session tokens are signed with: the newest signs, all that are not retired verify.
CREATE TABLE signing_keys (
    kid        text PRIMARY KEY,
    sealed_key bytea NOT NULL,
    public_key bytea NOT NULL CHECK (length(public_key) = 32),
    created_at timestamptz NOT NULL,
    retired_at timestamptz
);

-- +goose Down
DROP TABLE signing_keys, one_use_tokens, sessions, forced_outcomes, operator_transactions, transfers, actions, rounds, builds,
    seats, seed_pairs, players, api_keys, operators;
DROP TYPE account;
