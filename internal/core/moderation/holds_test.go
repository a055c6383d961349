package moderation_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// kept are the words of texts that are still in a body of the log.
func (h *house) kept(texts ...string) (out []string) {
	h.Helper()
	_, all := h.log()
	for _, text := range texts {
		if slices.ContainsFunc(all, func(r store.Record) bool { return strings.Contains(string(r.Body), text) }) {
			out = append(out, text)
		}
	}
	return out
}

func (h *house) wantKept(when string, want []string, texts ...string) {
	h.Helper()
	if got := h.kept(texts...); !slices.Equal(got, want) {
		h.Errorf("%s: the log has %q, want %q", when, got, want)
	}
}

func (h *house) leave(who social.AccountID) {
	h.Helper()
	h.write(func(tx *store.Tx) error {
		posts, err := tx.PostsBy(h.ctx, []social.AccountID{who}, social.Page{Limit: 100})
		if err != nil {
			return err
		}
		for _, p := range posts {
			if err := tx.RemovePost(h.ctx, p); err != nil {
				return err
			}
		}
		return tx.DeleteAccount(h.ctx, who)
	})
}

// work is what the server does in the background about holds.
func (h *house) work() {
	h.Helper()
	h.must(h.EraseWorker().Do(h.ctx, []byte("1")))
	h.must(h.TidyHolds(h.ctx))
}

func (h *house) hold(w social.Hold) social.Hold {
	h.Helper()
	w.Reason = "a court asks"
	w, err := h.Hold(h.ctx, as(adam), w)
	h.must(err)
	return w
}

// What is held is not erased when somebody leaves, but when the hold ends: when it
// is ended, or by itself. What is not held goes at once.
func TestHolds(t *testing.T) {
	words := []string{"of ada about ben", "of ada about zoe", "of ben about ada", "it was rude", "why me"}
	setUp := func(h *house) (about, other social.Report) {
		about = h.report(ada, social.Report{Target: ben, Comment: words[0]})
		other = h.report(ada, social.Report{Target: zoe, Comment: words[1]})
		h.report(ben, social.Report{Target: ada, Comment: words[2]})
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Case: about.Case, Action: social.Limit, Facts: words[3]}, false))
		ds, err := h.Decisions(h.ctx, as(mona), ben, social.Page{Limit: 1})
		h.must(err)
		_, err = h.Appeal(h.ctx, as(ben), ds[0].ID, words[4])
		h.must(err)
		return about, other
	}
	for what, tt := range map[string]struct {
		hold      func(about, other social.Report) social.Hold
		ben, both []string // what is left when ben is gone, and when ada is, too
	}{
		"nothing": {nil, []string{words[1]}, nil},
		"ben": {func(_, _ social.Report) social.Hold {
			return social.Hold{Kind: social.HoldAccount, Subject: int64(ben)}
		}, words, []string{words[0], words[2], words[3], words[4]}},
		"the case": {func(about, _ social.Report) social.Hold {
			return social.Hold{Kind: social.HoldCase, Subject: int64(about.Case)}
		},
			[]string{words[0], words[1], words[3], words[4]}, []string{words[0], words[3], words[4]}},
		"another case": {func(_, other social.Report) social.Hold {
			return social.Hold{Kind: social.HoldCase, Subject: int64(other.Case)}
		}, []string{words[1]}, []string{words[1]}},
	} {
		t.Run(what, func(t *testing.T) {
			each(t, func(h *house) {
				about, other := setUp(h)
				var held social.Hold
				if tt.hold != nil {
					held = h.hold(tt.hold(about, other))
				}
				h.leave(ben)
				h.work()
				h.wantKept("when ben left", tt.ben, words...)
				h.leave(ada)
				h.work()
				h.wantKept("when both left", tt.both, words...)
				if tt.hold == nil {
					return
				}
				h.must(h.Release(h.ctx, as(olga), held.ID, "the court is done"))
				h.work()
				h.wantKept("when the hold ended", nil, words...)
				kinds, all := h.log()
				for _, want := range []string{"hold placed", "hold ended"} {
					if !slices.Contains(kinds, want) {
						h.Errorf("the log has no %s: %v", want, kinds)
					}
				}
				for _, r := range all {
					if r.Body == nil && r.ErasedBy < 0 {
						h.Errorf("record %d is gone and nothing says so", r.Index)
					}
				}
				h.must(h.store.Read(h.ctx, func(v *store.View) error {
					left, err := v.WaitingToErase(h.ctx, 0, 10)
					if len(left) > 0 {
						h.Errorf("%v wait still", left)
					}
					return err
				}))
			})
		})
	}
}

