// Package proxy shows what other servers publish: pictures, sounds and films.
// They are fetched when somebody here looks at them, and kept for a while in a
// folder that never outgrows its budget; what was seen least recently goes
// first, and is fetched again when it is wanted.
//
// An address of ours is signed, so that nobody can have us fetch what nobody
// here was to see. What a file is, is told by its bytes: pictures are made
// anew, other kinds are passed on only if browsers merely play them.
package proxy

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/netsafe"
	"github.com/plaza-social/plaza/internal/social"
)

// The limits of what is fetched.
const (
	MaxPicture  = 16 << 20
	MaxPassed   = 100 << 20 // bytes of a sound or a film
	fetchAtOnce = 6
	fetchWait   = 90 * time.Second // for a whole file
	turnWait    = 20 * time.Second // for one of the turns
	maxFailures = 4096             // that are remembered
	failedFor   = time.Minute
)

// Prefix is the path below which files from elsewhere are shown.
const Prefix = "/proxy/"

// A Maker makes pictures safe: the blob store.
type Maker interface {
	// IsPicture reports whether a file that begins so says it is one.
	IsPicture(head []byte) bool
	// Remake makes a picture anew to be shown as something. It is Invalid if
	// the data is no picture we take.
	Remake(ctx context.Context, as string, data []byte) (made []byte, ext string, err error)
}

// Config is what a Proxy needs.
type Config struct {
	Dir    string
	Budget int64  // bytes of the disk
	Key    []byte // the house's, of 32 bytes
	Agent  string // what we call ourselves
	Reach  netsafe.Options
	Maker  Maker
	Clock  clock.Clock
	Log    *slog.Logger
}

// Proxy is one. Its folder is looked at when something is asked for first.
type Proxy struct {
	Config
	client   *http.Client
	shelf    func() (*shelf, error)
	turns    *semaphore.Weighted
	flights  singleflight.Group
	mu       sync.Mutex
	failures map[key]failure
}

type failure struct {
	until time.Time
	err   error
}

// New returns a Proxy.
func New(c Config) *Proxy {
	c.Reach.Timeout = cmp.Or(c.Reach.Timeout, fetchWait)
	return &Proxy{Config: c, client: netsafe.Client(c.Reach), turns: semaphore.NewWeighted(fetchAtOnce), failures: map[key]failure{},
		shelf: sync.OnceValues(func() (*shelf, error) { return openShelf(c.Dir, c.Budget, c.Clock) })}
}

// Path is where a file of another server is shown here.
func (p *Proxy) Path(as, address string) string {
	return Prefix + p.sign(as, address) + "/" + as + "/" + base64.RawURLEncoding.EncodeToString([]byte(address))
}

const signature = 16 // bytes

func (p *Proxy) sign(as, address string) string {
	h := hmac.New(sha256.New, p.Key)
	h.Write([]byte(as + "\n" + address))
	return hex.EncodeToString(h.Sum(nil)[:signature])
}

// keyOf says which file in which form.
func keyOf(as, address string) (k key) {
	h := sha256.Sum256([]byte(as + "\n" + address))
	copy(k[:], h[:])
	return k
}

// A File is open to be read. Whoever opened it closes it: until then its room
// cannot be used for others.
type File struct {
	io.ReadSeeker
	Type  string // MIME
	At    time.Time
	close func() error
}

// Close lets go of the file.
func (f *File) Close() error { return f.close() }

var errNothing = errs.New(errs.NotFound, "There is no such file.")

// Address is that of the file of another server that a path of ours shows. A path
// that was not made here is NotFound.
func (p *Proxy) Address(signed, as, encoded string) (string, error) {
	address, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil || len(address) > social.MaxAddress || !hmac.Equal([]byte(p.sign(as, string(address))), []byte(signed)) {
		return "", errNothing
	}
	return string(address), nil
}

// Get opens the file of another server that a path of ours shows, and fetches
// it if need be.
func (p *Proxy) Get(ctx context.Context, signed, as, encoded string) (*File, error) {
	address, err := p.Address(signed, as, encoded)
	if err != nil {
		return nil, err
	}
	return p.get(ctx, as, address)
}

func (p *Proxy) get(ctx context.Context, as, address string) (*File, error) {
	s, err := p.shelf()
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, "Nothing from other servers can be shown at the moment.", err)
	}
	k := keyOf(as, address)
	for range 2 { // what was fetched may have had to go before it was read
		if f, ok := s.open(k); ok {
			return f, nil
		}
		if err := p.failed(k); err != nil {
			return nil, err
		}
		got, err := p.together(ctx, s, k, as, address)
		if err != nil {
			return nil, err
		}
		if got.data != nil {
			return got.file(p.Clock()), nil
		}
	}
	return nil, errNoRoom
}

// together fetches a file once for all who want it now. It goes on when one
// of them leaves.
func (p *Proxy) together(ctx context.Context, s *shelf, k key, as, address string) (fetched, error) {
	done := p.flights.DoChan(k.String(), func() (any, error) {
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), fetchWait)
		defer stop()
		got, err := p.inTurn(ctx, s, k, as, address)
		if err != nil {
			p.remember(k, err)
		}
		return got, err
	})
	select {
	case <-ctx.Done():
		return fetched{}, ctx.Err()
	case r := <-done:
		return r.Val.(fetched), r.Err
	}
}

func (p *Proxy) inTurn(ctx context.Context, s *shelf, k key, as, address string) (got fetched, err error) {
	wait, stop := context.WithTimeout(ctx, turnWait)
	defer stop()
	if err := p.turns.Acquire(wait, 1); err != nil {
		return got, errNoRoom
	}
	defer p.turns.Release(1)
	return p.fetch(ctx, s, k, as, address)
}

// failed is why a file could not be fetched a moment ago, or nil: a server
// that is away is not asked for each who looks.
func (p *Proxy) failed(k key) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	f, ok := p.failures[k]
	if !ok || p.Clock().After(f.until) {
		return nil
	}
	return f.err
}

// forgive forgets that a file could not be fetched.
func (p *Proxy) forgive(k key) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.failures, k)
}

func (p *Proxy) remember(k key, err error) {
	if err == errNoRoom {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.failures) >= maxFailures {
		clear(p.failures)
	}
	p.failures[k] = failure{p.Clock().Add(failedFor), err}
}

// Use is how many files are kept and what they take, at most.
func (p *Proxy) Use() (files int, bytes int64) {
	s, err := p.shelf()
	if err != nil {
		return 0, 0
	}
	return s.usage()
}

// Elsewhere is the path of a file by the name that social.FileElsewhere gave it.
func (p *Proxy) Elsewhere(name string) (path string, ok bool) {
	as, address, ok := social.ParseFileElsewhere(name)
	if !ok || strings.Contains(as, "/") {
		return "", false
	}
	return p.Path(as, address), true
}
