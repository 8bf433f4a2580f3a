package session

import (
	"context"
	"fmt"
)

const (
	// signatureKept is how long a used signature is kept after its time, in seconds. It is much longer than signatureWindow because servers'
	// clocks may differ, and the database's has a say too.
	signatureKept = 3600
	// signaturesSwept is how many stale signatures are deleted, at most, for one that is used.
	signaturesSwept = 10
)

// useSignatureSQL says by its count of rows whether a signature was new. It does not wait for the disk: what the call goes on to change is
// committed after it, and a database keeps nothing of a later commit without the earlier one.
const useSignatureSQL = `
	WITH swept AS (
		DELETE FROM used_signatures WHERE (signed_at, signature) IN (
			SELECT signed_at, signature FROM used_signatures WHERE signed_at < least($3, now()) - make_interval(secs => $4)
			ORDER BY signed_at LIMIT $5 FOR UPDATE SKIP LOCKED)
	)
	INSERT INTO used_signatures (signed_at, signature) SELECT $1, $2 FROM set_config('synchronous_commit', 'off', true)
	ON CONFLICT DO NOTHING`

// UseSignature uses the signature of a call up, on all servers of the database. Of any number of equal calls it returns nil to one, and
// InvalidSignature to the others. The signature must be one that CheckSignature took.
func (o *Operators) UseSignature(ctx context.Context, timestamp, signature string) error {
	at, reason := signedAt(timestamp)
	if reason != "" {
		return FieldError(InvalidSignature, "X-Timestamp", reason)
	}
	mac, ok := signatureBytes(signature)
	if !ok {
		return FieldError(InvalidSignature, "X-Signature", badSignatureForm)
	}
	tag, err := o.db.Exec(ctx, useSignatureSQL, at, mac, o.now(), signatureKept, signaturesSwept)
	if err != nil {
		return fmt.Errorf("use a signature: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return FieldError(InvalidSignature, "X-Signature",
			"was used already: sign every call that changes something anew, two in the same second with decimals of X-Timestamp")
	}
	return nil
}
