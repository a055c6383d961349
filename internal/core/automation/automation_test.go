package automation_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/automation"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

var (
	owner     = social.Actor{Account: 90, Standing: social.Good, Role: social.Admin}
	moderator = social.Actor{Account: 91, Standing: social.Good, Role: social.Moderator}
)

func as(who social.AccountID) social.Actor {
	return social.Actor{Account: who, Standing: social.Good, Role: social.Member}
}

// A house is one with rules, in which everything that is done is remembered.
type house struct {
	*testing.T
	ctx   context.Context
	store *store.Store
	clock *storetest.Clock
	svc   *automation.Service
	posts *posts.Service
	acted []string
	fails error
	// partly is what is done in place of fails.
	partly func(context.Context, *store.Tx, social.AutoAction) error
	told   []string
}

func each(t *testing.T, fn func(h *house)) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		h := &house{T: t, ctx: t.Context(), store: s, clock: c}
		h.svc = automation.New(s, automation.Config{
			Act: func(ctx context.Context, tx *store.Tx, r social.AutoRule, hit social.AutoHit, does social.AutoAction) error {
				h.acted = append(h.acted, fmt.Sprintf("%s v%d: %v on %d", r.Name, r.Version, does, hit.Account))
				if h.partly != nil {
					return h.partly(ctx, tx, does)
				}
				return h.fails
			},
			Tell: func(_ context.Context, _ *store.Tx, subject, _ string) error {
				h.told = append(h.told, subject)
				return nil
			},
		})
		s.Watch(h.svc.Watch)
		h.posts = posts.New(s, posts.Config{MaxText: 1000, HandleHost: "plaza.example", Judge: h.svc.Judge})
		h.join(1, 2, 3, 4, 5, 6)
		fn(h)
	})
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) join(all ...social.AccountID) {
	h.Helper()
	h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
		for _, who := range all {
			if err := tx.AddAccount(h.ctx, social.Account{ID: who, Username: fmt.Sprint("u", who), Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (h *house) say(who social.AccountID, text string) social.PostID {
	h.Helper()
	h.clock.Pass(time.Millisecond) // within one, ids have no order
	p, err := h.posts.Publish(h.ctx, as(who), social.Draft{Text: text, Visibility: social.Public})
	h.must(err)
	return p.ID
}

func (h *house) follow() {
	h.Helper()
	h.clock.Pass(time.Millisecond)
	h.must(work.CatchUp(h.ctx, h.store, h.svc.Follower()))
}

func (h *house) add(name, text string) social.AutoRule {
	h.Helper()
	r, err := h.svc.Add(h.ctx, owner, name, text)
	h.must(err)
	return r
}

// try tries a rule and has somebody look at what was found.
func (h *house) try(r social.AutoRule) social.AutoRun {
	h.Helper()
	h.must(h.svc.Try(h.ctx, owner, r.ID))
	_, err := work.Once(h.ctx, h.store, h.svc.Worker())
	h.must(err)
	l, _, err := h.svc.Rule(h.ctx, owner, r.ID)
	h.must(err)
	h.must(h.svc.Look(h.ctx, owner, r.ID, l.Run.Started.UnixMilli()))
	return l.Run
}

// on adds a rule and turns it on.
func (h *house) on(name, text string) social.AutoRule {
	h.Helper()
	r := h.add(name, text)
	if r.Terms.Scope != social.AutoSignUps {
		h.try(r)
	}
	h.must(h.svc.SetState(h.ctx, owner, r.ID, social.AutoOn))
	return r
}

func (h *house) hits(r social.AutoRule) (all []social.AutoHit) {
	h.Helper()
	got, err := h.svc.Hits(h.ctx, moderator, r.ID, social.Page{Limit: 100})
	h.must(err)
	return got.Items
}

func (h *house) state(r social.AutoRule) social.AutoState {
	h.Helper()
	l, _, err := h.svc.Rule(h.ctx, moderator, r.ID)
	h.must(err)
	return l.State
}

func (h *house) did(when string, want ...string) {
	h.Helper()
	h.follow()
	if !slices.Equal(h.acted, want) {
		h.Errorf("%s: what was done is %q, want %q", when, h.acted, want)
	}
	h.acted = nil
}

func TestRuleActs(t *testing.T) {
	each(t, func(h *house) {
		r := h.on("casinos", "words: casino\ndo: report, warn")
		h.say(1, "a walk in the park")
		p := h.say(2, "the best CASINO of all")
		h.did("a casino", "casinos v1: warn on 2", "casinos v1: report on 2")
		hits := h.hits(r)
		if len(hits) != 1 || hits[0].Post != p || hits[0].Version != 1 || !hits[0].Acted || !slices.Equal(hits[0].Why, []string{"words: casino"}) {
			t.Errorf("hits are %+v", hits)
		}
		_, err := h.posts.Edit(h.ctx, as(2), p, social.Draft{Text: "still a casino"})
		h.must(err)
		h.did("the same post, edited")
		q := h.say(3, "harmless")
		h.did("harmless")
		h.clock.Pass(time.Minute)
		_, err = h.posts.Edit(h.ctx, as(3), q, social.Draft{Text: "a casino after all"})
		h.must(err)
		h.did("edited into one", "casinos v1: warn on 3", "casinos v1: report on 3")
		h.must(h.svc.SetState(h.ctx, owner, r.ID, social.AutoWatch))
		h.say(4, "casino")
		h.did("while it watches")
		if hits := h.hits(r); len(hits) != 3 || hits[0].Acted {
			t.Errorf("while it watches, hits are %+v", hits)
		}
		h.must(h.svc.SetState(h.ctx, owner, r.ID, social.AutoOff))
		h.say(5, "casino")
		h.did("when it is off")
		if n := len(h.hits(r)); n != 3 {
			t.Errorf("when it is off, %d hits", n)
		}
	})
}

// Messages are looked at only where the rule says so.
func TestMessages(t *testing.T) {
	each(t, func(h *house) {
		h.on("posts", "words: casino\ndo: report")
		h.on("all", "for: posts and messages\nwords: casino\ndo: hold")
		_, err := h.posts.Publish(h.ctx, as(1), social.Draft{Text: "@u2 casino", Visibility: social.Direct})
		h.must(err)
		h.did("a message", "all v1: report on 1")
	})
}

func TestBeforeItActs(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(1, "casino one")
		h.say(2, "nothing")
		_, err := h.posts.Publish(h.ctx, as(3), social.Draft{Text: "casino among followers", Visibility: social.Followers})
		h.must(err)
		_, err = h.posts.Publish(h.ctx, as(3), social.Draft{Text: "@u1 casino", Visibility: social.Direct})
		h.must(err)
		h.follow()
		h.clock.Pass(time.Minute)
		r := h.add("casinos", "words: casino\ndo: hide")
		turnOn := func() error { return h.svc.SetState(h.ctx, owner, r.ID, social.AutoOn) }
		refused := func(when string) {
			t.Helper()
			if err := turnOn(); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s it can be turned on: %v", when, err)
			}
		}
		refused("before it was tried")
		h.must(h.svc.Try(h.ctx, owner, r.ID))
		refused("while it is tried")
		_, err = work.Once(h.ctx, h.store, h.svc.Worker())
		h.must(err)
		refused("before anybody looked")
		l, _, err := h.svc.Rule(h.ctx, moderator, r.ID)
		h.must(err)
		if run := l.Run; run.Done.IsZero() || run.Looked != 3 || run.Hits != 2 || run.People != 2 || !slices.Equal(run.Examples, []social.PostID{p}) {
			t.Errorf("the trial found %+v", l.Run)
		}
		if len(h.hits(r)) != 0 || len(h.acted) != 0 {
			t.Error("a trial has done something")
		}
		if err := h.svc.Look(h.ctx, owner, r.ID, l.Run.Started.UnixMilli()-1); errs.KindOf(err) != errs.Invalid {
			t.Errorf("looking at another trial: %v", err)
		}
		h.must(h.svc.Look(h.ctx, owner, r.ID, l.Run.Started.UnixMilli()))
		h.must(turnOn())
		if _, err := h.svc.Change(h.ctx, owner, r.ID, "casinos", "words: casino, poker\ndo: hide"); err != nil {
			t.Fatal(err)
		}
		if got := h.state(r); got != social.AutoWatch {
			t.Errorf("changed, it is %s, want that it watches", got)
		}
		refused("after it was changed")
		h.say(4, "poker")
		h.did("a changed rule")
		if hits := h.hits(r); len(hits) != 1 || hits[0].Version != 2 || hits[0].Acted {
			t.Errorf("a changed rule has hits %+v", hits)
		}
	})
}

// A rule that meets more than its quota stops itself, and tells of it.
func TestQuota(t *testing.T) {
	each(t, func(h *house) {
		r := h.on("casinos", "words: casino\ndo: report\nquota: 3")
		for who := range social.AccountID(3) {
			h.say(who+1, "casino")
		}
		h.did("up to the quota", "casinos v1: report on 1", "casinos v1: report on 2", "casinos v1: report on 3")
		if got := h.state(r); got != social.AutoOn || len(h.told) != 0 {
			t.Errorf("at its quota it is %s, and %q was told", got, h.told)
		}
		h.say(4, "casino")
		h.did("past the quota")
		if got := h.state(r); got != social.AutoWatch || len(h.told) != 1 {
			t.Errorf("past its quota it is %s, and %q was told", got, h.told)
		}
		if hits := h.hits(r); len(hits) != 4 || hits[0].Account != 4 || hits[0].Acted {
			t.Errorf("hits are %+v", hits)
		}
		h.clock.Pass(time.Minute)
		h.must(h.svc.SetState(h.ctx, owner, r.ID, social.AutoOn))
		h.say(5, "casino")
		h.did("turned on again", "casinos v1: report on 5")
	})
}

// A day later a rule may meet as much again.
func TestQuotaOfTheNextDay(t *testing.T) {
	each(t, func(h *house) {
		r := h.on("casinos", "words: casino\ndo: report\nquota: 1")
		h.say(1, "casino")
		h.did("today", "casinos v1: report on 1")
		h.clock.Pass(24*time.Hour + time.Minute)
		h.say(2, "casino")
		h.did("tomorrow", "casinos v1: report on 2")
		if got := h.state(r); got != social.AutoOn {
			t.Errorf("it is %s", got)
		}
	})
}

func TestRefuse(t *testing.T) {
	each(t, func(h *house) {
		r := h.on("casinos", "words: casino\ndo: reject\nquota: 2\nsay: No gambling, please.")
		try := func(who social.AccountID, text string) error {
			_, err := h.posts.Publish(h.ctx, as(who), social.Draft{Text: text, Visibility: social.Public})
			return err
		}
		if err := try(1, "casino"); errs.KindOf(err) != errs.Forbidden || errs.Public(err) != "No gambling, please." {
			t.Errorf("a casino: %v", err)
		}
		p := h.say(2, "cards")
		if _, err := h.posts.Edit(h.ctx, as(2), p, social.Draft{Text: "casino"}); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("edited into one: %v", err)
		}
		h.did("nothing but refuse")
		hits := h.hits(r)
		if len(hits) != 2 || hits[0].Post != 0 || hits[0].Account != 2 || !hits[0].Acted {
			t.Errorf("hits are %+v", hits)
		}
		h.must(try(3, "casino past the quota"))
		if got := h.state(r); got != social.AutoWatch || len(h.told) != 1 {
			t.Errorf("past its quota it is %s, and %q was told", got, h.told)
		}
		if n := h.records(evidence.TypeAction); n != 2 {
			t.Errorf("%d refusals are in the log, want 2", n)
		}
	})
}

