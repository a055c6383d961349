package replica

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
)

// A beginning says how much of what was written before an epoch has: where the
// journal ended when the house opened that took over. What another wrote after
// that is nowhere but there.
type beginning struct {
	Epoch   string `json:"epoch"`
	Journal int64  `json:"journal"` // the number of the last fact; below zero as long as it is not known
	Sum     string `json:"sum,omitempty"`
}

func (b beginning) sum() string {
	sum := sha256.Sum256(fmt.Append(nil, b.Epoch, " ", b.Journal))
	return hex.EncodeToString(sum[:])
}

const beginningFile = "begins.json"

func beginningKey(n int64) string { return fmt.Sprintf("begins/%010d", n) }

// begin notes that an epoch begins whose beginning is not known yet. Only who
// made the epoch does: later it would be too late to tell.
func begin(dir string, e Epoch) error {
	return keepFile(dir, beginningFile, beginning{Epoch: e.String(), Journal: -1}, true)
}

// began notes where the journal ended when e began, unless that is past, and
// returns what is to be said at the places; nil if it is not known.
func began(dir string, e Epoch, journal int64) ([]byte, error) {
	b, err := os.ReadFile(filepath.Join(dir, beginningFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var is beginning
	if err == nil {
		err = json.Unmarshal(b, &is)
	}
	if err != nil || is.Epoch != e.String() {
		return nil, err
	}
	if is.Journal < 0 {
		is.Journal = journal
		if err := keepFile(dir, beginningFile, is, true); err != nil {
			return nil, err
		}
	}
	is.Sum = is.sum()
	return json.Marshal(is)
}

// A Succession is what became of an epoch.
type Succession struct {
	Ours   Epoch
	Theirs Epoch  // the one that writes now; the zero value if nobody has taken over
	Place  string // where that is said
	// Journal is the last fact of ours that who took over has; below zero if
	// that is not known.
	Journal int64
}

// Succeeded asks the places whether another house has taken over from that of
// a data folder, and what it had then. It is enough if one answers.
func Succeeded(ctx context.Context, dir string, at []place.Place) (s Succession, err error) {
	if s.Ours, err = OwnEpoch(dir); err != nil {
		return s, err
	}
	if s.Ours.N == 0 {
		return s, errs.Newf(errs.NotFound, "The house in %s never kept a copy anywhere, so nobody can have taken over from it.", filepath.Dir(dir))
	}
	s.Journal = -1
	answered := false
	var faults []error
	for _, p := range at {
		if err := s.ask(ctx, p); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", p, err))
			continue
		}
		answered = true
	}
	if !answered {
		return s, errs.Wrap(errs.Unavailable, "None of the places of the copies answers, so nobody can say whether another Plaza has taken over. Try again when one does.", errors.Join(faults...))
	}
	return s, nil
}

// ask asks one. Of several beginnings the first counts: it has least.
func (s *Succession) ask(ctx context.Context, p place.Place) error {
	ctx, stop := context.WithTimeout(ctx, openWait)
	defer stop()
	return p.Each(ctx, claims, claimKey(s.Ours.N), func(i place.Info) error {
		e, err := readClaim(ctx, p, i.Key)
		if err != nil {
			return err
		}
		if e.N > s.Theirs.N {
			s.Theirs, s.Place = e, p.String()
		}
		journal, err := readBeginning(ctx, p, e)
		if err == nil && (s.Journal < 0 || journal < s.Journal) {
			s.Journal = journal
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
}

func readBeginning(ctx context.Context, p place.Place, e Epoch) (int64, error) {
	r, err := p.Open(ctx, beginningKey(e.N))
	if err != nil {
		return 0, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxClaim))
	if err != nil {
		return 0, err
	}
	var is beginning
	if json.Unmarshal(b, &is) != nil || is.Epoch != e.String() || is.Journal < 0 || is.Sum != is.sum() {
		return 0, errs.Newf(errs.Invalid, "%s at %s is not what a house of ours says there: somebody has changed it.", beginningKey(e.N), p)
	}
	return is.Journal, nil
}

// Fenced is the error for who would write all the same; nil if nobody has taken
// over.
func (s Succession) Fenced() error {
	if s.Theirs.N == 0 {
		return nil
	}
	return &Fenced{s.Place, s.Ours, s.Theirs}
}
