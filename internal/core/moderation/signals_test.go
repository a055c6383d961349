package moderation_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/bayes"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/sealing"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// decideMany stores cases that were decided, each with a text of its own: every
// second one is spam, and was a breach.
func (h *house) decideMany(n int) {
	h.write(func(tx *store.Tx) error {
		for i := range n {
			c := social.Case{ID: social.CaseID(1000 + i), Subject: social.Subject{Account: ben, Post: social.PostID(5000 + i)}, Harm: social.HarmSpam, Queue: social.QueueSpam,
				Text: fmt.Sprintf("rain in the garden and coffee with friend number %d of mine", i)}
			outcome := social.Dismiss
			if i%2 == 0 {
				c.Text, outcome = fmt.Sprintf("earn money at the casino with bonus %d today", i), social.HidePost
			}
			if _, err := tx.AddCase(h.ctx, c); err != nil {
				return err
			}
			c.Outcome, c.ClosedAt = outcome, tx.Now
			if err := tx.SetCase(h.ctx, c); err != nil {
				return err
			}
		}
		return nil
	})
}

func (h *house) sayWords(id social.PostID, words string) social.PostID {
	h.write(func(tx *store.Tx) error {
		return tx.AddPost(h.ctx, social.Post{ID: id, Author: ben, Text: words, Visibility: social.Public, At: tx.Now})
	})
	return id
}

// reported is the case of somebody's report of a post that says words.
func (h *house) reported(id social.PostID, words string) social.Case {
	h.Helper()
	which := h.report(ada, social.Report{Target: ben, Posts: []social.PostID{h.sayWords(id, words)}, Harm: social.HarmSpam}).Case
	f, err := h.Case(h.ctx, as(mona), which)
	h.must(err)
	return f.Case
}

func (h *house) seal(log *sealing.Service) {
	h.Helper()
	_, err := log.Seal(h.ctx)
	h.must(err)
}

// of are the leaves of a type, in order, and the last body.
func (h *house) of(kind evidence.Type) (all []evidence.Leaf, last string) {
	h.Helper()
	_, records := h.log()
	for _, r := range records {
		l, err := evidence.ParseLeaf([]byte(r.Leaf))
		h.must(err)
		if l.Type == kind {
			all, last = append(all, l), string(r.Body)
			if l.N != int64(len(all)) {
				h.Errorf("%s %d has the number %d", kind, len(all), l.N)
			}
		}
	}
	return all, last
}

// What was decided here sorts what comes, from enough of it on; it decides
// nothing, is known by the case, and is forgotten when somebody leaves.
func TestGuesses(t *testing.T) {
	each(t, func(h *house) {
		h.decideMany(bayes.Enough * 5 / 4)
		plain := h.reported(1, "earn money at the casino")
		if plain.Signal != "" {
			t.Errorf("nothing was learned, and the case says %q", plain.Signal)
		}
		h.must(h.Learn(h.ctx))
		like, other := h.reported(2, "earn more money at the casino"), h.reported(3, "coffee in the garden with a friend")
		if !strings.HasPrefix(like.Signal, "like cases that were upheld (") || like.Priority != plain.Priority+social.MaxSignal || !like.Open() {
			t.Errorf("what is like breaches is %q, of %d after %d", like.Signal, like.Priority, plain.Priority)
		}
		if other.Signal != "" || other.Priority != plain.Priority {
			t.Errorf("what is like none is %q, of %d", other.Signal, other.Priority)
		}
		if _, last := h.of(evidence.TypeTriage); strings.Contains(last, "upheld") {
			t.Errorf("the log has of the last %s", last)
		}
		h.must(h.Learn(h.ctx)) // not again today
		all, body := h.of(evidence.TypeQuality)
		var q evidence.Quality
		h.must(json.Unmarshal([]byte(body), &q))
		if len(all) != 1 || q.Tried != bayes.Enough/4 || q.Precision < 900 || q.Recall < 500 || !q.On {
			t.Errorf("%d records, the last %s", len(all), body)
		}
		h.Watch(h.ctx, []event.Record{{Fact: event.AccountDeleted{Account: 77}}, {Fact: event.AccountLeft{Account: zoe}}})
		if same := h.reported(6, "earn a lot of money at the casino"); same.Signal == "" {
			t.Error("it is forgotten when somebody leaves from whom nothing was learned")
		}
		h.Watch(h.ctx, []event.Record{{Fact: event.AccountDeleted{Account: ben}}})
		if gone := h.reported(4, "earn even more money at the casino"); gone.Signal != "" {
			t.Errorf("after somebody left it is still known: %q", gone.Signal)
		}
		h.must(h.Learn(h.ctx))
		if again := h.reported(5, "earn the most money at the casino"); again.Signal == "" {
			t.Error("it was not learned again")
		}
	})
}

