-- +goose Up

-- What the server's role may change of a row is what the server changes of one. Whose an account is, in which currency, in which mode an
-- operator plays, and what a key, a token or a session was made as, is said once. Rounds, seeds, seats and API keys have guards of their own.
-- A column that comes later is not the server's to change until its migration says so.
REVOKE UPDATE ON operators, players, sessions, one_use_tokens, signing_keys FROM croupier_app;
GRANT UPDATE (username, jurisdiction, locale, status) ON players TO croupier_app;
GRANT UPDATE (revoked_at) ON sessions TO croupier_app;
GRANT UPDATE (used_at) ON one_use_tokens TO croupier_app;
GRANT UPDATE (sealed_key, retired_at) ON signing_keys TO croupier_app;
GRANT UPDATE (name, allowed_origins, seed_rounds, seed_hours) ON operators TO croupier_app;

-- It runs as the owner, and was everybody's to call.
REVOKE EXECUTE ON FUNCTION ensure_partitions(int) FROM PUBLIC;

-- The auditor's role reads what `croupier audit`, `croupier export`, `croupier ledger check` and `croupier log check` read, and no more:
-- nothing that is sealed, no key, token or session, and of a player no name.
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'croupier_auditor') THEN
        CREATE ROLE croupier_auditor NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- another database of this cluster was faster
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO croupier_auditor', current_schema()); END $$;
-- +goose StatementEnd
GRANT SELECT ON builds, seats, actions, transfers, operator_transactions, log_leaves, log_nodes, log_checkpoints, goose_db_version
    TO croupier_auditor;
GRANT SELECT (id, name, mode, created_at) ON operators TO croupier_auditor;
GRANT SELECT (id, operator_id, currency, jurisdiction, status, created_at) ON players TO croupier_auditor;
GRANT SELECT (player_id, seq, server_seed_hash, server_seed, client_seed, client_seed_by, rounds, created_at, activated_at, revealed_at)
    ON seed_pairs TO croupier_auditor;
GRANT SELECT (id, operator_id, player_id, seed_seq, nonce, game_id, build_id, status, steps, bet, stake, payout, forced,
    opened_at, closed_at)
    ON rounds TO croupier_auditor;
GRANT SELECT (origin, public_key, created_at) ON log_keys TO croupier_auditor;
GRANT SELECT (kid, public_key, created_at) ON receipt_keys TO croupier_auditor;

-- +goose Down
REVOKE ALL ON builds, seats, actions, transfers, operator_transactions, log_leaves, log_nodes, log_checkpoints, goose_db_version, operators,
    players, seed_pairs, rounds, log_keys, receipt_keys FROM croupier_auditor;
-- +goose StatementBegin
DO $$ BEGIN EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM croupier_auditor', current_schema()); END $$;
-- +goose StatementEnd
GRANT EXECUTE ON FUNCTION ensure_partitions(int) TO PUBLIC;
REVOKE UPDATE ON operators, players, sessions, one_use_tokens, signing_keys FROM croupier_app;
GRANT UPDATE ON operators, players, sessions, one_use_tokens, signing_keys TO croupier_app;
