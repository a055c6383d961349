// Package fetch asks other servers for documents, in the name of the house, and
// brings what they say of accounts and posts into the core. It is asked by
// what arrives, by people who search, and by signatures whose key is not known.
//
// A document is believed about what is at its own server, and about nothing
// else: its id is of the address that answered, a post's author and a key's
// owner are of the post's and the key's. Everything has a budget.
package fetch

import (
	"context"
	"crypto"
	"fmt"
	"net/http"

	"golang.org/x/sync/singleflight"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/base/netsafe"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/edge/fedi/sign"
)

// A Signer has the key of the house.
type Signer interface {
	// Key is by what address others find the public half, and the private one.
	Key(ctx context.Context) (id string, private crypto.Signer, err error)
}

// Peers remember which kind of signature a host takes, empty for the usual
// one.
type Peers interface {
	Signature(ctx context.Context, host string) (string, error)
	SetSignature(ctx context.Context, host, kind string) error
}

// Config is what a Fetcher needs to know.
type Config struct {
	Reach   netsafe.Options
	Agent   string // who asks
	Rules   as2.Rules
	Own     func(host string) bool // whether a host is this house, which is never asked
	Refused func(ctx context.Context, host string) (bool, error)
	Signer  Signer
	Peers   Peers
	Clock   clock.Clock
}

// maxDocument is how large a document is at most, in bytes.
const maxDocument = as2.MaxBytes

// A Fetcher asks. Who asks for the same at the same time shares the answer.
type Fetcher struct {
	Config
	http    *http.Client
	flights singleflight.Group
	misses  *misses
	rates   *limit.Limiter
}

// New returns a Fetcher.
func New(c Config) *Fetcher {
	f := &Fetcher{Config: c, http: netsafe.Client(c.Reach), misses: newMisses(c.Clock), rates: limit.New(c.Clock)}
	allowed := f.http.CheckRedirect
	f.http.CheckRedirect = func(to *http.Request, via []*http.Request) error {
		if err := allowed(to, via); err != nil {
			return err
		}
		to.Header.Del("Referer")
		return f.prepare(to)
	}
	return f
}

// accept is what is asked for.
const accept = `application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"`

var (
	errOwn      = errs.New(errs.Forbidden, "This address is of this server, so it is not asked for elsewhere.")
	errRefused  = errs.New(errs.Forbidden, "Nothing is taken from that server here.")
	errForm     = errs.New(errs.Invalid, "What is at this address is not an ActivityPub document.")
	errOrigin   = errs.New(errs.Invalid, "The document says that it is of another server than the one it came from.")
	errNotThere = errs.New(errs.Invalid, "The document says that it is at an address where there is another one.")
	errHidden   = errs.New(errs.Forbidden, "That server does not show us this.")
	errLate     = "The server does not answer in time. Try again later."
)

// Document is what is at an address. Its ID is the address it is really at, if
// that is another one of the same server's: there it was asked for again. Errors
// are NotFound or Gone if there is nothing, Invalid or Forbidden for what will
// never do, Limited or Unavailable for what may later.
func (f *Fetcher) Document(ctx context.Context, address string) (as2.Doc, error) {
	id, err := f.Rules.Clean(as2.Whole(address))
	if err != nil {
		return as2.Doc{}, err
	}
	ctx = budgeted(ctx)
	d, err := f.once(ctx, id)
	if err != nil || d.ID() == id {
		return d, err
	}
	really := d.ID()
	if as2.Fragment(really) {
		return as2.Doc{}, errNotThere
	}
	if d, err = f.once(ctx, really); err == nil && d.ID() != really {
		err = errNotThere
	}
	if err != nil {
		return as2.Doc{}, err
	}
	return d, nil
}

// once asks one address, or joins who asks it already.
func (f *Fetcher) once(ctx context.Context, id string) (as2.Doc, error) {
	if err := f.misses.of(id); err != nil {
		return as2.Doc{}, err
	}
	if err := spend(ctx); err != nil {
		return as2.Doc{}, err
	}
	flight := f.flights.DoChan(id, func() (any, error) {
		// Who came first may leave; the others still want it.
		d, err := f.get(context.WithoutCancel(ctx), id)
		f.misses.keep(id, err)
		return d, err
	})
	select {
	case r := <-flight:
		d, _ := r.Val.(as2.Doc)
		return d, r.Err
	case <-ctx.Done():
		return as2.Doc{}, errs.Wrap(errs.Unavailable, errLate, ctx.Err())
	}
}