// A hold ends by itself when its time has come, not before.
func TestHoldsExpire(t *testing.T) {
	each(t, func(h *house) {
		h.report(ada, social.Report{Target: ben, Comment: "her words"})
		h.hold(social.Hold{Kind: social.HoldAccount, Subject: int64(ben), Until: h.store.Now().Add(time.Hour)})
		h.leave(ada)
		h.clock.Pass(time.Hour - time.Second)
		h.work()
		h.wantKept("before", []string{"her words"}, "her words")
		h.clock.Pass(time.Second)
		h.work()
		h.wantKept("after", nil, "her words")
		if kinds, _ := h.log(); !slices.Contains(kinds, "hold expired") {
			h.Errorf("the log is %v", kinds)
		}
		if now, ended, err := h.Holds(h.ctx, as(olga), 0); err != nil || len(now) != 0 || len(ended) != 1 {
			h.Errorf("%v and %v, %v", now, ended, err)
		}
	})
}

// Admins place and end holds; where the house wants it, ending takes two of them.
func TestWhoHolds(t *testing.T) {
	each(t, func(h *house) {
		w := social.Hold{Kind: social.HoldAccount, Subject: int64(ben), Reason: "a court asks"}
		for _, who := range []social.AccountID{ada, mona} {
			_, err := h.Hold(h.ctx, as(who), w)
			h.kind("hold", err, errs.Forbidden)
			_, _, err = h.Holds(h.ctx, as(who), 0)
			h.kind("see", err, errs.Forbidden)
			h.kind("end", h.Release(h.ctx, as(who), 1, "why"), errs.Forbidden)
		}
		for what, bad := range map[string]social.Hold{"no reason": {Kind: w.Kind, Subject: w.Subject}, "a long one": {Kind: w.Kind, Subject: w.Subject, Reason: strings.Repeat("a", social.MaxHoldReason+1)},
			"no kind": {Subject: w.Subject, Reason: "x"}, "over already": {Kind: w.Kind, Subject: w.Subject, Reason: "x", Until: h.store.Now()},
			"too long": {Kind: w.Kind, Subject: w.Subject, Reason: "x", Until: h.store.Now().Add(social.MaxHoldFor + time.Second)}} {
			_, err := h.Hold(h.ctx, as(adam), bad)
			h.kind(what, err, errs.Invalid)
		}
		for _, kind := range []social.HoldKind{social.HoldAccount, social.HoldCase, social.HoldMatter} {
			_, err := h.Hold(h.ctx, as(adam), social.Hold{Kind: kind, Subject: 7, Reason: "x"})
			h.kind("nothing there", err, errs.NotFound)
		}
		one := h.hold(w)
		h.kind("without a reason", h.Release(h.ctx, as(adam), one.ID, " "), errs.Invalid)
		h.kind("another", h.Release(h.ctx, as(adam), one.ID+1, "why"), errs.NotFound)
		h.write(func(tx *store.Tx) error {
			s := social.DefaultSettings
			s.SecondEyes = true
			return tx.SetHouse(h.ctx, s)
		})
		for range 2 {
			if err := h.Release(h.ctx, as(adam), one.ID, "done"); err != moderation.LiftProposed {
				h.Errorf("alone: %v", err)
			}
		}
		h.must(h.Release(h.ctx, as(olga), one.ID, "done"))
		h.kind("again", h.Release(h.ctx, as(olga), one.ID, "done"), errs.Conflict)
	})
}

// Whom a hold is about is told when they leave, unless that may not be.
func TestHeldBack(t *testing.T) {
	each(t, func(h *house) {
		c := h.report(ada, social.Report{Target: ben}).Case
		kept := func(who social.AccountID) bool {
			_, is, err := h.HeldBack(h.ctx, as(who))
			h.must(err)
			return is
		}
		h.hold(social.Hold{Kind: social.HoldCase, Subject: int64(c), Silent: true})
		if kept(ben) || kept(ada) {
			t.Error("they are told what they may not be")
		}
		until := h.store.Now().Add(48 * time.Hour)
		h.hold(social.Hold{Kind: social.HoldCase, Subject: int64(c), Until: until})
		h.hold(social.Hold{Kind: social.HoldAccount, Subject: int64(ben), Until: until})
		if !kept(ben) || kept(ada) || kept(mia) {
			t.Errorf("told are ben %v, ada, who reported him, %v, mia %v", kept(ben), kept(ada), kept(mia))
		}
		if got, _, err := h.HeldBack(h.ctx, as(ben)); err != nil || !got.Equal(until) {
			t.Errorf("until %s, %v", got, err)
		}
		h.clock.Pass(48 * time.Hour)
		if kept(ben) {
			t.Error("it is over")
		}
	})
}