// Who tries again and again counts once, and is in the log once an hour.
func TestRefuseOnce(t *testing.T) {
	each(t, func(h *house) {
		r := h.on("casinos", "words: casino\ndo: reject\nquota: 2")
		try := func() {
			t.Helper()
			h.clock.Pass(time.Second)
			if _, err := h.posts.Publish(h.ctx, as(1), social.Draft{Text: "casino", Visibility: social.Public}); errs.KindOf(err) != errs.Forbidden {
				t.Fatalf("a casino: %v", err)
			}
		}
		for range 5 {
			try()
		}
		if hits, n := h.hits(r), h.records(evidence.TypeAction); len(hits) != 1 || n != 1 {
			t.Errorf("%d hits and %d records, want one of each", len(hits), n)
		}
		for range 4 {
			h.clock.Pass(time.Hour)
			try()
		}
		if hits, n := h.hits(r), h.records(evidence.TypeAction); len(hits) != 5 || n != 5 {
			t.Errorf("%d hits and %d records in five hours, want five of each", len(hits), n)
		}
		if got := h.state(r); got != social.AutoOn {
			t.Errorf("by one account alone it is %s", got)
		}
	})
}

// Who asks again for what was said already gets it, whatever the rules are now.
func TestRefuseNotAgain(t *testing.T) {
	each(t, func(h *house) {
		d := social.Draft{Text: "casino", Visibility: social.Public, Key: "k"}
		first, err := h.posts.Publish(h.ctx, as(1), d)
		h.must(err)
		r := h.on("casinos", "words: casino\ndo: reject")
		again, err := h.posts.Publish(h.ctx, as(1), d)
		if err != nil || again.ID != first.ID {
			t.Errorf("again it is %d, %v", again.ID, err)
		}
		if hits := h.hits(r); len(hits) != 0 {
			t.Errorf("hits are %+v", hits)
		}
		h.clock.Pass(time.Hour + time.Minute)
		if _, err := h.posts.Publish(h.ctx, as(1), d); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("when the key is forgotten: %v", err)
		}
	})
}

