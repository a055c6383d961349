package moderation_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

const (
	ada social.AccountID = 3_400_000_000_000_000_001 + iota
	ben
	mona // moderator
	mia  // moderator
	adam // admin
	olga // owner
	zoe  // lives elsewhere
	wanda
)

var roles = map[social.AccountID]social.Role{ada: social.Member, ben: social.Member, mona: social.Moderator, mia: social.Moderator, adam: social.Admin, olga: social.Owner,
	wanda: social.Member}

type house struct {
	*testing.T
	*moderation.Service
	ctx   context.Context
	store *store.Store
	clock *storetest.Clock
}

func as(id social.AccountID) social.Actor {
	return social.Actor{Account: id, Standing: social.Good, Role: roles[id]}
}

func each(t *testing.T, fn func(h *house)) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		v := view.New(s, view.Config{BaseURL: "https://plaza.example"})
		s.Watch(v.Watch)
		h := &house{T: t, Service: moderation.New(s, v), ctx: t.Context(), store: s, clock: c}
		h.write(func(tx *store.Tx) error {
			house := social.DefaultSettings
			house.Rules = []social.Rule{{ID: "1", Text: "Be kind."}, {ID: "2", Text: "Be brief."}}
			if err := tx.SetHouse(h.ctx, house); err != nil {
				return err
			}
			for id, name := range map[social.AccountID]string{ada: "ada", ben: "ben", mona: "mona", mia: "mia", adam: "adam", olga: "olga", zoe: "zoe", wanda: "wanda"} {
				if err := h.join(tx, id, name); err != nil {
					return err
				}
			}
			return nil
		})
		fn(h)
	})
}

func (h *house) join(tx *store.Tx, id social.AccountID, name string) error {
	a := social.Account{ID: id, Username: name, Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}
	switch id {
	case zoe:
		a.Host, a.URI = "far.example", "https://far.example/zoe"
	case wanda:
		a.Standing = social.Pending
	}
	if err := tx.AddAccount(h.ctx, a); err != nil || id == zoe {
		return err
	}
	return tx.AddUser(h.ctx, social.User{Account: id, Email: name + "@example.com", Role: roles[id], Confirmed: true, Approved: id != wanda, CreatedAt: tx.Now})
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) write(fn func(tx *store.Tx) error) {
	h.Helper()
	h.must(h.store.Write(h.ctx, fn))
}

func (h *house) say(by social.AccountID, id social.PostID, v social.Visibility) social.PostID {
	h.Helper()
	h.write(func(tx *store.Tx) error {
		return tx.AddPost(h.ctx, social.Post{ID: id, Thread: id, Author: by, Text: "hello", Visibility: v, At: tx.Now})
	})
	return id
}

func (h *house) kind(what string, err error, want errs.Kind) {
	h.Helper()
	if err == nil || errs.KindOf(err) != want {
		h.Errorf("%s: %v, want %v", what, err, want)
	}
}

func (h *house) reports(closed bool) []moderation.Filed {
	h.Helper()
	all, err := h.Reports(h.ctx, as(mona), social.ReportQuery{Closed: closed}, social.Page{Limit: 10})
	h.must(err)
	return all.Items
}

