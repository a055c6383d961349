package deliver

import (
	"bytes"
	"cmp"
	"context"
	"crypto"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/edge/fedi/sign"
	"github.com/plaza-social/plaza/internal/social"
)

const (
	// maxAnswer is how much of an answer is read, so that the connection can be
	// used again. Nobody looks at it.
	maxAnswer = 4 << 10
	// stubborn is how often one activity is tried that a host stumbles over, while
	// it waits before all others; that takes half a day.
	stubborn = 10
	maxWhy   = 200 // bytes
	form     = "application/activity+json"
)

// A verdict is what came of a delivery.
type verdict int

// The verdicts. Those of a host, which come first, are counted.
const (
	arrived     verdict = iota
	refused             // the host does not want it
	vanished            // there is no such inbox any more
	busy                // the host wants to be left alone
	broken              // the host has a fault
	silent              // the host does not answer
	interrupted         // we are stopping
	ownFault            // of ours
)

// An outcome is a verdict with what else is known.
type outcome struct {
	verdict  verdict
	why      string
	wait     time.Duration // that the host asked for
	answered bool
	kind     sign.Kind // the kind of signature that was taken
	gone     bool      // the host says that there was such an inbox, and is none any more
}

// deliver sends one activity to one inbox, signed in one kind and, if that is
// not understood, once in the other.
func (s *Sender) deliver(ctx context.Context, d social.Delivery, kind sign.Kind) outcome {
	id, private, err := s.Key(ctx, d.Activity.Signer)
	switch {
	case ctx.Err() != nil:
		return outcome{verdict: interrupted}
	case errs.KindOf(err) == errs.NotFound && err != nil:
		return outcome{verdict: refused, why: "who signs it is not here any more"}
	case err != nil:
		s.Log.ErrorContext(ctx, "not sent: there is no key to sign with", "err", err)
		return outcome{verdict: ownFault}
	}
	if s.As != nil {
		id = cmp.Or(s.As(d.Activity.Body), id)
	}
	p := &parcel{Sender: s, d: d, key: id, private: private}
	if p.synchronization, err = s.synchronization(ctx, d); err != nil {
		if ctx.Err() != nil {
			return outcome{verdict: interrupted}
		}
		s.Log.ErrorContext(ctx, "not sent: it is not known who follows", "err", err)
		return outcome{verdict: ownFault}
	}
	o, status := p.post(ctx, kind)
	if status == http.StatusBadRequest || status == http.StatusUnauthorized {
		other := sign.RFC9421
		if kind == other {
			other = sign.Cavage
		}
		o, status = p.post(ctx, other)
		kind = other
	}
	if o.verdict == arrived {
		o.kind = kind
	}
	o.gone = status == http.StatusGone
	if o.verdict == broken && stumbles(status) && d.Attempts+1 >= stubborn {
		o.verdict = refused
	}
	return o
}

// synchronization is what goes with what is for followers alone.
func (s *Sender) synchronization(ctx context.Context, d social.Delivery) (string, error) {
	if !d.Activity.ForFollowers || s.Synchronization == nil {
		return "", nil
	}
	return s.Synchronization(ctx, d.Activity.Signer, d.Inbox)
}

// stumbles tells whether a status may be about the one activity, and not about
// the host as a whole.
func stumbles(status int) bool { return status == http.StatusInternalServerError }

// A parcel is a delivery with what it is signed with.
type parcel struct {
	*Sender
	d       social.Delivery
	key     string
	private crypto.Signer

	synchronization string // a header, or empty
}

// post is one request. Status is zero if there was no answer.
func (p *parcel) post(ctx context.Context, kind sign.Kind) (o outcome, status int) {
	body := p.d.Activity.Body
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.d.Inbox, bytes.NewReader(body))
	if err != nil {
		return outcome{verdict: refused, why: "the address of the inbox is none"}, 0
	}
	req.Header.Set("Content-Type", form)
	req.Header.Set("User-Agent", p.Agent)
	if p.synchronization != "" {
		req.Header.Set(as2.SynchronizationHeader, p.synchronization)
	}
	if err := p.sign(ctx, req, kind); err != nil {
		if ctx.Err() != nil {
			return outcome{verdict: interrupted}, 0
		}
		p.Log.ErrorContext(ctx, "not sent: it cannot be signed", "err", err)
		return outcome{verdict: ownFault}, 0
	}
	resp, err := p.Client.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return outcome{verdict: interrupted}, 0
		}
		return outcome{verdict: silent, why: reason(err)}, 0
	}
	defer resp.Body.Close()
	io.CopyN(io.Discard, resp.Body, maxAnswer) // whether it can be read is the same to us
	return judge(resp, p.Clock()), resp.StatusCode
}

// sign waits for its turn: signing is all that costs us much.
func (p *parcel) sign(ctx context.Context, req *http.Request, kind sign.Kind) error {
	select {
	case p.signing <- struct{}{}:
		defer func() { <-p.signing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return sign.Sign(req, p.d.Activity.Body, p.key, p.private, kind, p.Clock())
}

// judge is what an answer means.
func judge(resp *http.Response, now time.Time) outcome {
	o := outcome{answered: true, why: fmt.Sprintf("it answered %d", resp.StatusCode)}
	switch code := resp.StatusCode; {
	case code < 300:
		o.verdict = arrived
	case code == http.StatusNotFound, code == http.StatusGone:
		o.verdict = vanished
	case code == http.StatusRequestTimeout, code == http.StatusTooEarly, code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable:
		o.verdict, o.wait = busy, retryAfter(resp.Header.Get("Retry-After"), now)
	case code == http.StatusNotImplemented || code < 500: // redirects too: they are not followed
		o.verdict = refused
	default:
		o.verdict, o.wait = broken, retryAfter(resp.Header.Get("Retry-After"), now)
	}
	return o
}

// reason is why a host was not reached, in a few words.
func reason(err error) string {
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) {
		return "it did not answer in time"
	}
	if public := errs.Public(err); public != "" {
		return public
	}
	if u := (*url.Error)(nil); errors.As(err, &u) {
		err = u.Err
	}
	why := err.Error()
	return strings.ToValidUTF8(why[:min(len(why), maxWhy)], "")
}
