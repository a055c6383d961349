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
