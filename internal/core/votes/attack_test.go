package votes_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/votes"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// work follows, and does the jobs that come of it.
func (h *house) work() {
	h.Helper()
	h.follow()
	for _, w := range []work.Worker{votes.Worker(h.store), votes.HostWorker(h.store)} {
		var due []store.Job
		h.write(func(tx *store.Tx) (err error) {
			due, err = tx.ClaimJobs(h.ctx, w.Kind, 100, time.Minute)
			return err
		})
		for _, j := range due {
			h.must(w.Do(h.ctx, j.Args))
			h.write(func(tx *store.Tx) error { return tx.FinishJob(h.ctx, j) })
		}
	}
}

// keep has a host be kept away from, or no longer with an empty severity.
func (h *house) keep(host string, how social.HostSeverity) {
	h.Helper()
	h.write(func(tx *store.Tx) error {
		b, err := tx.HostBlockOf(h.ctx, host)
		if errs.Absent(err) != nil {
			return err
		}
		if b.ID != 0 {
			err = tx.EndHostBlock(h.ctx, b.ID)
		} else {
			err = nil
		}
		if err == nil && how != "" {
			err = tx.AddHostBlock(h.ctx, social.HostBlock{ID: social.HostID(tx.Now.UnixMilli()), Host: host, Severity: how, CreatedAt: tx.Now})
		}
		tx.Record(event.HostsChanged{Host: host})
		return err
	})
	h.work()
}

// The votes of a host that is suspended are gone with it, those below it too, and
// count again once it is not.
func TestHostSuspended(t *testing.T) {
	each(t, func(h *house) {
		ada := h.one()
		root := h.say(ada, 0)
		reply := h.say(h.one(), root)
		for i, host := range []string{"evil.example", "more.evil.example:8443", "notevil.example", "far.example"} {
			h.vote(h.join(1, 90*day, host)[0], reply, []int{-1, -1, -1, 1}[i])
		}
		again := h.join(1, 90*day, "evil.example")[0]
		h.vote(again, reply, -1)
		h.wants("before", root, reply, 4, 16, 1, 4)
		h.keep("evil.example", social.HostSilence)
		h.wants("silenced", root, reply, 4, 16, 1, 4)
		h.keep("evil.example", social.HostSuspends)
		h.wants("suspended", root, reply, 4, 4, 1, 1)
		h.stand(again, social.Suspended)
		h.keep("evil.example", "")
		h.wants("but for who is suspended themselves", root, reply, 4, 12, 1, 3)
		h.keep("evil.example", social.HostSuspends)
		h.stand(again, social.Good)
		h.wants("who is not suspended any more, of a host that is", root, reply, 4, 4, 1, 1)
		h.keep("evil.example", "")
		h.wants("all of them", root, reply, 4, 16, 1, 4)
	})
}

// Only hosts that were let in count where only some may come.
func TestHostNotLetIn(t *testing.T) {
	each(t, func(h *house) {
		ada := h.one()
		root := h.say(ada, 0)
		reply := h.say(h.one(), root)
		h.vote(h.join(1, 90*day, "far.example")[0], reply, 1)
		h.write(func(tx *store.Tx) error {
			house, err := tx.House(h.ctx)
			if err != nil {
				return err
			}
			house.LimitedFederation = true
			tx.Record(event.HostsChanged{})
			return tx.SetHouse(h.ctx, house)
		})
		h.work()
		h.wants("not let in", root, reply, 0, 0, 0, 0)
		h.write(func(tx *store.Tx) error {
			tx.Record(event.HostsChanged{Host: "far.example"})
			return tx.AddHostAllow(h.ctx, social.HostAllow{ID: 1, Host: "far.example", CreatedAt: tx.Now})
		})
		h.work()
		h.wants("let in", root, reply, 4, 0, 1, 0)
	})
}

