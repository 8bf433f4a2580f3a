package torture

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/session"
)

// logPatience is how long a server may take, at the end of the run, to log what servers that were killed had finished and not logged.
const logPatience = time.Minute

// proveLog holds the commitment log against everything that is stored. The servers were shut; one that begins anew looks at every
// round that there is, so what was lost with those that were killed must be in the log soon.
func (r *run) proveLog(ctx context.Context) (leaves int64, err error) {
	r.say("checking: the commitment log")
	s := r.house.servers[0]
	if err := s.start(ctx); err != nil {
		return 0, err
	}
	db, err := pgxpool.New(ctx, r.DatabaseURL)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	report, err := session.CheckLog(ctx, db, session.LogCheck{Grace: logPatience})
	if err != nil {
		return 0, fmt.Errorf("prove the commitment log: %w", err)
	}
	for _, f := range report.Findings {
		r.finding(Log, f.What, "%s: %s", f.Rule, f.Detail)
	}
	if err := s.stop(); err != nil {
		r.finding(Process, filepath.Base(s.log), "stopped after the run, with nothing wrong around it: %v", err)
	}
	return report.Size, nil
}