// What cannot be done is passed over, and what comes after is done.
func TestWhatCannotBeDone(t *testing.T) {
	each(t, func(h *house) {
		h.on("casinos", "words: casino\ndo: report")
		for _, k := range []errs.Kind{errs.Conflict, errs.NotFound, errs.Invalid} {
			h.fails = errs.New(k, "It cannot be done.")
			h.say(1, "casino")
			h.did("what fails", "casinos v1: report on 1")
		}
		h.fails = errors.New("the store is away")
		h.say(2, "casino")
		if err := work.CatchUp(h.ctx, h.store, h.svc.Follower()); err == nil {
			t.Error("what may be done later is passed over")
		}
		h.fails, h.acted = nil, nil
		h.did("later", "casinos v1: report on 2")
	})
}

// Of one thing that a rule does all is done or nothing, and the others are done.
func TestAllOfAnActionOrNothing(t *testing.T) {
	each(t, func(h *house) {
		h.on("casinos", "words: casino\ndo: hide, warn")
		before := len(h.log())
		h.partly = func(ctx context.Context, tx *store.Tx, does social.AutoAction) error {
			name := map[social.AutoAction]string{social.AutoHide: "half", social.AutoWarn: "whole", social.AutoReport: "told"}[does]
			if err := tx.SetSetting(ctx, name, 1); err != nil {
				return err
			}
			tx.Record(event.ScreenChanged{})
			if _, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeAction, Outcome: name, Body: evidence.Acted{}}); err != nil {
				return err
			}
			if does == social.AutoHide {
				return errs.New(errs.Conflict, "It is hidden already.")
			}
			return nil
		}
		h.say(1, "casino")
		h.did("what fails in part", "casinos v1: hide on 1", "casinos v1: warn on 1", "casinos v1: report on 1")
		for name, want := range map[string]int{"half": 0, "whole": 1, "told": 1} {
			got := 0
			h.must(h.store.Read(h.ctx, func(v *store.View) error { return v.Setting(h.ctx, name, &got) }))
			if got != want {
				t.Errorf("of %s there is %d, want %d", name, got, want)
			}
		}
		var outcomes []string
		for i, r := range h.log()[before:] {
			var l evidence.Leaf
			h.must(json.Unmarshal([]byte(r.Leaf), &l))
			if l.N != int64(i+1) {
				t.Errorf("record %d of actions has the number %d", i, l.N)
			}
			outcomes = append(outcomes, l.Outcome)
			if l.Outcome == evidence.NotDone && !strings.Contains(string(r.Body), "It is hidden already.") {
				t.Errorf("the log says %s", r.Body)
			}
		}
		if want := []string{evidence.NotDone, "whole", "told"}; !slices.Equal(outcomes, want) {
			t.Errorf("the log has %q, want %q", outcomes, want)
		}
		facts := 0
		h.must(h.store.Read(h.ctx, func(v *store.View) error {
			all, err := v.Facts(h.ctx, event.Pos{}, 1000)
			for _, f := range all {
				if _, is := f.Fact.(event.ScreenChanged); is {
					facts++
				}
			}
			return err
		}))
		if facts != 2 {
			t.Errorf("%d facts were recorded, want 2", facts)
		}
	})
}

