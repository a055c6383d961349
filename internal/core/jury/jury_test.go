package jury_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/jury"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

const (
	author, reporter, friend, foe, named, mod = 1, 2, 3, 4, 5, 9
	first                                     = 100 // of the jurors
	jurors                                    = 60
	bad                                       = 501 // a post
)

var rules = []social.Rule{{ID: "1", Text: "Be kind."}, {ID: "2", Text: "No advertising."}}

// A bench is a house with a pool of jurors.
type bench struct {
	t     *testing.T
	s     *store.Store
	c     *storetest.Clock
	svc   *jury.Service
	house social.Settings
	ended []social.Jury
}

func each(t *testing.T, fn func(b *bench)) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		b := &bench{t: t, s: s, c: c, house: social.Settings{Title: "x", Juries: true, Rules: rules}}
		b.svc = jury.New(s, jury.Config{Settings: func() social.Settings { return b.house },
			Verdict: func(_ context.Context, _ *store.Tx, j social.Jury, _ social.Tally) error {
				b.ended = append(b.ended, j)
				return nil
			}})
		b.furnish()
		fn(b)
	})
}

func actor(who social.AccountID) social.Actor {
	a := social.Actor{Account: who, Standing: social.Good, Role: social.Member}
	if who == mod {
		a.Role = social.Moderator
	}
	return a
}

func (b *bench) write(fn func(tx *store.Tx) error) {
	b.t.Helper()
	if err := b.s.Write(b.t.Context(), fn); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) read(fn func(v *store.View) error) {
	b.t.Helper()
	if err := b.s.Read(b.t.Context(), fn); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) furnish() {
	b.t.Helper()
	ctx := b.t.Context()
	b.write(func(tx *store.Tx) error {
		if err := tx.SetHouse(ctx, b.house); err != nil {
			return err
		}
		ids := []social.AccountID{author, reporter, friend, foe, named, mod}
		for i := range social.AccountID(jurors) {
			ids = append(ids, first+i)
		}
		for _, who := range ids {
			n := fmt.Sprintf("user%d", who)
			if err := tx.AddAccount(ctx, social.Account{ID: who, Username: n, Standing: social.Good, CreatedAt: tx.Now.Add(-social.JurorAge)}); err != nil {
				return err
			}
			if err := tx.AddUser(ctx, social.User{Account: who, Email: n + "@mail.example", Role: actor(who).Role, Confirmed: true, Approved: true, CreatedAt: tx.Now}); err != nil {
				return err
			}
			if err := tx.SetJuror(ctx, social.Juror{Account: who, Willing: true, Passed: tx.Now, Days: social.JurorDays}); err != nil {
				return err
			}
		}
		if err := tx.AddFollow(ctx, social.Follow{ID: 1, Owner: friend, Target: author, At: tx.Now}, true); err != nil {
			return err
		}
		return tx.AddPost(ctx, social.Post{ID: bad, Thread: bad, Author: author, Text: "@user5 is a fool, says user1", Visibility: social.Public, At: tx.Now,
			Mentions: []social.Mention{{Account: named, Username: "user5"}}})
	})
	if err := b.svc.Pool(ctx); err != nil {
		b.t.Fatal(err)
	}
}

func brief() jury.Brief {
	return jury.Brief{Case: 77, Posts: []social.PostID{bad}, Reporters: []social.AccountID{reporter},
		Charge: social.Charge{Harms: []social.Harm{social.HarmHarassment}, Channels: []social.Channel{social.ChannelApp}}}
}

func (b *bench) convene(br jury.Brief) (j social.JuryID) {
	b.t.Helper()
	b.write(func(tx *store.Tx) (err error) { j, err = b.try(tx, br); return err })
	return j
}

// try is Convene for a case that is made if there is none.
func (b *bench) try(tx *store.Tx, br jury.Brief) (social.JuryID, error) {
	ctx := b.t.Context()
	if _, err := tx.Case(ctx, br.Case); err != nil {
		sorted, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeTriage, About: author, Body: evidence.Triage{}})
		if err != nil {
			return 0, err
		}
		c := social.Case{ID: br.Case, Subject: social.Subject{Account: author, Post: social.PostID(br.Case)}, Harm: social.HarmHarassment, Queue: social.QueueGeneral, At: tx.Now, Evidence: sorted.ID()}
		if _, err := tx.AddCase(ctx, c); err != nil {
			return 0, err
		}
	}
	return b.svc.Convene(ctx, tx, br)
}

