package notices_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

// wants changes a person's policy.
func (h *house) wants(who social.AccountID, change func(*social.NoticePolicy)) {
	h.Helper()
	h.must(h.notices.SetPolicy(h.ctx, as(who), change))
}

// asking checks who has notices kept apart, the last first.
func (h *house) asking(when string, who social.AccountID, want ...string) []notices.Request {
	h.Helper()
	h.catchUp()
	s, err := h.notices.Requests(h.ctx, as(who), social.Page{Limit: 40})
	h.must(err)
	var got []string
	for _, r := range s.Items {
		line := fmt.Sprintf("%s %d", r.From.Username, r.Count)
		if r.Post != nil {
			line += ": " + r.Post.Text
		}
		got = append(got, line)
	}
	if !slices.Equal(got, want) {
		h.Errorf("%s: asking are %q, want %q", when, got, want)
	}
	return s.Items
}

func TestRequests(t *testing.T) {
	each(t, func(h *house) {
		h.wants(ada, func(p *social.NoticePolicy) { p.NotFollowing = social.NoticeHeld })
		h.follow(ada, cleo)
		p := h.say(ada, social.Draft{Text: "p"})
		h.mark(ben, p, social.Liked, true)
		h.say(ben, social.Draft{Text: "@ada hi"})
		h.mark(cleo, p, social.Liked, true)
		h.boost(lo, p)
		h.told("whom she follows", ada, "like by cleo: p")
		h.inGroups("in groups", ada, "like 1: cleo")
		if got, _ := h.list(ada, social.NoticeFilter{Filtered: true}, social.Page{Limit: 40}); len(got) != 4 {
			t.Errorf("all of it is %q", got)
		}
		rs := h.asking("two", ada, "lo 1: p", "ben 2: @ada hi")
		if p, err := h.notices.Policy(h.ctx, as(ada)); err != nil || p.Accounts != 2 || p.Notices != 3 || p.NotFollowing != social.NoticeHeld {
			t.Errorf("the policy is %+v, %v", p, err)
		}
		for name, err := range map[string]error{
			"accept":  h.notices.Accept(h.ctx, as(cleo), []social.NoticeRequestID{rs[0].ID}),
			"refuse":  h.notices.Refuse(h.ctx, as(cleo), []social.NoticeRequestID{rs[0].ID}),
			"unknown": h.notices.Accept(h.ctx, as(ada), []social.NoticeRequestID{7}),
			"look":    last(h.notices.Request(h.ctx, as(cleo), rs[0].ID)),
		} {
			if errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s somebody else's: %v, want NotFound", name, err)
			}
		}
		h.must(h.notices.Refuse(h.ctx, as(ada), []social.NoticeRequestID{rs[0].ID}))
		h.asking("one refused", ada, "ben 2: @ada hi")
		if r, err := h.notices.Request(h.ctx, as(ada), rs[1].ID); err != nil || r.Count != 2 || r.From.ID != ben {
			t.Errorf("by its id: %+v, %v", r, err)
		}
		h.must(h.notices.Accept(h.ctx, as(ada), []social.NoticeRequestID{rs[1].ID}))
		h.asking("one accepted", ada)
		h.told("and told", ada, "like by cleo: p", "mention by ben: @ada hi", "like by ben: p")
		h.say(ben, social.Draft{Text: "@ada more"})
		h.say(lo, social.Draft{Text: "@ada again"})
		h.told("from then on", ada, "mention by ben: @ada more", "like by cleo: p", "mention by ben: @ada hi", "like by ben: p")
		h.asking("who was refused asks anew", ada, "lo 1: @ada again")
		h.must(h.rel.Block(h.ctx, as(ada), lo))
		h.asking("and is blocked", ada)
	})
}

func last[T any](_ T, err error) error { return err }

// Nothing that is kept apart is streamed or pushed, and those who listen learn
// of what was let in.
func TestHeldIsNotMade(t *testing.T) {
	each(t, func(h *house) {
		var made, merged int
		watch := work.Follower{Name: "test", Follow: func(_ context.Context, _ *store.Tx, r event.Record) error {
			switch r.Fact.(type) {
			case event.NoticeMade:
				made++
			case event.NoticesMerged:
				merged++
			}
			return nil
		}}
		h.say(ben, social.Draft{Text: "@ada psst", Visibility: social.Direct})
		rs := h.asking("a message", ada, "ben 1: @ada psst")
		h.must(work.CatchUp(h.ctx, h.store, watch))
		if made != 0 || merged != 0 {
			t.Errorf("%d made, %d merged; want none", made, merged)
		}
		h.must(h.notices.Accept(h.ctx, as(ada), []social.NoticeRequestID{rs[0].ID}))
		h.must(work.CatchUp(h.ctx, h.store, watch))
		if made != 0 || merged != 1 {
			t.Errorf("%d made, %d merged; want one merged", made, merged)
		}
	})
}

