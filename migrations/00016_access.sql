-- +goose Up

-- How an operator's own tokens let its players in. Every change is a row more; the newest of an operator is in force. So who changed what, and
-- when, is there for ever.
CREATE TABLE operator_sso (
    operator_id uuid NOT NULL REFERENCES operators,
    version     integer NOT NULL CHECK (version >= 1),
    enabled     boolean NOT NULL,
    issuer      text NOT NULL CHECK (length(issuer) BETWEEN 1 AND 256),
    audience    text NOT NULL CHECK (length(audience) BETWEEN 1 AND 256),
    algorithm   text NOT NULL CHECK (algorithm IN ('EdDSA', 'ES256', 'RS256', 'PS256')),
    jwks_url    text CHECK (length(jwks_url) BETWEEN 1 AND 512),
    keys        text CHECK (length(keys) BETWEEN 1 AND 65536), -- a JWK Set of public keys
    max_age     integer NOT NULL CHECK (max_age BETWEEN 10 AND 300), -- seconds that a token may be good for
    leeway      integer NOT NULL CHECK (leeway BETWEEN 0 AND 30),    -- seconds that clocks may differ by
    changed_at  timestamptz NOT NULL,
    changed_by  text NOT NULL CHECK (length(changed_by) BETWEEN 1 AND 100),
    PRIMARY KEY (operator_id, version),
    CHECK ((jwks_url IS NULL) <> (keys IS NULL))
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON operator_sso FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON operator_sso TO croupier_app;

-- Operators' tokens that were used: each lets in once. A row is needed until its token has expired, and is deleted some time later.
CREATE TABLE used_operator_tokens (
    operator_id uuid NOT NULL,
    token       bytea NOT NULL CHECK (length(token) = 32), -- SHA-256 of its jti or, without one, of what was signed
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (operator_id, token)
);
CREATE INDEX used_operator_tokens_expiry ON used_operator_tokens (expires_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON used_operator_tokens TO croupier_app; -- FOR UPDATE needs UPDATE

-- How many requests a second API keys and players may make, and how many at once, by plan.
CREATE TABLE rate_plans (
    name         text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_-]{0,31}$'),
    key_rate     integer NOT NULL CHECK (key_rate BETWEEN 1 AND 100000),
    key_burst    integer NOT NULL CHECK (key_burst BETWEEN 1 AND 1000000),
    player_rate  integer NOT NULL CHECK (player_rate BETWEEN 1 AND 100000),
    player_burst integer NOT NULL CHECK (player_burst BETWEEN 1 AND 1000000),
    CHECK (key_burst <= 3600::bigint * key_rate AND player_burst <= 3600::bigint * player_rate) -- so that an hour's use is all there is to know
);
INSERT INTO rate_plans VALUES ('sandbox', 50, 200, 10, 40), ('standard', 200, 800, 20, 80), ('premium', 1000, 4000, 20, 80);
GRANT SELECT ON rate_plans TO croupier_app;

-- Which plan an operator, or one of its API keys, is on: the newest row of each says so. NULL is the default of the operator's mode.
CREATE TABLE rate_assignments (
    subject    uuid NOT NULL, -- an operator or an API key
    version    integer NOT NULL CHECK (version >= 1),
    plan       text REFERENCES rate_plans,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL CHECK (length(changed_by) BETWEEN 1 AND 100),
    PRIMARY KEY (subject, version)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON rate_assignments FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT ON rate_assignments TO croupier_app;

-- What is used of the limits, for all servers together: so many requests at a time; they go down at the rate of the plan. It is not logged and
-- is empty after a crash of the database: then everybody has a full burst again. No column that changes is indexed, so that an update stays on
-- its page.
CREATE UNLOGGED TABLE rate_usage (
    subject uuid PRIMARY KEY, -- an API key or a player
    used    double precision NOT NULL CHECK (used >= 0 AND used < 'Infinity'),
    at      timestamptz NOT NULL
) WITH (fillfactor = 50);
GRANT SELECT, INSERT, UPDATE, DELETE ON rate_usage TO croupier_app;

-- +goose Down
DROP TABLE rate_usage;
DROP TABLE rate_assignments;
DROP TABLE rate_plans;
DROP TABLE used_operator_tokens;
DROP TABLE operator_sso;