func TestReport(t *testing.T) {
	each(t, func(h *house) {
		open, hidden, own := h.say(ben, 1001, social.Public), h.say(ben, 1002, social.Followers), h.say(ada, 1003, social.Public)
		for what, tt := range map[string]struct {
			by   social.Actor
			r    social.Report
			want errs.Kind
		}{
			"by nobody":              {social.Anyone, social.Report{Target: ben}, errs.Unauthenticated},
			"by somebody suspended":  {social.Actor{Account: ada, Standing: social.Suspended}, social.Report{Target: ben}, errs.Forbidden},
			"of oneself":             {as(ada), social.Report{Target: ada}, errs.Invalid},
			"of nobody":              {as(ada), social.Report{Target: 7}, errs.NotFound},
			"of who is not here yet": {as(ada), social.Report{Target: wanda}, errs.NotFound},
			"with a hidden post":     {as(ada), social.Report{Target: ben, Posts: []social.PostID{open, hidden}}, errs.NotFound},
			"with another's post":    {as(ada), social.Report{Target: ben, Posts: []social.PostID{own}}, errs.NotFound},
			"with no post":           {as(ada), social.Report{Target: ben, Posts: []social.PostID{8}}, errs.NotFound},
			"of no rule":             {as(ada), social.Report{Target: ben, Category: social.ReportViolation, Rules: []string{"9"}}, errs.Invalid},
			"too long":               {as(ada), social.Report{Target: ben, Comment: strings.Repeat("é", social.MaxReportComment+1)}, errs.Invalid},
			"too many posts":         {as(ada), social.Report{Target: ben, Posts: many(social.MaxReportPosts + 1)}, errs.Invalid},
			"too many rules":         {as(ada), social.Report{Target: ben, Category: social.ReportViolation, Rules: make([]string, social.MaxReportRules+1)}, errs.Invalid},
		} {
			_, err := h.Report(h.ctx, tt.by, tt.r)
			h.kind(what, err, tt.want)
		}
		wish := social.Report{Target: ben, Posts: []social.PostID{open, open}, Comment: strings.Repeat("é", social.MaxReportComment), Category: social.ReportViolation, Rules: []string{"2"}, Forward: true}
		first, err := h.Report(h.ctx, as(ada), wish)
		h.must(err)
		again, err := h.Report(h.ctx, as(ada), wish)
		h.must(err)
		if first.ID != again.ID {
			t.Errorf("the same again is report %d, not %d", again.ID, first.ID)
		}
		wish.Comment = "And another thing"
		other, err := h.Report(h.ctx, as(ada), wish)
		h.must(err)
		if other.ID == first.ID {
			t.Error("another word is the same report")
		}
		far, err := h.Report(h.ctx, as(ada), social.Report{Target: zoe, Category: social.ReportSpam, Rules: []string{"1"}})
		h.must(err)
		if len(far.Rules) != 0 {
			t.Errorf("spam breaks rules %v", far.Rules)
		}
		all := h.reports(false)
		if len(all) != 3 {
			t.Fatalf("%d reports, want 3", len(all))
		}
		c, err := h.Get(h.ctx, as(mona), first.ID)
		h.must(err)
		if c.Reporter.ID != ada || c.Target.ID != ben || c.Target.User.Email != "ben@example.com" || len(c.Posts) != 1 || c.Posts[0].ID != open || len(c.Rules) != 1 || c.Rules[0].ID != "2" || !c.Forward || c.Report.Closed() {
			t.Errorf("the report is %+v", c.Report)
		}
	})
}

func many(n int) (out []social.PostID) {
	for i := range n {
		out = append(out, social.PostID(i+1))
	}
	return out
}

// What was reported is shown to the staff whoever it was for, and to nobody
// else.
func TestReportedPostsAreShownToTheStaff(t *testing.T) {
	each(t, func(h *house) {
		h.write(func(tx *store.Tx) error {
			return tx.AddFollow(h.ctx, social.Follow{Owner: ada, Target: ben}, true)
		})
		hidden := h.say(ben, 1002, social.Followers)
		r, err := h.Report(h.ctx, as(ada), social.Report{Target: ben, Posts: []social.PostID{hidden}})
		h.must(err)
		h.must(h.Decide(h.ctx, as(adam), social.Decision{Account: ben, Action: social.Suspend}, false))
		c, err := h.Get(h.ctx, as(mona), r.ID)
		if err != nil || len(c.Posts) != 1 || c.Posts[0].ID != hidden {
			t.Errorf("mona sees %v, %v", c.Posts, err)
		}
		for _, by := range []social.Actor{social.Anyone, as(ada), as(ben), {Account: mona, Role: social.Moderator, Standing: social.Suspended}} {
			if _, err := h.Get(h.ctx, by, r.ID); err == nil {
				t.Errorf("%+v sees the report", by)
			}
			if _, err := h.Reports(h.ctx, by, social.ReportQuery{}, social.Page{Limit: 1}); err == nil {
				t.Errorf("%+v sees the reports", by)
			}
			if _, err := h.Accounts(h.ctx, by, social.AccountFilter{}, social.Page{Limit: 1}); err == nil {
				t.Errorf("%+v sees the accounts", by)
			}
			if _, err := h.Decisions(h.ctx, by, ben, social.Page{Limit: 1}); err == nil {
				t.Errorf("%+v sees the decisions", by)
			}
		}
	})
}

