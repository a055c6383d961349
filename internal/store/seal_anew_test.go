package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A house changes its key for another while a second node still seals by the one of
// before: nothing is lost, and in the end that one is not needed for anything.
func TestSealedAnew(t *testing.T) {
	t.Parallel()
	eachFile(t, func(t *testing.T, url string, s *store.Store) {
		ctx := t.Context()
		const words = "vkzqjwxq"
		claim := func() (jobs []store.Job) {
			must(t, s.Write(ctx, func(tx *store.Tx) (err error) {
				tx.Now = tx.Now.Add(2 * time.Hour)
				jobs, err = tx.ClaimJobs(ctx, "inbox", 10, 0)
				return err
			}))
			return jobs
		}
		seal := func(keys ...[]byte) {
			must(t, s.Unlock(keys...))
			if _, err := s.SealMessages(ctx); err != nil {
				t.Fatal(err)
			}
		}
		one, two := []byte("one"), []byte("two")
		seal(one)
		var p, late social.Post
		must(t, s.Write(ctx, func(tx *store.Tx) (err error) {
			if p, err = message(ctx, tx, 0, words); err != nil {
				return err
			}
			if _, err := tx.AddCase(ctx, social.Case{ID: 12, Subject: social.Subject{Account: 1, Post: p.ID}, Text: words + "case"}); err != nil {
				return err
			}
			if _, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeSnapshot, Closed: true, Body: evidence.Snapshot{Text: words + "copy", Visibility: "direct"}}); err != nil {
				return err
			}
			return unsaid(ctx, tx, words)
		}))

		seal(two, one)
		must(t, s.Unlock(one)) // on the other node, which has not heard of it
		if jobs := claim(); len(jobs) != 0 {
			t.Errorf("a node took what it cannot read: %s", jobs[0].Args)
		}
		if talks, waiting, err := s.SealedElsewhere(ctx); err != nil || talks != 2 || waiting != 2 {
			t.Errorf("sealed by keys that it has not: %d, %d, %v", talks, waiting, err)
		}
		must(t, s.Write(ctx, func(tx *store.Tx) (err error) { late, err = message(ctx, tx, p.Thread, words); return err }))

		seal(two, one)
		seal(two)
		if talks, waiting, err := s.SealedElsewhere(ctx); err != nil || talks != 0 || waiting != 0 {
			t.Errorf("the key of before is needed still: %d, %d, %v", talks, waiting, err)
		}
		reads(t, s, p, words)
		must(t, s.Read(ctx, func(v *store.View) error {
			got, err := v.Post(ctx, late.ID)
			if err != nil || got.Text != late.Text {
				t.Errorf("what the other node sealed is %q, %v", got.Text, err)
			}
			c, err := v.Case(ctx, 12)
			if err != nil || c.Text != words+"case" {
				t.Errorf("the case is about %q, %v", c.Text, err)
			}
			records, err := v.Evidence(ctx, 0, 10)
			if err != nil || len(records) != 1 || !strings.Contains(string(records[0].Body), words+"copy") {
				t.Errorf("the copies are %+v, %v", records, err)
			}
			return nil
		}))
		if jobs := claim(); len(jobs) != 1 || !strings.Contains(string(jobs[0].Args), words+"arrived") {
			t.Errorf("what arrived is %+v", jobs)
		}
		if all := found(t, url, canaries(words)); len(all) > 0 {
			t.Errorf("to be read: %q", all)
		}
		must(t, s.Unlock([]byte("three")))
		if n, err := s.GiveUpSealed(ctx); err != nil || n != 2 { // an activity, and an arrival
			t.Errorf("given up: %d, %v", n, err)
		}
	})
}
