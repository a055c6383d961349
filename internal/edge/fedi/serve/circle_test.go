package serve_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// enlist makes a list of somebody's with those on it.
func (h *house) enlist(owner *apptest.Person, id social.ListID, all ...social.AccountID) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *store.Tx) error {
		if err := tx.AddList(ctx, social.List{ID: id, Owner: owner.ID, Title: "Kin", Replies: social.RepliesList}); err != nil {
			return err
		}
		for _, who := range all {
			if _, err := tx.AddMember(ctx, id, who); err != nil {
				return err
			}
		}
		return nil
	})
}

// called are those whom a note mentions as a server reads it that lets in whoever it
// mentions.
func called(n as2.Note) (out []string) {
	for _, t := range n.Tags {
		if t.Type == "Mention" {
			out = append(out, t.Href)
		}
	}
	return out
}

// TestCopiesOfACircle reads what each member of a circle elsewhere is sent: nobody else
// is named in it, also not whom the post mentions, whose server would show it to them.
func TestCopiesOfACircle(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		h := open(t, s)
		ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
		zoe, xi, yan := h.meet("zoe", "far.example"), h.meet("xi", "other.example"), h.meet("yan", "far.example")
		h.must(s.Relations.Follow(t.Context(), yan.actor, social.Follow{Target: ada.ID}))
		h.enlist(ada, 1, zoe.ID, xi.ID, ben.ID)
		p := h.publish(ada, social.Draft{Text: "Hush @zoe@far.example @yan@far.example @ben", Visibility: social.Circle, Circle: 1})
		edited := func() (federation.Said, error) { return h.speaker.Edited(t.Context(), p.ID) }
		for what, say := range map[string]func() (federation.Said, error){"Create": func() (federation.Said, error) { return h.speaker.Created(t.Context(), p.ID) }, "Update": edited} {
			told, err := say()
			if err != nil || len(told.Body) != 0 || len(told.To) != 0 || told.Followers || told.Public || len(told.Apart) != 2 {
				t.Fatalf("%s: %v, %+v", what, err, told)
			}
			for _, one := range told.Apart {
				to := map[social.AccountID]*stranger{zoe.ID: zoe, xi.ID: xi}[one.To[0]]
				a, err := h.parse(one.Body).Activity()
				if err != nil || to == nil || !one.Alone || one.Followers || one.Public || !slices.Equal(a.To, []string{to.URI}) || len(a.Cc) != 0 {
					t.Fatalf("%s: %v, %+v of %+v", what, err, a, one)
				}
				n, err := a.Object.Note()
				want := []string(nil)
				if to == zoe {
					want = []string{zoe.URI}
				}
				if err != nil || n.Scope != as2.ScopeCircle || !slices.Equal(n.To, []string{to.URI}) || len(n.Cc) != 0 || !slices.Equal(called(n), want) {
					t.Errorf("%s to %s: %v, scope %q, to %q, cc %q, mentions %q; want %q", what, to.Username, err, n.Scope, n.To, n.Cc, called(n), want)
				}
				if !strings.Contains(string(one.Body), `"limitedScope":"kmyblue:limitedScope"`) {
					t.Errorf("%s to %s does not say what limitedScope is", what, to.Username)
				}
			}
		}
		for _, path := range []string{postPath(p), postPath(p) + "/activity"} {
			for _, reader := range []*stranger{zoe, xi} {
				doc := h.read(path, reader)
				n, err := doc.Note()
				if strings.HasSuffix(path, "/activity") {
					a, wrong := doc.Activity()
					h.must(wrong)
					n, err = a.Object.Note()
				}
				if err != nil || !slices.Equal(n.To, []string{reader.URI}) || slices.Contains(called(n), yan.URI) || reader == xi && len(called(n)) > 0 {
					t.Errorf("%s, fetched by %s: %v, to %q, mentions %q", path, reader.Username, err, n.To, called(n))
				}
			}
			for _, reader := range []*stranger{yan, nil} {
				if a := h.get(path, reader); a.Status != 404 {
					t.Errorf("%s for who is not on the list: %d", path, a.Status)
				}
			}
		}
		h.must(s.Relations.Block(t.Context(), ben.Actor(), zoe.ID))
		reply := h.publish(ben, social.Draft{Text: "Yes", ReplyTo: p.ID})
		if told, err := h.speaker.Created(t.Context(), reply.ID); err != nil || len(told.Apart) != 1 || told.Apart[0].To[0] != xi.ID {
			t.Errorf("an answer by somebody who blocks zoe is told to %+v, %v", told.Apart, err)
		}
		h.write(func(ctx context.Context, tx *store.Tx) error { return tx.EndMember(ctx, 1, zoe.ID) })
		if a := h.get(postPath(p), zoe); a.Status != 404 {
			t.Errorf("who was taken off the list fetches it: %d", a.Status)
		}
		if told, err := edited(); err != nil || len(told.Apart) != 1 || told.Apart[0].To[0] != xi.ID {
			t.Errorf("a change is told to %+v, %v", told.Apart, err)
		}
		gone, err := h.speaker.Deleted(t.Context(), federation.Left{Post: p.ID, Author: ada.ID, Visibility: social.Circle, Audience: p.Audience, Mentions: []social.AccountID{yan.ID}})
		if err != nil || len(gone.Apart) != 2 {
			t.Errorf("that it is gone is told to %+v, %v", gone.Apart, err)
		}
		for _, one := range gone.Apart {
			if one.To[0] == yan.ID || strings.Contains(string(one.Body), "yan") {
				t.Errorf("that it is gone names yan: %s", one.Body)
			}
		}
	})
}

// TestRevokedReplyOfFew: that a reply may not stand there any more is told to all whom
// it could be shown to, and of one for a few to who wrote it alone.
func TestRevokedReplyOfFew(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		h := open(t, s)
		ada, zoe := s.Join("ada", social.Member), h.meet("zoe", "far.example")
		p := h.publish(ada, social.Draft{Text: "Well?"})
		for v, wide := range map[social.Visibility]bool{social.Public: true, social.Followers: false} {
			reply := h.received(zoe, social.Post{HTML: "<p>So</p>", Visibility: v, ReplyTo: p.ID, ReplyAuthor: ada.ID, Thread: p.ID})
			h.write(func(ctx context.Context, tx *store.Tx) error {
				return tx.SetHolding(ctx, social.Holding{Post: reply.ID, Owner: ada.ID, Root: p.ID, Parent: p.ID, Author: zoe.ID, State: social.HeldHidden, At: tx.Now})
			})
			told, err := h.speaker.ReplyRevoked(t.Context(), reply.ID)
			if err != nil || told.Public != wide || told.Followers != wide || !slices.Equal(told.To, []social.AccountID{zoe.ID}) || strings.Contains(string(told.Body), as2.Public) != wide {
				t.Errorf("of a reply that is %s: %v, %+v, %s", v, err, told, told.Body)
			}
		}
	})
}