// What was to be said later is held against the rules of then.
func TestRefuseScheduled(t *testing.T) {
	each(t, func(h *house) {
		h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
			return tx.AddUser(h.ctx, social.User{Account: 1, Email: "u1@example.org", Role: social.Member, Confirmed: true, Approved: true})
		}))
		_, err := h.posts.Schedule(h.ctx, as(1), social.Draft{Text: "casino", Visibility: social.Public}, h.store.Now().Add(time.Hour))
		h.must(err)
		h.on("casinos", "words: casino\ndo: reject")
		h.clock.Pass(2 * time.Hour)
		_, err = work.Once(h.ctx, h.store, h.posts.Worker())
		h.must(err)
		all, err := h.posts.Scheduled(h.ctx, as(1), social.Page{Limit: 10})
		h.must(err)
		if len(all.Items) != 1 {
			t.Errorf("%d are for later, want 1 that was not said", len(all.Items))
		}
	})
}

const spam = "earn five hundred a day from home without any work write to our agent today and start at once"

// What many say at once that is nearly the same is found, whoever they call and
// wherever they lead.
func TestSimilar(t *testing.T) {
	each(t, func(h *house) {
		h.on("waves", "similar: 3 in 10 minutes\ndo: report")
		for who := range social.AccountID(3) {
			h.say(who+1, fmt.Sprintf("@u%d %s https://shop%d.example/", who+1, spam, who))
			h.clock.Pass(time.Minute)
		}
		h.say(3, spam)
		h.did("from three")
		h.say(4, spam+" friend")
		h.did("from a fourth", "waves v1: report on 4")
		h.say(5, "the weather is fine today and we are going to the beach with the children and the dog")
		h.did("something else")
		h.clock.Pass(12 * time.Minute)
		h.say(6, spam)
		h.did("later")
	})
}