// Before there is enough nothing is learned.
func TestTooLittleToGuess(t *testing.T) {
	each(t, func(h *house) {
		h.decideMany(bayes.Enough - 1)
		h.must(h.Learn(h.ctx))
		if c := h.reported(2, "earn more money at the casino"); c.Signal != "" {
			t.Errorf("the case says %q", c.Signal)
		}
		if all, _ := h.of(evidence.TypeQuality); len(all) != 0 {
			t.Error("there is a figure of nothing")
		}
	})
}

// Posts are drawn once a week from what was public, are judged blind, and what
// they were found to be is counted.
func TestSamples(t *testing.T) {
	each(t, func(h *house) {
		log := sealing.New(h.store, "made.example", slog.New(slog.DiscardHandler))
		h.must(h.Sample(h.ctx))
		h.wantLog() // off
		h.write(func(tx *store.Tx) error {
			s := social.DefaultSettings
			s.Sample = 5
			return tx.SetHouse(h.ctx, s)
		})
		for range 2 {
			h.must(h.Sample(h.ctx)) // no checkpoint has the commitment yet
		}
		h.wantLog("prevalence commit")
		for i := range 20 {
			v := social.Public
			if i%4 == 0 {
				v = social.Followers
			}
			h.clock.Pass(time.Second)
			h.say(ben, social.PostID(id.New(h.store.Now())), v)
		}
		h.seal(log)
		h.clock.Pass(time.Minute)
		for range 2 { // once a week
			h.must(h.Sample(h.ctx))
		}
		drawn, _ := h.of(evidence.TypeSample)
		_, body := h.of(evidence.TypePrevalence)
		var lots evidence.Lots
		h.must(json.Unmarshal([]byte(body), &lots))
		if len(drawn) != 5 || lots.Posts != 15 || lots.Drawn != 5 || lots.Key != "" || lots.Commit == "" || lots.Size < 1 {
			t.Fatalf("%d were drawn; the log says %s", len(drawn), body)
		}
		open := h.open()
		if len(open) != 5 || !open[0].Blind() || open[0].Reports != nil || open[0].Case.Reports != 0 {
			t.Fatalf("open are %+v", open)
		}
		if all, n, err := h.Cases(h.ctx, as(mona), social.CaseQuery{About: ben}, 0); err != nil || n != 0 || len(all) != 0 {
			t.Errorf("whose posts were drawn by lot can be asked for: %d, %v", n, err)
		}
		if f, err := h.Case(h.ctx, as(mona), open[0].ID); err != nil || f.Others != 0 {
			t.Errorf("one of them counts %d others, %v", f.Others, err)
		}
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Case: open[0].ID, Action: social.Dismiss}, false))
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Case: open[1].ID, Action: social.HidePost}, false))
		h.report(ada, social.Report{Target: ben, Posts: []social.PostID{open[2].Case.Post}})
		if f, err := h.Case(h.ctx, as(mona), open[2].ID); err != nil || f.Blind() || f.Case.Reports != 1 {
			t.Errorf("one that was reported meanwhile is %+v, %v", f.Case, err)
		}
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Account: ben, Action: social.Suspend}, false)) // ends the others, and says nothing of them
		h.seal(log)
		f, err := log.Figures(h.ctx)
		h.must(err)
		if len(f.Prevalence) != 1 || f.Prevalence[0].Drawn != 5 || f.Prevalence[0].Judged != 2 || f.Prevalence[0].Breaches != 1 {
			t.Errorf("the figures are %+v", f.Prevalence)
		}
		h.clock.Pass(8 * 24 * time.Hour)
		h.must(h.Sample(h.ctx))
		_, body = h.of(evidence.TypePrevalence)
		lots = evidence.Lots{}
		h.must(json.Unmarshal([]byte(body), &lots))
		if lots.Key == "" || lots.Posts != 0 {
			t.Errorf("a week later the log says %s", body)
		}
	})
}