func (b *bench) jury(which social.JuryID) (j social.Jury, seats []social.JurySeat) {
	b.t.Helper()
	b.read(func(v *store.View) (err error) {
		if j, err = v.Jury(b.t.Context(), which); err != nil {
			return err
		}
		seats, err = v.JurySeats(b.t.Context(), which)
		return err
	})
	return j, seats
}

// say has those who wait on a jury say something, one after the other, until
// the verdicts are used up.
func (b *bench) say(which social.JuryID, verdicts ...social.Verdict) {
	b.t.Helper()
	ctx := b.t.Context()
	for _, verdict := range verdicts {
		_, seats := b.jury(which)
		i := slices.IndexFunc(seats, social.JurySeat.Waits)
		if i < 0 {
			b.t.Fatalf("nobody is left to say %s", verdict)
		}
		by := actor(seats[i].Account)
		if found, err := b.svc.Next(ctx, by); err != nil || !found {
			b.t.Fatalf("next for %d: %v, %v", by.Account, found, err)
		}
		v := social.JuryVote{Verdict: verdict, Confidence: social.Sure}
		if verdict == social.Breach {
			v.Rule = "1"
		}
		b.c.Pass(time.Second)
		if err := b.svc.Vote(ctx, by, seats[i].ID, v); err != nil {
			b.t.Fatal(err)
		}
	}
}

func (b *bench) records(kind evidence.Type) (out []json.RawMessage) {
	b.t.Helper()
	b.read(func(v *store.View) error {
		all, err := v.Evidence(b.t.Context(), 0, 1000)
		for _, r := range all {
			l, err := evidence.ParseLeaf([]byte(r.Leaf))
			if err != nil {
				return err
			}
			if l.Type == kind {
				out = append(out, r.Body)
			}
		}
		return err
	})
	return out
}

func repeat(v social.Verdict, n int) []social.Verdict { return slices.Repeat([]social.Verdict{v}, n) }

func TestVerdict(t *testing.T) {
	each(t, func(b *bench) {
		which := b.convene(brief())
		j, seats := b.jury(which)
		if len(seats) != 5 || j.Exhibit.Parts[0].Text != "@[someone] is a fool, says A" {
			t.Fatalf("%d seats, shown %+v", len(seats), j.Exhibit)
		}
		b.say(which, social.Breach, social.NoBreach, social.Breach, social.Breach)
		if j, _ := b.jury(which); !j.Open() {
			t.Fatalf("three of four say so, and it is over: %s", j.End)
		}
		b.say(which, social.Breach)
		j, _ = b.jury(which)
		if j.End != social.JuryBreach || j.Rule != "1" || len(j.Exhibit.Parts) != 0 || len(b.ended) == 0 || b.ended[len(b.ended)-1].ID != which {
			t.Errorf("ended as %q by rule %q, still shown: %v, told %d", j.End, j.Rule, j.Exhibit.Parts, len(b.ended))
		}
		if n := len(b.records(evidence.TypeJuryVote)); n != 5 {
			t.Errorf("%d votes are in the log", n)
		}
		var vote evidence.JuryVoted
		if err := json.Unmarshal(b.records(evidence.TypeJuryVote)[0], &vote); err != nil || vote.Juror != seats[0].Pseudonym || vote.Seconds != 1 || !vote.Counts || vote.Rule != "1" {
			t.Errorf("the log has %+v, %v", vote, err)
		}
	})
}