func TestSimilarRefused(t *testing.T) {
	each(t, func(h *house) {
		h.on("waves", "similar: 2 in 10 minutes\ndo: reject")
		h.say(1, spam)
		h.say(2, spam)
		if _, err := h.posts.Publish(h.ctx, as(3), social.Draft{Text: spam, Visibility: social.Public}); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("from a third: %v", err)
		}
		h.say(2, spam) // from two others it is not
	})
}

func TestTrialFindsWhatIsAlike(t *testing.T) {
	each(t, func(h *house) {
		for who := range social.AccountID(4) {
			h.say(who+1, spam)
			h.clock.Pass(time.Second)
		}
		h.clock.Pass(20 * 24 * time.Hour)
		h.say(5, spam)
		h.clock.Pass(time.Minute)
		if run := h.try(h.add("waves", "similar: 2 in 10 minutes\ndo: report")); run.Looked != 5 || run.Hits != 2 {
			t.Errorf("the trial looked at %d and found %d, want 5 and 2", run.Looked, run.Hits)
		}
		h.clock.Pass(11 * 24 * time.Hour)
		if run := h.try(h.add("later", "similar: 2 in 10 minutes\ndo: report")); run.Looked != 1 || run.Hits != 0 {
			t.Errorf("after 31 days it looked at %d and found %d, want 1 and 0", run.Looked, run.Hits)
		}
	})
}

func TestPaceAndAge(t *testing.T) {
	each(t, func(h *house) {
		h.on("fast", "pace: 3 in 10 minutes\ndo: report")
		h.on("new", "account younger than: 1 hour\nposts fewer than: 2\nlinks: any\ndo: hold")
		h.say(1, "one https://a.example")
		h.say(1, "two https://a.example")
		h.did("at first", "new v1: report on 1", "new v1: report on 1")
		h.say(1, "three https://a.example")
		h.did("the third in no time", "fast v1: report on 1")
		h.clock.Pass(time.Hour)
		h.say(1, "four")
		h.say(2, "my first https://a.example")
		h.did("an hour later")
	})
}

func TestSignUps(t *testing.T) {
	each(t, func(h *house) {
		h.on("throwaways", "for: sign-ups\nmail: *.trash.example\ndo: limit")
		h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
			for who, mail := range map[social.AccountID]string{1: "a@x.trash.example", 2: "b@trash.example"} {
				if err := tx.AddUser(h.ctx, social.User{Account: who, Email: mail, Role: social.Member}); err != nil {
					return err
				}
				tx.Record(joinedFact(who))
			}
			return nil
		}))
		h.did("two join", "throwaways v1: limit on 1", "throwaways v1: report on 1")
	})
}

// records counts those of a type in the log.
func (h *house) records(t evidence.Type) (n int) {
	h.Helper()
	for _, r := range h.log() {
		var l evidence.Leaf
		h.must(json.Unmarshal([]byte(r.Leaf), &l))
		if l.Type == t {
			n++
		}
	}
	return n
}

