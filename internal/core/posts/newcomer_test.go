package posts_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// Who is new does not pester strangers: with links, or many at once.
func TestNewcomers(t *testing.T) {
	timed(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(s.Write(ctx, func(tx *store.Tx) error {
			for i := range 5 {
				if err := tx.AddAccount(ctx, social.Account{ID: social.AccountID(500 + i), Username: fmt.Sprint("x", i), Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}); err != nil {
					return err
				}
			}
			for who, role := range map[social.AccountID]social.Role{ada: social.Member, ben: social.Moderator} {
				if err := tx.AddUser(ctx, social.User{Account: who, Email: fmt.Sprint(who, "@x.example"), Role: role, Confirmed: true, Approved: true, CreatedAt: tx.Now}); err != nil {
					return err
				}
			}
			return nil
		}))
		say := func(who social.AccountID, text string, to social.PostID) (social.Post, error) {
			c.Pass(time.Millisecond)
			return svc.Publish(ctx, as(who), social.Draft{Text: text, Visibility: social.Public, ReplyTo: to})
		}
		want := func(what string, err error, ok bool) {
			t.Helper()
			if ok && err != nil || !ok && errs.KindOf(err) != errs.Forbidden {
				t.Errorf("%s: %v, may be said: %v", what, err, ok)
			}
		}
		const link, all = " https://shop.example/", "@x0 @x1 @x2 @x3"
		_, err := say(ada, "a link to nobody"+link, 0)
		want("a link to nobody", err, true)
		p, err := say(ada, "@x0 @x1 @x2 hello", 0)
		want("three strangers", err, true)
		_, err = svc.Edit(ctx, as(ada), p.ID, social.Draft{Text: "@x0" + link})
		want("edited to have a link", err, false)
		_, err = say(ada, all, 0)
		want("four strangers", err, false)
		_, err = say(ada, "@x0"+link, 0)
		want("a link to a stranger", err, false)
		_, err = say(ben, all+link, 0)
		want("a moderator", err, true)
		asked, err := say(social.AccountID(500), "@"+nameOf(t, s, ada)+" where is that?", 0)
		must(err)
		_, err = say(ada, "@x0 there:"+link, asked.ID)
		want("an answer with a link", err, true)
		for range social.ProbationPosts - 4 { // three were said
			_, err = say(ada, "another", 0)
			must(err)
		}
		c.Pass(social.ProbationAge)
		_, err = say(ada, all+link, 0)
		want("after a day, with nine posts", err, false)
		_, err = say(ada, "the tenth", 0)
		must(err)
		_, err = say(ada, all+link, 0)
		want("after a day and ten posts", err, true)
	})
}

func nameOf(t *testing.T, s *store.Store, who social.AccountID) (name string) {
	t.Helper()
	if err := s.Read(t.Context(), func(v *store.View) error {
		a, err := v.Account(t.Context(), who)
		name = a.Username
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return name
}
