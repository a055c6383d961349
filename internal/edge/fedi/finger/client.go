package finger

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/netsafe"
	"github.com/plaza-social/plaza/internal/social"
)

// Config is what a Client needs to know.
type Config struct {
	Reach netsafe.Options
	Agent string                 // who asks
	Own   func(host string) bool // whether a host is this house, which is not asked
	// PlainHTTP is for tests and closed networks: who does not answer by https is
	// asked by http.
	PlainHTTP bool
}

// Client asks other servers, by https alone but for PlainHTTP. It keeps nothing: whoever uses it
// remembers, and asks no host too often.
type Client struct {
	Config
	http *http.Client
}

// NewClient returns a Client.
func NewClient(c Config) *Client { return &Client{c, netsafe.Client(c.Reach)} }

// A Handle is how people are called across servers: @username@host.
type Handle struct{ Username, Host string }

func (h Handle) String() string { return "@" + h.Username + "@" + h.Host }

// is reports whether two handles are one, in any case.
func (h Handle) is(other Handle) bool {
	return social.UsernameKey(h.Username) == social.UsernameKey(other.Username) && h.Host == other.Host
}

// Found is somebody elsewhere.
type Found struct {
	Actor   string // the address of their ActivityPub actor
	Subject Handle // what they are called, as their own host writes it
}

// maxUsername is how long a name elsewhere may be, in bytes.
const maxUsername = 128

var (
	errHandle   = errs.New(errs.Invalid, "This is not an address of somebody. Write it as @name@example.org.")
	errOurs     = errs.New(errs.Invalid, "This address belongs to this server, so it is not asked for elsewhere.")
	errSubject  = errs.New(errs.Invalid, "The server does not say whose address this is, so nobody can be sure.")
	errNoActor  = errs.New(errs.Invalid, "Who has this address cannot be followed from here: their server does not name an ActivityPub actor.")
	errPassedOn = errs.New(errs.Invalid, "This address stands for another one, and the server of that does not agree.")
	errNotTheir = errs.New(errs.Invalid, "This profile says it has an address that belongs to somebody else.")
)

// Finger asks host where its username is. A host may say that one of its
// addresses stands for another one of its own, or for one of another host; then
// that one is asked, once, and has to say the same: nobody can speak for
// another's people. Errors are NotFound or Gone
// if there is nobody, Invalid if the answer will not do, Forbidden if we may
// not ask, Limited or Unavailable if it may be better later.
func (c *Client) Finger(ctx context.Context, username, host string) (Found, error) {
	asked, err := c.handle(username, host)
	if err != nil {
		return Found{}, err
	}
	f, err := c.ask(ctx, asked)
	if err != nil || f.Subject.Host == asked.Host {
		return f, err
	}
	again, err := c.ask(ctx, f.Subject)
	if err == nil && !again.Subject.is(f.Subject) {
		err = errPassedOn
	}
	if err != nil {
		return Found{}, err
	}
	return again, nil
}

// Confirm returns what somebody is called whose actor says username@host: the
// name that leads back to the actor. An actor that says no host has that of its
// own address. Errors are as Finger's.
func (c *Client) Confirm(ctx context.Context, actor, username, host string) (Handle, error) {
	if u, err := url.Parse(actor); host == "" && err == nil {
		host = u.Host
	}
	f, err := c.Finger(ctx, username, host)
	if err != nil {
		return Handle{}, err
	}
	if f.Actor != actor {
		return Handle{}, errNotTheir
	}
	return f.Subject, nil
}

// handle checks what is to be asked for, before anybody is. A house is called as
// its host is, port and all.
func (c *Client) handle(username, host string) (h Handle, err error) {
	odd := func(r rune) bool { return r <= ' ' || strings.ContainsRune(`@/\:?#%<>"`, r) || r == 0x7f }
	if username == "" || len(username) > maxUsername || username != host && strings.ContainsFunc(username, odd) {
		return h, errHandle
	}
	h.Username = username
	h.Host, err = c.host(host)
	return h, err
}

