package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// PlanTrendEntriesOf, PlanTrendLikes and PlanTrendBoosts run the queries of
// TrendEntries that are run only if there is something.
func (v *View) PlanTrendEntriesOf(ctx context.Context) error {
	_, err := v.trendEntriesOf(ctx, map[social.AccountID]string{1: "", 2: ""}, 1, time.Time{}, time.Now())
	return err
}

func (v *View) PlanTrendLikes(ctx context.Context) error {
	_, err := v.countedOf(ctx, likersOf, []social.PostID{1, 2}, time.Time{}, time.Now())
	return err
}

func (v *View) PlanTrendBoosts(ctx context.Context) error {
	_, err := v.countedOf(ctx, boostersOf, []social.PostID{1, 2}, time.Time{}, time.Now())
	return err
}

// Plans runs fn on a View of an SQLite store and tells, for each query in it,
// how SQLite goes about it: the lines of EXPLAIN QUERY PLAN.
func (s *Store) Plans(ctx context.Context, fn func(v *View) error) (plans [][]string, err error) {
	err = s.Read(ctx, func(v *View) error {
		spy := &planner{querier: v.q}
		err := fn(&View{q: spy, d: v.d, clock: v.clock, keys: v.keys})
		plans = spy.plans
		return err
	})
	return plans, err
}

type planner struct {
	querier
	plans [][]string
}

func (p *planner) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rs, err := p.querier.query(ctx, `EXPLAIN QUERY PLAN `+query, args...)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	var plan []string
	for rs.Next() {
		var id, parent, unused int
		var detail string
		if err := rs.Scan(&id, &parent, &unused, &detail); err != nil {
			return nil, err
		}
		plan = append(plan, strings.TrimSpace(detail))
	}
	p.plans = append(p.plans, plan)
	if err := rs.Err(); err != nil {
		return nil, err
	}
	return p.querier.query(ctx, query, args...)
}

// Touched is what TestForgettingKnowsEveryTable looks into.
var Touched = touched

// What TestStrangersKnowEveryTable and TestEveryFileColumnIsAsked look into.
const (
	Tied            = tied
	NamedFilesQuery = namedFiles
)

// References returns the columns ("table.column") that refer to a table of an
// SQLite store.
func (s *Store) References(ctx context.Context, to string) (all []string, err error) {
	err = s.Read(ctx, func(v *View) (err error) {
		all, err = list[string](ctx, v, `SELECT m.name || '.' || f."from" FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f
			WHERE m.type = 'table' AND f."table" = $1 ORDER BY 1`, to)
		return err
	})
	return all, err
}

// Columns returns all columns of an SQLite store.
func (s *Store) Columns(ctx context.Context) (all []string, err error) {
	err = s.Read(ctx, func(v *View) (err error) {
		all, err = list[string](ctx, v, `SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY 1`)
		return err
	})
	return all, err
}

// PostgresAnswer is how long nobody waits for a server that is away.
const PostgresAnswer = postgresConnectMost + beginTries*postgresBegin

// Hurry has a store on PostgreSQL wait so long for a statement.
func (s *Store) Hurry(most time.Duration) {
	s.engine.(*postgresEngine).most = most
	s.HurryCommits(most)
}

// HurryCommits has a store on PostgreSQL call a commit late after this long.
func (s *Store) HurryCommits(most time.Duration) { s.engine.(*postgresEngine).mostCommit = most }

// Run runs a statement that reads.
func (v *View) Run(ctx context.Context, query string) error {
	_, err := list[any](ctx, v, query)
	return err
}

// Exec runs a statement that writes.
func (tx *Tx) Exec(ctx context.Context, query string) error {
	_, err := tx.exec(ctx, query)
	return err
}

// Told is how many facts were recorded, also such as are not shown yet because others, of
// whatever database of the server, began to write before; or -1.
func (s *Store) Told(ctx context.Context) (n int) {
	if err := s.Read(ctx, func(v *View) (err error) {
		n, err = value[int](ctx, v, `SELECT COUNT(*) FROM journal`)
		return err
	}); err != nil {
		return -1
	}
	return n
}
