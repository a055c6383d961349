package replica

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// DailyConfig is how daily copies are made.
type DailyConfig struct {
	// Keep is for how many days one is kept; zero is that none is made.
	Keep int
	// Copy writes one moment of the database into a new file, and Look says
	// what is in such a file, in words that are equal if it is the same.
	Copy func(ctx context.Context, to string) error
	Look func(ctx context.Context, file string) (Contents, error)
	// Settle is how long a house that was just started is left alone; zero is
	// some minutes. Now is the machine's clock, if it is nil.
	Settle time.Duration
	Now    func() time.Time
}

// Contents is what is in a database, by which a copy is known again.
type Contents struct {
	Schema  string           `json:"schema"`  // of which form it is
	Journal int64            `json:"journal"` // the number of the last fact
	Rows    map[string]int64 `json:"rows"`    // of each table
}

// A DailyNote says what a daily copy is, and what belongs to it: people's files
// are those of the copy that is kept all the time, and so are the settings. The
// keys of the house are in the database.
type DailyNote struct {
	At       time.Time `json:"at"`
	Epoch    Epoch     `json:"epoch"`
	Size     int64     `json:"size"`
	SHA256   string    `json:"sha256"`
	Contents Contents  `json:"contents"`
	Files    int       `json:"files"`
	List     string    `json:"files_sha256"`              // of their names, a line for each
	Settings string    `json:"settings_sha256,omitempty"` // empty if there were none in a file
}

// dailySpare is how much room a daily copy leaves on the disk, besides as much as
// the database has: whoever writes needs some meanwhile.
const dailySpare = 64 << 20

// A made one is on this machine, to be sent.
type made struct {
	Daily
	note DailyNote
	dir  string
}

func (m made) path(part string) string { return filepath.Join(m.dir, part) }

func (r *Replica) dailyDir() string { return filepath.Join(r.Dir, "daily") }

func (r *Replica) now() time.Time {
	if r.Daily.Now != nil {
		return r.Daily.Now()
	}
	return time.Now()
}

// clearDaily takes away what was left when a house ended in the midst of one.
func (r *Replica) clearDaily() error { return os.RemoveAll(r.dailyDir()) }

// make writes one beside the database. Whoever has sent it clears it away.
func (r *Replica) make(ctx context.Context) (m made, err error) {
	m = made{Daily: newDaily(r.now(), r.Epoch), dir: r.dailyDir()}
	if !m.At.After(r.lastMade) { // no two have the same name
		m.At = r.lastMade.Add(time.Second)
	}
	r.lastMade = m.At
	m.note = DailyNote{At: m.At, Epoch: r.Epoch}
	if err := errors.Join(r.clearDaily(), os.MkdirAll(m.dir, 0o700)); err != nil {
		return m, err
	}
	if err := r.room(m.dir); err != nil {
		return m, err
	}
	if err := r.Daily.Copy(ctx, m.path(dailyDatabase)); err != nil {
		return m, err
	}
	if m.note.SHA256, m.note.Size, err = hashOf(m.path(dailyDatabase)); err != nil {
		return m, err
	}
	if m.note.Contents, err = r.Daily.Look(ctx, m.path(dailyDatabase)); err != nil {
		return m, err
	}
	if r.Settings != nil {
		sum := sha256.Sum256(r.Settings)
		m.note.Settings = hex.EncodeToString(sum[:])
	}
	return m, r.listFiles(ctx, &m)
}

// listFiles writes down which files there are, after the database was copied: all
// that it names are among them.
func (r *Replica) listFiles(ctx context.Context, m *made) error {
	f, err := os.OpenFile(m.path(dailyFiles), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	if r.Files != nil {
		err = r.Files.Each(ctx, func(name string) error {
			m.note.Files++
			_, err := fmt.Fprintln(w, name)
			return err
		})
	}
	if err := errors.Join(err, w.Flush(), f.Close()); err != nil {
		return err
	}
	m.note.List, _, err = hashOf(m.path(dailyFiles))
	return err
}

// free is how much room the disk of a folder has. Tests have less.
var free = func(dir string) (int64, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return 0, err
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}

// room is an error if the disk has too little for one.
func (r *Replica) room(dir string) error {
	need := int64(dailySpare)
	for _, part := range []string{"", "-wal"} {
		if info, err := os.Stat(r.DB + part); err == nil {
			need += info.Size()
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	has, err := free(dir)
	if err == nil && has < need {
		return errs.Newf(errs.Limited, "There is no room for the daily copy: it needs %.1f GB on the disk of %s for a while, and %.1f GB are free. Make room, or set daily_keep = 0 to do without.",
			float64(need)/1e9, r.Dir, float64(has)/1e9)
	}
	return err
}

func hashOf(file string) (sum string, size int64, err error) {
	f, err := os.Open(file)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	size, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), size, err
}
