package moderation

import (
	"container/heap"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Limits of drawing posts.
const (
	sampleEvery = 7 * 24 * time.Hour
	sampleBatch = 5000
	// maxLots is of how many posts of a week lots are drawn; a house with more has
	// them drawn of the first.
	maxLots = 1_000_000
	// sampling is the version of all that.
	sampling = "plaza sampling 1"
	lots     = "sample" // the setting that keeps the key
)

// A lottery is what is kept until the next draw.
type lottery struct {
	Key      []byte            `json:"key"`      // of the next draw
	Used     []byte            `json:"used"`     // of the last one; it is told with the next
	Evidence social.EvidenceID `json:"evidence"` // the record that commits to it
	Drawn    int64             `json:"drawn"`    // ms, when that was a draw
}

func (l lottery) commit() string {
	sum := sha256.Sum256(l.Key)
	return hex.EncodeToString(sum[:])
}

// Sample draws public posts of people of the house by lot, once a week, and has
// them judged blind among all other cases: by that it is known how many are in
// breach, also of what nobody reports. The key of a draw is committed to in the log
// before the tree has the root that it is drawn with. It is a chore.
func (s *Service) Sample(ctx context.Context) error {
	var house social.Settings
	var l lottery
	var head evidence.Head
	ready := false
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		if house, err = v.House(ctx); err != nil || house.Sample <= 0 {
			return err
		}
		if err := v.Setting(ctx, lots, &l); err != nil || l.Key == nil {
			return err
		}
		head, ready, err = after(ctx, v, l.Evidence)
		return err
	}); err != nil || house.Sample <= 0 {
		return err
	}
	if l.Key == nil {
		return s.store.Write(ctx, func(tx *store.Tx) error { return commitLots(ctx, tx) })
	}
	now := s.store.Now()
	if !ready || now.Sub(time.UnixMilli(l.Drawn)) < sampleEvery {
		return nil
	}
	d := draw{seed: seedOf(l.Key, head), want: min(house.Sample, social.MaxSample), until: now, since: now.Add(-sampleEvery), all: sha256.New()}
	if err := s.drawLots(ctx, &d); err != nil {
		return err
	}
	return s.store.Write(ctx, func(tx *store.Tx) error { return s.drawn(ctx, tx, l, head, d) })
}

// after is the last checkpoint, if it has a record in it.
func after(ctx context.Context, v *store.View, which social.EvidenceID) (h evidence.Head, ready bool, err error) {
	r, err := v.EvidenceOf(ctx, which)
	if err != nil {
		return h, false, err
	}
	c, err := v.LastCheckpoint(ctx)
	if err != nil {
		return h, false, errs.Absent(err)
	}
	text, _, _ := strings.Cut(c.Note, "\n\n")
	h, err = evidence.ParseHead(text + "\n")
	return h, c.Size > r.Index, err
}

func seedOf(key []byte, h evidence.Head) []byte {
	m := hmac.New(sha256.New, key)
	m.Write(h.Root[:])
	return m.Sum(nil)
}

// commitLots makes the first key, from which the next round draws.
func commitLots(ctx context.Context, tx *store.Tx) error {
	var l lottery
	if err := tx.Setting(ctx, lots, &l); err != nil || l.Key != nil {
		return err
	}
	l.Key = newKey()
	p, err := tx.AddEvidence(store.Evidence{Type: evidence.TypePrevalence, Outcome: "commit", Body: evidence.Lots{Commit: l.commit(), Sampling: sampling}})
	if err != nil {
		return err
	}
	l.Evidence = p.ID()
	return tx.SetSetting(ctx, lots, l)
}

func newKey() []byte {
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		panic(err) // it does not fail
	}
	return key
}

// A draw is who came by lot so far: those with the lowest ones.
type draw struct {
	seed         []byte
	want, of     int
	since, until time.Time
	lowest       ticketHeap
	all          hash.Hash
}

type ticket struct {
	lot  [sha256.Size]byte
	post social.PostID
}

type ticketHeap []ticket

func (h ticketHeap) Len() int           { return len(h) }
func (h ticketHeap) Less(i, j int) bool { return string(h[i].lot[:]) > string(h[j].lot[:]) }
func (h ticketHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *ticketHeap) Push(x any)        { *h = append(*h, x.(ticket)) }
func (h *ticketHeap) Pop() (x any) {
	last := len(*h) - 1
	x, *h = (*h)[last], (*h)[:last]
	return x
}

func (d *draw) add(which social.PostID) {
	d.of++
	name := binary.BigEndian.AppendUint64(nil, uint64(which))
	d.all.Write(name)
	heap.Push(&d.lowest, ticket{sha256.Sum256(append(slices.Clip(d.seed), name...)), which})
	if len(d.lowest) > d.want {
		heap.Pop(&d.lowest)
	}
}

