package replica

import (
	"testing"
	"time"
)

func TestDailyDue(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	for name, test := range map[string]struct {
		is   DailyState
		want bool
	}{
		"there is none":                  {DailyState{}, true},
		"one of a day ago":               {DailyState{At: ago(24 * time.Hour)}, true},
		"one of less than a day ago":     {DailyState{At: ago(24*time.Hour - time.Second)}, false},
		"tried an hour ago":              {DailyState{At: ago(30 * time.Hour), tried: ago(time.Hour)}, true},
		"tried less than an hour ago":    {DailyState{At: ago(30 * time.Hour), tried: ago(time.Hour - time.Second)}, false},
		"none, tried less than that ago": {DailyState{tried: ago(time.Minute)}, false},
	} {
		if got := test.is.due(now); got != test.want {
			t.Errorf("%s: due %v", name, got)
		}
	}
	if d := (DailyState{Since: ago(37 * time.Hour)}).aged(now); !d.Late || d.Age != 37*60*60 {
		t.Errorf("there was never one: %+v", d)
	}
	if d := (DailyState{Since: ago(time.Hour)}).aged(now); d.Late {
		t.Errorf("there is none since an hour: %+v", d)
	}
}

func TestDailyKeys(t *testing.T) {
	t.Parallel()
	d := newDaily(time.Date(2026, 11, 26, 3, 4, 5, 999, time.UTC), Epoch{N: 12, ID: "abc"})
	key := d.key(dailyNote)
	if key != "daily/2026-11-26/030405-0000000012-abc/note" {
		t.Errorf("%s", key)
	}
	if got, part, ok := parseDaily(key); got != d || part != dailyNote || !ok {
		t.Errorf("%+v, %s, %v", got, part, ok)
	}
	for _, bad := range []string{"", "daily/", "daily/2026-11-26", "daily/2026-11-26/030405", "daily/2026-11-26/030405-", "daily/2026-11-26/030405-0000000012-abc", "daily/2026-13-26/030405-0000000012-abc/note",
		"daily/2026-11-26/030405-x/note", "daily/2026-11-26/030405+0000000012-abc/note", "media/2026-11-26/030405-0000000012-abc/note"} {
		if d, part, ok := parseDaily(bad); ok {
			t.Errorf("%q is %+v, %s", bad, d, part)
		}
	}
}
