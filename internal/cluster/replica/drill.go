package replica

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"
	"github.com/superfly/ltx"
	_ "modernc.org/sqlite" // opens what comes back

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
	"github.com/plaza-social/plaza/internal/cluster/seal"
)

const (
	// DrillFiles is how many bytes of files a drill reads of each copy, unless
	// it is to read all: chosen by lot, so that in time each has its turn.
	DrillFiles = 1 << 30
	// drillWait is how long a copy may take to have what the house had when the
	// drill began.
	drillWait = 10 * time.Minute
	// drillTries is how often a moment is chosen anew that a slow copy came to have
	// too late.
	drillTries = 5
)

// A Drilled is what a drill found at one copy.
type Drilled struct {
	Place    string        `json:"place"`
	At       time.Time     `json:"at"`
	Took     time.Duration `json:"took_ns"`
	Restored bool          `json:"restored"`       // the database came back, is whole, and is byte for byte what the house had
	Bytes    int64         `json:"bytes"`          // of the database
	Evidence int64         `json:"evidence"`       // records of its log of evidence, computed anew and as they were signed
	Files    int           `json:"files"`          // that were read, and are the same here
	Daily    time.Time     `json:"daily,omitzero"` // when the newest daily copy was made that came back and is whole
	Wrong    []string      `json:"wrong"`          // what is not as it should be, each named
}

// maxWrong is how many things are named, at most.
const maxWrong = 100

func (d *Drilled) wrong(format string, args ...any) {
	if len(d.Wrong) < maxWrong {
		d.Wrong = append(d.Wrong, fmt.Sprintf(format, args...))
	}
}

// Drill brings the house back from each of its copies into a temporary folder,
// and compares it with what is here. ids open the copies.
func (r *Replica) Drill(ctx context.Context, ids []age.Identity, all bool) (found []Drilled, err error) {
	for _, s := range r.ships {
		began := time.Now()
		d := Drilled{Place: s.Place.String(), At: began.UTC()}
		source := Source{Place: s.Place, Identities: ids, Log: r.Log}
		if err := r.drillDatabase(ctx, s, source, &d); err != nil {
			d.wrong("%v", err)
		}
		if err := r.drillPieces(ctx, source, &d); err != nil {
			d.wrong("%v", err)
		}
		if err := r.drillSettings(ctx, source); err != nil {
			d.wrong("%v", err)
		}
		if r.Files != nil {
			if err := r.drillFiles(ctx, source, all, &d); err != nil {
				d.wrong("%v", err)
			}
		}
		if r.Daily.Keep > 0 {
			if err := r.drillDailies(ctx, s, source, all, &d); err != nil {
				d.wrong("%v", err)
			}
		}
		if err := ctx.Err(); err != nil {
			return found, err
		}
		d.Took = time.Since(began)
		found = append(found, d)
	}
	return found, nil
}

// drillDatabase restores a moment after the drill began, checks it, and compares
// every byte.
func (r *Replica) drillDatabase(ctx context.Context, s *ship, source Source, d *Drilled) error {
	dir, err := os.MkdirTemp(r.Dir, "drill")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "plaza.db")
	var here string
	for try := 1; ; try++ {
		var at ltx.TXID
		if here, at, err = r.capture.sum(ctx); err != nil {
			return err
		}
		if err := r.await(ctx, s, at); err != nil {
			return err
		}
		if err = source.database(ctx, r.Epoch, at, file); err == nil {
			break
		}
		// A moment that was joined with others meanwhile cannot be had by itself.
		if try == drillTries || r.capture.has(piece{min: at, max: at}.name()) {
			return err
		}
	}
	there, size, err := sumOf(file)
	if err != nil {
		return err
	}
	if d.Bytes = size; here != there {
		return errs.Newf(errs.Conflict, "what %s gives back is not the database that is here", s.Place)
	}
	if err := whole(ctx, file); err != nil {
		return err
	}
	d.Restored = true
	if r.Evidence != nil {
		d.Evidence, err = r.Evidence(ctx, file)
	}
	return err
}

