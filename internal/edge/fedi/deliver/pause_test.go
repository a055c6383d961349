package deliver

import (
	"net/http"
	"testing"
	"time"
)

func TestPause(t *testing.T) {
	for failures, least := range map[int]time.Duration{0: time.Minute, 1: time.Minute, 2: 2 * time.Minute, 9: 256 * time.Minute, 10: 6 * time.Hour, 1 << 40: 6 * time.Hour} {
		for range 100 {
			if got := pause(failures); got < least || got > least*5/4 {
				t.Errorf("after %d failures: %v, want %v and up to a quarter more", failures, got, least)
			}
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"": 0, "0": 0, "-5": 0, "soon": 0, "1.5": 0, "90": 90 * time.Second, "21601": 6 * time.Hour, "99999999999999999999": 0, "2147483647": 6 * time.Hour,
		now.Add(time.Hour).Format(http.TimeFormat):      time.Hour,
		now.Add(-time.Hour).Format(http.TimeFormat):     0,
		now.AddDate(1000, 0, 0).Format(http.TimeFormat): 6 * time.Hour,
	} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}
