package fetch

import (
	"context"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/accounts"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/edge/fedi/sign"
	"github.com/plaza-social/plaza/internal/social"
)

// A Finger asks by WebFinger.
type Finger interface {
	// Find is the address of the actor that a host has for a name.
	Find(ctx context.Context, username, host string) (actor string, err error)
	// Confirm is what somebody is called whose actor says username, and perhaps
	// host: the name that leads back to the actor.
	Confirm(ctx context.Context, actor, username, host string) (name, at string, err error)
}

// A Resolver brings into the core what is at addresses.
type Resolver struct {
	*Fetcher
	Finger   Finger
	Accounts *accounts.Service
	Posts    *posts.Service
	Limits   Limits
}

// fresh is how long what is known of an account will do.
const fresh = 24 * time.Hour

// A person is an account, ours or a remote one, and how it is reached.
type person struct {
	social.Account
	social.Contact
}

// Actor is the account at an ActivityPub id, as it was known in the last day,
// or with anew as its server says now. Errors are as Document's.
func (r *Resolver) Actor(ctx context.Context, uri string, anew bool) (social.Account, error) {
	p, err := r.person(budgeted(ctx), uri, anew)
	return p.Account, err
}

func (r *Resolver) person(ctx context.Context, uri string, anew bool) (p person, err error) {
	if uri, err = r.Rules.Clean(uri); err != nil {
		return p, err
	}
	known, err := r.known(ctx, uri)
	there := err == nil
	if err != nil && errs.KindOf(err) != errs.NotFound || r.Own(as2.Host(uri)) {
		return known, err
	}
	if there && !anew && r.Clock().Sub(known.FetchedAt) < fresh {
		return known, r.welcome(ctx, known.Account)
	}
	d, err := r.Document(ctx, uri)
	if err == nil && d.ID() != uri && there {
		err = errNotThere // who was known does not become another
	}
	if err == nil {
		p, _, err = r.meet(ctx, d)
	}
	if k := errs.KindOf(err); err != nil && there && !anew && (k == errs.Unavailable || k == errs.Limited) {
		return known, r.welcome(ctx, known.Account) // better old than none
	}
	return p, err
}

func (r *Resolver) known(ctx context.Context, uri string) (p person, err error) {
	p.Account, p.Contact, err = r.Accounts.Known(ctx, uri)
	return p, err
}

// welcome refuses whom nothing is taken from.
func (r *Resolver) welcome(ctx context.Context, a social.Account) error {
	if a.Local() {
		return nil
	}
	for _, host := range []string{a.Host, as2.Host(a.URI)} {
		if no, err := r.Refused(ctx, host); err != nil {
			return err
		} else if no {
			return errRefused
		}
	}
	if a.Standing == social.Suspended {
		return errRefused
	}
	return nil
}

// meet brings in the account that a document from its own server is about.
func (r *Resolver) meet(ctx context.Context, d as2.Doc) (p person, keys []social.PublicKey, err error) {
	a, err := d.Actor()
	if err != nil {
		return p, nil, err
	}
	if !as2.SameOrigin(a.Inbox, a.ID) {
		return p, nil, errs.New(errs.Invalid, "The inbox of this actor is on another server.")
	}
	known, err := r.known(ctx, a.ID)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return p, nil, err
	}
	s := stranger(a, r.Clock())
	if s.Account.Username, s.Account.Host, err = r.called(ctx, a, known.Account); err != nil {
		return p, nil, err
	}
	s.Account.Standing = social.Good
	if err := r.welcome(ctx, s.Account); err != nil {
		return p, nil, err
	}
	p.Contact = s.Contact
	if p.Account, err = r.Accounts.Meet(ctx, s); err != nil {
		return p, nil, err
	}
	return p, s.Keys, r.welcome(ctx, p.Account)
}

