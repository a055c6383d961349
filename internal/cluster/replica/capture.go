package replica

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/benbjohnson/litestream"
	"github.com/benbjohnson/litestream/file"
	"github.com/superfly/ltx"
)

// How what is captured is thinned out. A moment of the last five minutes can be
// gone back to by the second, of the last day by the hour.
var levels = litestream.CompactionLevels{
	{Level: 0},
	{Level: 1, Interval: 30 * time.Second},
	{Level: 2, Interval: 5 * time.Minute},
	{Level: 3, Interval: time.Hour},
}

// keepSingles is how long what was taken over last stays as it was taken over,
// after it was joined with what came before and after; tidyEvery is how often
// that is looked at.
var keepSingles, tidyEvery = 5 * time.Minute, 15 * time.Second

const (
	// SnapshotEvery is how often the whole database is written anew, and how
	// long what is older stays: what was deleted is gone from the copies after
	// twice that.
	SnapshotEvery = 24 * time.Hour
	// busyWait is how long a capture waits for the database.
	busyWait = 5 * time.Second
)

// A capture takes over what SQLite commits into a folder of files that are
// written once: the spool. This is all we know of Litestream; whoever sends the
// files elsewhere knows only that they appear and, once others hold the same,
// disappear.
type capture struct {
	db    *litestream.DB
	store *litestream.Store
	dir   string
	upTo  atomic.Uint64 // the last transaction that was put into the spool
}

func spoolOf(dir string, e Epoch) string { return filepath.Join(dir, e.String(), "spool") }

// openCapture begins, or goes on where the spool in dir ends.
func openCapture(ctx context.Context, db, dir string, e Epoch, log *slog.Logger) (*capture, error) {
	spool := spoolOf(dir, e)
	if err := os.MkdirAll(spool, 0o700); err != nil {
		return nil, err
	}
	log = slog.New(quieter{log.Handler()})
	d := litestream.NewDB(db)
	d.SetMetaPath(filepath.Join(dir, e.String(), "wal"))
	d.MonitorInterval = 0 // we say when
	d.BusyTimeout = busyWait
	client := file.NewReplicaClient(spool)
	client.SetLogger(log)
	d.Replica = litestream.NewReplicaWithClient(d, client)
	d.Replica.MonitorEnabled = false
	client.Replica = d.Replica
	s := litestream.NewStore([]*litestream.DB{d}, levels)
	s.Logger, s.SnapshotInterval, s.SnapshotRetention, s.VerifyCompaction = log, SnapshotEvery, SnapshotEvery, true
	s.SetL0Retention(keepSingles)
	s.L0RetentionCheckInterval, s.ShutdownSyncTimeout = tidyEvery, 0
	d.SetLogger(log)
	d.VerifyCompaction, d.ShutdownSyncTimeout = true, 0
	if err := s.Open(ctx); err != nil {
		return nil, fmt.Errorf("open the capture: %w", err)
	}
	c := &capture{db: d, store: s, dir: spool}
	if err := c.take(ctx); err != nil {
		return nil, errors.Join(err, s.Close(context.WithoutCancel(ctx)))
	}
	return c, nil
}

// take has everything in the spool that was committed before it was called.
func (c *capture) take(ctx context.Context) error {
	if err := c.db.Sync(ctx); err != nil {
		return fmt.Errorf("capture what was written: %w", err)
	}
	if err := c.db.Replica.Sync(ctx); err != nil {
		return fmt.Errorf("put what was captured into the spool: %w", err)
	}
	at, err := c.db.Pos()
	if err == nil {
		c.upTo.Store(uint64(at.TXID))
	}
	return err
}

// taken is the last transaction that was put into the spool.
func (c *capture) taken() ltx.TXID { return ltx.TXID(c.upTo.Load()) }

// since are the pieces of what was taken after a transaction, if each of these
// still has one of its own.
func (c *capture) since(at ltx.TXID) (all []piece, ok bool) {
	for at++; at <= c.taken(); at++ {
		p := piece{min: at, max: at}
		if _, err := os.Lstat(c.path(p)); err != nil {
			return nil, false
		}
		all = append(all, p)
	}
	return all, true
}

func (c *capture) path(p piece) string { return filepath.Join(c.dir, filepath.FromSlash(p.name())) }

// beginAnew has SQLite write everything into its file, and begin its log anew, if
// nobody reads what is only there. It is never truncated: what is written in that
// moment would be lost to us, and the whole database would be taken again.
func (c *capture) beginAnew(ctx context.Context) error {
	if err := c.db.Checkpoint(ctx, litestream.CheckpointModePassive); err != nil {
		return fmt.Errorf("begin the log anew: %w", err)
	}
	return nil
}

// close takes what is left. The database may be closed by then.
func (c *capture) close(ctx context.Context) error { return c.store.Close(ctx) }

// A piece is a file of the spool: what was written from one transaction to
// another, joined as much as its level says.
type piece struct {
	level    int
	min, max ltx.TXID
}

// name is its path in the spool and its key below that of an epoch.
func (p piece) name() string {
	return fmt.Sprintf("ltx/%d/%s", p.level, ltx.FormatFilename(p.min, p.max))
}

func parsePiece(name string) (p piece, ok bool) {
	var rest string
	if n, err := fmt.Sscanf(name, "ltx/%d/%s", &p.level, &rest); n != 2 || err != nil {
		return p, false
	}
	var err error
	p.min, p.max, err = ltx.ParseFilename(rest)
	return p, err == nil && p.name() == name
}

// begins reports whether it needs none before it.
func (p piece) begins() bool { return p.min == 1 }

func (c *capture) pieces() ([]piece, error) { return piecesIn(c.dir) }

// piecesIn are what a spool holds: the snapshots first, then in the order in
// which they were written, so that what is sent so far is of use.
func piecesIn(dir string) (all []piece, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if os.IsNotExist(err) { // removed meanwhile
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if p, ok := parsePiece(filepath.ToSlash(rel)); ok {
			all = append(all, p)
		}
		return err
	})
	slices.SortFunc(all, inOrder)
	return all, err
}

func inOrder(a, b piece) int {
	if a, b := a.level == litestream.SnapshotLevel, b.level == litestream.SnapshotLevel; a != b {
		if a {
			return -1
		}
		return 1
	}
	if a.max != b.max {
		return cmp.Compare(a.max, b.max)
	}
	return b.level - a.level
}

// quieter has Litestream tell of what it does only where somebody looks for
// it.
type quieter struct{ slog.Handler }

func (q quieter) Handle(ctx context.Context, r slog.Record) error {
	if r.Level == slog.LevelInfo {
		r.Level = slog.LevelDebug
	}
	if !q.Enabled(ctx, r.Level) {
		return nil
	}
	r.Message = "capture: " + strings.TrimSpace(r.Message)
	return q.Handler.Handle(ctx, r)
}

func (q quieter) WithAttrs(as []slog.Attr) slog.Handler { return quieter{q.Handler.WithAttrs(as)} }

func (q quieter) WithGroup(name string) slog.Handler { return quieter{q.Handler.WithGroup(name)} }
