package moderation_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

func num[ID ~int64](which ID) string { return strconv.FormatInt(int64(which), 10) }

// accesses are what the log says of who was shown what.
func (h *house) accesses() (out []evidence.Accessed) {
	h.Helper()
	_, all := h.log()
	for _, r := range all {
		if strings.Contains(r.Leaf, `"t":"access"`) {
			var a evidence.Accessed
			if r.Body != nil {
				h.must(json.Unmarshal(r.Body, &a))
			}
			out = append(out, a)
		}
	}
	return out
}

func (h *house) wantAccesses(when string, want int) {
	h.Helper()
	if got := h.accesses(); len(got) != want {
		h.Errorf("%s: the log says %d times that somebody was shown something, want %d: %+v", when, len(got), want, got)
	}
}

// Who of the staff is shown a post that not everybody may read is written down, once a
// day for each of them, wherever it is shown.
func TestLooksAtPosts(t *testing.T) {
	each(t, func(h *house) {
		open := h.say(ben, 1001, social.Public)
		h.write(func(tx *store.Tx) error {
			return tx.AddPost(h.ctx, social.Post{ID: 1002, Thread: 1002, Author: ben, Text: "psst", Visibility: social.Direct, Mentions: []social.Mention{{Account: ada}}, At: tx.Now})
		})
		public := h.report(ada, social.Report{Target: ben, Posts: []social.PostID{open}})
		secret := h.report(ada, social.Report{Target: ben, Posts: []social.PostID{1002}})
		look := func(by social.AccountID, which social.CaseID) {
			h.Helper()
			_, err := h.Case(h.ctx, as(by), which)
			h.must(err)
		}
		look(mona, public.Case)
		h.wantAccesses("what everybody may read", 0)
		look(mona, secret.Case)
		look(mona, secret.Case)
		h.wantAccesses("one moderator, twice", 1)
		if a := h.accesses()[0]; a.What != "post" || !strings.HasSuffix(a.Subject, "/1002") || a.Case != num(secret.Case) || a.Why != "the case" || !strings.HasPrefix(a.By, "moderator ") || strings.Contains(a.By, "mona") {
			h.Errorf("it is written down as %+v", a)
		}
		h.open()
		_, err := h.Reports(h.ctx, as(mona), social.ReportQuery{}, social.Page{Limit: 10})
		h.must(err)
		h.wantAccesses("in lists, and with their addresses", 2)
		look(mia, secret.Case)
		h.wantAccesses("another moderator", 3)
		h.clock.Pass(24 * time.Hour)
		look(mona, secret.Case)
		h.wantAccesses("the next day", 4)

		h.must(h.Decide(h.ctx, as(mona), social.Decision{Case: secret.Case, Action: social.HidePost}, false))
		mine, err := h.Record(h.ctx, as(ben), social.Page{Limit: 10})
		h.must(err)
		_, err = h.Appeal(h.ctx, as(ben), mine[0].Decision.ID, "why")
		h.must(err)
		h.wantAccesses("by its author", 4)
		_, err = h.Hearings(h.ctx, as(adam))
		h.must(err)
		h.wantAccesses("with an appeal", 5)

		h.write(func(tx *store.Tx) error {
			p, err := tx.Post(h.ctx, open)
			if err != nil {
				return err
			}
			return tx.RemovePost(h.ctx, p)
		})
		look(mona, public.Case)
		look(mona, public.Case)
		h.wantAccesses("what a post said that is gone", 6)

		h.leave(ben)
		for _, a := range h.accesses() {
			if a.Subject != "" {
				h.Errorf("when he left the log still says %+v", a)
			}
		}
	})
}

// So is who is shown addresses: of one, and of a list, but not their own, and not on
// the command line.
func TestLooksAtAddresses(t *testing.T) {
	each(t, func(h *house) {
		reveal := func(by social.Actor, who social.AccountID) {
			h.Helper()
			for range 2 {
				d, err := h.Reveal(h.ctx, by, who)
				h.must(err)
				if who != zoe && d.User.Email == "" {
					h.Errorf("of %d no address is shown", who)
				}
			}
		}
		reveal(as(mona), zoe)
		reveal(as(mona), mona)
		reveal(social.Console, ben)
		h.wantAccesses("nobody's address but their own", 0)
		reveal(as(mona), ben)
		reveal(as(mona), ada)
		h.wantAccesses("two addresses", 2)
		if a := h.accesses()[0]; a.What != "address" || !strings.Contains(a.Subject, num(ben)) {
			h.Errorf("it is written down as %+v", a)
		}
		for range 2 {
			for _, by := range []social.Actor{as(adam), social.Console} {
				_, err := h.Accounts(h.ctx, by, social.AccountFilter{}, social.Page{Limit: moderation.DefaultPage})
				h.must(err)
			}
		}
		h.wantAccesses("a list of them", 3)
	})
}