// Whose votes were set aside while they were about to leave has them back when they
// stay.
func TestWhoStaysVotesAgain(t *testing.T) {
	each(t, func(h *house) {
		ben := h.one()
		root := h.say(h.one(), 0)
		reply := h.say(h.one(), root)
		h.vote(ben, reply, 1)
		h.stand(ben, social.Suspended)
		h.work()
		h.wants("leaving, and looked at", root, reply, 0, 0, 0, 0)
		h.write(func(tx *store.Tx) error {
			tx.Record(event.AccessChanged{Account: ben.ID})
			return tx.SetStanding(h.ctx, ben.ID, social.Good)
		})
		h.work()
		h.wants("stays", root, reply, 4, 0, 1, 0)
	})
}

// Who has moved has one vote for the order, with the account that they moved to.
func TestWhoHasMoved(t *testing.T) {
	each(t, func(h *house) {
		old, now, far := h.one(), h.one(), h.join(1, 90*day, "far.example")[0]
		root := h.say(h.one(), 0)
		reply := h.say(h.one(), root)
		h.write(func(tx *store.Tx) error {
			for _, a := range []social.Account{old, far} {
				a.MovedTo, a.MovedAt = now.ID, tx.Now
				if err := tx.SetMoved(h.ctx, a); err != nil {
					return err
				}
			}
			return nil
		})
		h.vote(old, reply, 1)
		h.vote(far, reply, 1)
		h.wants("with the old ones", root, reply, 0, 0, 2, 0)
		h.vote(now, reply, 1)
		h.wants("with the new one", root, reply, 4, 0, 3, 0)
		if _, err := h.posts.Vote(h.ctx, as(old), reply, -1); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("down, with the old one: %v, want Forbidden", err)
		}
	})
}

// What counts by itself and joins a part is taken from there in the end, and what is
// gone does not come back by that.
func TestJoinPart(t *testing.T) {
	each(t, func(h *house) {
		ben := h.one()
		root := h.say(h.one(), 0)
		reply := h.say(h.one(), root)
		h.vote(ben, reply, 1)
		h.wants("by itself", root, reply, 4, 0, 1, 0)
		stale := store.Weight{Post: reply, Voter: ben.ID}
		h.write(func(tx *store.Tx) error { return tx.JoinPart(h.ctx, stale, social.Mutual) })
		if got := h.parts(reply)[social.Mutual]; got != 4 {
			t.Errorf("joined: %d, want 4", got)
		}
		h.write(func(tx *store.Tx) error { return tx.JoinPart(h.ctx, stale, social.Mutual) })
		h.write(func(tx *store.Tx) error { return tx.EndWeight(h.ctx, ben.ID, reply) })
		h.write(func(tx *store.Tx) error { return tx.JoinPart(h.ctx, stale, social.Mutual) })
		if got := h.parts(reply)[social.Mutual]; got != 0 {
			t.Errorf("ended: %d, want 0", got)
		}
		h.wants("ended", root, reply, 0, 0, 1, 0)
	})
}