func TestMessagesThatAnswerAreTold(t *testing.T) {
	each(t, func(h *house) {
		h.say(ben, social.Draft{Text: "@ada psst", Visibility: social.Direct})
		mine := h.say(ada, social.Draft{Text: "@cleo hello", Visibility: social.Direct})
		h.say(cleo, social.Draft{Text: "@ada hello yourself", ReplyTo: mine, Visibility: social.Direct})
		h.say(mo, social.Draft{Text: "@ada a word from the staff", Visibility: social.Direct})
		h.told("asked for", ada, "mention by mo: @ada a word from the staff", "mention by cleo: @ada hello yourself")
		h.follow(ada, ben)
		h.say(ben, social.Draft{Text: "@ada you follow me", Visibility: social.Direct})
		h.told("followed", ada, "mention by ben: @ada you follow me", "mention by mo: @ada a word from the staff", "mention by cleo: @ada hello yourself")
		h.asking("not asked for", ada, "ben 1: @ada psst")
	})
}

func TestHeldIsBounded(t *testing.T) {
	each(t, func(h *house) {
		for i := range social.MaxHeld + 3 {
			h.say(ben, social.Draft{Text: fmt.Sprint("@ada ", i), Visibility: social.Direct})
		}
		h.asking("only the newest are kept", ada, fmt.Sprintf("ben %d: @ada %d", social.MaxHeld, social.MaxHeld+2))
	})
}

func TestRequestsAreBounded(t *testing.T) {
	each(t, func(h *house) {
		h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
			for i := range social.AccountID(social.MaxRequests) {
				a := social.Account{ID: 3_400_000_000_000_001_000 + i, Username: fmt.Sprint("x", i), Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}
				if err := tx.AddAccount(h.ctx, a); err != nil {
					return err
				}
				n := social.Notice{ID: social.NoticeID(a.ID), Owner: ada, Kind: social.NoticeFollow, From: a.ID, Filtered: true}
				if _, err := tx.AddNotice(h.ctx, n); err != nil {
					return err
				}
				if err := tx.HoldNotice(h.ctx, n); err != nil {
					return err
				}
			}
			return nil
		}))
		count := func() (n int) {
			for p := (social.Page{Limit: 80}); ; {
				s, err := h.notices.Requests(h.ctx, as(ada), p)
				h.must(err)
				if n += len(s.Items); s.Oldest == 0 {
					return n
				}
				p.Before = s.Oldest
			}
		}
		if n := count(); n != social.MaxRequests {
			t.Errorf("%d ask, want %d", n, social.MaxRequests)
		}
		h.clock.Pass(time.Second)
		h.say(ben, social.Draft{Text: "@ada one more", Visibility: social.Direct})
		h.catchUp()
		if n := count(); n != social.MaxRequests {
			t.Errorf("with one more %d ask, want %d", n, social.MaxRequests)
		}
		if p, err := h.notices.Policy(h.ctx, as(ada)); err != nil || p.Accounts != social.MaxRequestsShown {
			t.Errorf("%d accounts are counted, %v; want %d", p.Accounts, err, social.MaxRequestsShown)
		}
	})
}

func TestPolicyIsChecked(t *testing.T) {
	each(t, func(h *house) {
		if err := h.notices.SetPolicy(h.ctx, as(ada), func(p *social.NoticePolicy) { p.Bots = "perhaps" }); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%v, want Invalid", err)
		}
		if err := h.notices.SetPolicy(h.ctx, social.Anyone, func(*social.NoticePolicy) {}); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("nobody's: %v, want Unauthenticated", err)
		}
		if p, err := h.notices.Policy(h.ctx, as(ada)); err != nil || p.NoticePolicy != social.UsualPolicy {
			t.Errorf("%+v, %v; want the usual", p, err)
		}
	})
}

// Who is limited, or whose host is silenced, is kept apart as usual.
func TestLimitedIsKeptApart(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ada, social.Draft{Text: "p"})
		h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
			b, err := tx.Account(h.ctx, ben)
			if err != nil {
				return err
			}
			b.Limited = true
			if err := tx.SetModerated(h.ctx, b, storetest.Proof(t, tx)); err != nil {
				return err
			}
			return tx.AddHostBlock(h.ctx, social.HostBlock{ID: 9, Host: "example", Severity: social.HostSilence})
		}))
		h.mark(ben, p, social.Liked, true)
		h.asking("limited", ada, "ben 1: p")
		h.mark(eva, p, social.Liked, true)
		h.catchUp()
		h.told("nobody of them", ada)
	})
}
