package session

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// sealedColumn is a column whose values are sealed under the master key. A test holds the list against the schema.
//
// left counts the values that do not begin with $1, which is how those begin that are sealed under the current key. find returns the
// next of them, at most $2, each with the row's id and the rest of its key as text, in an order that goes on after ($3, $4). write puts
// the values $4 in the place of $3 in the rows ($1, $2), where these are still there. What somebody else has locked it leaves, so that
// play and this never wait for each other in a circle.
type sealedColumn struct {
	name              string // table.column
	left, find, write string
	first             sealedRow // before all rows
	aad               func(id, part string) []byte
}

// sealedRow is a row with a sealed value.
type sealedRow struct {
	id, part string
	sealed   []byte
}

// uuidText is a UUID of a row as it is stored: the zero UUID for what is none, which then does not open.
func uuidText(text string) uuid.UUID {
	id, _ := uuid.Parse(text)
	return id
}

var sealedColumns = []sealedColumn{
	keyColumn("signing_keys", "kid", func(id string) []byte { return []byte(id) }),
	secretColumn("api_keys", "sealed_secret", secretAAD),
	{
		// Of open rounds only, which an index has: what finished ones hid is told.
		name: "rounds.sealed_state",
		left: `SELECT count(*) FROM rounds WHERE status = 'in_progress' AND substring(sealed_state FOR 9) <> $1`,
		find: `SELECT id::text, opened_at::text, sealed_state FROM rounds
			WHERE status = 'in_progress' AND substring(sealed_state FOR 9) <> $1 AND (opened_at, id) > ($4::timestamptz, $3::uuid)
			ORDER BY opened_at, id LIMIT $2`,
		write: `
			WITH held AS (
				SELECT r.operator_id, r.id, i.now
				FROM rounds r JOIN unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[]) AS i (id, opened_at, was, now)
				ON r.opened_at = i.opened_at::timestamptz AND r.id = i.id::uuid AND r.status = 'in_progress' AND r.sealed_state = i.was
				FOR NO KEY UPDATE OF r SKIP LOCKED
			)
			UPDATE rounds r SET sealed_state = held.now FROM held WHERE r.operator_id = held.operator_id AND r.id = held.id`,
		first: sealedRow{id: uuid.Nil.String(), part: "-infinity"},
		aad:   func(id, _ string) []byte { return stateAAD(uuidText(id)) },
	}, {
		name: "seed_pairs.sealed_seed",
		left: `SELECT count(*) FROM seed_pairs WHERE substring(sealed_seed FOR 9) <> $1`,
		find: `SELECT player_id::text, seq::text, sealed_seed FROM seed_pairs
			WHERE substring(sealed_seed FOR 9) <> $1 AND (player_id, seq) > ($3::uuid, $4::int) ORDER BY player_id, seq LIMIT $2`,
		write: `
			WITH held AS (
				SELECT p.player_id, p.seq, i.now
				FROM seed_pairs p JOIN unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[]) AS i (id, seq, was, now)
				ON p.player_id = i.id::uuid AND p.seq = i.seq::int AND p.sealed_seed = i.was FOR NO KEY UPDATE OF p SKIP LOCKED
			)
			UPDATE seed_pairs p SET sealed_seed = held.now FROM held WHERE p.player_id = held.player_id AND p.seq = held.seq`,
		first: sealedRow{id: uuid.Nil.String(), part: "0"},
		aad:   func(id, part string) []byte { return fmt.Appendf(nil, "%s/%s", id, part) }, // as SeedAAD
	},
	{
		// Those of today: the others are deleted before anybody would need them.
		name: "idempotency_keys.sealed_answer",
		left: `SELECT count(*) FROM idempotency_keys WHERE substring(sealed_answer FOR 9) <> $1`,
		find: `SELECT operator_id::text, key, sealed_answer FROM idempotency_keys
			WHERE substring(sealed_answer FOR 9) <> $1 AND (operator_id, key) > ($3::uuid, $4::text) ORDER BY operator_id, key LIMIT $2`,
		write: `
			WITH held AS (
				SELECT k.operator_id, k.key, i.now
				FROM idempotency_keys k JOIN unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[]) AS i (id, part, was, now)
				ON k.operator_id = i.id::uuid AND k.key = i.part AND k.sealed_answer = i.was FOR NO KEY UPDATE OF k SKIP LOCKED
			)
			UPDATE idempotency_keys k SET sealed_answer = held.now FROM held WHERE k.operator_id = held.operator_id AND k.key = held.key`,
		first: sealedRow{id: uuid.Nil.String()},
		aad:   func(id, part string) []byte { return answerAAD(uuidText(id), part) },
	},
	keyColumn("log_keys", "origin", logKeyAAD),
	keyColumn("receipt_keys", "kid", receiptKeyAAD),
	secretColumn("webhook_secrets", "sealed_secret", WebhookSecretAAD),
	secretColumn("operators", "sealed_wallet_secret", walletAAD),
}

// WebhookSecretAAD binds a webhook endpoint's sealed secret to its row.
func WebhookSecretAAD(id uuid.UUID) []byte { return []byte("webhook/" + id.String()) }

// keyColumn is the sealed private half of the keys of a table, by the column that names them.
func keyColumn(table, id string, aad func(id string) []byte) sealedColumn {
	return columnByID(table, "sealed_key", id, "text", aad)
}

// secretColumn is what is sealed in the rows of a table that have an id.
func secretColumn(table, column string, aad func(id uuid.UUID) []byte) sealedColumn {
	c := columnByID(table, column, "id", "uuid", func(id string) []byte { return aad(uuidText(id)) })
	c.first.id = uuid.Nil.String()
	return c
}

// columnByID is a sealed column of a table whose key is one column of a type.
func columnByID(table, column, id, kind string, aad func(id string) []byte) sealedColumn {
	named := strings.NewReplacer("{table}", table, "{column}", column, "{id}", id, "{kind}", kind).Replace
	return sealedColumn{
		name: table + "." + column,
		left: named(`SELECT count(*) FROM {table} WHERE substring({column} FOR 9) <> $1`),
		find: named(`SELECT {id}::text, '', {column} FROM {table}
			WHERE substring({column} FOR 9) <> $1 AND ({id}, '') > ($3::{kind}, $4::text) ORDER BY {id} LIMIT $2`),
		write: named(`
			WITH held AS (
				SELECT k.{id}, i.now FROM {table} k JOIN unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[]) AS i (id, part, was, now)
				ON k.{id} = i.id::{kind} AND i.part = '' AND k.{column} = i.was FOR NO KEY UPDATE OF k SKIP LOCKED
			)
			UPDATE {table} k SET {column} = held.now FROM held WHERE k.{id} = held.{id}`),
		aad: func(id, _ string) []byte { return aad(id) },
	}
}