// drawLots draws one for each public post of the week.
func (s *Service) drawLots(ctx context.Context, d *draw) error {
	from, before := social.PostID(id.Floor(d.since)), social.PostID(id.Floor(d.until))
	for d.of < maxLots {
		var some []social.PostID
		if err := s.store.Read(ctx, func(v *store.View) (err error) { some, err = v.PostsToDraw(ctx, from, before, sampleBatch); return err }); err != nil {
			return err
		}
		for _, which := range some {
			d.add(which)
			from = which + 1
		}
		if len(some) < sampleBatch {
			return nil
		}
	}
	return nil
}

// drawn stores a draw, commits to the key of the next, and opens the cases.
func (s *Service) drawn(ctx context.Context, tx *store.Tx, l lottery, h evidence.Head, d draw) error {
	var now lottery
	if err := tx.Setting(ctx, lots, &now); err != nil || now.Evidence != l.Evidence {
		return err // another host was first
	}
	if err := tx.TrimSamples(ctx); err != nil {
		return err
	}
	next := lottery{Key: newKey(), Used: l.Key, Drawn: tx.Now.UnixMilli()}
	body := evidence.Lots{Commit: next.commit(), Root: hex.EncodeToString(h.Root[:]), Size: h.Size, Since: record.Time(d.since), Until: record.Time(d.until),
		Posts: d.of, Of: hex.EncodeToString(d.all.Sum(nil)), Drawn: len(d.lowest), Key: hex.EncodeToString(l.Used), Sampling: sampling}
	p, err := tx.AddEvidence(store.Evidence{Type: evidence.TypePrevalence, Outcome: "draw", Refs: []social.EvidenceID{l.Evidence}, Body: body})
	if err != nil {
		return err
	}
	next.Evidence = p.ID()
	if err := tx.SetSetting(ctx, lots, next); err != nil {
		return err
	}
	for _, t := range d.lowest {
		if err := s.sampled(ctx, tx, t.post, p.ID()); err != nil {
			return err
		}
	}
	return nil
}

// sampled has somebody judge a post that was drawn, unless it is gone.
func (s *Service) sampled(ctx context.Context, tx *store.Tx, which social.PostID, lots social.EvidenceID) error {
	post, err := tx.Post(ctx, which)
	if err != nil {
		return errs.Absent(err)
	}
	c, err := tx.HoldCaseOf(ctx, social.Subject{Account: post.Author, Post: which})
	if errs.Absent(err) != nil {
		return err
	}
	p, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeSample, Outcome: evidence.SampleDrawn, Refs: []social.EvidenceID{lots}, About: post.Author,
		Body: evidence.Sampled{Post: s.view.PostURI(which), Outcome: evidence.SampleDrawn}})
	if err != nil {
		return err
	}
	if c.ID != 0 {
		c.Sampled = true
		err = tx.SetCase(ctx, c)
	} else {
		c, err = s.beginSampled(ctx, tx, post, p.ID())
	}
	if err != nil || c.ID == 0 {
		return err
	}
	return tx.AddSample(ctx, store.Sample{ID: id.New(tx.Now), Post: which, Case: c.ID, Evidence: p.ID()})
}

// beginSampled opens a case that nobody has reported. It waits with the others, at
// their end, for as long as until the next draw.
func (s *Service) beginSampled(ctx context.Context, tx *store.Tx, post social.Post, ref social.EvidenceID) (c social.Case, err error) {
	r := social.HarmOther.Routing()
	c = social.Case{ID: social.CaseID(id.New(tx.Now)), Subject: social.Subject{Account: post.Author, Post: post.ID}, Harm: social.HarmOther, Queue: r.Queue, Priority: r.Priority,
		Due: tx.Now.Add(sampleEvery), Text: excerpt(post), Sampled: true, At: tx.Now}
	if err := s.sort(ctx, tx, &c, []social.EvidenceID{ref}, "", "drawn by lot"); err != nil {
		return c, err
	}
	added, err := tx.AddCase(ctx, c)
	if err == nil && !added {
		err = errs.New(errs.Conflict, "Somebody reported a post that was drawn by lot at this moment.")
	}
	return c, err
}

// recordSamples says in the log what a post that was drawn was found to be: a
// decision that is about another case is no answer.
func recordSamples(ctx context.Context, tx *store.Tx, c social.Case, d social.Decision) error {
	all, err := tx.TakeSamples(ctx, c.ID)
	if err != nil || d.Case != c.ID {
		return err
	}
	outcome := evidence.SampleBreach
	if d.Action == social.Dismiss {
		outcome = evidence.SampleFine
	}
	for _, one := range all {
		if _, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeSample, Outcome: outcome, Refs: []social.EvidenceID{one.Evidence, c.Evidence}, About: c.Account,
			Body: evidence.Sampled{Post: fmt.Sprint(one.Post), Case: num(c.ID), Outcome: outcome}}); err != nil {
			return err
		}
	}
	return nil
}
