package limit

import (
	"strconv"
	"testing"
	"time"
)

type hand struct{ at time.Time }

func (h *hand) now() time.Time { return h.at }

func start() (*Limiter, *hand) {
	h := &hand{time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)}
	return New(h.now), h
}

var three = Rule{Name: "letters", Burst: 3, Per: time.Hour}

func TestBurstThenWait(t *testing.T) {
	l, h := start()
	for left := 2; left >= 0; left-- {
		if s := l.Take(three, "ada"); !s.OK || s.Remaining != left || s.Limit != 3 || s.RetryAfter != 0 {
			t.Errorf("with %d left: %+v", left, s)
		}
	}
	s := l.Take(three, "ada")
	if s.OK || s.Remaining != 0 || s.RetryAfter != 20*time.Minute || !s.Reset.Equal(h.at.Add(time.Hour)) {
		t.Errorf("the fourth: %+v, want to wait 20 minutes, all back in an hour", s)
	}
	if s := l.Take(three, "ben"); !s.OK {
		t.Errorf("somebody else: %+v", s)
	}
	if s := l.Take(Rule{Name: "sign-in", Burst: 3, Per: time.Hour}, "ada"); !s.OK {
		t.Errorf("another rule: %+v", s)
	}
	h.at = h.at.Add(20*time.Minute - 1)
	if s := l.Take(three, "ada"); s.OK || s.RetryAfter != 1 {
		t.Errorf("a moment too early: %+v", s)
	}
	h.at = h.at.Add(1)
	if s := l.Take(three, "ada"); !s.OK || s.Remaining != 0 {
		t.Errorf("after the wait: %+v", s)
	}
	h.at = h.at.Add(time.Hour)
	if s := l.Take(three, "ada"); !s.OK || s.Remaining != 2 {
		t.Errorf("an hour later: %+v, want a whole burst again", s)
	}
}

func TestUndo(t *testing.T) {
	l, _ := start()
	for range 10 {
		if s := l.Take(three, "ada"); !s.OK || s.Remaining != 2 {
			t.Fatalf("after what did not count: %+v", s)
		}
		l.Undo(three, "ada")
	}
	l.Undo(three, "ben") // who took nothing
	if s := l.Take(three, "ben"); s.Remaining != 2 {
		t.Errorf("%+v, want no more than there is", s)
	}
}

func TestOff(t *testing.T) {
	l, _ := start()
	l.Off()
	for range 10 {
		if s := l.Take(three, "ada"); !s.OK || s.Remaining != 3 {
			t.Fatalf("%+v", s)
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	l, h := start()
	l.most = 80
	for i := range 1000 {
		l.Take(three, strconv.Itoa(i))
		if len(l.full) > l.most {
			t.Fatalf("%d keys after %d, want at most %d", len(l.full), i+1, l.most)
		}
	}
	h.at = h.at.Add(time.Hour)
	for i := range l.most {
		l.Take(three, strconv.Itoa(i))
	}
	if len(l.full) > l.most {
		t.Errorf("%d keys, want the old ones forgotten", len(l.full))
	}
}

func BenchmarkTake(b *testing.B) {
	l, _ := start()
	for b.Loop() {
		l.Take(three, "ada")
	}
}
