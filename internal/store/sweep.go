package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// What was deleted is gone from the tables at once, and from the file only when
// somebody sweeps: SQLite leaves it in pages that it may use again, in those
// whose rows moved to others, in the index of words, and in its log.

// SweepJob is the kind of the job that sweeps.
const SweepJob = "sweep"

const (
	// sweepWords is how many pages of the index of words one write joins.
	sweepWords = 500
	// sweepPages is how many pages one read looks at.
	sweepPages = 2000
	// maxSwept is how many pages a file may have: in a larger one the number of
	// a page can look like the beginning of another.
	maxSwept = 1 << 25
)

// A Sweeping is what sweeping came to.
type Sweeping struct {
	Pages   int  // that the file has
	Cleaned int  // that had something left in them
	Words   bool // the index of words was made anew
}

// Sweep makes what was deleted unreadable in the file and its log. Writes go on
// between its steps, and it may be interrupted. PostgreSQL does the like by
// itself.
func (s *Store) Sweep(ctx context.Context) (did Sweeping, err error) {
	if s.dialect.name != sqlite.name {
		return did, nil
	}
	if did.Words, err = s.sweepWords(ctx); err != nil {
		return did, fmt.Errorf("sweep the index of words: %w", err)
	}
	if err := s.sweepFile(ctx, &did); err != nil {
		return did, fmt.Errorf("sweep the file: %w", err)
	}
	for try := 1; ; try++ {
		if err = s.empty(ctx, s); !errors.Is(err, errReading) || try == emptyTries {
			break
		}
		select {
		case <-time.After(emptyRest):
		case <-ctx.Done():
			return did, ctx.Err()
		}
	}
	if err != nil {
		return did, fmt.Errorf("empty the log: %w", err)
	}
	return did, nil
}

// buried is the condition of the pages of the index of words that say what is not
// in it any more: it stays until they are joined with what it was.
const buried = `SELECT COUNT(*) FROM (SELECT 1 FROM post_words_data WHERE id >= 9007336693694464 LIMIT 1) AS some` // 65537 << 37

// sweepWords joins the index of words, if something in it was deleted.
func (s *Store) sweepWords(ctx context.Context) (did bool, err error) {
	var n int
	if err := s.Read(ctx, func(v *View) (err error) { n, err = value[int](ctx, v, buried); return err }); err != nil || n == 0 {
		return false, err
	}
	for pages := -sweepWords; ; pages = sweepWords {
		changes := int64(0)
		if err := s.Write(ctx, func(tx *Tx) error {
			before, err := value[int64](ctx, &tx.View, `SELECT total_changes()`)
			if err != nil {
				return err
			}
			if _, err := tx.exec(ctx, `INSERT INTO post_words (post_words, rank) VALUES ('merge', $1)`, pages); err != nil {
				return err
			}
			changes, err = value[int64](ctx, &tx.View, `SELECT total_changes()`)
			changes -= before
			return err
		}); err != nil || pages > 0 && changes < 2 { // as FTS5 says when there is nothing left to join
			return true, err
		}
	}
}

// sweepFile looks at each page, and cleans those that have something left.
func (s *Store) sweepFile(ctx context.Context, did *Sweeping) error {
	// The list of what is free may be long and is read once. What becomes free
	// meanwhile is the next sweep's, and what is used again is seen before it is
	// cleaned.
	var p pages
	if err := s.Read(ctx, func(v *View) (err error) { p, err = pagesOf(ctx, v); return err }); err != nil {
		return err
	}
	did.Pages = p.count
	for from := 1; from <= p.count; from += sweepPages {
		var dirty []int
		if err := s.Read(ctx, func(v *View) (err error) { dirty, err = p.dirty(ctx, v, from); return err }); err != nil {
			return err
		}
		if len(dirty) == 0 {
			continue
		}
		if err := s.Write(ctx, func(tx *Tx) error { return tx.clean(ctx, dirty) }); err != nil {
			return err
		}
		did.Cleaned += len(dirty)
	}
	return nil
}

// pages is how the file of a database is laid out: https://sqlite.org/fileformat2.html.
type pages struct {
	count, size, usable int
	free                map[int]bool // those of the list of free pages that hold nothing
}