// Who has read the log, and is told the key in the end, repeats the draw.
func TestDrawCanBeRepeated(t *testing.T) {
	each(t, func(b *bench) {
		ctx := t.Context()
		root := sha256.Sum256([]byte("root"))
		b.write(func(tx *store.Tx) error {
			h := evidence.Head{Origin: "x.example/evidence", Size: 3, Root: root}
			return tx.SetCheckpoint(ctx, store.SignedHead{Size: 3, AtMs: 1, Note: h.Text() + "\n— x.example/evidence AAAA\n"})
		})
		which := b.convene(brief())
		b.say(which, repeat(social.NoBreach, 4)...)
		var members []byte
		b.read(func(v *store.View) error {
			p, err := v.JuryPool(ctx, 0)
			members = p.List()
			return err
		})
		b.c.Pass(40 * time.Hour)
		for range 2 {
			if err := b.svc.Tidy(ctx); err != nil { // makes another pool, and tells of the first
				t.Fatal(err)
			}
		}
		var pooled evidence.JuryPooled
		var drawn evidence.JuryDrawn
		var ended evidence.JuryEnded
		var keyed evidence.JuryKeyed
		for kind, to := range map[evidence.Type]any{evidence.TypeJuryPool: &pooled, evidence.TypeJuryDraw: &drawn, evidence.TypeJuryEnd: &ended, evidence.TypeJuryKey: &keyed} {
			all := b.records(kind)
			if len(all) == 0 {
				t.Fatalf("no %s in the log", kind)
			}
			if err := json.Unmarshal(all[0], to); err != nil {
				t.Fatal(err)
			}
		}
		if sum := sha256.Sum256(members); hex.EncodeToString(sum[:]) != pooled.List || drawn.Pool != pooled.Pool || keyed.Pool != pooled.Pool {
			t.Fatal("the list is not what was committed to")
		}
		key, _ := hex.DecodeString(keyed.Key)
		if sum := sha256.Sum256(append([]byte("plaza jury key 1\n"), key...)); hex.EncodeToString(sum[:]) != pooled.Key {
			t.Error("the key is not what was committed to")
		}
		m := hmac.New(sha256.New, key)
		fmt.Fprintf(m, "plaza jury seed 1\n%s\n", drawn.Jury)
		m.Write(root[:])
		seed := m.Sum(nil)
		if sum := sha256.Sum256(append([]byte("plaza jury commitment 1\n"), seed...)); hex.EncodeToString(seed) != ended.Seed || hex.EncodeToString(sum[:]) != drawn.Seed || drawn.Root != hex.EncodeToString(root[:]) || drawn.Tree != 3 {
			t.Errorf("the seed is not what was committed to: %+v", drawn)
		}
		type lot struct {
			drew  uint64
			juror string
		}
		var lots []lot
		for line := range bytes.Lines(members) {
			name := string(line[:32])
			p, _ := hex.DecodeString(name)
			sum := sha256.Sum256(append(slices.Clone(seed), p...))
			lots = append(lots, lot{binary.BigEndian.Uint64(sum[:]), name})
		}
		slices.SortStableFunc(lots, func(a, b lot) int {
			if a.drew < b.drew {
				return -1
			}
			return 1
		})
		for i, l := range drawn.Lots {
			if l.Juror != lots[i].juror {
				t.Errorf("lot %d: %s, want %s", i, l.Juror, lots[i].juror)
			}
		}
		if drawn.Size != jurors+5 { // the moderator is none
			t.Errorf("a pool of %d", drawn.Size)
		}
	})
}

// Nobody sits who has something to do with it, in any of many draws.
func TestConflicts(t *testing.T) {
	each(t, func(b *bench) {
		ctx := t.Context()
		b.write(func(tx *store.Tx) error { return tx.AddBlock(ctx, reporter, foe) })
		for i := range social.CaseID(30) {
			br := brief()
			br.Case = i + 1
			_, seats := b.jury(b.convene(br))
			for _, s := range seats {
				if s.Account < first {
					t.Fatalf("%d sits", s.Account)
				}
			}
		}
	})
}

