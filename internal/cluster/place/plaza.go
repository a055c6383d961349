package place

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

const (
	small      = 1 << 20 // bytes that are kept in memory to be sent again
	plazaTries = 3
	askFirst   = 5 * time.Second // for a large object to be welcome
)

// ErrFull is a place that has room for no more.
var ErrFull = errors.New("its room is used up")

// neighbour is a place with another Plaza, which serves it with Server.
type neighbour struct {
	base    string // https://host/places/name
	address string
	token   string
	client  *http.Client
	once    *http.Client // on fresh connections: what is sent once only must not meet a dead one
}

func openNeighbour(_ context.Context, u *url.URL, c Config) (Place, error) {
	name := strings.Trim(u.Path, "/")
	if u.Host == "" || !nameForm.MatchString(name) || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errs.Newf(errs.Invalid, "%s is not a space with another Plaza. Write plaza://host/name.", u.Redacted())
	}
	if c.Served != nil {
		return nil, errs.Newf(errs.Invalid, "%s keeps sealed copies and shows nothing to readers. Name a folder, a bucket or a machine that speaks SFTP.", u)
	}
	if len(c.Secret) < MinToken {
		return nil, errs.Newf(errs.Invalid, "There is no token for %s, or it has less than %d characters. Write the one that its host gave you into secret.", u, MinToken)
	}
	scheme := "https"
	if u.Scheme == "plaza+http" {
		scheme = "http"
	}
	keep, fresh := transport(), transport()
	keep.ExpectContinueTimeout, fresh.DisableKeepAlives = askFirst, true
	return &neighbour{base: scheme + "://" + u.Host + Root + name, address: u.String(), token: c.Secret.Reveal(),
		client: &http.Client{Transport: keep, CheckRedirect: stay}, once: &http.Client{Transport: fresh, CheckRedirect: stay}}, nil
}

// stay keeps the token with the host that it is for.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func (n *neighbour) String() string { return n.address }

func (n *neighbour) Close() error {
	n.client.CloseIdleConnections()
	return nil
}

// tell says of which place and key an error is.
func (n *neighbour) tell(what, key string, err error) error {
	if err != nil {
		return fmt.Errorf("%s %s in %s: %w", what, key, n, err)
	}
	return nil
}

func (n *neighbour) request(ctx context.Context, method, key string, body io.Reader, size int64) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, n.base+"/"+key, body) // a key needs no escaping
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+n.token)
	if body != nil {
		r.ContentLength = size
		r.Header.Set("Content-Type", "application/octet-stream")
	}
	return r, nil
}

// ask sends a request once. Whoever gets an answer closes it; it is a 2xx.
func (n *neighbour) ask(client *http.Client, r *http.Request) (*http.Response, error) {
	a, err := client.Do(r)
	if err != nil {
		if u := (*url.Error)(nil); errors.As(err, &u) {
			err = u.Err // the address is told anyway
		}
		return nil, err
	}
	if a.StatusCode/100 == 2 && a.Header.Get(mark) != "" {
		return a, nil
	}
	return nil, errors.Join(n.refusal(a), a.Body.Close())
}

// refusal makes an answer of the other Plaza ours. Its words are not shown: they
// may be anybody's.
func (n *neighbour) refusal(a *http.Response) error {
	switch {
	case a.Header.Get(mark) == "":
		return errs.Newf(errs.Unavailable, "%s does not keep copies, or something stands before it (HTTP %d). Look at the address, and ask its host.", n, a.StatusCode)
	case a.StatusCode == http.StatusNotFound:
		return fs.ErrNotExist
	case a.StatusCode == http.StatusPreconditionFailed:
		return fs.ErrExist
	case a.StatusCode == http.StatusUnauthorized:
		return errs.Newf(errs.Unavailable, "%s does not know this space or its token. Ask its host for them, and write the token into secret.", n)
	case a.StatusCode == http.StatusInsufficientStorage:
		return errs.Wrap(errs.Limited, fmt.Sprintf("%s is full. Ask its host for more room, or use another place.", n), ErrFull)
	}
	return errs.Newf(errs.Unavailable, "%s answers with HTTP %d. Ask its host to look at the log.", n, a.StatusCode)
}

// retry is ask for what may be done twice; make makes the request anew, or
// returns nil if that cannot be.
func (n *neighbour) retry(make func() (*http.Request, error)) (*http.Response, error) {
	var last error
	for range plazaTries {
		r, err := make()
		if err != nil {
			return nil, err
		}
		if r == nil {
			break
		}
		a, err := n.ask(n.client, r)
		if err == nil {
			return a, nil
		}
		answered := errs.KindOf(err) != errs.Internal || errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist)
		if last = err; answered || r.Context().Err() != nil {
			break
		}
	}
	return nil, last
}