func (h *house) log() (all []store.Record) {
	h.Helper()
	h.must(h.store.Read(h.ctx, func(v *store.View) (err error) { all, err = v.Evidence(h.ctx, 0, 1000); return err }))
	return all
}

// Each change of a rule is in the log, with what it said before and after.
func TestChangesAreInTheLog(t *testing.T) {
	each(t, func(h *house) {
		r := h.on("casinos", "words: casino\ndo: report")
		_, err := h.svc.Change(h.ctx, owner, r.ID, "casinos", "words: poker\ndo: report")
		h.must(err)
		_, err = h.svc.Change(h.ctx, owner, r.ID, "casinos", "words: poker\ndo: report") // nothing
		h.must(err)
		h.must(h.svc.Remove(h.ctx, owner, r.ID))
		var got []string
		for _, e := range h.log() {
			var c evidence.Configured
			h.must(json.Unmarshal(e.Body, &c))
			line := func(s string) string { first, _, _ := strings.Cut(s, "\n"); return first }
			if !strings.HasPrefix(c.By, "admin ") || strings.Contains(c.By, "90") {
				t.Errorf("it was done by %q, want a pseudonym of an admin", c.By)
			}
			got = append(got, line(c.From)+" > "+line(c.To))
		}
		want := []string{" > casinos, version 1, off", "casinos, version 1, off > casinos, version 1, on",
			"casinos, version 1, on > casinos, version 2, watch", "casinos, version 2, watch > "}
		if !slices.Equal(got, want) {
			t.Errorf("the log says %q", got)
		}
	})
}

func TestWhoMay(t *testing.T) {
	each(t, func(h *house) {
		r := h.add("casinos", "words: casino\ndo: report")
		for name, do := range map[string]func(by social.Actor) error{
			"add": func(by social.Actor) error { _, err := h.svc.Add(h.ctx, by, "a", "words: a\ndo: report"); return err },
			"change": func(by social.Actor) error {
				_, err := h.svc.Change(h.ctx, by, r.ID, "a", "words: a\ndo: report")
				return err
			},
			"turn":   func(by social.Actor) error { return h.svc.SetState(h.ctx, by, r.ID, social.AutoWatch) },
			"try":    func(by social.Actor) error { return h.svc.Try(h.ctx, by, r.ID) },
			"look":   func(by social.Actor) error { return h.svc.Look(h.ctx, by, r.ID, 0) },
			"remove": func(by social.Actor) error { return h.svc.Remove(h.ctx, by, r.ID) },
			"hashes": func(by social.Actor) error { _, err := h.svc.Hashes(h.ctx, by); return err },
			"end":    func(by social.Actor) error { return h.svc.EndHashes(h.ctx, by, 1) },
		} {
			for _, by := range []social.Actor{moderator, as(1)} {
				if err := do(by); errs.KindOf(err) != errs.Forbidden || err == nil {
					t.Errorf("%s by %s: %v, want Forbidden", name, by.Role, err)
				}
			}
		}
		if _, err := h.svc.Rules(h.ctx, as(1)); errs.KindOf(err) != errs.Forbidden || err == nil {
			t.Errorf("a member sees the rules: %v", err)
		}
		if all, err := h.svc.Rules(h.ctx, moderator); err != nil || len(all) != 1 {
			t.Errorf("a moderator sees %d rules, %v", len(all), err)
		}
		for name, err := range map[string]error{
			"turn": h.svc.SetState(h.ctx, owner, 99, social.AutoOn), "try": h.svc.Try(h.ctx, owner, 99), "remove": h.svc.Remove(h.ctx, owner, 99),
			"end": h.svc.EndHashes(h.ctx, owner, 99),
		} {
			if errs.KindOf(err) != errs.NotFound || err == nil {
				t.Errorf("%s of one that is not there: %v", name, err)
			}
		}
	})
}

func TestMostRules(t *testing.T) {
	each(t, func(h *house) {
		h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
			for i := range social.MaxAutoRules - 1 {
				r, err := social.NewAutoRule(fmt.Sprint("r", i), "words: a\ndo: report")
				if err != nil {
					return err
				}
				r.ID, r.Version, r.State = social.AutoRuleID(id.New(tx.Now)), 1, social.AutoOff
				if err := tx.AddAutoRule(h.ctx, r); err != nil {
					return err
				}
			}
			return nil
		}))
		h.add("the last", "words: a\ndo: report")
		if _, err := h.svc.Add(h.ctx, owner, "one more", "words: a\ndo: report"); errs.KindOf(err) != errs.Invalid {
			t.Errorf("one more: %v", err)
		}
	})
}

