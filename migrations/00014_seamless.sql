-- +goose Up

-- Where the money of an operator's players is: here (transfer), or in the operator's own wallet, which is asked and told over HTTP (seamless).
-- It is said when the operator is made and never changes. The secret signs our calls, so it must be readable: it is sealed under the master key.
ALTER TABLE operators
    ADD COLUMN wallet_mode          text NOT NULL DEFAULT 'transfer' CHECK (wallet_mode IN ('transfer', 'seamless')),
    ADD COLUMN wallet_url           text CHECK (length(wallet_url) BETWEEN 8 AND 1000),
    ADD COLUMN sealed_wallet_secret bytea,
    ADD CONSTRAINT operators_wallet_check CHECK ((wallet_mode = 'seamless') = (wallet_url IS NOT NULL)
        AND (wallet_mode = 'seamless') = (sealed_wallet_secret IS NOT NULL));
GRANT UPDATE (wallet_url, sealed_wallet_secret) ON operators TO croupier_app;

-- Every bet and every win that an operator's wallet is told of, by the transaction id that it is told. docs/decisions/0021 has the states:
--   bet: pending → confirmed → played → settled                        it stands: the operator took it, its step is recorded, its round is over
--        pending → refused                                             the operator refused it, and nothing was played
--        pending | confirmed | played → rolling_back → rolled_back     it does not stand: its fate was unknown, it was not played, its round was voided
--   win: pending → accepted
--   rolling_back and a win's pending → rejected                        the operator refuses what it must take: somebody must look
--   rejected → rolling_back | pending (once more) | resolved           somebody has looked
CREATE TABLE wallet_calls (
    id          uuid PRIMARY KEY, -- a UUIDv7: begins with the time
    operator_id uuid NOT NULL REFERENCES operators,
    player_id   uuid NOT NULL REFERENCES players,
    kind        text NOT NULL CHECK (kind IN ('bet', 'win')),
    state       text NOT NULL,
    amount      numeric NOT NULL CHECK (amount > 0 AND amount < 'Infinity'),
    round_id    uuid NOT NULL,
    game_id     text NOT NULL,
    session_id  uuid,          -- of a bet: whose request
    request_id  text,          -- it was
    balance     numeric CHECK (balance >= 0 AND balance < 'Infinity'), -- as the operator told it
    attempts    int NOT NULL DEFAULT 0 CHECK (attempts >= 0),          -- at the last call
    due_at      timestamptz NOT NULL,  -- when somebody must look after it, should nobody have
    reason      text CHECK (length(reason) <= 500),
    made_at     timestamptz NOT NULL,
    changed_at  timestamptz NOT NULL,
    CHECK (CASE kind WHEN 'bet' THEN state IN ('pending', 'confirmed', 'played', 'settled', 'refused', 'rolling_back', 'rolled_back', 'rejected', 'resolved')
        ELSE state IN ('pending', 'accepted', 'rejected', 'resolved') END),
    CHECK ((kind = 'bet') = (session_id IS NOT NULL) AND (kind = 'bet') = (request_id IS NOT NULL))
) WITH (fillfactor = 70);
-- A player has one bet in hand at most, whatever nodes he plays on; a request is bet for once; a round wins once.
CREATE UNIQUE INDEX wallet_calls_in_hand ON wallet_calls (player_id) WHERE kind = 'bet' AND state IN ('pending', 'confirmed');
CREATE UNIQUE INDEX wallet_calls_request ON wallet_calls (player_id, session_id, request_id)
    WHERE kind = 'bet' AND state IN ('pending', 'confirmed', 'played', 'settled');
CREATE UNIQUE INDEX wallet_calls_win ON wallet_calls (round_id) WHERE kind = 'win';
CREATE INDEX wallet_calls_player ON wallet_calls (player_id, id) WHERE state IN ('pending', 'confirmed', 'played', 'rolling_back');
CREATE INDEX wallet_calls_due ON wallet_calls (operator_id, due_at) WHERE state IN ('pending', 'confirmed', 'played', 'rolling_back');
CREATE INDEX wallet_calls_unresolved ON wallet_calls (operator_id, id) WHERE state NOT IN ('settled', 'refused', 'rolled_back', 'accepted', 'resolved');
CREATE INDEX wallet_calls_operator ON wallet_calls (operator_id, id);
CREATE INDEX wallet_calls_round ON wallet_calls (round_id);

-- What was said to an operator stays said, and its state only goes its way.
-- +goose StatementBegin
CREATE FUNCTION guard_wallet_call() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state = 'pending' THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'wallet call %: it begins as pending', NEW.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.id, NEW.operator_id, NEW.player_id, NEW.kind, NEW.amount, NEW.round_id, NEW.game_id, NEW.session_id, NEW.request_id, NEW.made_at)
        IS DISTINCT FROM
       (OLD.id, OLD.operator_id, OLD.player_id, OLD.kind, OLD.amount, OLD.round_id, OLD.game_id, OLD.session_id, OLD.request_id, OLD.made_at) THEN
        RAISE EXCEPTION 'wallet call %: what was said does not change', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.kind, OLD.state, NEW.state) NOT IN (
        ('bet', 'pending', 'confirmed'), ('bet', 'pending', 'refused'), ('bet', 'pending', 'rolling_back'),
        ('bet', 'confirmed', 'played'), ('bet', 'confirmed', 'settled'), ('bet', 'confirmed', 'rolling_back'),
        ('bet', 'played', 'settled'), ('bet', 'played', 'rolling_back'),
        ('bet', 'rolling_back', 'rolled_back'), ('bet', 'rolling_back', 'rejected'), ('bet', 'rejected', 'rolling_back'), ('bet', 'rejected', 'resolved'),
        ('win', 'pending', 'accepted'), ('win', 'pending', 'rejected'), ('win', 'rejected', 'pending'), ('win', 'rejected', 'resolved')) THEN
        RAISE EXCEPTION 'wallet call %: % does not follow %', OLD.id, NEW.state, OLD.state USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$ BEGIN EXECUTE format('ALTER FUNCTION guard_wallet_call() SET search_path = pg_catalog, %I, pg_temp', current_schema()); END $$;
-- +goose StatementEnd
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON wallet_calls FOR EACH ROW EXECUTE FUNCTION guard_wallet_call();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON wallet_calls FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What a reconciliation found: our transactions against the operator's.
CREATE TABLE wallet_reconciliations (
    id          uuid PRIMARY KEY,
    operator_id uuid NOT NULL REFERENCES operators,
    since       timestamptz NOT NULL,
    until       timestamptz NOT NULL CHECK (until > since),
    report      json NOT NULL,
    at          timestamptz NOT NULL
);
CREATE INDEX wallet_reconciliations_operator ON wallet_reconciliations (operator_id, id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_reconciliations FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT, UPDATE (state, balance, attempts, due_at, reason, changed_at) ON wallet_calls TO croupier_app;
GRANT SELECT, INSERT ON wallet_reconciliations TO croupier_app;
GRANT SELECT ON wallet_calls, wallet_reconciliations TO croupier_auditor;
GRANT SELECT (wallet_mode) ON operators TO croupier_auditor;

-- +goose Down
REVOKE SELECT (wallet_mode) ON operators FROM croupier_auditor;
DROP TABLE wallet_reconciliations, wallet_calls;
DROP FUNCTION guard_wallet_call;
REVOKE UPDATE (wallet_url, sealed_wallet_secret) ON operators FROM croupier_app;
ALTER TABLE operators DROP CONSTRAINT operators_wallet_check, DROP COLUMN wallet_mode, DROP COLUMN wallet_url, DROP COLUMN sealed_wallet_secret;