func TestReportsAreWorkedOff(t *testing.T) {
	each(t, func(h *house) {
		r, err := h.Report(h.ctx, as(ada), social.Report{Target: ben})
		h.must(err)
		violation, rules := social.ReportViolation, []string{"1"}
		h.must(h.Sort(h.ctx, as(mona), r.ID, &violation, &rules))
		h.must(h.Assign(h.ctx, as(mona), r.ID, true))
		h.clock.Pass(time.Minute)
		h.must(h.Close(h.ctx, as(mia), r.ID, true))
		c, err := h.Get(h.ctx, as(mona), r.ID)
		h.must(err)
		if c.Category != violation || len(c.Rules) != 1 || c.Assigned == nil || c.Assigned.ID != mona || c.Closer == nil || c.Closer.ID != mia || !c.ClosedAt.Equal(h.store.Now()) {
			t.Errorf("after it was closed: %+v", c.Report)
		}
		if len(h.reports(false)) != 0 || len(h.reports(true)) != 1 {
			t.Error("a closed report stands among the open ones")
		}
		h.must(h.Close(h.ctx, as(mona), r.ID, false))
		h.must(h.Assign(h.ctx, as(mia), r.ID, false))
		c, err = h.Get(h.ctx, as(mona), r.ID)
		if err != nil || c.Report.Closed() || c.Closer != nil || c.Assigned != nil {
			t.Errorf("after it was opened again: %+v, %v", c.Report, err)
		}
		wrong := []string{"7"}
		h.kind("sort by no rule", h.Sort(h.ctx, as(mona), r.ID, nil, &wrong), errs.Invalid)
		h.kind("by a member", h.Close(h.ctx, as(ada), r.ID, true), errs.Forbidden)
		h.kind("none", h.Assign(h.ctx, as(mona), 7, true), errs.NotFound)
	})
}

// standing is how an account stands, in a few letters.
func (h *house) standing(who social.AccountID) (out string) {
	h.Helper()
	d, err := h.Account(h.ctx, as(olga), who)
	h.must(err)
	for word, is := range map[string]bool{"limited ": d.Limited, "sensitive ": d.Sensitive, "disabled ": d.User.Disabled} {
		if is {
			out += word
		}
	}
	return out + string(d.Standing)
}

func TestDecide(t *testing.T) {
	each(t, func(h *house) {
		for _, tt := range []struct {
			who  social.AccountID
			do   social.Action
			want string
		}{
			{ben, social.Warn, "good"}, {ben, social.Limit, "limited good"}, {ben, social.Limit, "limited good"}, {ben, social.Unlimit, "good"}, {ben, social.Veil, "sensitive good"},
			{ben, social.Unveil, "good"}, {ben, social.Disable, "disabled good"}, {ben, social.Suspend, "disabled suspended"}, {ben, social.Enable, "suspended"},
			{ben, social.Unsuspend, "good"}, {ben, social.Unsuspend, "good"}, {wanda, social.Suspend, "suspended"}, {wanda, social.Unsuspend, "pending"},
			{zoe, social.Limit, "limited good"}, {zoe, social.Suspend, "limited suspended"}, {zoe, social.Unsuspend, "limited good"},
		} {
			h.clock.Pass(time.Second)
			h.must(h.Decide(h.ctx, as(mona), social.Decision{Account: tt.who, Action: tt.do, Text: " why\x00 "}, false))
			if got := h.standing(tt.who); got != tt.want {
				t.Errorf("after %s: %s, want %s", tt.do, got, tt.want)
			}
		}
		ds, err := h.Decisions(h.ctx, as(mona), ben, social.Page{Limit: 20})
		h.must(err)
		var did []social.Action
		for _, d := range ds {
			did = append(did, d.Action)
			if d.By != mona || d.Text != "why" || d.Account != ben {
				t.Errorf("decision %+v", d)
			}
		}
		want := []social.Action{social.Unsuspend, social.Enable, social.Suspend, social.Disable, social.Unveil, social.Veil, social.Unlimit, social.Limit, social.Warn}
		if !slices.Equal(did, want) {
			t.Errorf("decided %v, want %v: what changes nothing is not decided", did, want)
		}
	})
}

