package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"

	"github.com/jackc/pgx/v5"

	"croupier/fairness"
	"croupier/session"
	"croupier/wallet"
)

// Steps are told how far the audit of a database is.
type Steps struct {
	Rounds func(n int)                       // so many rounds more were read
	Ledger func(rule string, number, of int) // this rule of the ledger is looked at
	Log    func(done, of int64)              // so many leaves of the commitment log were looked at
}

// Database audits everything in a snapshot of a database: its rounds, exactly as an export of it is audited, then what an export does
// not hold: seed pairs that nobody played, the rules that are stored, the ledger, and the commitment log where one is kept. It changes nothing.
func Database(ctx context.Context, tx pgx.Tx, o Options, steps Steps) (*Report, error) {
	lines, pipe := io.Pipe()
	exported := make(chan error, 1)
	exporting, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		_, err := Export(exporting, tx, Filters{}, pipe, steps.Rounds)
		pipe.CloseWithError(err)
		exported <- err
	}()
	report, err := run(ctx, lines, o)
	lines.CloseWithError(io.ErrClosedPipe)
	if failed := <-exported; err == nil { // or else it is why the export could not go on
		err = failed
	}
	if err != nil {
		return nil, err
	}
	var found findings
	report.Stored = &StoredReport{}
	if err := report.Stored.checkPairs(ctx, tx, &found); err != nil {
		return nil, fmt.Errorf("audit seed pairs: %w", err)
	}
	if err := report.Stored.checkBuilds(ctx, tx, &found); err != nil {
		return nil, fmt.Errorf("audit builds: %w", err)
	}
	if report.Ledger, err = wallet.CheckSnapshot(ctx, tx, steps.Ledger); err != nil {
		return nil, err
	}
	for _, f := range report.Ledger.Findings {
		found.add(Difference{Check: checkLedger, What: f.Rule + ": " + f.What, Got: f.Detail})
	}
	if err := report.checkLog(ctx, tx, o.Log, steps.Log, &found); err != nil {
		return nil, err
	}
	report.add(&found)
	return report, nil
}

// checkLog checks the commitment log, if there is one. Whoever kept a checkpoint or the key knows that there must be one.
func (r *Report) checkLog(ctx context.Context, tx pgx.Tx, how session.LogCheck, progress func(done, of int64), found *findings) error {
	kept, err := session.LogKept(ctx, tx)
	if err != nil {
		return err
	}
	if !kept && how.Key == "" && len(how.Known) == 0 {
		r.NotCovered = append(r.NotCovered, "the commitment log: this database keeps none")
		return nil
	}
	how.Progress = progress
	if r.Log, err = session.CheckLogIn(ctx, tx, how); err != nil {
		if _, unable := tx.Exec(ctx, "SELECT"); unable != nil {
			return err
		}
		// The database answers: it is what is stored that cannot be read.
		found.add(Difference{Check: checkLog, What: "the commitment log could not be checked to its end", Got: err.Error()})
		return nil
	}
	for _, f := range r.Log.Findings {
		found.add(Difference{Check: checkLog, What: f.Rule + ": " + f.What, Got: f.Detail})
	}
	found.more(checkLog, r.Log.Found-int64(len(r.Log.Findings)))
	return nil
}

// Every seed pair, with the rounds that are there under it.
const pairsSQL = `
	SELECT s.player_id::text, s.seq::bigint, s.server_seed_hash, s.server_seed, s.client_seed, s.rounds, coalesce(r.rounds, 0)
	FROM seed_pairs s
	LEFT JOIN (SELECT player_id, seed_seq, count(*) AS rounds FROM rounds GROUP BY player_id, seed_seq) r
		ON r.player_id = s.player_id AND r.seed_seq = s.seq
	ORDER BY s.player_id, s.seq`

// checkPairs checks that every revealed seed hashes to its commitment, that its pair's number of rounds is that of the rounds, and that
// no commitment was made twice to a player.
func (s *StoredReport) checkPairs(ctx context.Context, tx pgx.Tx, found *findings) error {
	rows, err := tx.Query(ctx, pairsSQL)
	if err != nil {
		return err
	}
	defer rows.Close()
	last, next := "", int64(0)
	for rows.Next() {
		var player, hash string
		var seq, played int64
		var seed, client *string
		var rounds *int64
		if err := rows.Scan(&player, &seq, &hash, &seed, &client, &rounds, &played); err != nil {
			return err
		}
		differ := func(check, what, expected, got string) {
			found.add(Difference{Check: check, PlayerID: player, What: fmt.Sprintf("seed pair %d: %s", seq, what), Expected: expected, Got: got})
		}
		if player != last {
			last, next = player, 0
		}
		if seq != next {
			differ(checkSeedPair, "pairs before it are missing", strconv.FormatInt(next, 10), strconv.FormatInt(seq, 10))
		}
		next = seq + 1
		s.SeedPairs++
		if seed == nil {
			continue
		}
		s.Revealed++
		if parsed, err := fairness.ParseServerSeed(*seed); err != nil {
			differ(checkCommitment, "the revealed server seed is none", "64 lowercase hex characters", *seed)
		} else if computed := parsed.Hash(); computed != hash {
			differ(checkCommitment, "the revealed server seed does not hash to its commitment", computed, hash)
		}
		if rounds == nil || *rounds != played {
			said := "none"
			if rounds != nil {
				said = strconv.FormatInt(*rounds, 10)
			}
			differ(checkSeedPair, "its number of rounds is not that of the rounds that are stored", strconv.FormatInt(played, 10), said)
		}
		if client == nil || fairness.ValidateClientSeed(*client) != nil {
			differ(checkSeedPair, "it was revealed without a client seed that is one", "1 to 64 characters", "")
		}
	}
	return rows.Err()
}

// checkBuilds checks that the rules which rounds were played by are stored as they were hashed.
func (s *StoredReport) checkBuilds(ctx context.Context, tx pgx.Tx, found *findings) error {
	rows, err := tx.Query(ctx, "SELECT game_id, variant, rules_hash, rules::text FROM builds ORDER BY id")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var game, variant, hash, rules string
		if err := rows.Scan(&game, &variant, &hash, &rules); err != nil {
			return err
		}
		s.Builds++
		sum := sha256.Sum256([]byte(rules))
		if computed := hex.EncodeToString(sum[:]); computed != hash {
			found.add(Difference{Check: checkBuild, What: "the stored rules of " + game + " " + variant + " do not hash to their rulesHash",
				Expected: computed, Got: hash})
		}
	}
	return rows.Err()
}