// Whatever happens at once, in the end each vote counts once: people vote about each
// other, one is suspended again and again, and who follows the journal comes between.
func TestStorm(t *testing.T) {
	each(t, func(h *house) {
		const crowd, rounds = 5, 12
		people := h.join(crowd, 90*day, "")
		root := h.say(h.one(), 0)
		var replies []social.PostID
		for _, p := range people {
			replies = append(replies, h.say(p, root))
		}
		var wg sync.WaitGroup
		faults := make(chan error, crowd*rounds+3*rounds)
		for i, p := range people {
			wg.Go(func() {
				for n := range rounds {
					to := (i + 1 + n%(crowd-1)) % crowd
					_, err := h.posts.Vote(h.ctx, as(p), replies[to], []int{1, -1, 0, 1}[(i+n)%4])
					faults <- err
				}
			})
		}
		wg.Go(func() {
			for n := range 2 * rounds {
				how := []social.Standing{social.Suspended, social.Good}[n%2]
				if err := h.store.Write(h.ctx, func(tx *store.Tx) error { return tx.SetStanding(h.ctx, people[0].ID, how) }); err != nil {
					faults <- err
				}
				faults <- votes.Worker(h.store).Do(h.ctx, fmt.Append(nil, int64(people[0].ID)))
			}
		})
		wg.Go(func() {
			for range rounds {
				faults <- work.CatchUp(h.ctx, h.store, votes.Follower())
			}
		})
		go func() { wg.Wait(); close(faults) }()
		for err := range faults {
			if k := errs.KindOf(err); err != nil && k != errs.NotFound { // of who is suspended nothing is seen
				t.Error(err)
			}
		}
		h.work()
		h.must(votes.Worker(h.store).Do(h.ctx, fmt.Append(nil, int64(people[0].ID))))
		for i, which := range replies {
			likes, downs, parts := 0, 0, map[string]int{}
			sum := social.Standings{}
			h.must(h.store.Read(h.ctx, func(v *store.View) error {
				for _, p := range people {
					vote, err := v.VoteOf(h.ctx, p.ID, which)
					if err != nil {
						return err
					}
					w, err := v.WeightOf(h.ctx, p.ID, which)
					if err != nil || w.Way != vote.Way {
						t.Errorf("reply %d, by %s: vote %d, counted as %d, %v", i, p.Username, vote.Way, w.Way, err)
					}
					if parts[w.Part] += w.Weight; vote.Way > 0 {
						likes++
					} else if vote.Way < 0 {
						downs++
					}
					if w.Way > 0 {
						sum.Ups += w.Weight
					} else {
						sum.Downs += w.Weight
					}
				}
				return nil
			}))
			if got := h.parts(which)[social.Mutual]; got != parts[social.Mutual] {
				t.Errorf("reply %d: %d of those who vote about each other, want %d", i, got, parts[social.Mutual])
			}
			if got := h.parts(which)[social.AllParts]; got != parts[social.Mutual] {
				t.Errorf("reply %d: %d of all parts, want %d", i, got, parts[social.Mutual])
			}
			h.wants(fmt.Sprint("reply ", i), root, which, sum.Ups, sum.Downs, likes, downs) // below MaxBlock nothing is capped
		}
	})
}

// All at once is bounded as each is: accounts made today, a circle, a server, and as many
// domains as one likes. Only who never votes back counts as everybody does.
func TestAbuseCombined(t *testing.T) {
	each(t, func(h *house) {
		root, villain := h.say(h.one(), 0), h.one()
		good, bad := h.say(h.one(), root), h.say(villain, root)
		for _, p := range h.join(12, 90*day, "") {
			h.vote(p, good, 1)
		}
		for _, p := range h.join(50, time.Hour, "") { // made today
			h.vote(p, bad, 1)
			if _, err := h.posts.Vote(h.ctx, as(p), good, -1); errs.KindOf(err) != errs.Forbidden {
				t.Fatalf("down, by who came today: %v", err)
			}
		}
		hosts := []string{"evil.example", "more.evil.example"}
		for i := range 20 {
			hosts = append(hosts, fmt.Sprintf("evil%d.example", i))
		}
		for _, host := range hosts {
			for _, p := range h.join(6, 90*day, host) {
				h.vote(p, good, -1)
				h.vote(p, bad, 1)
			}
		}
		for _, p := range h.join(20, 90*day, "") { // a circle that only votes for each other
			h.vote(villain, h.say(p, root), 1)
			h.vote(p, bad, 1)
		}
		const most = social.MaxBlock * social.OneVote
		h.wants("for the bad one", root, bad, most, 0, 50+6*len(hosts)+20, 0)
		h.wants("against the good one", root, good, 12*social.OneVote, most, 12, 6*len(hosts))
		g, _ := h.counts(root, good)
		b, _ := h.counts(root, bad)
		h.Logf("best: %.3f and %.3f", social.Best.Rank(g), social.Best.Rank(b))
		th, err := h.lines.ThreadBy(h.ctx, social.Anyone, root, social.Top)
		if h.must(err); th.Descendants[0].ID != good {
			t.Error("by top the good one does not come first")
		}
		for i, p := range h.join(9, 90*day, "") { // of whom she votes about nobody
			h.vote(p, bad, 1)
			n := (i + 1) * social.OneVote
			h.wants("by who gets nothing back", root, bad, n+max(n, most), 0, 50+6*len(hosts)+20+i+1, 0)
		}
	})
}