func TestCaps(t *testing.T) {
	each(t, func(b *bench) {
		seen := map[social.AccountID]int{}
		for i := range 200 {
			br := brief()
			br.Case = social.CaseID(1000 + i)
			var which social.JuryID
			err := b.s.Write(t.Context(), func(tx *store.Tx) (err error) { which, err = b.try(tx, br); return err })
			if err != nil {
				if errs.KindOf(err) != errs.Unavailable {
					t.Fatal(err)
				}
				break
			}
			_, seats := b.jury(which)
			for _, s := range seats {
				seen[s.Account]++
			}
		}
		for who, n := range seen {
			if n > social.MaxJurorDay {
				t.Errorf("%d was drawn %d times", who, n)
			}
		}
		if len(seen) != jurors+1 { // and one whom nothing ties here
			t.Errorf("%d were drawn at all", len(seen))
		}
	})
}

func TestHungThenStaff(t *testing.T) {
	each(t, func(b *bench) {
		which := b.convene(brief())
		b.say(which, social.Breach, social.Breach, social.NoBreach, social.NoBreach)
		j, seats := b.jury(which)
		if !j.Open() || j.Round != 2 || len(seats) != 12 {
			t.Fatalf("after a hung panel: %q, round %d, %d seats", j.End, j.Round, len(seats))
		}
		for _, a := range seats[:5] {
			if a.Waits() || slices.ContainsFunc(seats[5:], func(s social.JurySeat) bool { return s.Account == a.Account }) {
				t.Error("the second panel is not a fresh one")
			}
		}
		b.say(which, social.Breach, social.Breach, social.Breach, social.NoBreach, social.NoBreach, social.NoBreach)
		if j, _ = b.jury(which); j.End != social.JuryHung || j.End.Verdict() != "" {
			t.Errorf("after two: %q", j.End)
		}
	})
}

func TestSilence(t *testing.T) {
	each(t, func(b *bench) {
		ctx := t.Context()
		which := b.convene(brief())
		b.say(which, social.NoBreach)
		b.c.Pass(social.JurySoon - 10*time.Second)
		b.run()
		if _, seats := b.jury(which); len(seats) != 5 {
			t.Fatalf("too early: %d seats", len(seats))
		}
		b.c.Pass(10 * time.Second)
		b.run()
		_, seats := b.jury(which)
		if len(seats) != 9 {
			t.Fatalf("four said nothing, and there are %d seats", len(seats))
		}
		late := seats[1]
		if late.Left != social.LeftSilent {
			t.Fatalf("who said nothing: %+v", late)
		}
		if err := b.svc.Vote(ctx, actor(late.Account), late.ID, social.JuryVote{Verdict: social.NoBreach, Confidence: 1}); errs.KindOf(err) != errs.NotFound {
			t.Errorf("who was never shown it votes: %v", err)
		}
		var who social.Juror
		b.read(func(v *store.View) (err error) { who, err = v.Juror(ctx, late.Account); return err })
		if who.Missed != 1 {
			t.Errorf("missed %d times", who.Missed)
		}
		b.c.Pass(social.JuryLast)
		b.run()
		if j, _ := b.jury(which); j.End != social.JuryLate {
			t.Errorf("after four hours: %q", j.End)
		}
	})
}

