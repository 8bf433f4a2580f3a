-- +goose Up

-- The smallest UUIDv7 of an instant: the bound between two months of a table that is parted by a UUIDv7 key.
CREATE FUNCTION uuid_floor(t timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT (lpad(to_hex((extract(epoch FROM t) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid $$;

-- Makes the partitions of last month, this month and the given number of months ahead. The server, which owns nothing, calls
-- it at its start and daily.
-- +goose StatementBegin
CREATE FUNCTION ensure_partitions(months_ahead int) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET timezone = 'UTC' AS $$
DECLARE
    parent text;
    first  timestamptz;
    part   text;
    room   text := (SELECT relnamespace::regnamespace FROM pg_class WHERE oid = 'actions'::regclass); -- the schema of ours
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('croupier.partitions'));
    FOREACH parent IN ARRAY ARRAY['actions', 'transfers'] LOOP
        FOR i IN -1 .. months_ahead LOOP
            first := date_trunc('month', now()) + make_interval(months => i);
            part := parent || to_char(first, '"_"YYYY"_"MM');
            IF to_regclass(part) IS NULL THEN
                EXECUTE format('CREATE TABLE %s.%I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                    room, part, parent, uuid_floor(first), uuid_floor(first + interval '1 month'));
            END IF;
            IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass(part) AND tgname = 'no_truncate') THEN
                EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', part);
            END IF;
        END LOOP;
    END LOOP;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
-- +goose StatementEnd
-- On a parted table row triggers reach the partitions, statement triggers do not.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON actions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON transfers FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON actions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON transfers FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
SELECT ensure_partitions(2);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON operator_transactions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What a seed pair promised cannot be taken back: hashes and seeds never change, a reveal is for ever and only when no seat
-- plays the pair any more and no round is open under it.
-- +goose StatementBegin
CREATE FUNCTION guard_seed_pair() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.player_id <> OLD.player_id OR NEW.seq <> OLD.seq OR NEW.server_seed_hash <> OLD.server_seed_hash
        OR (OLD.client_seed IS NOT NULL AND (NEW.client_seed, NEW.client_seed_by) IS DISTINCT FROM (OLD.client_seed, OLD.client_seed_by))
        OR OLD.revealed_at IS NOT NULL THEN
        RAISE EXCEPTION 'seed pair %/%: what is committed or revealed does not change', OLD.player_id, OLD.seq
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.revealed_at IS NOT NULL AND (
        EXISTS (SELECT FROM seats s WHERE s.player_id = NEW.player_id AND s.seed_seq <= NEW.seq)
        OR EXISTS (SELECT FROM rounds r WHERE r.player_id = NEW.player_id AND r.seed_seq = NEW.seq AND r.status = 'in_progress')) THEN
        RAISE EXCEPTION 'seed pair %/% is still in play', OLD.player_id, OLD.seq USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER guard BEFORE UPDATE ON seed_pairs FOR EACH ROW EXECUTE FUNCTION guard_seed_pair();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON seed_pairs FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A round is played under the seed pair that its player's seat is at, and under no other: one that is revealed is behind every
-- seat for ever (guard_seat), so a revealed seed cannot be played again. One check for the whole group of rounds.
-- +goose StatementBegin
CREATE FUNCTION guard_rounds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Play has updated the seats of its rounds in this very transaction, and so holds them. Whoever has not waits here for a rotation
    -- under way, and holds the next one up until the round is there to be seen.
    PERFORM FROM seats s JOIN opened o ON o.player_id = s.player_id
        WHERE s.xmin <> pg_current_xact_id()::xid ORDER BY s.player_id FOR SHARE OF s;
    IF EXISTS (SELECT FROM opened o
               LEFT JOIN seats s ON s.player_id = o.player_id AND s.seed_seq = o.seed_seq
               LEFT JOIN seed_pairs p ON p.player_id = o.player_id AND p.seq = o.seed_seq AND p.revealed_at IS NULL AND p.activated_at IS NOT NULL
               WHERE s.player_id IS NULL OR p.player_id IS NULL) THEN
        RAISE EXCEPTION 'a round under a seed pair that is not active' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER guard AFTER INSERT ON rounds REFERENCING NEW TABLE AS opened FOR EACH STATEMENT EXECUTE FUNCTION guard_rounds();

-- +goose StatementBegin
CREATE FUNCTION guard_seat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'seat %: seeds and versions only go forward, seeds by one', OLD.player_id USING ERRCODE = 'integrity_constraint_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER guard BEFORE UPDATE ON seats FOR EACH ROW
    WHEN (NEW.version <= OLD.version OR NEW.seed_seq < OLD.seed_seq OR NEW.seed_seq > OLD.seed_seq + 1
        OR (NEW.seed_seq = OLD.seed_seq AND NEW.next_nonce < OLD.next_nonce)
        OR (NEW.seed_seq <> OLD.seed_seq AND NEW.next_nonce <> 0))
    EXECUTE FUNCTION guard_seat();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON seats FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A player who is suspended or excluded, by whatever way, is so for the next move already: every node's cached seat is stale.
-- +goose StatementBegin
CREATE FUNCTION move_seat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE seats SET version = version + 1 WHERE player_id = NEW.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER status_change AFTER UPDATE OF status ON players FOR EACH ROW WHEN (NEW.status <> OLD.status) EXECUTE FUNCTION move_seat();

-- A finished round stays as it is.
-- +goose StatementBegin
CREATE FUNCTION guard_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'round %: what was played does not change', OLD.id USING ERRCODE = 'integrity_constraint_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER guard_finished BEFORE UPDATE ON rounds FOR EACH ROW
    WHEN (OLD.status <> 'in_progress' OR (NEW.id, NEW.operator_id, NEW.player_id, NEW.seed_seq, NEW.nonce, NEW.game_id, NEW.build_id, NEW.bet,
        NEW.forced::text, NEW.opened_at) IS DISTINCT FROM (OLD.id, OLD.operator_id, OLD.player_id, OLD.seed_seq, OLD.nonce, OLD.game_id,
        OLD.build_id, OLD.bet, OLD.forced::text, OLD.opened_at))
    EXECUTE FUNCTION guard_round();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON rounds FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Whoever calls these must not decide what their names mean: temporary objects come last.
-- +goose StatementBegin
DO $$
DECLARE
    function text;
BEGIN
    FOREACH function IN ARRAY ARRAY['ensure_partitions(int)', 'refuse_change()', 'guard_seed_pair()', 'guard_rounds()', 'guard_seat()',
        'guard_round()', 'move_seat()'] LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, %I, pg_temp', function, current_schema());
    END LOOP;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO croupier_app', current_schema()); END $$;
-- +goose StatementEnd
GRANT SELECT, INSERT ON operators, api_keys, players, seats, seed_pairs, builds, rounds, actions, transfers, operator_transactions,
    forced_outcomes, sessions, one_use_tokens, signing_keys TO croupier_app;
GRANT UPDATE ON operators, api_keys, players, seats, seed_pairs, rounds, forced_outcomes, sessions, one_use_tokens, signing_keys TO croupier_app;
GRANT DELETE ON forced_outcomes, one_use_tokens TO croupier_app;
GRANT SELECT ON goose_db_version TO croupier_app;
GRANT EXECUTE ON FUNCTION ensure_partitions(int) TO croupier_app;

-- +goose Down
DROP TRIGGER status_change ON players;
DROP TRIGGER append_only ON rounds;
DROP TRIGGER guard_finished ON rounds;
DROP TRIGGER append_only ON seats;
DROP TRIGGER guard ON seats;
DROP TRIGGER guard ON rounds;
DROP TRIGGER append_only ON seed_pairs;
DROP TRIGGER guard ON seed_pairs;
DROP TRIGGER append_only ON operator_transactions;
DROP TRIGGER no_truncate ON transfers;
DROP TRIGGER no_truncate ON actions;
DROP TRIGGER append_only ON transfers;
DROP TRIGGER append_only ON actions;
DROP FUNCTION guard_round, move_seat, guard_seat, guard_rounds, guard_seed_pair, ensure_partitions, uuid_floor;
DROP FUNCTION refuse_change CASCADE; -- with the triggers of the partitions
