-- +goose Up

-- What an API key may do, from where, until when, and who made and ended it. Keys that are there already may do everything, as before.
ALTER TABLE api_keys
    ADD COLUMN scopes       text[] NOT NULL DEFAULT '{all}' CHECK (cardinality(scopes) BETWEEN 1 AND 50 AND array_position(scopes, NULL) IS NULL),
    ADD COLUMN allowed_from cidr[] NOT NULL DEFAULT '{}' CHECK (cardinality(allowed_from) <= 100 AND array_position(allowed_from, NULL) IS NULL), -- none: anywhere
    ADD COLUMN expires_at   timestamptz CHECK (expires_at > created_at), -- said when it was made; NULL: never
    ADD COLUMN retires_at   timestamptz,                                 -- when the overlap with the key that took its place is over
    ADD COLUMN replaces     uuid REFERENCES api_keys,                    -- the key that this one was made for in a rotation
    ADD COLUMN created_by   text NOT NULL DEFAULT '' CHECK (length(created_by) <= 100), -- '': not recorded
    ADD COLUMN revoked_by   text CHECK (length(revoked_by) BETWEEN 1 AND 100),
    ADD COLUMN last_used_at timestamptz; -- to some minutes, so that a call costs no write
ALTER TABLE api_keys ALTER COLUMN scopes DROP DEFAULT, ALTER COLUMN allowed_from DROP DEFAULT;
CREATE INDEX api_keys_operator ON api_keys (operator_id, id);

-- What a key may do never changes, and its end only comes nearer: whoever takes over a server cannot make an old key serve again, or serve for more.
-- +goose StatementBegin
CREATE FUNCTION guard_api_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.operator_id, NEW.key_hash, NEW.scopes, NEW.allowed_from, NEW.expires_at, NEW.replaces, NEW.created_at, NEW.created_by)
        IS DISTINCT FROM
       (OLD.id, OLD.operator_id, OLD.key_hash, OLD.scopes, OLD.allowed_from, OLD.expires_at, OLD.replaces, OLD.created_at, OLD.created_by) THEN
        RAISE EXCEPTION 'what API key % may do cannot be changed', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.revoked_at IS NOT NULL AND (NEW.revoked_at, NEW.revoked_by) IS DISTINCT FROM (OLD.revoked_at, OLD.revoked_by)
        OR OLD.retires_at IS NOT NULL AND (NEW.retires_at IS NULL OR NEW.retires_at > OLD.retires_at) THEN
        RAISE EXCEPTION 'the end of API key % cannot be put off', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$ BEGIN EXECUTE format('ALTER FUNCTION guard_api_key() SET search_path = pg_catalog, %I, pg_temp', current_schema()); END $$;
-- +goose StatementEnd
CREATE TRIGGER guard BEFORE UPDATE ON api_keys FOR EACH ROW EXECUTE FUNCTION guard_api_key();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON api_keys FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The signatures of calls that change something: each is good for one call. A row is needed for as long as its time is near enough to now
-- for the call to be taken, and is deleted some time later. The time comes first: rows are made at the one end of the index and deleted at the other.
CREATE TABLE used_signatures (
    signed_at timestamptz NOT NULL, -- the call's X-Timestamp
    signature bytea NOT NULL CHECK (length(signature) = 32),
    PRIMARY KEY (signed_at, signature)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON used_signatures TO croupier_app; -- FOR UPDATE needs UPDATE

-- +goose Down
DROP TABLE used_signatures;
DROP TRIGGER append_only ON api_keys;
DROP TRIGGER guard ON api_keys;
DROP FUNCTION guard_api_key;
DROP INDEX api_keys_operator;
-- A key that may not do everything, that ends, or that serves from some addresses only, would have no bounds any more.
UPDATE api_keys SET revoked_at = now() WHERE revoked_at IS NULL
    AND (scopes <> '{all}' OR allowed_from <> '{}' OR expires_at IS NOT NULL OR retires_at IS NOT NULL);
ALTER TABLE api_keys DROP COLUMN scopes, DROP COLUMN allowed_from, DROP COLUMN expires_at, DROP COLUMN retires_at, DROP COLUMN replaces,
    DROP COLUMN created_by, DROP COLUMN revoked_by, DROP COLUMN last_used_at;
