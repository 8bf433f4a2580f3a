-- +goose Up

-- The same promise as before (00002): a round is played under the seed pair that its player's seat is at, which is active and not
-- revealed. Play holds its seats already, so one look at seat and pair is enough for it; it was two. Only whoever does not hold them
-- goes the long way, which waits for a rotation under way and holds the next one up.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION guard_rounds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM opened o
               LEFT JOIN seats s ON s.player_id = o.player_id AND s.seed_seq = o.seed_seq AND s.xmin = pg_current_xact_id()::xid
               LEFT JOIN seed_pairs p ON p.player_id = o.player_id AND p.seq = o.seed_seq AND p.revealed_at IS NULL AND p.activated_at IS NOT NULL
               WHERE s.player_id IS NULL OR p.player_id IS NULL) THEN
        RETURN NULL;
    END IF;
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
-- +goose StatementBegin
DO $$ BEGIN EXECUTE format('ALTER FUNCTION guard_rounds() SET search_path = pg_catalog, %I, pg_temp', current_schema()); END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION guard_rounds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
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
-- +goose StatementBegin
DO $$ BEGIN EXECUTE format('ALTER FUNCTION guard_rounds() SET search_path = pg_catalog, %I, pg_temp', current_schema()); END $$;
-- +goose StatementEnd