var errNotSwept = errs.New(errs.Invalid, "The file of the database is laid out in a way that Plaza did not make, or is larger than 128 GB. What was deleted is gone from it after VACUUM.")

func pagesOf(ctx context.Context, v *View) (p pages, err error) {
	first, err := v.page(ctx, 1)
	if err != nil {
		return p, err
	}
	if p.count, err = value[int](ctx, v, `SELECT page_count FROM pragma_page_count()`); err != nil {
		return p, err
	}
	p.size, p.free = len(first), map[int]bool{}
	p.usable = p.size - int(first[20])
	if binary.BigEndian.Uint32(first[52:]) != 0 || p.count >= maxSwept { // moves pages by itself
		return p, errNotSwept
	}
	for trunk := int(binary.BigEndian.Uint32(first[32:])); trunk != 0; {
		b, err := v.page(ctx, trunk)
		if err != nil {
			return p, err
		}
		n := int(binary.BigEndian.Uint32(b[4:]))
		for i := range min(n, p.usable/4-2) {
			p.free[int(binary.BigEndian.Uint32(b[8+4*i:]))] = true
		}
		p.free[trunk] = false
		if trunk = int(binary.BigEndian.Uint32(b)); len(p.free) > p.count {
			return p, errNotSwept
		}
	}
	return p, nil
}

func (v *View) page(ctx context.Context, n int) (b []byte, err error) {
	return one(ctx, v, errNone, func(r row) (b []byte, err error) { return b, r.Scan(&b) }, `SELECT data FROM sqlite_dbpage WHERE pgno = $1`, n)
}

// dirty are those of the pages from one on that have something left.
func (p pages) dirty(ctx context.Context, v *View, from int) (out []int, err error) {
	for n := from; n < from+sweepPages && n <= p.count; n++ {
		if n == 1<<30/p.size+1 { // is for locks, and never read
			continue
		}
		b, err := v.page(ctx, n)
		if errors.Is(err, errNone) { // the file is shorter by now
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		if p.clear(n, b) {
			out = append(out, n)
		}
	}
	return out, nil
}

// A part is one of a page.
type part struct{ from, to int }

// unused are the parts of a page in which there is nothing.
func (p pages) unused(n int, b []byte) []part {
	if leaf, listed := p.free[n]; listed {
		if leaf {
			return []part{{0, p.size}}
		}
		return []part{{min(8+4*int(binary.BigEndian.Uint32(b[4:])), p.usable), p.usable}}
	}
	head := 0
	if n == 1 {
		head = 100
	}
	gap := part{from: head + 8}
	switch b[head] {
	case 10, 13: // leaves of an index and of a table
	case 2, 5: // what leads to them
		gap.from += 4
	default: // what did not fit into one
		return nil
	}
	gap.from += 2 * int(binary.BigEndian.Uint16(b[head+3:]))
	if gap.to = int(binary.BigEndian.Uint16(b[head+5:])); gap.to == 0 {
		gap.to = 1 << 16
	}
	if gap.from > gap.to || gap.to > p.usable {
		return nil // no page of a tree
	}
	out := []part{gap}
	// Between the cells are blocks that were some once, each with the place of the
	// next and its own size.
	for at, last := int(binary.BigEndian.Uint16(b[head+1:])), gap.to; at != 0; {
		if at < last || at+4 > p.usable {
			return nil
		}
		size := int(binary.BigEndian.Uint16(b[at+2:]))
		if size < 4 || at+size > p.usable {
			return nil
		}
		out = append(out, part{at + 4, at + size})
		at, last = int(binary.BigEndian.Uint16(b[at:])), at+size
	}
	return out
}

// clear empties the unused parts of a page, and reports whether there was
// anything in them.
func (p pages) clear(n int, b []byte) (did bool) {
	for _, u := range p.unused(n, b) {
		if !isZero(b[u.from:u.to]) {
			clear(b[u.from:u.to])
			did = true
		}
	}
	return did
}

func isZero(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }

// clean overwrites what is left in pages, as they are now.
func (tx *Tx) clean(ctx context.Context, dirty []int) error {
	p, err := pagesOf(ctx, &tx.View)
	if err != nil {
		return err
	}
	for _, n := range dirty {
		if n > p.count {
			continue
		}
		b, err := tx.page(ctx, n)
		if err != nil {
			return err
		}
		if !p.clear(n, b) {
			continue
		}
		if _, err := tx.exec(ctx, `UPDATE sqlite_dbpage SET data = $2 WHERE pgno = $1`, n, b); err != nil {
			return err
		}
	}
	return nil
}

const (
	// emptyWait is how long, in ms, emptying the log waits for those who read, and
	// those who write wait for it.
	emptyWait = 1000
	// emptyTries is how often it is tried, with emptyRest between.
	emptyTries = 5
	emptyRest  = time.Second
)

var errReading = errs.New(errs.Unavailable, "Somebody reads the database. Its log is emptied later.")

// emptyLog writes everything into the file of a database and leaves nothing in
// its log.
func emptyLog(ctx context.Context, file string) error {
	db, err := sql.Open("sqlite", sqliteDSN(Options{URL: file, Captured: true}))
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, fmt.Sprintf(`PRAGMA busy_timeout = %d`, emptyWait)); err != nil {
		return err
	}
	var busy, frames, written int
	if err := db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &frames, &written); err != nil {
		return err
	}
	if busy != 0 {
		return errReading
	}
	return nil
}

