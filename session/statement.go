package session

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
)

// statement is settle.sql for groups of one kind, with the columns that it takes.
type statement struct {
	name    string // of the prepared statement
	sql     string
	columns []int   // which of columns each parameter is
	formats []int16 // of the parameters: all binary
}

// kind is what a group has in it, and so which lines of settle.sql it needs.
type kind struct {
	steps  bool // a move that is not a whole round
	forced bool // a round that was forced
	heard  bool // a move that an operator may have a webhook for
}

// newStatements reads settle.sql for each kind of group.
func newStatements(sql string) (map[kind]*statement, error) {
	all := map[kind]*statement{}
	for i := range 8 {
		k := kind{steps: i&1 != 0, forced: i&2 != 0, heard: i&4 != 0}
		s, err := newStatement(sql, k)
		if err != nil {
			return nil, err
		}
		all[k] = s
	}
	return all, nil
}

func newStatement(sql string, k kind) (*statement, error) {
	s := &statement{name: "settle"}
	places := pgx.NamedArgs{}
	for i, c := range columns {
		places[c.name] = i
	}
	var kept []string
	for line := range strings.Lines(sql) {
		if !k.steps && strings.HasSuffix(line, " -- steps\n") || !k.forced && strings.HasSuffix(line, " -- forced\n") ||
			!k.heard && strings.HasSuffix(line, " -- heard\n") {
			continue
		}
		kept = append(kept, line)
	}
	if k.steps {
		s.name += "_steps"
	}
	if k.forced {
		s.name += "_forced"
	}
	if k.heard {
		s.name += "_heard"
	}
	text, args, err := places.RewriteQuery(context.Background(), nil, strings.Join(kept, ""), nil)
	if err != nil {
		return nil, err
	}
	s.sql = text
	for _, arg := range args {
		place, ok := arg.(int)
		if !ok {
			return nil, errors.New("settle.sql has a parameter that is no column of a move")
		}
		s.columns = append(s.columns, place)
		s.formats = append(s.formats, pgx.BinaryFormatCode)
	}
	return s, nil
}
