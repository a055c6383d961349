package inbox_test

import (
	"context"
	"crypto"
	"fmt"
	"net/http"
	"os"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/edge/fedi/sign"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

type m = fedtest.M

const base = "https://plaza.example"

// A house is a server that strangers send to, with ben in it. Ada is of
// far.example.
type house struct {
	*apptest.Server
	world   *fedtest.World
	t       *testing.T
	at      fedtest.Target
	ben     *apptest.Person
	ada     *fedtest.Actor
	witness *storetest.Witness
}

func named(c *conf.Config) { c.URL, c.HandleHost = base, "plaza.example" }

func open(t *testing.T, options ...apptest.Option) *house {
	t.Helper()
	h := &house{world: fedtest.New(t), t: t}
	h.Server = apptest.StartReaching(t, h.world.Outward(), append([]apptest.Option{named}, options...)...)
	h.at = fedtest.Target{Base: base, Listens: h.URL}
	h.houseKey()
	h.ben = h.Join("ben", social.Member)
	h.ada = h.world.Host("far.example").Actor("ada")
	if h.Config.DB == "" {
		h.witness = storetest.NewWitness(t, h.Config.Database())
	}
	return h
}

// each runs fn against a house on every engine at hand.
func each(t *testing.T, fn func(t *testing.T, h *house)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); fn(t, open(t)) })
	if url := os.Getenv("PLAZA_TEST_POSTGRES"); url != "" {
		t.Run("postgres", func(t *testing.T) {
			t.Parallel()
			fn(t, open(t, func(c *conf.Config) { c.DB = storetest.Database(t, url) }))
		})
	}
}

// houseKey spares each house the time that making a key takes.
func (h *house) houseKey() {
	h.t.Helper()
	ed, err := sign.GenerateEd25519()
	h.must(err)
	h.write(func(ctx context.Context, tx *store.Tx) error {
		for kind, key := range map[social.KeyKind]crypto.Signer{social.RSA: fedtest.NewKey(h.t), social.Ed25519: ed} {
			der, err := sign.MarshalPrivate(key)
			if err != nil {
				return err
			}
			if err := tx.AddOwnKey(ctx, social.OwnKey{Kind: kind, PKCS8: der, MadeAt: tx.Now}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) write(do func(ctx context.Context, tx *store.Tx) error) {
	h.t.Helper()
	h.must(h.Store.Write(h.t.Context(), func(tx *store.Tx) error { return do(h.t.Context(), tx) }))
}

func (h *house) read(look func(ctx context.Context, v *store.View) error) {
	h.t.Helper()
	h.must(h.Store.Read(h.t.Context(), func(v *store.View) error { return look(h.t.Context(), v) }))
}

// uri is the ActivityPub id of one of ours.
func uri(p *apptest.Person) string { return view.Base(base).ActorURI(p.ID) }

// post is the id of what somebody of ours says, and its address.
func (h *house) post(p *apptest.Person, text, visibility string) (social.PostID, string) {
	h.t.Helper()
	which := h.number(p.Post(text, visibility).ID)
	return which, view.Base(base).PostURI(which)
}

func (h *house) number(id string) (which social.PostID) {
	h.t.Helper()
	_, err := fmt.Sscan(id, &which)
	h.must(err)
	return which
}

// send has an actor send something that is taken, and waits until it was
// applied.
func (h *house) send(by *fedtest.Actor, activity any) {
	h.t.Helper()
	if got := by.Send(h.at, activity); got != http.StatusAccepted {
		h.t.Fatalf("%v: status %d, want 202", activity, got)
	}
	h.settle()
}

// settle waits until all that arrived was applied, or put off.
func (h *house) settle() {
	h.t.Helper()
	h.Eventually("what arrived to be applied", func() bool {
		n := -1
		h.read(func(ctx context.Context, v *store.View) (err error) {
			stats, err := v.JobStats(ctx)
			n = 0
			for _, s := range stats {
				if s.Kind == "inbox" || s.Kind == "relayed" {
					n += s.Waiting
				}
			}
			return err
		})
		return n == 0
	})
}

// account is the row of somebody by their address; without an id if there is
// none.
func (h *house) account(uri string) (a social.Account) {
	h.t.Helper()
	h.read(func(ctx context.Context, v *store.View) (err error) {
		if a, err = v.AccountByURI(ctx, uri); errs.KindOf(err) == errs.NotFound {
			err = nil
		}
		return err
	})
	return a
}

// found is a remote post by its address; without an id if there is none.
func (h *house) found(uri string) (p social.Post) {
	h.t.Helper()
	h.read(func(ctx context.Context, v *store.View) error {
		which, err := v.PostByURI(ctx, uri)
		if err == nil {
			p, err = v.Post(ctx, which)
		}
		if errs.KindOf(err) == errs.NotFound {
			err = nil
		}
		return err
	})
	return p
}

// local is a post of ours as it is now.
func (h *house) local(which social.PostID) (p social.Post) {
	h.t.Helper()
	h.read(func(ctx context.Context, v *store.View) (err error) {
		p, err = v.Post(ctx, which)
		return err
	})
	return p
}

func (h *house) relation(of, to social.AccountID) (r social.Relation) {
	h.t.Helper()
	h.read(func(ctx context.Context, v *store.View) (err error) {
		r, err = v.Relation(ctx, of, to)
		return err
	})
	return r
}

// befriend has one of ours follow a remote actor, who agrees.
func (h *house) befriend(p *apptest.Person, a *fedtest.Actor) social.AccountID {
	h.t.Helper()
	who := h.meet(a)
	h.must(h.Relations.Follow(h.t.Context(), p.Actor(), social.Follow{Target: who, Boosts: true}))
	h.send(a, a.Does("Accept", h.followBy(p, a, who), nil))
	if !h.relation(p.ID, who).Follows {
		h.t.Fatalf("%s was accepted by %s and does not follow", p.Name, a.ID)
	}
	return who
}

// followBy is the Follow that one of ours sent.
func (h *house) followBy(p *apptest.Person, a *fedtest.Actor, who social.AccountID) m {
	return m{"id": view.Base(base).FollowURI(p.ID, who, 1), "type": "Follow", "actor": uri(p), "object": a.ID}
}

// meet has a remote actor be known here.
func (h *house) meet(a *fedtest.Actor) social.AccountID {
	h.t.Helper()
	if known := h.account(a.ID); known.ID != 0 {
		return known.ID
	}
	h.send(a, a.Does("Dislike", base+"/ap/posts/1", nil)) // of no effect, but who signs gets known
	who := h.account(a.ID).ID
	if who == 0 {
		h.t.Fatalf("%s signed and is not known", a.ID)
	}
	return who
}

// unchanged fails if something is there now that was not before, or the other
// way round.
func (h *house) unchanged(what string, before map[string]string) {
	h.t.Helper()
	for table, now := range h.witness.State() {
		if now != before[table] {
			h.t.Errorf("%s: table %s had %s, has %s", what, table, before[table], now)
		}
	}
}
