-- +goose Up

-- Ed25519 keys that receipts are signed with: the newest signs. A receipt can be kept for ever, so no key is ever retired or deleted.
-- Private keys are sealed under the master key; their seals may be renewed, nothing else of them changes.
CREATE TABLE receipt_keys (
    kid        text PRIMARY KEY CHECK (kid ~ '^[0-9a-f]{16}$'), -- of the public key: the first 8 bytes of its SHA-256
    sealed_key bytea NOT NULL,
    public_key bytea NOT NULL CHECK (length(public_key) = 32 AND left(encode(sha256(public_key), 'hex'), 16) = kid),
    created_at timestamptz NOT NULL
);
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON receipt_keys FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT, UPDATE (sealed_key) ON receipt_keys TO croupier_app;

-- +goose Down
DROP TABLE receipt_keys;