func TestTidy(t *testing.T) {
	each(t, func(h *house) {
		r := h.on("casinos", "words: casino\ndo: report")
		h.say(1, "casino")
		h.follow()
		h.clock.Pass(social.AutoHitDays * 24 * time.Hour)
		h.must(h.svc.Tidy(h.ctx))
		if n := len(h.hits(r)); n != 1 {
			t.Errorf("after %d days there are %d hits, want 1", social.AutoHitDays, n)
		}
		h.clock.Pass(time.Second)
		h.must(h.svc.Tidy(h.ctx))
		if n := len(h.hits(r)); n != 0 {
			t.Errorf("a second later there are %d hits", n)
		}
	})
}

func joinedFact(who social.AccountID) event.Joined { return event.Joined{Account: who} }

func (h *house) hashes(text string) social.HashImport {
	h.Helper()
	in, err := social.ParseHashes(text)
	h.must(err)
	return in
}

const (
	known   = "abababababababababababababababababababababababababababababababab"
	unknown = "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
)

// What is on a list is found by rules; what nobody may see is sealed without
// one.
func TestHashLists(t *testing.T) {
	each(t, func(h *house) {
		n, err := h.svc.Import(h.ctx, owner, h.hashes("sha256:"+known+",bad,spam\npdq:"+known+",worse,csam\nsha256:"+known+",bad,spam\n"))
		h.must(err)
		all, err := h.svc.Hashes(h.ctx, owner)
		h.must(err)
		if n != 2 || len(all) != 2 || all[0].Name != "bad" || all[0].Size != 1 {
			t.Errorf("%d were added, and the lists are %+v", n, all)
		}
		h.on("known", "pictures: list bad\ndo: hide")
		attach := func(print, look string, quality int) (sealed bool) {
			h.must(h.store.Write(h.ctx, func(tx *store.Tx) (err error) {
				m := social.Media{ID: social.MediaID(id.New(tx.Now)), Owner: 1, Kind: social.Image, State: social.MediaReady, Print: print, Look: look, Quality: quality, At: tx.Now}
				if sealed, err = h.svc.Seal(h.ctx, tx, m); err != nil || sealed {
					return err
				}
				if err := tx.AddMedia(h.ctx, m, ""); err != nil {
					return err
				}
				h.clock.Pass(time.Millisecond)
				return nil
			}))
			return sealed
		}
		if attach(unknown, unknown, 100) || attach(known, "", 0) || attach(unknown, known, 49) {
			t.Error("what is not on a list of csam was sealed")
		}
		if !attach(unknown, known, 50) {
			t.Error("what is on a list of csam was not sealed")
		}
		if len(h.acted) != 1 || h.acted[0] != "list of known files v1: report on 1" {
			t.Errorf("what was done is %q", h.acted)
		}
		listed := social.Media{Print: unknown, Look: known, Quality: 50}
		if err := h.svc.Known(h.ctx, 1, social.Media{Print: known}); err != nil {
			t.Errorf("a portrait on a list of spam: %v", err)
		}
		if err := h.svc.Known(h.ctx, 0, listed); errs.KindOf(err) != errs.Invalid || len(h.acted) != 1 {
			t.Errorf("a portrait of somebody elsewhere on a list of csam: %v; %q", err, h.acted)
		}
		if err := h.svc.Known(h.ctx, 1, listed); errs.KindOf(err) != errs.Invalid || len(h.acted) != 2 {
			t.Errorf("a portrait on a list of csam: %v; %q", err, h.acted)
		}
		told := len(h.told)
		h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
			sealed, err := h.svc.Seal(h.ctx, tx, social.Media{ID: 7, Kind: social.Image, Print: unknown, Look: known, Quality: 50})
			if !sealed || len(h.acted) != 2 || len(h.told) != told+1 {
				t.Errorf("an emoji, which is nobody's: sealed %v, done %q, told %q", sealed, h.acted, h.told)
			}
			return err
		}))
		h.must(h.svc.EndHashes(h.ctx, owner, all[1].ID))
		if attach(unknown, known, 50) {
			t.Error("it is sealed also when the list is gone")
		}
	})
}