// host is a host as we call it. A port belongs to closed networks only.
func (c *Client) host(typed string) (string, error) {
	name, port, err := net.SplitHostPort(typed)
	if len(c.Reach.Private) == 0 || err != nil {
		port = "443"
		if name, err = social.CleanHost(typed); err != nil || strings.ContainsAny(typed, "/:@") {
			return "", errHandle
		}
		typed = name
	}
	if c.Own(typed) {
		return "", errOurs
	}
	return typed, netsafe.CheckHost(c.Reach, name, port)
}

// ask asks one host about one of its people.
func (c *Client) ask(ctx context.Context, h Handle) (f Found, err error) {
	query := url.Values{"resource": {"acct:" + h.Username + "@" + h.Host}}
	b, _, err := c.wellKnown(ctx, h.Host, fingerPath+"?"+query.Encode())
	if err != nil {
		return f, err
	}
	d, err := readJRD(b)
	if err != nil {
		return f, err
	}
	scheme, _, _ := strings.Cut(d.Subject, ":")
	name, host, ok := acct(d.Subject)
	if !ok || !strings.EqualFold(scheme, "acct") {
		return f, errSubject
	}
	if f.Subject, err = c.handle(name, host); err != nil {
		return Found{}, err
	}
	if f.Actor = d.actor(c.PlainHTTP); f.Actor == "" {
		return Found{}, errNoActor
	}
	if u, err := url.Parse(f.Actor); err != nil || c.Own(u.Host) {
		return Found{}, errOurs
	}
	return f, nil
}

// wellKnown reads a document at a place that every host has.
func (c *Client) wellKnown(ctx context.Context, host, path string) (b []byte, from string, err error) {
	b, from, err = c.get(ctx, "https://"+host+path)
	if errs.KindOf(err) == errs.Unavailable && c.PlainHTTP {
		return c.get(ctx, "http://"+host+path)
	}
	return b, from, err
}

// get reads a JSON document, and tells whose it is in the end: the well-known
// addresses of a host may lead to another one, by https.
func (c *Client) get(ctx context.Context, address string) (b []byte, from string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, "", errHandle
	}
	r.Header.Set("User-Agent", c.Agent)
	r.Header.Set("Accept", jrdKind+", "+jsonKind)
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, "", explain(err)
	}
	defer resp.Body.Close()
	if err := refused(resp.StatusCode); err != nil {
		return nil, "", err
	}
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil || !slices.Contains([]string{jrdKind, jsonKind}, kind) {
		return nil, "", errs.New(errs.Invalid, "The server answers with something that is not JSON.")
	}
	b, err = netsafe.ReadBody(resp, maxAnswer)
	return b, resp.Request.URL.Host, explain(err)
}

// explain gives what went wrong on the way a sentence, if it has none.
func explain(err error) error {
	if err == nil || errs.KindOf(err) != errs.Internal {
		return err
	}
	var late net.Error
	if errors.As(err, &late) && late.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		return errs.Wrap(errs.Unavailable, "The server takes too long to answer. Try again later.", err)
	}
	return errs.Wrap(errs.Unavailable, "The server does not answer. Try again later.", err)
}

// refused is what a status other than 200 says, or nil.
func refused(code int) error {
	switch code {
	case http.StatusOK:
		return nil
	case http.StatusNotFound, http.StatusBadRequest: // for some, a name they would not give is a wrong question
		return errs.New(errs.NotFound, "There is nobody of that name on that server.")
	case http.StatusGone:
		return errs.New(errs.Gone, "Who had this name on that server is gone.")
	case http.StatusUnauthorized, http.StatusForbidden:
		return errs.New(errs.Forbidden, "That server does not tell us.")
	case http.StatusTooManyRequests:
		return errs.New(errs.Limited, "That server was asked too often. Try again later.")
	}
	return errs.Wrap(errs.Unavailable, "The server cannot answer at the moment. Try again later.", fmt.Errorf("status %d", code))
}