// called is the name of an actor: its host must lead from it to the actor. A
// name that was confirmed stays confirmed while the actor says the same.
func (r *Resolver) called(ctx context.Context, a as2.Actor, known social.Account) (name, host string, err error) {
	name = a.Username
	if n, h, ok := strings.Cut(strings.TrimPrefix(a.Handle, "@"), "@"); ok {
		name, host = n, h
	}
	if known.Host != "" && name == known.Username && (host == "" || host == known.Host) {
		return known.Username, known.Host, nil
	}
	for range 2 { // one name may stand for another
		if err := spend(ctx); err != nil {
			return "", "", err
		}
	}
	at := host
	if at == "" {
		at = as2.Host(a.ID)
	}
	name, host, err = r.Finger.Confirm(ctx, a.ID, name, at)
	if errs.KindOf(err) == errs.NotFound && err != nil && a.Type == "Application" && as2.Host(a.ID) == at {
		// Some hosts do not name what they sign with themselves.
		return a.Username, at, nil
	}
	return name, host, err
}

var kinds = map[string]social.AccountKind{"Service": social.Bot, "Application": social.Service, "Group": social.Group}

// stranger is what an actor says of itself, but for what it is called.
func stranger(a as2.Actor, now time.Time) social.Stranger {
	kind := kinds[a.Type]
	if kind == "" {
		kind = social.Person
	}
	s := social.Stranger{MovedTo: a.MovedTo, Emojis: emojis(a.Tags), Account: social.Account{
		URI: a.ID, Page: own(a.URL, a.ID), Kind: kind, DisplayName: a.Name, Bio: a.Bio,
		Avatar: a.Icon.URL, AvatarAlt: a.Icon.Description, Header: a.Image.URL, HeaderAlt: a.Image.Description,
		Locked: a.Locked, Discoverable: a.Discoverable, Indexable: a.Indexable, CreatedAt: a.Published, Aliases: a.AlsoKnownAs,
		Wishes: social.Wishes{Credits: a.Domains},
	}}
	for _, f := range a.Fields {
		s.Account.Fields = append(s.Account.Fields, social.Field{Name: f.Name, Value: f.Value})
	}
	s.Contact = social.Contact{Inbox: a.Inbox, SharedInbox: own(a.SharedInbox, a.ID), Outbox: own(a.Outbox, a.ID), Followers: own(a.Followers, a.ID),
		Following: own(a.Following, a.ID), Featured: own(a.Featured, a.ID), FeaturedTags: own(a.FeaturedTags, a.ID), FetchedAt: now}
	s.Keys = keysOf(a, now)
	return s
}

// own is an address if it is at the server of its owner: what is said of
// another's is not believed.
func own(address, owner string) string {
	if !as2.SameOrigin(address, owner) {
		return ""
	}
	return address
}

// keysOf are the keys that an actor says are its own.
func keysOf(a as2.Actor, now time.Time) (out []social.PublicKey) {
	for _, k := range a.Keys {
		if k.Owner != a.ID || !as2.SameOrigin(k.ID, a.ID) {
			continue
		}
		if key, ok := publicKey(k); ok {
			key.FetchedAt = now
			out = append(out, key)
		}
	}
	return out
}

func publicKey(k as2.Key) (social.PublicKey, bool) {
	var public any
	var err error
	if k.PEM != "" {
		public, err = sign.ParsePEM(k.PEM)
	} else {
		public, err = sign.ParseMultikey(k.Multibase)
	}
	if err != nil {
		return social.PublicKey{}, false
	}
	kind := social.RSA
	switch public.(type) {
	case ed25519.PublicKey:
		kind = social.Ed25519
	case *rsa.PublicKey:
	default:
		return social.PublicKey{}, false
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	return social.PublicKey{ID: k.ID, Kind: kind, DER: der}, err == nil
}

func emojis(tags []as2.Tag) (out []social.ForeignEmoji) {
	for _, t := range tags {
		if t.Type != "Emoji" {
			continue
		}
		changed, _ := time.Parse(time.RFC3339, t.Updated) // which it is told by, if at all
		out = append(out, social.ForeignEmoji{Shortcode: strings.Trim(t.Name, ":"), URI: t.ID, Image: t.Icon, ChangedAt: changed})
	}
	return out
}
