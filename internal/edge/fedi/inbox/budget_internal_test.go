package inbox

import (
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/social"
)

// TestBudget: there is room for so much from one relay, again after a while,
// and it is each relay's own.
func TestBudget(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	s := &Inbox{Config: Config{Limiter: limit.New(func() time.Time { return now })}}
	flood, quiet := social.Relay{Inbox: "https://flood.example/inbox"}, social.Relay{Inbox: "https://relay.example/inbox"}
	for i := range MaxFromRelay {
		if err := s.within(flood); err != nil {
			t.Fatalf("%d of %d: %v", i+1, MaxFromRelay, err)
		}
	}
	if s.within(flood) == nil || s.within(quiet) != nil {
		t.Error("one more is let through, or another relay is not")
	}
	hour := 0
	for range 3600 {
		if now = now.Add(time.Second); s.within(flood) == nil {
			hour++
		}
	}
	if hour != 1200 {
		t.Errorf("%d are let through in an hour, want 1200", hour)
	}
}

// TestFlagsAreBounded: there is room for so many reports of one host in an hour,
// whatever else it brings, and others have their own.
func TestFlagsAreBounded(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	s := &Inbox{Config: Config{Limiter: limit.New(func() time.Time { return now })}}
	for i := range MaxFlags {
		if s.often("flood.example", "Flag") {
			t.Fatalf("report %d of %d is too much", i+1, MaxFlags)
		}
	}
	if !s.often("flood.example", "Flag") || s.often("flood.example", "Like") || s.often("quiet.example", "Flag") {
		t.Error("one more report is taken, or a like or another host's report is not")
	}
	if now = now.Add(time.Hour); s.often("flood.example", "Flag") {
		t.Error("it is too much after an hour")
	}
}
