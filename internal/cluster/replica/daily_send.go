package replica

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
	"github.com/plaza-social/plaza/internal/cluster/seal"
)

const (
	// maxNote is how many bytes a note has, at most.
	maxNote = 1 << 20
	// undoWait is how long what was half sent may take to be taken back.
	undoWait = 10 * time.Second
)

// open is nil if this house may write, as far as it knows.
func (r *Replica) open() error {
	if err := r.fault(); err != nil || r.Closed == nil {
		return err
	}
	if why := r.Closed(); why != "" {
		return errs.New(errs.Unavailable, why)
	}
	return nil
}

// writes is nil if this house may write, and nobody has begun an epoch after its
// own at the place of s.
func (r *Replica) writes(ctx context.Context, s *ship) error {
	if err := r.open(); err != nil {
		return err
	}
	if p := s.progress(); !p.entered { // it may be that this data is older than what is there
		return errs.Newf(errs.Unavailable, "%s has not let us in yet. %s", s.Place, p.fault)
	}
	return claim(ctx, s.Place, r.Epoch)
}

// send brings one to a place, reads it there, and takes away those that it makes
// needless. Nothing of it is left if it does not come about.
func (r *Replica) send(ctx context.Context, s *ship, m made) error {
	if err := r.writes(ctx, s); err != nil {
		return err
	}
	if err := r.sendParts(ctx, s, m); err != nil {
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), undoWait)
		defer stop()
		return errors.Join(err, removeDaily(ctx, s.Place, m.Daily))
	}
	if err := r.clearPlace(ctx, s, m.Daily); err != nil { // it is there all the same, and the next one tries again
		s.log.WarnContext(ctx, "older daily copies cannot be taken away", "err", err)
	}
	return nil
}

func (r *Replica) sendParts(ctx context.Context, s *ship, m made) error {
	source := Source{Place: s.Place, Identities: r.Opens, Log: r.Log}
	for _, part := range []string{dailyDatabase, dailyFiles} {
		if err := s.sendFile(ctx, m.key(part), m.path(part)); err != nil {
			return err
		}
	}
	if err := source.checkParts(ctx, m.Daily, m.note); err != nil {
		return fmt.Errorf("what was written is not what is there: %w", err)
	}
	if err := r.writes(ctx, s); err != nil { // nor has anybody taken over meanwhile
		return err
	}
	note, err := json.Marshal(m.note)
	if err != nil {
		return err
	}
	if len(note) > maxNote {
		return errs.Newf(errs.Limited, "The note of the daily copy has %d bytes, and at most %d fit.", len(note), maxNote)
	}
	if _, err := s.seal(ctx, m.key(dailyNote), bytes.NewReader(note)); err != nil {
		return err
	}
	sum := sha256.Sum256(note)
	return source.checkPart(ctx, m.key(dailyNote), hex.EncodeToString(sum[:]))
}

func (s *ship) sendFile(ctx context.Context, key, file string) error {
	ctx, stop := context.WithTimeout(ctx, sendWait)
	defer stop()
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	n, err := s.seal(ctx, key, f)
	if err == nil {
		s.note(func(p *progress) { p.sent += n; p.reached = time.Now() })
	}
	return err
}

// clearPlace takes away what just makes needless, and what was never finished by
// those who wrote until now.
func (r *Replica) clearPlace(ctx context.Context, s *ship, just Daily) error {
	whole, begun, err := dailiesAt(ctx, s.Place)
	if err != nil {
		return err
	}
	if !slices.Contains(whole, just) {
		return errs.Newf(errs.Conflict, "%s was written, and %s does not list it", just.key(dailyNote), s.Place)
	}
	if err := r.writes(ctx, s); err != nil {
		return err
	}
	gone := surplus(whole, just, r.Daily.Keep)
	for _, d := range append(gone, begun...) {
		if d.n > r.Epoch.N {
			continue
		}
		if err := removeDaily(ctx, s.Place, d); err != nil {
			return err
		}
	}
	return nil
}

// note reads what a daily copy says of itself.
func (s Source) note(ctx context.Context, d Daily) (n DailyNote, err error) {
	key := d.key(dailyNote)
	r, err := seal.Get(ctx, s.Place, s.Identities, key)
	if err != nil {
		return n, err
	}
	defer r.Close()
	if r.Size() > maxNote {
		return n, errs.Newf(errs.Invalid, "%s has %d bytes, and is none of ours", key, r.Size())
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return n, err
	}
	if json.Unmarshal(b, &n) != nil || !n.At.Equal(d.At) || n.Epoch.String() != d.Epoch {
		return n, errs.Newf(errs.Invalid, "%s is not the note of this daily copy", key)
	}
	return n, nil
}

// checkParts reads all that a note tells of, to the end.
func (s Source) checkParts(ctx context.Context, d Daily, n DailyNote) error {
	return errors.Join(s.checkPart(ctx, d.key(dailyDatabase), n.SHA256), s.checkPart(ctx, d.key(dailyFiles), n.List))
}

func (s Source) checkPart(ctx context.Context, key, want string) error {
	return s.readPart(ctx, key, want, io.Discard)
}

// readPart copies a part to w. What came is not to be used if it fails.
func (s Source) readPart(ctx context.Context, key, want string, w io.Writer) error {
	ctx, stop := context.WithTimeout(ctx, sendWait)
	defer stop()
	r, err := seal.Get(ctx, s.Place, s.Identities, key)
	if err != nil {
		return err
	}
	defer r.Close()
	h := sha256.New()
	if _, err := io.Copy(io.MultiWriter(h, w), r); err != nil {
		return err
	}
	if is := hex.EncodeToString(h.Sum(nil)); is != want {
		return errs.Newf(errs.Conflict, "%s is another than was written: its hash is %s, and should be %s", key, is, want)
	}
	return nil
}

// yield makes room at a place that is full: what is captured all the time comes
// before what is there besides.
func (r *Replica) yield(ctx context.Context, s *ship, err error) {
	if !errors.Is(err, place.ErrFull) && !errors.Is(err, syscall.ENOSPC) {
		return
	}
	var whole []Daily
	if err = r.open(); err == nil {
		err = unclaimed(ctx, s.Place, r.Epoch)
	}
	if err == nil {
		whole, _, err = dailiesAt(ctx, s.Place)
	}
	if err == nil && len(whole) > 0 && whole[0].n <= r.Epoch.N {
		s.log.WarnContext(ctx, "the place is full: the oldest daily copy makes room", "day", whole[0].Day())
		err = removeDaily(ctx, s.Place, whole[0])
	}
	if err != nil {
		s.log.WarnContext(ctx, "the place is full, and no daily copy can be taken away", "err", err)
	}
}
