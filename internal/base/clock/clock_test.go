package clock

import (
	"testing"
	"time"
)

// What is set by little is followed, what jumps is not, until it is right again.
func TestSteady(t *testing.T) {
	start := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	told, elapsed := start, time.Minute
	s := newSteady(func() time.Time { return told }, func() time.Duration { return elapsed })
	for _, step := range []struct {
		name      string
		pass, set time.Duration
		want      time.Duration // after the start
		off       time.Duration
	}{
		{"time passes", time.Second, 0, time.Second, 0},
		{"it is set by little", time.Second, Follows, 2*time.Second + Follows, 0},
		{"and back", time.Second, -Follows, 3 * time.Second, 0},
		{"it jumps ahead", time.Second, time.Hour, 4 * time.Second, time.Hour},
		{"it stays there", time.Minute, 0, 64 * time.Second, time.Hour},
		{"it is right again, but for a little", time.Second, -time.Hour + time.Second, 66 * time.Second, 0},
		{"it jumps back", time.Second, -Follows - time.Millisecond, 67 * time.Second, -Follows - time.Millisecond},
	} {
		elapsed += step.pass
		told = told.Add(step.pass + step.set)
		if off := s.Off(); off != step.off {
			t.Errorf("%s: off by %v, want %v", step.name, off, step.off)
		}
		if got := s.Now().Sub(start); got != step.want {
			t.Errorf("%s: %v after the start, want %v", step.name, got, step.want)
		}
	}
}