// drillPieces reads all that a copy has of the database, also what was not
// needed now: another day it may be.
func (r *Replica) drillPieces(ctx context.Context, source Source, d *Drilled) error {
	epochs, err := Epochs(ctx, source.Place)
	if err != nil {
		return err
	}
	for _, e := range epochs {
		if _, err := readBeginning(ctx, source.Place, e); err != nil && !errors.Is(err, fs.ErrNotExist) {
			d.wrong("%s: %v", beginningKey(e.N), err)
		}
	}
	var keys []string
	prefix := r.Epoch.prefix()
	if err := source.Place.Each(ctx, prefix, "", func(i place.Info) error { keys = append(keys, i.Key); return nil }); err != nil {
		return err
	}
	for _, key := range keys {
		err := readInto(ctx, source, key, io.Discard)
		if errors.Is(err, fs.ErrNotExist) && !r.capture.has(key[len(prefix):]) { // removed meanwhile, here first
			continue
		}
		if err != nil {
			d.wrong("%s: %v", key, err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// has reports whether a piece is still in the spool, by its name.
func (c *capture) has(name string) bool {
	p, ok := parsePiece(name)
	if !ok {
		return false
	}
	_, err := os.Lstat(c.path(p))
	return err == nil
}

// drillSettings reads the settings and the key, and compares them with those that
// this house was started with.
func (r *Replica) drillSettings(ctx context.Context, source Source) error {
	there, err := source.Settings(ctx)
	if err == nil && r.Settings != nil && !bytes.Equal(there, r.Settings) {
		err = errs.New(errs.Conflict, "the copy has not the settings that this house was started with")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", settingsKey, err)
	}
	there, err = source.Key(ctx)
	if err == nil && r.Key != nil && !bytes.Equal(there, r.Key) {
		err = errs.New(errs.Conflict, "the copy has not the key that this house was started with")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", ownKey, err)
	}
	return nil
}

// readInto reads an object to its end, where it is known to be what was sealed.
func readInto(ctx context.Context, source Source, key string, w io.Writer) error {
	r, err := seal.Get(ctx, source.Place, source.Identities, key)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	return errors.Join(err, r.Close())
}

// await waits until a copy has what the capture had at some moment.
func (r *Replica) await(ctx context.Context, s *ship, at ltx.TXID) error {
	ctx, stop := context.WithTimeout(ctx, drillWait)
	defer stop()
	err := r.wait(ctx, func() bool { return s.progress().at >= at })
	if errors.Is(err, errNoCopy) {
		return errs.Newf(errs.Unavailable, "%s does not come to have what is here", s.Place)
	}
	return err
}

// sum is a hash of the database's pages at a moment, and which that is.
func (c *capture) sum(ctx context.Context) (string, ltx.TXID, error) {
	at, r, err := c.db.SnapshotReader(ctx)
	if err != nil {
		return "", 0, err
	}
	defer r.Close()
	h := sha256.New()
	d := ltx.NewDecoder(r)
	if err := d.DecodeHeader(); err != nil {
		return "", 0, err
	}
	data := make([]byte, d.Header().PageSize)
	for {
		var p ltx.PageHeader
		err := d.DecodePage(&p, data)
		if errors.Is(err, io.EOF) {
			return hex.EncodeToString(h.Sum(nil)), at.TXID, c.db.Replica.Sync(ctx)
		}
		if err != nil {
			return "", 0, err
		}
		fmt.Fprintf(h, "%d\n", p.Pgno)
		h.Write(data)
	}
}

// sumOf is the same of a file.
func sumOf(file string) (sum string, size int64, err error) {
	f, err := os.Open(file)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	head := make([]byte, headBytes)
	if _, err := io.ReadFull(f, head); err != nil {
		return "", 0, err
	}
	pageSize := uint32(binary.BigEndian.Uint16(head[atPageSize:]))
	if pageSize == 1 {
		pageSize = 1 << 16
	}
	h, data := sha256.New(), make([]byte, pageSize)
	for page := uint32(1); ; page++ {
		n, err := f.ReadAt(data, int64(page-1)*int64(pageSize))
		if n == 0 && errors.Is(err, io.EOF) {
			return hex.EncodeToString(h.Sum(nil)), size, nil
		}
		if n < len(data) {
			return "", 0, err
		}
		if size += int64(n); page == ltx.LockPgno(pageSize) {
			continue
		}
		fmt.Fprintf(h, "%d\n", page)
		h.Write(data)
	}
}

// whole has SQLite look at every page.
func whole(ctx context.Context, file string) error {
	db, err := sql.Open("sqlite", "file:"+file+"?mode=ro")
	if err != nil {
		return err
	}
	defer db.Close()
	var says string
	if err := db.QueryRowContext(ctx, `PRAGMA integrity_check`).Scan(&says); err != nil {
		return err
	}
	if says != "ok" {
		return errs.Newf(errs.Invalid, "the database that came back is broken: %s", says)
	}
	return nil
}

// drillFiles reads files of a copy and compares them with those here.
func (r *Replica) drillFiles(ctx context.Context, source Source, all bool, d *Drilled) error {
	here := map[string]bool{}
	if err := r.Files.Each(ctx, func(name string) error { here[name] = true; return nil }); err != nil {
		return err
	}
	var there []place.Info
	if err := source.Place.Each(ctx, media, "", func(i place.Info) error {
		if nameOf(i.Key) == "" {
			d.wrong("%s: it is none of ours", i.Key)
			return nil
		}
		there = append(there, i)
		return nil
	}); err != nil {
		return err
	}
	rand.Shuffle(len(there), func(i, j int) { there[i], there[j] = there[j], there[i] })
	var read int64
	for _, i := range there {
		if !all && read > DrillFiles {
			break
		}
		read += i.Size
		switch err := r.drillFile(ctx, source, i.Key); {
		case errors.Is(err, fs.ErrNotExist): // removed meanwhile
		case err != nil:
			d.wrong("%s: %v", i.Key, err)
		default:
			d.Files++
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	for _, i := range there {
		delete(here, nameOf(i.Key))
	}
	for _, s := range r.ships {
		if s.Place == source.Place && s.progress().files == 0 {
			r.missing(ctx, source, here, d)
		}
	}
	return nil
}

// missing names the files that a copy says it has, and has not.
func (r *Replica) missing(ctx context.Context, source Source, here map[string]bool, d *Drilled) {
	for name := range here {
		f, err := r.Files.Open(ctx, name)
		if err != nil { // removed meanwhile
			continue
		}
		f.Close()
		o, err := source.Place.Open(ctx, fileKey(name)) // it may have come meanwhile
		if errors.Is(err, fs.ErrNotExist) {
			d.wrong("%s: it is here, and not in the copy", fileKey(name))
		} else if err == nil {
			o.Close()
		}
	}
}

// nameOf is the name of a file by its key; empty for what is none of ours.
func nameOf(key string) string {
	if len(key) < len(media)+4 || fileKey(key[len(media)+3:]) != key {
		return ""
	}
	return key[len(media)+3:]
}

// drillFile is fs.ErrNotExist for a file that is not here any more.
func (r *Replica) drillFile(ctx context.Context, source Source, key string) error {
	a := sha256.New()
	there := readInto(ctx, source, key, a)
	if there != nil && !errors.Is(there, fs.ErrNotExist) {
		return there
	}
	// What is removed goes here first: looked at last, it tells whether the copy
	// only did the same.
	here, err := r.Files.Open(ctx, nameOf(key))
	if err != nil {
		return err
	}
	defer here.Close()
	if there != nil {
		return errs.New(errs.NotFound, "it is here, and the copy lists it and does not give it back")
	}
	b := sha256.New()
	if _, err := io.Copy(b, here); err != nil {
		return err
	}
	if string(a.Sum(nil)) != string(b.Sum(nil)) {
		return errs.New(errs.Conflict, "the copy holds another file than is here")
	}
	return nil
}