func (n *neighbour) Put(ctx context.Context, key string, data io.Reader, size int64) error {
	if err := errors.Join(CheckKey(key), ctx.Err()); err != nil {
		return err
	}
	e, err := exactly(ctx, key, data, size)
	if err != nil {
		return n.tell("put", key, err)
	}
	send := n.sendLarge
	if size <= small {
		send = n.sendSmall
	}
	a, err := send(ctx, key, e, size)
	if err != nil {
		return n.tell("put", key, err)
	}
	return n.tell("put", key, a.Body.Close())
}

func (n *neighbour) sendSmall(ctx context.Context, key string, e *exact, size int64) (*http.Response, error) {
	all, err := io.ReadAll(e)
	if err != nil {
		return nil, err
	}
	return n.retry(func() (*http.Request, error) {
		return n.request(ctx, http.MethodPut, key, bytes.NewReader(all), size)
	})
}

// sendLarge asks whether an object is welcome before its first byte is read.
func (n *neighbour) sendLarge(ctx context.Context, key string, e *exact, size int64) (*http.Response, error) {
	a, err := n.retry(func() (*http.Request, error) {
		if e.left < size {
			return nil, nil
		}
		r, err := n.request(ctx, http.MethodPut, key, io.NopCloser(e), size)
		if err == nil {
			r.Header.Set("Expect", "100-continue")
		}
		return r, err
	})
	if err != nil && e.err != nil && e.err != io.EOF {
		err = errors.Join(e.err, err)
	}
	return a, err
}

func (n *neighbour) PutNew(ctx context.Context, key string, data []byte) error {
	if err := errors.Join(plainKeys.fresh(key, data), ctx.Err()); err != nil {
		return err
	}
	r, err := n.request(ctx, http.MethodPut, key, bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	r.Header.Set("If-None-Match", "*")
	a, err := n.ask(n.once, r)
	if err != nil {
		return n.tell("put", key, err)
	}
	return n.tell("put", key, a.Body.Close())
}

func (n *neighbour) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := errors.Join(CheckKey(key), ctx.Err()); err != nil {
		return nil, err
	}
	a, err := n.retry(func() (*http.Request, error) { return n.request(ctx, http.MethodGet, key, nil, 0) })
	if err != nil {
		return nil, n.tell("open", key, err)
	}
	if a.ContentLength < 0 {
		return nil, errors.Join(errs.Newf(errs.Unavailable, "%s does not say how long %s is: something stands before it. Ask its host.", n, key), a.Body.Close())
	}
	return a.Body, nil
}

func (n *neighbour) Remove(ctx context.Context, keys ...string) error {
	if err := errors.Join(plainKeys.all(keys), ctx.Err()); err != nil {
		return err
	}
	for _, key := range keys {
		a, err := n.retry(func() (*http.Request, error) { return n.request(ctx, http.MethodDelete, key, nil, 0) })
		if err == nil {
			err = a.Body.Close()
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return n.tell("remove", key, err)
		}
	}
	return nil
}

func (n *neighbour) Each(ctx context.Context, prefix, after string, visit func(Info) error) error {
	if err := errors.Join(plainKeys.prefix(prefix), ctx.Err()); err != nil {
		return err
	}
	for {
		found, more, err := n.page(ctx, prefix, after)
		if err != nil {
			return n.tell("list", prefix, err)
		}
		for _, i := range found {
			if err := errors.Join(visit(i), ctx.Err()); err != nil {
				return err
			}
			after = i.Key
		}
		if !more {
			return nil
		}
	}
}

// page is a part of a list, and whether there is more. It is not believed to be
// in order, or to end.
func (n *neighbour) page(ctx context.Context, prefix, after string) (found []Info, more bool, err error) {
	a, err := n.retry(func() (*http.Request, error) {
		r, err := n.request(ctx, http.MethodGet, "", nil, 0)
		if err == nil {
			r.URL.RawQuery = url.Values{"prefix": {prefix}, "after": {after}}.Encode()
		}
		return r, err
	})
	if err != nil {
		return nil, false, err
	}
	defer a.Body.Close()
	lines := json.NewDecoder(io.LimitReader(a.Body, page*(MaxKey+100)))
	for range page + 1 {
		var l listed
		if err := lines.Decode(&l); err != nil {
			return nil, false, fmt.Errorf("line %d: %w", len(found)+1, errors.Join(io.ErrUnexpectedEOF, err))
		}
		if l.End {
			if l.More && len(found) == 0 {
				break
			}
			return found, l.More, nil
		}
		if CheckKey(l.Key) != nil || !strings.HasPrefix(l.Key, prefix) || l.Key <= after || l.Size < 0 {
			break
		}
		after = l.Key
		found = append(found, Info{l.Key, l.Size, time.UnixMilli(l.At).UTC()})
	}
	return nil, false, errs.Newf(errs.Unavailable, "%s lists its keys in no order. Use another place.", n)
}
