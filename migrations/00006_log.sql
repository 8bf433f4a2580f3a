-- +goose Up

-- The commitment log (docs/fairness.md has what it promises, docs/decisions/0014-the-log-finds-rounds-by-itself.md how it is made).
-- One log, one key, for ever: a second key would be a second log. Its private half is sealed under the master key.
CREATE TABLE log_keys (
    only_one   bool PRIMARY KEY DEFAULT true CHECK (only_one),
    origin     text NOT NULL CHECK (origin ~ '^[!-*,-~]{1,200}$'),
    sealed_key bytea NOT NULL,
    public_key bytea NOT NULL CHECK (length(public_key) = 32),
    created_at timestamptz NOT NULL
);

-- The leaves, from 0 without gaps. value is what a leaf says beside its kind: the hash of a server seed (1), the server seed (2), or the
-- hash of a finished round's record (3). A leaf's text and its hash follow from these two.
CREATE TABLE log_leaves (
    idx      bigint PRIMARY KEY CHECK (idx >= 0),
    kind     smallint NOT NULL CHECK (kind BETWEEN 1 AND 3),
    value    bytea NOT NULL CHECK (length(value) = 32),
    round_id uuid,
    CHECK ((kind = 3) = (round_id IS NOT NULL))
);
CREATE UNIQUE INDEX log_leaves_round ON log_leaves (round_id) WHERE round_id IS NOT NULL;
CREATE UNIQUE INDEX log_leaves_seed ON log_leaves (value, kind) WHERE round_id IS NULL;

-- The root of every 256 hashes of the level below: level 1 is over leaves.
CREATE TABLE log_nodes (
    level smallint NOT NULL CHECK (level BETWEEN 1 AND 7),
    n     bigint NOT NULL CHECK (n >= 0),
    hash  bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, n)
);

-- What was signed, one row for each time that leaves were added.
CREATE TABLE log_checkpoints (
    size bigint PRIMARY KEY CHECK (size > 0),
    root bytea NOT NULL CHECK (length(root) = 32),
    note text NOT NULL,
    at   timestamptz NOT NULL
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_leaves FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_nodes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- The key may be sealed anew, under another master key; it stays the same key.
CREATE TRIGGER append_only BEFORE UPDATE OF only_one, origin, public_key, created_at OR DELETE OR TRUNCATE ON log_keys
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What is to be logged and is not yet. Whoever commits to a seed or reveals one says so in the same transaction, so that none is missed
-- whatever order transactions end in. Of rounds this is only a hint, which servers give after the commit: play writes nothing for it.
CREATE TABLE log_seeds_due (
    kind      smallint NOT NULL CHECK (kind IN (1, 2)),
    player_id uuid NOT NULL,
    seq       int NOT NULL,
    PRIMARY KEY (kind, player_id, seq)
);
CREATE TABLE log_rounds_due (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    operators uuid[] NOT NULL,
    rounds    uuid[] NOT NULL CHECK (cardinality(rounds) = cardinality(operators)),
    -- Of their records, where known; one that is NULL is made from what is stored.
    hashes    bytea[] NOT NULL CHECK (cardinality(hashes) = cardinality(rounds))
);

-- +goose StatementBegin
CREATE FUNCTION log_commitments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO log_seeds_due (kind, player_id, seq) SELECT 1, player_id, seq FROM made;
    INSERT INTO log_seeds_due (kind, player_id, seq) SELECT 2, player_id, seq FROM made WHERE revealed_at IS NOT NULL;
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION log_reveal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO log_seeds_due (kind, player_id, seq) VALUES (2, NEW.player_id, NEW.seq);
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$
DECLARE
    function text;
BEGIN
    FOREACH function IN ARRAY ARRAY['log_commitments()', 'log_reveal()'] LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, %I, pg_temp', function, current_schema());
    END LOOP;
END $$;
-- +goose StatementEnd
CREATE TRIGGER log_commitments AFTER INSERT ON seed_pairs REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION log_commitments();
CREATE TRIGGER log_reveal AFTER UPDATE ON seed_pairs FOR EACH ROW
    WHEN (OLD.revealed_at IS NULL AND NEW.revealed_at IS NOT NULL) EXECUTE FUNCTION log_reveal();

-- What was there before the log; the rounds are found by its sweep.
INSERT INTO log_seeds_due (kind, player_id, seq)
    SELECT 1, player_id, seq FROM seed_pairs UNION ALL SELECT 2, player_id, seq FROM seed_pairs WHERE revealed_at IS NOT NULL;

GRANT SELECT, INSERT ON log_keys, log_leaves, log_nodes, log_checkpoints TO croupier_app;
GRANT UPDATE (sealed_key) ON log_keys TO croupier_app;
GRANT SELECT, INSERT, DELETE ON log_seeds_due, log_rounds_due TO croupier_app;

-- +goose Down
DROP TRIGGER log_reveal ON seed_pairs;
DROP TRIGGER log_commitments ON seed_pairs;
DROP FUNCTION log_reveal, log_commitments;
DROP TABLE log_rounds_due, log_seeds_due, log_checkpoints, log_nodes, log_leaves, log_keys;