// Admins neither see nor end holds on themselves, owners do.
func TestOwnHolds(t *testing.T) {
	each(t, func(h *house) {
		own, err := h.Hold(h.ctx, as(olga), social.Hold{Kind: social.HoldAccount, Subject: int64(adam), Reason: "a court asks"})
		h.must(err)
		h.hold(social.Hold{Kind: social.HoldAccount, Subject: int64(ben)})
		h.kind("their own", h.Release(h.ctx, as(adam), own.ID, "done"), errs.NotFound)
		seen := func(who social.AccountID, want int) {
			h.Helper()
			now, ended, err := h.Holds(h.ctx, as(who), 0)
			h.must(err)
			if len(now)+len(ended) != want {
				h.Errorf("%d sees %v and %v, want %d", who, now, ended, want)
			}
		}
		seen(adam, 1)
		seen(olga, 2)
		h.must(h.Release(h.ctx, as(olga), own.ID, "done"))
		seen(adam, 1)
		seen(olga, 2)
	})
}

// That somebody asked for the end of a hold counts for a while, and only who agreed
// is in the record of it.
func TestLiftLapses(t *testing.T) {
	each(t, func(h *house) {
		s := social.DefaultSettings
		s.SecondEyes = true
		h.write(func(tx *store.Tx) error { return tx.SetHouse(h.ctx, s) })
		one, two := h.hold(social.Hold{Kind: social.HoldAccount, Subject: int64(ben)}), h.hold(social.Hold{Kind: social.HoldAccount, Subject: int64(zoe), Until: h.store.Now().Add(3 * social.MaxLiftAsked)})
		end := func(who social.AccountID, which social.HoldID) bool {
			h.Helper()
			err := h.Release(h.ctx, as(who), which, "done")
			if err != moderation.LiftProposed {
				h.must(err)
			}
			return err == nil
		}
		second := func(did string, want bool) {
			h.Helper()
			_, all := h.log()
			for _, r := range all {
				if b := string(r.Body); strings.Contains(b, `"did":"`+did+`"`) && strings.Contains(b, `"second":`) != want {
					h.Errorf("second is %v in %s", !want, b)
				}
			}
		}
		end(adam, one.ID)
		h.clock.Pass(social.MaxLiftAsked)
		if end(olga, one.ID) {
			h.Error("what was asked long ago counts")
		}
		h.clock.Pass(social.MaxLiftAsked - time.Second)
		if !end(adam, one.ID) {
			h.Error("what was asked lately does not count")
		}
		second("ended", true)
		end(adam, two.ID)
		h.clock.Pass(2 * social.MaxLiftAsked)
		h.work()
		if kinds, _ := h.log(); !slices.Contains(kinds, "hold expired") {
			h.Errorf("the log is %v", kinds)
		}
		second("expired", false)
	})
}

// A hold that is placed while somebody leaves comes after that: it does not promise
// to keep what is being erased.
func TestHoldWhileErasing(t *testing.T) {
	each(t, func(h *house) {
		h.report(ada, social.Report{Target: ben, Comment: "her words"})
		placed := make(chan error, 1)
		h.write(func(tx *store.Tx) error {
			if _, err := tx.EraseEvidence(h.ctx, ada, "gone"); err != nil {
				return err
			}
			go func() {
				_, err := h.Hold(h.ctx, as(adam), social.Hold{Kind: social.HoldAccount, Subject: int64(ben), Reason: "a court asks"})
				placed <- err
			}()
			select {
			case err := <-placed:
				placed <- err
				t.Errorf("it was placed meanwhile: %v", err)
			case <-time.After(300 * time.Millisecond): // only how surely the mistake is seen
			}
			return nil
		})
		h.must(<-placed)
	})
}
