package migrations_test

import "testing"

// What a key may do never changes, and its end is never put off, whoever asks.
func TestKeysAreNotMadeToServeForMore(t *testing.T) {
	t.Parallel()
	h := setup(t)
	key := id()
	exec(t, h.app, `INSERT INTO api_keys (id, operator_id, key_hash, sealed_secret, created_at, scopes, allowed_from, expires_at, created_by)
		VALUES ($1, $2, sha256('k'), '\x01', now(), '{keys}', '{10.0.0.0/8}', now() + interval '1 day', 'test')`, key, h.operator)
	for _, change := range []string{"scopes = '{all}'", "allowed_from = '{}'", "expires_at = NULL", "expires_at = expires_at + interval '1 day'",
		"key_hash = sha256('another')", "created_at = now() + interval '1 hour'", "created_by = 'nobody'", "replaces = id"} {
		refused(t, byGuard, h.app, "UPDATE api_keys SET "+change+" WHERE id = $1", key)
		refused(t, byGuard, h.owner, "UPDATE api_keys SET "+change+" WHERE id = $1", key)
	}
	exec(t, h.app, `UPDATE api_keys SET sealed_secret = '\x02', last_used_at = now(), retires_at = now() + interval '1 hour' WHERE id = $1`, key)
	exec(t, h.app, `UPDATE api_keys SET retires_at = now() WHERE id = $1`, key)
	refused(t, byGuard, h.app, `UPDATE api_keys SET retires_at = now() + interval '2 hours' WHERE id = $1`, key)
	refused(t, byGuard, h.app, `UPDATE api_keys SET retires_at = NULL WHERE id = $1`, key)
	exec(t, h.app, `UPDATE api_keys SET revoked_at = now(), revoked_by = 'test' WHERE id = $1`, key)
	refused(t, byGuard, h.app, `UPDATE api_keys SET revoked_at = NULL WHERE id = $1`, key)
	refused(t, byGuard, h.app, `UPDATE api_keys SET revoked_by = 'nobody' WHERE id = $1`, key)
	for _, sql := range []string{"DELETE FROM api_keys", "TRUNCATE api_keys CASCADE"} {
		refused(t, byGuard, h.owner, sql)
		refused(t, byGrant, h.app, sql)
	}
	refused(t, byCheck, h.app, `INSERT INTO api_keys (id, operator_id, key_hash, sealed_secret, created_at, scopes, allowed_from)
		VALUES ($1, $2, sha256('l'), '\x01', now(), '{}', '{}')`, id(), h.operator)
}
