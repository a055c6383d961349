package posts_test

import (
	"context"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

func TestWhoMayReply(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		must(t, s.Write(ctx, func(tx *store.Tx) error { // dora is nobody to ada; ben follows her
			return tx.AddAccount(ctx, social.Account{ID: 4, Username: "dora", Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now})
		}))
		const dora = 4
		for _, tt := range []struct {
			policy social.ReplyPolicy
			text   string
			ben    string // goes, waits or closed
			dora   string
		}{
			{"", "hello", "goes", "goes"},
			{social.ReplyEveryone, "hello", "goes", "goes"},
			{social.ReplyFollowers, "hello", "goes", "closed"},
			{social.ReplyFollowers, "hello @dora", "goes", "goes"},
			{"followers+approval", "hello", "goes", "waits"},
			{social.ReplyFollowing, "hello", "closed", "closed"},
			{social.ReplyMutuals, "hello", "closed", "closed"},
			{"mutuals+approval", "hello", "waits", "waits"},
			{social.ReplyMentioned, "hello @dora", "closed", "goes"},
			{social.ReplyNobody, "hello @dora", "closed", "closed"},
			{social.ReplyApproval, "hello @dora", "waits", "goes"},
		} {
			p, err := svc.Publish(ctx, as(ada), social.Draft{Text: tt.text, Visibility: social.Public, ReplyPolicy: tt.policy})
			must(t, err)
			for who, want := range map[social.AccountID]string{ben: tt.ben, dora: tt.dora, ada: "goes"} {
				re, err := svc.Publish(ctx, as(who), social.Draft{Text: "re", Visibility: social.Public, ReplyTo: p.ID})
				got := "goes"
				if kept, _ := read(t, s, re.ID); err != nil && errs.KindOf(err) == errs.Forbidden {
					got = "closed"
				} else if must(t, err); kept.Held == social.HeldPending && kept.HeldBy == ada {
					got = "waits"
				}
				if got != want {
					t.Errorf("%q, %q: a reply by %d %s, want %s", tt.policy, tt.text, who, got, want)
				}
			}
		}
		if _, err := svc.Publish(ctx, as(ada), social.Draft{Text: "x", Visibility: social.Public, ReplyPolicy: "galaxy"}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("no such policy: %v", err)
		}
	})
}

func TestHeldUntilApproved(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		root, err := svc.Publish(ctx, as(ada), social.Draft{Text: "ask me", Visibility: social.Public, ReplyPolicy: social.ReplyApproval})
		must(t, err)
		re, err := svc.Publish(ctx, as(ben), social.Draft{Text: "one", Visibility: social.Public, ReplyTo: root.ID, Then: []social.Draft{{Text: "two"}}})
		must(t, err)
		sees := func(what string, replies, bens int, want map[social.AccountID]bool) {
			t.Helper()
			for who, may := range want {
				must(t, s.Read(ctx, func(v *store.View) error {
					if _, err := v.VisiblePost(ctx, who, re.ID); (err == nil) != may {
						t.Errorf("%s: seen by %d: %v, want %v", what, who, err, may)
					}
					a, err := v.Account(ctx, ben)
					if p, _ := v.Post(ctx, root.ID); p.Replies != replies || a.Posts != bens {
						t.Errorf("%s: %d replies, %d posts; want %d, %d", what, p.Replies, a.Posts, replies, bens)
					}
					return err
				}))
			}
		}
		const zed = 9
		sees("it waits", 0, 0, map[social.AccountID]bool{ada: true, ben: true, 0: false, zed: false})
		for name, err := range map[string]error{
			"by its author":      onlyErr(svc.Approve(ctx, as(ben), []social.PostID{re.ID})),
			"by somebody":        onlyErr(svc.Approve(ctx, as(cleo), []social.PostID{re.ID})),
			"refused by another": onlyErr(svc.Refuse(ctx, as(cleo), []social.PostID{re.ID})),
			"what nobody holds":  onlyErr(svc.Approve(ctx, as(ada), []social.PostID{root.ID})),
		} {
			if errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s: %v, want NotFound", name, err)
			}
		}
		if err := onlyErr(svc.Approve(ctx, social.Anyone, []social.PostID{re.ID})); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("by nobody: %v", err)
		}
		if n, err := svc.Refuse(ctx, as(ada), []social.PostID{re.ID}); n != 1 || err != nil {
			t.Errorf("refused %d, %v", n, err)
		}
		sees("refused", 0, 0, map[social.AccountID]bool{ada: true, ben: true, 0: false})
		if n, err := svc.Approve(ctx, as(ada), []social.PostID{re.ID, 77}); n != 1 || err != nil {
			t.Errorf("approved %d, %v", n, err)
		}
		sees("approved, with what came under it", 1, 2, map[social.AccountID]bool{ada: true, ben: true, 0: true})
		if n, err := svc.Refuse(ctx, as(ada), []social.PostID{re.ID}); n != 1 || err != nil {
			t.Errorf("refused %d, %v", n, err)
		}
		sees("refused later", 0, 1, map[social.AccountID]bool{ada: true, ben: true, 0: false})
		_, err = svc.Delete(ctx, as(ben), re.ID)
		must(t, err)
		if p, _ := read(t, s, root.ID); p.Replies != 0 {
			t.Errorf("deleted while held: %d replies", p.Replies)
		}
	})
}