// Nobody decides about somebody of the same rank, and the only owner stays.
func TestDecideKnowsRanks(t *testing.T) {
	each(t, func(h *house) {
		for _, tt := range []struct {
			by   social.Actor
			who  social.AccountID
			want errs.Kind
		}{
			{social.Anyone, ben, errs.Unauthenticated}, {as(ada), ben, errs.Forbidden}, {as(mona), mona, errs.Forbidden}, {as(mona), mia, errs.Forbidden}, {as(mona), adam, errs.Forbidden},
			{as(mona), olga, errs.Forbidden}, {as(adam), adam, errs.Forbidden}, {as(adam), olga, errs.Forbidden}, {as(olga), olga, errs.Forbidden}, {social.Console, olga, errs.Forbidden},
			{as(mona), 7, errs.NotFound}, {social.Actor{Account: mona, Role: social.Moderator, Standing: social.Disabled}, ben, errs.Forbidden},
		} {
			for _, action := range []social.Action{social.Suspend, social.Disable} {
				err := h.Decide(h.ctx, tt.by, social.Decision{Account: tt.who, Action: action}, false)
				h.kind(string(tt.by.Role)+" "+string(action), err, tt.want)
			}
		}
		for who, by := range map[social.AccountID]social.Actor{mia: as(adam), adam: as(olga), mona: social.Console} {
			h.must(h.Decide(h.ctx, by, social.Decision{Account: who, Action: social.Suspend}, false))
			if got := h.standing(who); got != "suspended" {
				t.Errorf("%d is %s", who, got)
			}
		}
		h.must(h.Decide(h.ctx, social.Console, social.Decision{Account: olga, Action: social.Limit}, false))
		h.kind("disable far away", h.Decide(h.ctx, as(olga), social.Decision{Account: zoe, Action: social.Disable}, false), errs.Invalid)
		h.kind("too many words", h.Decide(h.ctx, as(olga), social.Decision{Account: ben, Action: social.Warn, Text: strings.Repeat("é", social.MaxDecisionText+1)}, false), errs.Invalid)
		h.must(h.Decide(h.ctx, as(olga), social.Decision{Account: ben, Action: social.Warn, Text: strings.Repeat("é", social.MaxDecisionText)}, false))
	})
}

