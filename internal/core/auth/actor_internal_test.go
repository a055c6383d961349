package auth

import (
	"strconv"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

func TestActors(t *testing.T) {
	t.Parallel()
	c, now := newActors(), time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	put := func(hash string, who social.AccountID, stamp uint64) {
		c.put(hash, remembered{social.Actor{Account: who}, now.Add(time.Hour)}, stamp)
	}
	has := func(hash string, at time.Time) bool { _, ok, _ := c.get(hash, at); return ok }
	_, _, stamp := c.get("a", now)
	put("a", 1, stamp)
	put("b", 2, stamp)
	if !has("a", now) || !has("a", now.Add(time.Hour-1)) || has("a", now.Add(time.Hour)) {
		t.Error("it is remembered for an hour")
	}
	c.drop(1)
	if has("a", now) || !has("b", now) {
		t.Error("one is forgotten, the other not")
	}
	put("a", 1, stamp) // was loaded before
	if has("a", now) {
		t.Error("what is old came in")
	}
	c.drop(0)
	if has("b", now) {
		t.Error("all are forgotten")
	}
	_, _, stamp = c.get("", now)
	c.put("c", remembered{social.Actor{Token: 7}, now.Add(time.Hour)}, stamp)
	c.put("d", remembered{social.Actor{Token: 8}, now.Add(time.Hour)}, stamp)
	c.dropToken(7)
	if has("c", now) || !has("d", now) {
		t.Error("one token is forgotten, the other not")
	}
	_, _, stamp = c.get("", now)
	for i := range 3 * maxActors {
		put(strconv.Itoa(i), 1, stamp)
		if len(c.m) > maxActors {
			t.Fatalf("%d are remembered", len(c.m))
		}
	}
}

func BenchmarkActor(b *testing.B) {
	c := newActors()
	hash := hashOf("x")
	c.put(hash, remembered{until: time.Unix(1<<40, 0)}, 0)
	now := time.Unix(0, 0)
	for b.Loop() {
		if _, ok, _ := c.get(hashOf("x"), now); !ok {
			b.Fatal("forgotten")
		}
	}
}