func onlyErr(_ int, err error) error { return err }

// Who opened the thread rules all of it, and lets through whom they answer.
func TestTheRootRulesTheThread(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		must(t, s.Write(ctx, func(tx *store.Tx) error {
			return tx.AddAccount(ctx, social.Account{ID: 4, Username: "dora", Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now})
		}))
		const dora = 4
		say := func(by social.AccountID, text string, to social.PostID, want social.HeldState) social.PostID {
			t.Helper()
			p, err := svc.Publish(ctx, as(by), social.Draft{Text: text, Visibility: social.Public, ReplyTo: to})
			must(t, err)
			if got, _ := read(t, s, p.ID); got.Held != want {
				t.Errorf("%q is held %q, want %q", text, got.Held, want)
			}
			return p.ID
		}
		root, err := svc.Publish(ctx, as(ada), social.Draft{Text: "ask me", Visibility: social.Public, ReplyPolicy: social.ReplyApproval})
		must(t, err)
		bens := say(ben, "first", root.ID, social.HeldPending)
		mine := say(ada, "@ben yes", bens, social.HeldNot)
		if p, _ := read(t, s, bens); p.Held != social.HeldNot {
			t.Error("what ada has answered still waits")
		}
		say(ben, "thanks", mine, social.HeldNot)
		say(dora, "me too", bens, social.HeldPending)
		direct, err := svc.Publish(ctx, as(dora), social.Draft{Text: "@ada", Visibility: social.Direct, ReplyTo: root.ID})
		must(t, err)
		if got, _ := read(t, s, direct.ID); got.Held != social.HeldNot {
			t.Error("a message is held like a reply")
		}
	})
}

// What comes from elsewhere is held by the same rules, also if it came before what
// it answers, and what is closed is kept for the owner to see.
func TestHeldFromAfar(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		for policy, want := range map[social.ReplyPolicy]social.HeldState{social.ReplyApproval: social.HeldPending, social.ReplyNobody: social.HeldRefused, "": social.HeldNot} {
			root, err := svc.Publish(ctx, as(ada), social.Draft{Text: "hello", Visibility: social.Public, ReplyPolicy: policy})
			must(t, err)
			f := note("to-" + string(policy))
			f.ReplyTo = base.PostURI(root.ID)
			got, _ := read(t, s, receive(t, svc, zoe, f).ID)
			if got.Held != want || got.ReplyTo != root.ID {
				t.Errorf("%q: held %q beneath %d, want %q", policy, got.Held, got.ReplyTo, want)
			}
			if p, _ := read(t, s, root.ID); (p.Replies == 1) != (want == social.HeldNot) {
				t.Errorf("%q: %d replies", policy, p.Replies)
			}
		}
	})
}