// emptyCaptured leaves nothing old in the log of a database of which somebody
// captures each commit. They begin the log anew, since nothing of it may be lost to
// them; what stands behind its new end is overwritten here, while nobody writes.
func emptyCaptured(ctx context.Context, s *Store, file string, anew func(context.Context) error) error {
	before, err := logHead(file)
	if err != nil {
		return err
	}
	if err := anew(ctx); err != nil {
		return err
	}
	return s.Write(ctx, func(*Tx) error {
		after, err := logHead(file)
		if err == nil && after == before {
			err = errReading
		}
		if err != nil {
			return err
		}
		return overwriteBehind(file+walSuffix, after)
	})
}

// https://sqlite.org/fileformat2.html#the_write_ahead_log
const (
	walSuffix    = "-wal"
	walHead      = 32
	walFrameHead = 24
)

// logHead is the head of a database's log, all zero if there is none: it is another
// each time the log begins anew.
func logHead(file string) (head [walHead]byte, err error) {
	f, err := os.Open(file + walSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return head, nil
	}
	if err != nil {
		return head, err
	}
	defer f.Close()
	if _, err = io.ReadFull(f, head[:]); errors.Is(err, io.EOF) {
		err = nil
	}
	return head, err
}

// overwriteBehind overwrites what is in a log behind its last frame: that is the
// last that has the salts of its head. Nobody may write meanwhile.
func overwriteBehind(wal string, head [walHead]byte) (err error) {
	f, err := os.OpenFile(wal, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	size, at := int64(binary.BigEndian.Uint32(head[8:])), int64(walHead)
	for frame := make([]byte, walFrameHead); at+walFrameHead+size <= info.Size(); at += walFrameHead + size {
		if _, err := f.ReadAt(frame, at); err != nil {
			return err
		}
		if !bytes.Equal(frame[8:16], head[16:24]) {
			break
		}
	}
	for zero := make([]byte, 1<<16); at < info.Size(); at += int64(len(zero)) {
		if _, err := f.WriteAt(zero[:min(int64(len(zero)), info.Size()-at)], at); err != nil {
			return err
		}
	}
	return f.Sync()
}

// sweepAfter is how soon it is swept after somebody left: what others delete
// meanwhile is swept with it.
const sweepAfter = 10 * time.Minute

// sweepDaily is how soon it is swept anyway.
const sweepDaily = 24 * time.Hour

// SweepSoon has the file swept.
func (tx *Tx) SweepSoon(ctx context.Context) error {
	return tx.AddJob(ctx, SweepJob, nil, tx.Now.Add(sweepAfter), "soon")
}

// SweepDaily has it swept within a day.
func (tx *Tx) SweepDaily(ctx context.Context) error {
	return tx.AddJob(ctx, SweepJob, nil, tx.Now.Add(sweepDaily), "daily")
}
