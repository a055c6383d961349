package replica

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
)

// An Epoch is the time for which one house writes: from its start, or from the
// moment it took over, until another takes over. Each writes below keys of its
// own, so that one that returns cannot spoil what its successor has written.
type Epoch struct {
	N     int64     `json:"n"`
	ID    string    `json:"id"`
	Since time.Time `json:"since"`
	By    string    `json:"by,omitempty"` // the name of the machine, for people
}

// claimed is an epoch as it stands at a place, with a sum by which it is seen
// that a letter was changed. It does not keep anybody from claiming: who may
// write there may.
type claimed struct {
	Epoch
	Sum string `json:"sum"`
}

func (e Epoch) sum() string {
	sum := sha256.Sum256([]byte(e.String() + e.Since.UTC().Format(time.RFC3339Nano) + e.By))
	return hex.EncodeToString(sum[:])
}

// maxClaim is how long a claim is, at most.
const maxClaim = 4 << 10

const claims = "epochs/"

func (e Epoch) String() string { return fmt.Sprintf("%010d-%s", e.N, e.ID) }

// epochs is what the keys of all pieces begin with.
const epochs = "e/"

// prefix is what the keys of the epoch's pieces begin with.
func (e Epoch) prefix() string { return epochs + e.String() + "/" }

// firstOf comes before all keys of the pieces of epoch n, and after those of all
// before it.
func firstOf(n int64) string { return fmt.Sprintf("%s%010d-", epochs, n) }

func claimKey(n int64) string { return fmt.Sprintf("%s%010d", claims, n) }

func after(e Epoch, now time.Time) Epoch {
	return Epoch{N: e.N + 1, ID: strings.ToLower(rand.Text()[:16]), Since: now, By: machine()}
}

// machine is what this machine calls itself.
func machine() string {
	name, err := os.Hostname()
	if err != nil || len(name) > maxName || strings.ContainsFunc(name, unicode.IsControl) {
		return ""
	}
	return name
}

// maxName is how long the name of a machine is, at most.
const maxName = 255

// Epochs are all that were claimed at a place, in order.
func Epochs(ctx context.Context, p place.Place) (all []Epoch, err error) {
	err = p.Each(ctx, claims, "", func(i place.Info) error {
		e, err := readClaim(ctx, p, i.Key)
		all = append(all, e)
		return err
	})
	return all, err
}

// latest is the last epoch at a place that comes after number n; the zero value
// if there is none.
func latest(ctx context.Context, p place.Place, n int64) (e Epoch, err error) {
	key, after := "", ""
	if n > 0 {
		after = claimKey(n)
	}
	if err := p.Each(ctx, claims, after, func(i place.Info) error { key = i.Key; return nil }); err != nil || key == "" {
		return e, err
	}
	return readClaim(ctx, p, key)
}

func readClaim(ctx context.Context, p place.Place, key string) (e Epoch, err error) {
	r, err := p.Open(ctx, key)
	if err != nil {
		return e, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxClaim))
	if err != nil {
		return e, err
	}
	var c claimed
	if json.Unmarshal(b, &c) != nil || claimKey(c.N) != key || c.ID == "" || len(c.By) > maxName || strings.ContainsFunc(c.By, unicode.IsControl) || c.Sum != c.Epoch.sum() || place.CheckKey(c.prefix()+"x") != nil {
		return e, errs.Newf(errs.Invalid, "%s at %s is not a claim of ours: somebody has changed it. Look there before anything else.", key, p)
	}
	return c.Epoch, nil
}

// claim says at p that e has begun, or finds that it has been said. It fails
// with a Fenced error if another epoch has begun there since, or instead.
func claim(ctx context.Context, p place.Place, e Epoch) error {
	last, err := latest(ctx, p, e.N-1)
	if err != nil {
		return err
	}
	if last.N == 0 {
		b, err := json.Marshal(claimed{e, e.sum()})
		if err != nil {
			return err
		}
		if err := p.PutNew(ctx, claimKey(e.N), b); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		if last, err = latest(ctx, p, e.N-1); err != nil {
			return err
		}
	}
	if last.N == e.N && last.ID == e.ID {
		return nil
	}
	return &Fenced{p.String(), e, last}
}

// unclaimed is claim for who has claimed e there before: it is one question.
func unclaimed(ctx context.Context, p place.Place, e Epoch) error {
	later := false
	if err := p.Each(ctx, claims, claimKey(e.N), func(place.Info) error { later = true; return nil }); err != nil || !later {
		return err
	}
	return claim(ctx, p, e)
}

// Fenced says that another house has taken over, and that this one may not write
// any more.
type Fenced struct {
	Place  string
	Ours   Epoch
	Theirs Epoch
}

func (f *Fenced) Error() string {
	return fmt.Sprintf("Another Plaza has taken over: %s, and this one is of epoch %d. It stays closed, so that nothing is said twice or lost. "+
		"If the other one is to go on, make this one a standby of it in a new data folder. What was written here and never copied is in this folder: keep it; plaza verify lists it.",
		f.says(), f.Ours.N)
}

// says is who took over, where that is said.
func (f *Fenced) says() string {
	return fmt.Sprintf("at %s epoch %d began %s", f.Place, f.Theirs.N, f.Theirs.Began())
}

// Began is when and where it did, for people.
func (e Epoch) Began() string {
	on := ""
	if e.By != "" {
		on = " on the machine " + e.By
	}
	return e.Since.UTC().Format("on 2 January 2006 at 15:04 UTC") + on
}

// OwnEpoch is the one of this data folder, the zero value if it has none.
func OwnEpoch(dir string) (e Epoch, err error) {
	b, err := os.ReadFile(filepath.Join(dir, "epoch.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return e, nil
	}
	if err != nil {
		return e, err
	}
	if json.Unmarshal(b, &e) != nil || e.N < 1 || e.ID == "" {
		return e, errs.Newf(errs.Invalid, "%s is damaged. If no other Plaza has taken over since, remove it, and the copies begin anew.", filepath.Join(dir, "epoch.json"))
	}
	return e, nil
}

// keptFile reads what keepFile wrote, or is an error of kind NotFound with what is
// to be said if there is none.
func keptFile[T any](dir, name, none string) (value T, err error) {
	b, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return value, errs.New(errs.NotFound, none)
	}
	if err != nil {
		return value, err
	}
	return value, json.Unmarshal(b, &value)
}

// keepFile writes a small file whole or not at all; if it is to last, it is
// still there after the power was cut.
func keepFile(dir, name string, value any, lasts bool) (err error) {
	b, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "."+name)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(append(b, '\n'))
	if err == nil && lasts {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), filepath.Join(dir, name)); err != nil || !lasts {
		return err
	}
	return syncFolder(dir)
}

// syncFolder has what was made, renamed and removed in a folder be so after the
// power was cut.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
