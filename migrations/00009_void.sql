-- +goose Up

-- An operator may end an open round and return its stake: the round is voided. Nothing that is settled is ever voided: guard_finished
-- (00002) refuses it as it refuses every other change.
ALTER TABLE rounds DROP CONSTRAINT rounds_status_check,
    ADD CONSTRAINT rounds_status_check CHECK (status IN ('in_progress', 'completed', 'cashed_out', 'voided')),
    ADD CONSTRAINT rounds_void_check CHECK (status <> 'voided' OR payout = stake);

-- Its record is an action like that of an expiry (00004), with the reason, and who did it, for its request.
ALTER TABLE actions DROP CONSTRAINT actions_type_check,
    ADD CONSTRAINT actions_type_check CHECK (type IN ('action', 'cashout', 'seed_rotate', 'expiry', 'void')),
    ADD CONSTRAINT actions_void_check CHECK (type <> 'void' OR session_id = round_id AND request_id = 'void' AND payout IS NOT NULL
        AND coalesce(length(request ->> 'reason'), 0) BETWEEN 1 AND 200 AND coalesce(length(request ->> 'by'), 0) BETWEEN 1 AND 100);

-- What was staked goes back the way it came, and never was the house's.
ALTER TABLE transfers DROP CONSTRAINT transfers_check,
    ADD CONSTRAINT transfers_check CHECK ((code, debit, credit) IN (
        ('stake', 'player', 'house'), ('stake', 'player', 'escrow'), ('lapse', 'escrow', 'house'), ('payout', 'house', 'player'),
        ('refund', 'escrow', 'player'), ('deposit', 'funding', 'player'), ('withdrawal', 'player', 'funding')));

-- Voided rounds by their time, which their ids begin with: few, and looked for by all who publish or check how many there are.
CREATE INDEX rounds_voided ON rounds (id) WHERE status = 'voided';

-- The instant of a UUIDv7, to the millisecond: what uuid_floor (00002) is made of.
CREATE FUNCTION uuid_time(id uuid) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT to_timestamp(('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint / 1000.0) $$;

-- How many rounds were opened in an hour, by their ids. A row is written some time after the hour is over, and never changes; an hour
-- without rounds has none.
CREATE TABLE round_hours (
    hour   timestamptz PRIMARY KEY, -- its beginning
    rounds bigint NOT NULL CHECK (rounds >= 0)
);
GRANT SELECT, INSERT ON round_hours TO croupier_app;

-- +goose Down
DROP TABLE round_hours;
DROP FUNCTION uuid_time;
DROP INDEX rounds_voided;
-- NOT VALID: what was recorded stays recorded.
ALTER TABLE transfers DROP CONSTRAINT transfers_check,
    ADD CONSTRAINT transfers_check CHECK ((code, debit, credit) IN (
        ('stake', 'player', 'house'), ('stake', 'player', 'escrow'), ('lapse', 'escrow', 'house'),
        ('payout', 'house', 'player'), ('deposit', 'funding', 'player'), ('withdrawal', 'player', 'funding'))) NOT VALID;
ALTER TABLE actions DROP CONSTRAINT actions_void_check, DROP CONSTRAINT actions_type_check,
    ADD CONSTRAINT actions_type_check CHECK (type IN ('action', 'cashout', 'seed_rotate', 'expiry')) NOT VALID;
ALTER TABLE rounds DROP CONSTRAINT rounds_void_check, DROP CONSTRAINT rounds_status_check,
    ADD CONSTRAINT rounds_status_check CHECK (status IN ('in_progress', 'completed', 'cashed_out')) NOT VALID;
