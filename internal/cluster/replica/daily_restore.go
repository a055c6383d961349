package replica

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/seal"
)

// Daily finds the daily copy of a day, or the newest of all if none is named.
func (s Source) Daily(ctx context.Context, day string) (d Daily, err error) {
	if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
		return d, errs.Newf(errs.Invalid, "%q is not a day. Write it like 2026-11-25.", day)
	}
	whole, _, err := dailiesAt(ctx, s.Place)
	if err != nil {
		return d, err
	}
	days := []string{}
	for _, d := range slices.Backward(whole) {
		if day == "" || d.Day() == day {
			return d, nil
		}
		if len(days) == 0 || days[len(days)-1] != d.Day() {
			days = append(days, d.Day())
		}
	}
	if len(whole) == 0 {
		return d, errs.Newf(errs.NotFound, "There is no daily copy at %s. Look at the address; or bring the other one back, without --daily.", s.Place)
	}
	return d, errs.Newf(errs.NotFound, "There is no daily copy of %s at %s. There are those of %s.", day, s.Place, strings.Join(days, ", "))
}

// DailyDatabase writes the database of a daily copy into a new file, whole or
// not at all. The note says what belongs to it.
func (s Source) DailyDatabase(ctx context.Context, d Daily, file string) (n DailyNote, err error) {
	if n, err = s.note(ctx, d); err != nil {
		return n, dailyFault(d, err)
	}
	temp := file + ".daily"
	if err := remove(temp); err != nil {
		return n, err
	}
	if err := s.dailyInto(ctx, d, n, temp); err != nil {
		return n, dailyFault(d, errors.Join(err, remove(temp)))
	}
	return n, errors.Join(markMissing(file), os.Rename(temp, file))
}

// dailyFault says what else there is.
func dailyFault(d Daily, err error) error {
	return fmt.Errorf("restore the daily copy of %s; if it is broken, another may not be (--daily=DATE): %w", d.Day(), err)
}

// dailyInto writes one into a new file, which is not to be used if it fails.
func (s Source) dailyInto(ctx context.Context, d Daily, n DailyNote, file string) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = s.readPart(ctx, d.key(dailyDatabase), n.SHA256, f)
	return errors.Join(err, f.Sync(), f.Close())
}

// Lost counts the files that belonged to a daily copy and are not in dir, into
// which all that there are were brought back: they were removed since, or lost.
func (s Source) Lost(ctx context.Context, d Daily, dir string) (n int, err error) {
	r, err := seal.Get(ctx, s.Place, s.Identities, d.key(dailyFiles))
	if err != nil {
		return 0, err
	}
	defer r.Close()
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		name := lines.Text()
		if len(name) < 2 || nameOf(media+name[:2]+"/"+name) == "" || strings.ContainsAny(name, "/\\") {
			return n, errs.Newf(errs.Invalid, "%s names a file that is none of ours", d.key(dailyFiles))
		}
		if _, err := os.Lstat(filepath.Join(dir, name[:2], name)); errors.Is(err, fs.ErrNotExist) {
			n++
		} else if err != nil {
			return n, err
		}
	}
	return n, lines.Err()
}

// Fits reports whether settings are those that a daily copy was made with.
func (n DailyNote) Fits(settings []byte) bool {
	if settings == nil {
		return n.Settings == ""
	}
	sum := sha256.Sum256(settings)
	return hex.EncodeToString(sum[:]) == n.Settings
}
