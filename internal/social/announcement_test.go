package social

import (
	"strings"
	"testing"
	"time"
)

func TestAnnouncementCheck(t *testing.T) {
	now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	later := now.Add(time.Hour)
	for name, tt := range map[string]struct {
		a  Announcement
		ok bool
	}{
		"a word":          {Announcement{Text: "Hello"}, true},
		"nothing":         {Announcement{Text: " \n"}, false},
		"the longest":     {Announcement{Text: strings.Repeat("ä", MaxAnnouncement)}, true},
		"too long":        {Announcement{Text: strings.Repeat("ä", MaxAnnouncement+1)}, false},
		"over already":    {Announcement{Text: "x", EndsAt: now}, false},
		"ends later":      {Announcement{Text: "x", EndsAt: later}, true},
		"began before":    {Announcement{Text: "x", StartsAt: now.Add(-time.Hour), EndsAt: later}, true},
		"ends before it":  {Announcement{Text: "x", StartsAt: later.Add(1), EndsAt: later}, false},
		"whole days":      {Announcement{Text: "x", StartsAt: now, EndsAt: later, AllDay: true}, true},
		"days of nothing": {Announcement{Text: "x", EndsAt: later, AllDay: true}, false},
	} {
		if err := tt.a.Check(now); (err == nil) != tt.ok {
			t.Errorf("%s: %v, want ok %v", name, err, tt.ok)
		}
	}
}