// get asks an address, signed as its host is known to take it, and the other
// way if it says that it does not.
func (f *Fetcher) get(ctx context.Context, address string) (as2.Doc, error) {
	host := as2.Host(address)
	known, err := f.Peers.Signature(ctx, host)
	if err != nil {
		return as2.Doc{}, err
	}
	kind := sign.Cavage
	if known == string(sign.RFC9421) {
		kind = sign.RFC9421
	}
	resp, err := f.call(ctx, address, kind)
	if err == nil && resp.StatusCode == http.StatusUnauthorized && spend(ctx) == nil {
		resp.Body.Close()
		kind = map[sign.Kind]sign.Kind{sign.Cavage: sign.RFC9421, sign.RFC9421: sign.Cavage}[kind]
		if resp, err = f.call(ctx, address, kind); err == nil && resp.StatusCode == http.StatusOK {
			err = f.Peers.SetSignature(ctx, host, string(kind))
		}
	}
	if err != nil {
		return as2.Doc{}, explain(err)
	}
	return f.read(resp)
}

type kindKey struct{}

func (f *Fetcher) call(ctx context.Context, address string, kind sign.Kind) (*http.Response, error) {
	r, err := http.NewRequestWithContext(context.WithValue(ctx, kindKey{}, kind), http.MethodGet, address, nil)
	if err != nil {
		return nil, errForm
	}
	r.Header.Set("User-Agent", f.Agent)
	r.Header.Set("Accept", accept)
	if err := f.prepare(r); err != nil {
		return nil, err
	}
	return f.http.Do(r)
}

// prepare checks and signs a request, the first one or one that a redirect
// leads to.
func (f *Fetcher) prepare(r *http.Request) error {
	ctx := r.Context()
	clean, err := f.Rules.Clean(r.URL.String())
	if err != nil {
		return err
	}
	host := as2.Host(clean)
	if f.Own(host) {
		return errOwn
	}
	if no, err := f.Refused(ctx, host); err != nil {
		return err
	} else if no {
		return errRefused
	}
	if err := visit(ctx, site(host)); err != nil {
		return err
	}
	if !f.rates.Take(perHost, site(host)).OK {
		return errHostBudget
	}
	if r.Response != nil { // the redirect that led here
		if err := spend(ctx); err != nil {
			return err
		}
	}
	id, private, err := f.Signer.Key(ctx)
	if err != nil {
		return fmt.Errorf("the key of the house: %w", err)
	}
	kind, _ := ctx.Value(kindKey{}).(sign.Kind)
	return sign.Sign(r, nil, id, private, kind, f.Clock())
}

// read is the document in an answer, whose id must be of where that came from.
func (f *Fetcher) read(resp *http.Response) (d as2.Doc, err error) {
	defer resp.Body.Close()
	if err := refusal(resp.StatusCode); err != nil {
		return d, err
	}
	if !as2.IsActivity(resp.Header.Get("Content-Type")) {
		return d, errForm
	}
	b, err := netsafe.ReadBody(resp, maxDocument)
	if err != nil {
		weigh(resp.Request.Context(), maxDocument) // as far as anybody knows
		return d, explain(err)
	}
	weigh(resp.Request.Context(), len(b))
	if d, err = f.Rules.Parse(b); err != nil {
		return as2.Doc{}, err
	}
	if d.ID() == "" {
		return as2.Doc{}, errForm
	}
	if !as2.SameOrigin(d.ID(), resp.Request.URL.String()) {
		return as2.Doc{}, errOrigin
	}
	return d, nil
}

// refusal is what a status other than 200 says, or nil.
func refusal(code int) error {
	switch code {
	case http.StatusOK:
		return nil
	case http.StatusNotFound:
		return errs.New(errs.NotFound, "There is nothing at this address.")
	case http.StatusGone:
		return errs.New(errs.Gone, "What was at this address is gone.")
	case http.StatusUnauthorized, http.StatusForbidden:
		return errHidden
	case http.StatusTooManyRequests:
		return errs.New(errs.Limited, "That server was asked too often. Try again later.")
	}
	if code >= 400 && code < 500 {
		return errForm
	}
	return errs.Wrap(errs.Unavailable, "That server cannot answer at the moment. Try again later.", fmt.Errorf("status %d", code))
}

// explain gives what went wrong on the way a kind, if it has none.
func explain(err error) error {
	if err == nil || errs.KindOf(err) != errs.Internal {
		return err
	}
	return errs.Wrap(errs.Unavailable, errLate, err)
}
