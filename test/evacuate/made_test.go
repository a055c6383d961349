package evacuate

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/url"
	"slices"
	"testing"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/edge/fedi/sign"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A resident is somebody of a house, as others know them.
type resident struct {
	social.Account
	key pair
}

// A pair is what somebody signs with. It takes long to make one, so that many
// have the same; nobody looks at that.
type pair struct {
	own    []social.OwnKey
	public []byte
}

const pairs = 8

func makePairs(t *testing.T) (all []pair) {
	t.Helper()
	for range pairs {
		rsa, err := sign.GenerateRSA()
		if err != nil {
			t.Fatal(err)
		}
		ed, err := sign.GenerateEd25519()
		if err != nil {
			t.Fatal(err)
		}
		var p pair
		for kind, k := range map[social.KeyKind]any{social.RSA: rsa, social.Ed25519: ed} {
			der, err := x509.MarshalPKCS8PrivateKey(k)
			if err != nil {
				t.Fatal(err)
			}
			p.own = append(p.own, social.OwnKey{Kind: kind, PKCS8: der})
		}
		if p.public, err = x509.MarshalPKIXPublicKey(rsa.Public()); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// open opens the data of a server that does not run.
func (s *server) open() *store.Store {
	s.Helper()
	at := s.db
	if at == "" {
		at = s.data + "/plaza.db"
	}
	st, err := store.Open(s.Context(), store.Options{URL: at, Clock: clock.System})
	if err != nil {
		s.Fatal(err)
	}
	return st
}

// batches writes many things, some at a time.
func batches[T any](t *testing.T, s *store.Store, all []T, do func(ctx context.Context, tx *store.Tx, one T) error) {
	t.Helper()
	for some := range slices.Chunk(all, 250) {
		if err := s.Write(t.Context(), func(tx *store.Tx) error {
			for _, one := range some {
				if err := do(t.Context(), tx, one); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// settle has people live in a house: name0, name1, … Every tenth wants to be asked
// by who follows them.
func (s *server) settle(st *store.Store, name string, n int, keys []pair) (all []resident) {
	s.Helper()
	for i := range n {
		all = append(all, resident{social.Account{ID: social.AccountID(id.New(st.Now())), Username: fmt.Sprintf("%s%d", name, i), Kind: social.Person,
			Standing: social.Good, CreatedAt: st.Now(), ChangedAt: st.Now(), Locked: i%10 == 9}, keys[i%len(keys)]})
	}
	batches(s.T, st, all, func(ctx context.Context, tx *store.Tx, r resident) error {
		if err := tx.AddAccount(ctx, r.Account); err != nil {
			return err
		}
		if err := tx.AddUser(ctx, social.User{Account: r.ID, Email: r.Username + "@mail.example", Role: social.Member, Confirmed: true, Approved: true, CreatedAt: tx.Now}); err != nil {
			return err
		}
		for _, k := range r.key.own {
			k.Account, k.MadeAt = r.ID, tx.Now
			if err := tx.AddOwnKey(ctx, k); err != nil {
				return err
			}
		}
		return nil
	})
	return all
}

// know has a house know people of another, and what they sign with, and returns
// what they are there.
func know(t *testing.T, st *store.Store, home string, people []resident) map[social.AccountID]social.AccountID {
	t.Helper()
	base, out := view.Base(home), map[social.AccountID]social.AccountID{}
	u, err := url.Parse(home)
	if err != nil {
		t.Fatal(err)
	}
	batches(t, st, people, func(ctx context.Context, tx *store.Tx, r resident) error {
		uri := base.ActorURI(r.ID)
		a := social.Account{ID: social.AccountID(id.New(tx.Now)), URI: uri, Username: r.Username, Host: u.Host, Kind: social.Person, Standing: social.Good,
			CreatedAt: tx.Now, ChangedAt: tx.Now, Page: base.PageURL(r.Username), Locked: r.Locked}
		if err := tx.AddAccount(ctx, a); err != nil {
			return err
		}
		out[r.ID] = a.ID
		if err := tx.SetContact(ctx, social.Contact{Account: a.ID, Inbox: uri + "/inbox", SharedInbox: base.InboxURI(), Followers: uri + "/followers", FetchedAt: tx.Now}); err != nil {
			return err
		}
		return tx.SetPublicKeys(ctx, a.ID, []social.PublicKey{{ID: uri + "#main-key", Account: a.ID, Kind: social.RSA, DER: r.key.public, FetchedAt: tx.Now}})
	})
	return out
}

// An edge is that one follows the other.
type edge struct{ owner, target social.AccountID }

func follow(t *testing.T, st *store.Store, all []edge) {
	t.Helper()
	batches(t, st, all, func(ctx context.Context, tx *store.Tx, e edge) error {
		if err := tx.AddFollow(ctx, social.Follow{Owner: e.owner, Target: e.target, Boosts: true}, true); err != nil {
			return err
		}
		return tx.CountFollow(ctx, e.owner, e.target, 1)
	})
}

// tokens are what apps have for some of the people.
func tokens(t *testing.T, st *store.Store, people ...resident) (out []string) {
	t.Helper()
	a := auth.New(st, auth.Config{})
	for _, p := range people {
		token, err := a.TokenFor(t.Context(), p.ID, social.ParseScopes("read write follow push"))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, token)
	}
	return out
}