// What waits for a second pair of eyes is in the log, with what becomes of it.
func TestProposalsAreInTheLog(t *testing.T) {
	each(t, func(h *house) {
		h.write(func(tx *store.Tx) error {
			s := social.DefaultSettings
			s.SecondEyes = true
			return tx.SetHouse(h.ctx, s)
		})
		post := h.say(ben, 1001, social.Public)
		c := h.report(ada, social.Report{Target: ben, Posts: []social.PostID{post}}).Case
		for _, x := range []struct {
			by social.AccountID
			do social.Action
		}{{mona, social.Suspend}, {mona, social.DeletePost}, {mia, social.Dismiss}} {
			err := h.Decide(h.ctx, as(x.by), social.Decision{Case: c, Action: x.do}, false)
			if x.do.SecondEyes() == (err == nil) {
				h.Fatal(err)
			}
		}
		c = h.report(ada, social.Report{Target: ben}).Case
		other := h.report(ada, social.Report{Target: ben, Posts: []social.PostID{post}}).Case
		for _, which := range []social.CaseID{c, other} {
			if h.Decide(h.ctx, as(mona), social.Decision{Case: which, Action: social.Suspend}, false) == nil {
				h.Fatal("it did not wait")
			}
		}
		h.must(h.Decide(h.ctx, as(mia), social.Decision{Case: c, Action: social.Suspend}, false))
		var got []string
		all, _ := h.of(evidence.TypeProposal)
		for _, l := range all {
			got = append(got, l.Outcome)
		}
		if want := "made replaced made refused made made agreed lapsed"; strings.Join(got, " ") != want {
			t.Errorf("became %q, want %q", strings.Join(got, " "), want)
		}
	})
}

// A report that is closed without its case is in the log, and in the figures.
func TestClosedAlone(t *testing.T) {
	each(t, func(h *house) {
		log := sealing.New(h.store, "made.example", slog.New(slog.DiscardHandler))
		first := h.report(ada, social.Report{Target: ben})
		h.report(zoe, social.Report{Target: ben})
		open := func(want int) {
			h.Helper()
			h.clock.Pass(2 * time.Minute)
			h.seal(log)
			f, err := log.Figures(h.ctx)
			h.must(err)
			if got := f.Days[len(f.Days)-1].Backlog; got != want {
				h.Errorf("%d are open, want %d", got, want)
			}
		}
		h.must(h.Close(h.ctx, as(mona), first.ID, true))
		open(1)
		h.must(h.Close(h.ctx, as(mona), first.ID, false))
		open(2)
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Case: first.Case, Action: social.Dismiss}, false))
		open(0)
		h.must(h.Close(h.ctx, as(mona), first.ID, false)) // opens a case of its own
		open(1)
		all, _ := h.of(evidence.TypeAction)
		if len(all) != 3 || all[0].Outcome != evidence.ReportClosed || all[1].Outcome != evidence.ReportReopened {
			t.Errorf("the log has %+v", all)
		}
	})
}
