package three

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// A written is a write that a PostgreSQL said it had made.
type written struct {
	host       string
	timeline   string
	sent, told time.Time
}

// witness writes to each PostgreSQL by itself, from its own host, as often as it
// can, and notes which says yes, when, and on which timeline.
type witness struct {
	c    *cluster
	stop context.CancelFunc
	all  sync.WaitGroup
	mu   sync.Mutex
	said []written
}

func (c *cluster) witness() *witness {
	ctx, stop := context.WithCancel(context.Background())
	w := &witness{c: c, stop: stop}
	for _, m := range c.machines {
		w.all.Go(func() {
			for ctx.Err() == nil {
				w.visit(ctx, m)
				time.Sleep(500 * time.Millisecond)
			}
		})
	}
	return w
}

// visit writes until the first error.
func (w *witness) visit(ctx context.Context, m *machine) {
	config, err := pgx.ParseConfig(fmt.Sprintf("postgres://plaza:%s@%s/plaza?sslmode=disable&connect_timeout=2&target_session_attrs=read-write", w.c.password, m.Addr))
	if err != nil {
		panic(err)
	}
	config.DialFunc = pgconn.DialFunc(m.Dial)
	most, stop := context.WithTimeout(ctx, 5*time.Second)
	conn, err := pgx.ConnectConfig(most, config)
	stop()
	if err != nil {
		return
	}
	defer conn.Close(ctx)
	for ctx.Err() == nil {
		sent := time.Now()
		var timeline string
		most, stop := context.WithTimeout(ctx, time.Minute)
		// The lock is of the row, so that the write is one also if nothing changes.
		err := conn.QueryRow(most, `WITH w AS (INSERT INTO witness (host, n) VALUES ($1, 1) ON CONFLICT (host) DO UPDATE SET n = witness.n + 1 RETURNING n)
			SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) FROM w`, m.Name).Scan(&timeline)
		stop()
		if pgCode(err) == "42P01" {
			_, err = conn.Exec(ctx, `CREATE TABLE IF NOT EXISTS witness (host TEXT PRIMARY KEY, n BIGINT NOT NULL)`)
			if err == nil {
				continue
			}
		}
		if err != nil {
			return
		}
		w.mu.Lock()
		w.said = append(w.said, written{m.Name, timeline, sent, time.Now()})
		w.mu.Unlock()
		time.Sleep(100 * time.Millisecond)
	}
}

func pgCode(err error) string {
	if e := (*pgconn.PgError)(nil); errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// end says where two hosts both accepted writes.
func (w *witness) end() (wrongs []string) {
	w.stop()
	w.all.Wait()
	return overlaps(w.said)
}

// overlaps finds timelines on which two hosts accepted writes, and writes that
// were accepted on a timeline although they were sent after one was accepted on
// a later one.
func overlaps(said []written) (wrongs []string) {
	host, first := map[string]string{}, map[string]time.Time{}
	for _, s := range said {
		if other, ok := host[s.timeline]; ok && other != s.host {
			wrongs = append(wrongs, fmt.Sprintf("timeline %s: %s and %s both accepted writes", s.timeline, other, s.host))
		}
		host[s.timeline] = s.host
		if at, ok := first[s.timeline]; !ok || s.told.Before(at) {
			first[s.timeline] = s.told
		}
	}
	for _, s := range said {
		for timeline, at := range first {
			if timeline > s.timeline && s.sent.After(at) {
				wrongs = append(wrongs, fmt.Sprintf("%s accepted a write on timeline %s %v after %s had on %s", s.host, s.timeline,
					s.sent.Sub(at).Round(time.Millisecond), host[timeline], timeline))
			}
		}
	}
	return wrongs
}

// String tells who accepted writes, one after the other.
func (w *witness) String() string {
	said := slices.SortedFunc(slices.Values(w.said), func(a, b written) int { return a.told.Compare(b.told) })
	var b strings.Builder
	fmt.Fprintf(&b, "%d writes straight to one PostgreSQL were accepted:", len(said))
	for i := 0; i < len(said); {
		k := i
		for k < len(said) && said[k].host == said[i].host && said[k].timeline == said[i].timeline {
			k++
		}
		fmt.Fprintf(&b, "\n  timeline %s: %-6s %4d, %s to %s", strings.TrimLeft(said[i].timeline, "0"), said[i].host, k-i,
			said[i].told.Format(time.TimeOnly), said[k-1].told.Format(time.TimeOnly))
		i = k
	}
	return b.String()
}

// behind says which followers have not read everything.
func (c *cluster) behind() string {
	p := c.primary()
	if p == nil {
		return "no primary"
	}
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
	defer stop()
	conn, err := pgx.Connect(ctx, fmt.Sprintf("postgres://plaza:%s@%s/plaza?sslmode=disable&connect_timeout=2", c.password, p.Addr))
	if err != nil {
		return err.Error()
	}
	defer conn.Close(ctx)
	var names []string
	rows, err := conn.Query(ctx, `SELECT c.name FROM cursors c WHERE EXISTS (SELECT 1 FROM journal j WHERE (j.xid, j.seq) > (c.major, c.minor))`)
	if err != nil {
		return err.Error()
	}
	if names, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
		return err.Error()
	}
	return strings.Join(names, ", ")
}