func (b *bench) run() {
	b.t.Helper()
	for {
		n, err := work.Once(b.t.Context(), b.s, b.svc.Worker())
		if err != nil {
			b.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func TestSkip(t *testing.T) {
	each(t, func(b *bench) {
		ctx := t.Context()
		which := b.convene(brief())
		_, seats := b.jury(which)
		by, other := actor(seats[0].Account), actor(seats[1].Account)
		if _, err := b.svc.Next(ctx, by); err != nil {
			t.Fatal(err)
		}
		for name, err := range map[string]error{
			"somebody else's": b.svc.Skip(ctx, other, seats[0].ID),
			"none":            b.svc.Skip(ctx, by, 12345),
			"a vote on it":    b.svc.Vote(ctx, other, seats[0].ID, social.JuryVote{Verdict: social.NoBreach, Confidence: 1}),
		} {
			if errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
		b.c.Pass(time.Second)
		if err := b.svc.Skip(ctx, by, seats[0].ID); err != nil {
			t.Fatal(err)
		}
		_, seats = b.jury(which)
		if len(seats) != 6 || seats[0].Left != social.LeftSkipped {
			t.Errorf("%d seats, the first %q", len(seats), seats[0].Left)
		}
		if err := b.svc.Vote(ctx, by, seats[0].ID, social.JuryVote{Verdict: social.NoBreach, Confidence: 1}); errs.KindOf(err) != errs.Conflict {
			t.Errorf("voting after all: %v", err)
		}
	})
}

// Who has something to do with a case since it was drawn neither votes nor is drawn
// for those who are gone.
func TestConflictsMeanwhile(t *testing.T) {
	each(t, func(b *bench) {
		ctx := t.Context()
		which := b.convene(brief())
		_, seats := b.jury(which)
		sits := func(who social.AccountID) bool {
			return slices.ContainsFunc(seats, func(s social.JurySeat) bool { return s.Account == who })
		}
		report := func(all ...social.AccountID) {
			t.Helper()
			b.write(func(tx *store.Tx) error {
				for _, who := range all {
					if err := tx.AddReport(ctx, social.Report{ID: social.ReportID(who), Reporter: who, Target: author, Case: 77, Posts: []social.PostID{bad}, Category: social.ReportOther,
						Harm: social.HarmHarassment, Channel: social.ChannelApp}); err != nil {
						return err
					}
				}
				return nil
			})
		}
		votes := func(n int, role social.Role) {
			t.Helper()
			by := actor(seats[n].Account)
			by.Role = role
			if found, err := b.svc.Next(ctx, by); err != nil || !found {
				t.Fatal(found, err)
			}
			b.c.Pass(time.Second)
			if err := b.svc.Vote(ctx, by, seats[n].ID, social.JuryVote{Verdict: social.NoBreach, Confidence: social.Sure}); errs.KindOf(err) != errs.Conflict {
				t.Errorf("juror %d votes: %v", n, err)
			}
			before := len(seats)
			if _, seats = b.jury(which); seats[n].Left != social.LeftSkipped || !seats[n].Said.IsZero() || len(seats) > before+1 {
				t.Errorf("juror %d is %q, and of %d there are %d", n, seats[n].Left, before, len(seats))
			}
		}
		report(seats[0].Account)
		votes(0, social.Member)
		b.write(func(tx *store.Tx) error {
			return tx.AddPost(ctx, social.Post{ID: bad + 1, Thread: bad, ReplyTo: bad, Author: seats[1].Account, Text: "Indeed", Visibility: social.Public, At: tx.Now})
		})
		votes(1, social.Member)
		b.write(func(tx *store.Tx) error {
			return tx.AddFollow(ctx, social.Follow{ID: 2, Owner: seats[2].Account, Target: author, At: tx.Now}, true)
		})
		votes(2, social.Member)
		votes(3, social.Moderator) // who sees by now who reported what
		if len(seats) != 9 {
			t.Errorf("four were to be replaced, and %d were drawn", len(seats))
		}
		if n := len(b.records(evidence.TypeJuryVote)); n != 0 {
			t.Errorf("%d votes are in the log", n)
		}
		others := []social.AccountID{foe, mod}
		for i := range social.AccountID(jurors) {
			others = append(others, first+i)
		}
		others = slices.DeleteFunc(others, sits)
		report(others...)
		drawn := len(seats)
		by := slices.IndexFunc(seats, social.JurySeat.Waits)
		if found, err := b.svc.Next(ctx, actor(seats[by].Account)); err != nil || !found {
			t.Fatal(found, err)
		}
		if err := b.svc.Skip(ctx, actor(seats[by].Account), seats[by].ID); err != nil {
			t.Fatal(err)
		}
		j, all := b.jury(which)
		seats = all
		if len(seats) != drawn || !j.Open() {
			t.Errorf("who reported it was drawn: %d seats after %d; it is %q", len(seats), drawn, j.End)
		}
	})
}

// A juror who judges badly goes on without knowing, and it does not count.
func TestOut(t *testing.T) {
	each(t, func(b *bench) {
		ctx := t.Context()
		b.write(func(tx *store.Tx) error {
			if err := tx.AddGold(ctx, social.Gold{ID: 1, Text: "Hello", Verdict: social.NoBreach, Harm: social.HarmOther}); err != nil {
				return err
			}
			return tx.RetireGold(ctx, 1) // or one in twenty of those who vote below would be shown it first
		})
		which := b.convene(brief())
		_, seats := b.jury(which)
		by := actor(seats[0].Account)
		var skill social.Skill
		for range social.GoldEnough - 1 {
			skill = skill.After(false)
		}
		b.write(func(tx *store.Tx) error {
			j, err := tx.Juror(ctx, by.Account)
			if err != nil {
				return err
			}
			j.Skill = skill
			if err := tx.SetJuror(ctx, j); err != nil {
				return err
			}
			return tx.AddJurySeat(ctx, social.JurySeat{ID: 700, Gold: 1, Account: by.Account, Seen: tx.Now})
		})
		b.c.Pass(time.Second)
		if err := b.svc.Vote(ctx, by, 700, social.JuryVote{Verdict: social.Breach, Rule: "1", Confidence: 3}); err != nil {
			t.Fatal(err)
		}
		_, seats = b.jury(which)
		if len(seats) != 6 || seats[0].Counts || !seats[0].Waits() || !seats[5].Counts {
			t.Fatalf("%d seats, the first counts %v and waits %v", len(seats), seats[0].Counts, seats[0].Waits())
		}
		if _, why, err := b.svc.Juror(ctx, by); why != nil || err != nil {
			t.Errorf("they are told: %v, %v", why, err)
		}
		b.write(func(tx *store.Tx) error { seats[0].Seen = tx.Now; return tx.SetJurySeat(ctx, seats[0]) })
		if err := b.svc.Vote(ctx, by, seats[0].ID, social.JuryVote{Verdict: social.Breach, Rule: "1", Confidence: 3}); err != nil {
			t.Fatal(err)
		}
		b.say(which, repeat(social.NoBreach, 4)...)
		if j, _ := b.jury(which); j.End != social.JuryNoBreach {
			t.Errorf("four of five who count say no breach, and it is %q", j.End)
		}
		var votes, counting int
		for _, r := range b.records(evidence.TypeJuryVote) {
			var v evidence.JuryVoted
			if err := json.Unmarshal(r, &v); err != nil {
				t.Fatal(err)
			}
			votes++
			if v.Counts {
				counting++
			}
		}
		if votes != 6 || counting != 4 {
			t.Errorf("%d votes in the log, %d count", votes, counting)
		}
		b.read(func(v *store.View) error { // a juror who finds theirs there must not see which was gold
			all, err := v.LeavesOf(ctx, evidence.TypeJuryVote, 0, 10)
			for _, text := range all {
				if l, err := evidence.ParseLeaf([]byte(text)); err != nil || len(l.Refs) > 0 || l.Outcome+l.Class != "" || l.Category == "" {
					t.Errorf("the leaf of a vote is %s, %v", text, err)
				}
			}
			return err
		})
		if err := b.svc.Pool(ctx); err != nil {
			t.Fatal(err)
		}
		b.read(func(v *store.View) error {
			p, err := v.JuryPool(ctx, 0)
			if slices.ContainsFunc(p.Members, func(m social.PoolMember) bool { return m.Account == by.Account }) {
				t.Error("still in the pool")
			}
			return err
		})
	})
}

func TestGoldIsShown(t *testing.T) {
	each(t, func(b *bench) {
		ctx := t.Context()
		b.write(func(tx *store.Tx) error {
			for i := range social.GoldID(40) {
				v := social.NoBreach
				if i%2 == 0 {
					v = social.Breach
				}
				if err := tx.AddGold(ctx, social.Gold{ID: i + 1, Text: "Gold", Verdict: v, Rule: "1", Harm: social.HarmOther}); err != nil {
					return err
				}
			}
			return nil
		})
		gold := 0
		for i := range 60 {
			br := brief()
			br.Case = social.CaseID(i + 1)
			which := b.convene(br)
			_, seats := b.jury(which)
			by := actor(seats[0].Account)
			if found, err := b.svc.Next(ctx, by); err != nil || !found {
				t.Fatal(found, err)
			}
			sheet, err := b.svc.Sheet(ctx, by)
			if err != nil || sheet == nil {
				t.Fatal(sheet, err)
			}
			if sheet.Exhibit.Parts[0].Text == "Gold" {
				gold++
			}
			b.write(func(tx *store.Tx) error { return b.svc.Withdraw(ctx, tx, which) })
			b.c.Pass(3 * time.Hour)
		}
		if gold > 20 { // six are expected; that it is none has a chance of one in 500
			t.Errorf("%d of 60 are gold", gold)
		}
	})
}

func TestWhatNoJurySees(t *testing.T) {
	each(t, func(b *bench) {
		ctx := t.Context()
		b.write(func(tx *store.Tx) error {
			if err := tx.AddPost(ctx, social.Post{ID: 502, Thread: 502, Author: author, Text: "to few", Visibility: social.Followers, At: tx.Now}); err != nil {
				return err
			}
			return tx.AddPost(ctx, social.Post{ID: 503, Thread: 503, Author: reporter, Text: "another's", Visibility: social.Public, At: tx.Now})
		})
		for name, tt := range map[string]struct {
			change func(*jury.Brief)
			want   errs.Kind
		}{
			"threats":            {func(br *jury.Brief) { br.Charge.Harms = []social.Harm{social.HarmViolence} }, errs.Forbidden},
			"what hosts wrote":   {func(br *jury.Brief) { br.Charge.Channels = []social.Channel{social.ChannelApp, social.ChannelHost} }, errs.Forbidden},
			"posts for some":     {func(br *jury.Brief) { br.Posts = []social.PostID{502} }, errs.Forbidden},
			"posts of several":   {func(br *jury.Brief) { br.Posts = []social.PostID{bad, 503} }, errs.Forbidden},
			"no post":            {func(br *jury.Brief) { br.Posts = nil }, errs.Forbidden},
			"a post that is not": {func(br *jury.Brief) { br.Posts = []social.PostID{504} }, errs.NotFound},
		} {
			br := brief()
			tt.change(&br)
			err := b.s.Write(ctx, func(tx *store.Tx) error { _, err := b.try(tx, br); return err })
			if errs.KindOf(err) != tt.want {
				t.Errorf("%s: %v, want %v", name, err, tt.want)
			}
		}
		b.house.Juries = false
		if err := b.s.Write(ctx, func(tx *store.Tx) error { _, err := b.try(tx, brief()); return err }); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("in a house without juries: %v", err)
		}
	})
}

// What is deleted is not shown any more, and not judged.
func TestDeleted(t *testing.T) {
	each(t, func(b *bench) {
		ctx := t.Context()
		which := b.convene(brief())
		_, seats := b.jury(which)
		by := actor(seats[0].Account)
		b.write(func(tx *store.Tx) error {
			p, err := tx.Post(ctx, bad)
			if err != nil {
				return err
			}
			return tx.RemovePost(ctx, p)
		})
		if found, err := b.svc.Next(ctx, by); found || err != nil {
			t.Errorf("next: %v, %v", found, err)
		}
		if j, _ := b.jury(which); j.End != social.JuryMoot || len(j.Exhibit.Parts) != 0 {
			t.Errorf("it is %q", j.End)
		}
	})
}

func TestOverride(t *testing.T) {
	each(t, func(b *bench) {
		ctx := t.Context()
		which := b.convene(brief())
		const why = "It is a line of a song."
		if err := b.svc.Override(ctx, actor(mod), which, social.NoBreach, "", why); errs.KindOf(err) != errs.Conflict {
			t.Errorf("while it sits: %v", err)
		}
		b.say(which, repeat(social.Breach, 4)...)
		if err := b.svc.Override(ctx, actor(author), which, social.NoBreach, "", why); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("by a member: %v", err)
		}
		if err := b.svc.Override(ctx, actor(mod), which, social.NoBreach, "", " "); errs.KindOf(err) != errs.Invalid {
			t.Errorf("without a reason: %v", err)
		}
		if err := b.svc.Override(ctx, actor(mod), which, social.NoBreach, "", why); err != nil {
			t.Fatal(err)
		}
		j, _ := b.jury(which)
		st, err := b.svc.State(ctx, actor(mod), social.Page{Limit: 10})
		if err != nil || j.Holds() != social.NoBreach || st.Overrides != 1 || st.Breaches != 100 || st.Alarm || len(st.Last) != 1 {
			t.Errorf("holds %q, %+v, %v", j.Holds(), st, err)
		}
		var o evidence.Overridden
		if err := json.Unmarshal(b.records(evidence.TypeOverride)[0], &o); err != nil || o.Reason != why || o.Count != 1 || o.Said != "breach" {
			t.Errorf("the log has %+v, %v", o, err)
		}
		figures := evidence.NewTally()
		b.read(func(v *store.View) error {
			all, err := v.Evidence(ctx, 0, 1000)
			for _, r := range all {
				l, _ := evidence.ParseLeaf([]byte(r.Leaf))
				figures.Add(l)
			}
			return err
		})
		if got := figures.Stats().Juries; got == nil || got.Drawn != 1 || got.Decided != 1 || got.Undecided != 0 || got.Overridden != 1 || got.P50 != j.Ended.Sub(j.Opened).Milliseconds() {
			t.Errorf("everybody counts %+v of a jury that took %v", got, j.Ended.Sub(j.Opened))
		}
	})
}

func TestAppeal(t *testing.T) {
	each(t, func(b *bench) {
		before := b.convene(brief())
		b.say(before, repeat(social.Breach, 4)...)
		_, judged := b.jury(before)
		br := brief()
		br.Appeal = true
		which := b.convene(br)
		j, seats := b.jury(which)
		if len(seats) != 7 || !j.Last() {
			t.Fatalf("%d seats", len(seats))
		}
		for _, s := range seats {
			if slices.ContainsFunc(judged, func(o social.JurySeat) bool { return o.Account == s.Account }) {
				t.Error("somebody judges twice")
			}
		}
		b.say(which, repeat(social.NoBreach, 5)...)
		if j, _ := b.jury(which); j.End != social.JuryNoBreach {
			t.Errorf("it is %q", j.End)
		}
	})
}

func TestQuizAndWish(t *testing.T) {
	each(t, func(b *bench) {
		ctx := t.Context()
		if err := b.svc.SetWish(ctx, actor(author), jury.Wish{Willing: true, Refuses: []social.Harm{social.HarmMinors}}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("what cannot be refused: %v", err)
		}
		if err := b.svc.SetWish(ctx, actor(author), jury.Wish{Willing: true, Refuses: []social.Harm{social.HarmSpam, social.HarmHate, social.HarmSpam}}); err != nil {
			t.Fatal(err)
		}
		j, why, err := b.svc.Juror(ctx, actor(author))
		if err != nil || why != nil || !slices.Equal(j.Refuses, []social.Harm{social.HarmHate, social.HarmSpam}) {
			t.Errorf("%+v, %v, %v", j, why, err)
		}
		for range social.QuizTries {
			q, err := b.svc.Quiz(ctx, actor(author))
			if err != nil || len(q) != social.QuizLength {
				t.Fatal(len(q), err)
			}
			if passed, err := b.svc.AnswerQuiz(ctx, actor(author), make([]int, social.QuizLength-2)); passed || err != nil {
				t.Fatal(passed, err)
			}
		}
		if _, err := b.svc.AnswerQuiz(ctx, actor(author), nil); errs.KindOf(err) != errs.Limited {
			t.Errorf("once more: %v", err)
		}
		b.c.Pass(social.JurorDayLength)
		if _, err := b.svc.AnswerQuiz(ctx, actor(author), nil); err != nil {
			t.Errorf("the day after: %v", err)
		}
	})
}

// Every harm there is stands in the table of what a jury may see, one way or the
// other.
func TestHarms(t *testing.T) {
	for _, h := range social.Harms {
		m := social.Charge{Harms: []social.Harm{h}, Channels: []social.Channel{social.ChannelApp}}
		if got, want := m.MayJury() == nil, slices.Contains(social.JuryHarms, h); got != want {
			t.Errorf("a jury sees %s: %v, want %v", h, got, want)
		}
	}
}