func TestDecisionsResolveReports(t *testing.T) {
	each(t, func(h *house) {
		post := h.say(ben, 1001, social.Public)
		first, err := h.Report(h.ctx, as(ada), social.Report{Target: ben, Posts: []social.PostID{post}})
		h.must(err)
		_, err = h.Report(h.ctx, as(ada), social.Report{Target: ben, Comment: "more"})
		h.must(err)
		far, err := h.Report(h.ctx, as(ada), social.Report{Target: zoe})
		h.must(err)
		open := func(want int) {
			h.Helper()
			if n := len(h.reports(false)); n != want {
				h.Errorf("%d are open, want %d", n, want)
			}
		}
		h.kind("a report about somebody else", h.Decide(h.ctx, as(mona), social.Decision{Account: ben, Action: social.Warn, Report: far.ID}, false), errs.NotFound)
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Account: ben, Action: social.Warn}, false))
		open(3)
		h.clock.Pass(time.Second)
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Account: ben, Action: social.Warn, Report: first.ID}, false))
		open(2)
		ds, err := h.Decisions(h.ctx, as(mona), ben, social.Page{Limit: 1})
		if err != nil || ds[0].Report != first.ID || !slices.Equal(ds[0].Posts, []social.PostID{post}) {
			t.Errorf("decided %+v, %v", ds, err)
		}
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Account: ben, Action: social.Unlimit}, false))
		open(2)
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Account: ben, Action: social.Limit, Report: first.ID}, false))
		open(1)
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Account: zoe, Action: social.Suspend}, false))
		open(0)
	})
}

func TestAccountsAreFound(t *testing.T) {
	each(t, func(h *house) {
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Account: ben, Action: social.Limit}, false))
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Account: ada, Action: social.Disable}, false))
		h.must(h.Decide(h.ctx, as(adam), social.Decision{Account: mia, Action: social.Suspend}, false))
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Account: zoe, Action: social.Veil}, false))
		for what, tt := range map[string]struct {
			f    social.AccountFilter
			want []social.AccountID
		}{
			"all":           {social.AccountFilter{}, []social.AccountID{wanda, zoe, olga, adam, mia, mona, ben, ada}},
			"elsewhere":     {social.AccountFilter{From: social.Elsewhere}, []social.AccountID{zoe}},
			"ours, by name": {social.AccountFilter{From: social.Ours, Username: "A"}, []social.AccountID{adam, ada}},
			"by either":     {social.AccountFilter{From: social.Ours, Called: "AD"}, []social.AccountID{adam, ada}},
			"ours, pending": {social.AccountFilter{From: social.Ours, State: social.StatePending}, []social.AccountID{wanda}},
			"ours, members": {social.AccountFilter{From: social.Ours, Called: "b", Roles: []social.Role{social.Member}}, []social.AccountID{ben}},
			"by a host":     {social.AccountFilter{Host: "FAR.example"}, []social.AccountID{zoe}},
			"by an address": {social.AccountFilter{Email: "EN@example"}, []social.AccountID{ben}},
			"no pattern":    {social.AccountFilter{Email: "%"}, nil},
			"staff":         {social.AccountFilter{Roles: []social.Role{social.Moderator, social.Owner}}, []social.AccountID{olga, mia, mona}},
			"active":        {social.AccountFilter{State: social.StateActive, Roles: []social.Role{social.Moderator}}, []social.AccountID{mona}},
			"pending":       {social.AccountFilter{State: social.StatePending}, []social.AccountID{wanda}},
			"disabled":      {social.AccountFilter{State: social.StateDisabled}, []social.AccountID{ada}},
			"limited":       {social.AccountFilter{State: social.StateLimited}, []social.AccountID{ben}},
			"sensitive":     {social.AccountFilter{State: social.StateSensitive}, []social.AccountID{zoe}},
			"suspended":     {social.AccountFilter{State: social.StateSuspended}, []social.AccountID{mia}},
			"invited":       {social.AccountFilter{Invited: ada}, nil},
		} {
			s, err := h.Accounts(h.ctx, as(mona), tt.f, social.Page{Limit: 10})
			h.must(err)
			var got []social.AccountID
			for _, d := range s.Items {
				got = append(got, d.ID)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%s: %v, want %v", what, got, tt.want)
			}
		}
		s, err := h.Accounts(h.ctx, as(mona), social.AccountFilter{}, social.Page{Limit: 2, After: int64(ada), Oldest: true})
		if err != nil || len(s.Items) != 2 || s.Items[0].ID != mona || s.Items[1].ID != ben || s.Newest != int64(mona) || s.Oldest != int64(ben) {
			t.Errorf("a page, oldest first: %+v, %v", s, err)
		}
	})
}
