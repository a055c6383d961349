package social_test

import (
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

func at(t *testing.T, s string) time.Time {
	t.Helper()
	out, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Every clock that a law or the house sets, from a Thursday afternoon before
// Christmas.
func TestTimings(t *testing.T) {
	t.Parallel()
	want := map[social.Class]string{
		"order_terror": "2026-12-17 15:30", "1h": "2026-12-17 15:30", "dsa17": "2026-12-17 15:30",
		"dsa18": "2026-12-17 18:30", "csam": "2026-12-17 18:30",
		"host": "2026-12-18 14:30", "order": "2026-12-18 14:30", "dmca": "2026-12-18 14:30", "24h": "2026-12-18 14:30",
		"ncii": "2026-12-19 14:30", "gdpr_breach": "2026-12-20 14:30", "dsa16": "2026-12-20 14:30", "dsa20": "2026-12-24 14:30",
		"dmca_counter": "2027-01-09 00:00", // the 25th, the 26th (a Saturday) and the 1st are holidays
		"gdpr":         "2027-01-19 00:00", // the 17th is a Sunday
		"dsa_report":   "2027-02-18 00:00", "appeal": "2027-06-18 00:00", "keep_terror": "2027-06-18 00:00", "keep_csam": "2027-12-18 00:00",
		"suspended": "2027-01-16 14:30",
	}
	cal, err := social.NewCalendar(time.UTC, []string{"12-25", "12-26", "2027-01-01"})
	if err != nil {
		t.Fatal(err)
	}
	from := at(t, "2026-12-17 14:30")
	for _, one := range social.Timings {
		if one.Name == "" || one.Source == "" {
			t.Errorf("%s does not say what it is and who says so", one.Class)
		}
		n := 0
		for _, length := range []int{one.Hours, one.Working, one.Months} {
			if length > 0 {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s has %d lengths", one.Class, n)
		}
		span := one.Class.Span(from, cal)
		if got := at(t, want[one.Class]); !span.Due.Equal(got) {
			t.Errorf("%s is due at %v, want %v", one.Class, span.Due, got)
		}
		sides(t, one.Class, span)
	}
	if len(want) != len(social.Timings) {
		t.Errorf("%d clocks are in the table, want %d", len(social.Timings), len(want))
	}
	if got := social.ClassCounter.Span(from, cal).NotTill; !got.Equal(at(t, "2027-01-05 00:00")) {
		t.Errorf("what was taken down may be back from %v", got)
	}
	if got, want := social.Class("no such").Span(from, cal), social.ClassReport.Span(from, cal); got != want {
		t.Errorf("a class that is not known has %v, want that of a report", got)
	}
}

// sides looks at every alarm just before it is due, and when it is.
func sides(t *testing.T, c social.Class, s social.Span) {
	t.Helper()
	before := 0
	for _, p := range social.Alarms {
		moment := s.At(p)
		if got := s.Reached(moment.Add(-time.Millisecond)); got != before {
			t.Errorf("%s: just before %d percent it is %d, want %d", c, p, got, before)
		}
		if got := s.Reached(moment); got != p {
			t.Errorf("%s: at %d percent it is %d", c, p, got)
		}
		if got := s.Next(before); !got.Equal(moment) {
			t.Errorf("%s: after %d percent comes %v, want %v", c, before, got, moment)
		}
		if got, want := moment.Sub(s.From), s.Due.Sub(s.From)*time.Duration(p)/100; (got - want).Abs() > time.Millisecond {
			t.Errorf("%s: %d percent are %v, want %v", c, p, got, want)
		}
		before = p
	}
	if s.Over(s.Due.Add(-time.Millisecond)) || !s.Over(s.Due) || !s.Next(100).IsZero() {
		t.Errorf("%s: it is not over when it is due", c)
	}
}

func TestCalendar(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones here")
	}
	plain, _ := social.NewCalendar(time.UTC, nil)
	local, _ := social.NewCalendar(berlin, []string{"01-01"})
	all := make([]string, 0, 366)
	for d := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() == 2024; d = d.AddDate(0, 0, 1) {
		all = append(all, d.Format("01-02"))
	}
	never, err := social.NewCalendar(time.UTC, all)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		what, from, want string
		c                social.Class
		cal              social.Calendar
	}{
		{"a month that is shorter", "2027-01-31 12:00", "2027-03-02 00:00", "gdpr", plain}, // 28 February is a Sunday
		{"a leap year", "2028-01-31 12:00", "2028-03-01 00:00", "gdpr", plain},             // 29 February is a Tuesday
		{"the end of a year", "2026-12-31 12:00", "2027-02-02 00:00", "gdpr", plain},       // 31 January is a Sunday
		{"a year later, from a day that is not in it", "2028-02-29 12:00", "2029-03-01 00:00", "keep_csam", plain},
		{"hours do not mind weekends", "2026-11-28 23:00", "2026-11-29 23:00", "host", plain},
		{"working days, from a Friday", "2026-11-27 09:00", "2026-12-18 00:00", "dmca_counter", plain},
		{"working days, from a Saturday", "2026-11-28 09:00", "2026-12-18 00:00", "dmca_counter", plain},
		{"working days, from a Sunday", "2026-11-29 23:59", "2026-12-18 00:00", "dmca_counter", plain},
		{"working days, from a Monday", "2026-11-30 00:00", "2026-12-19 00:00", "dmca_counter", plain},
		{"midnight is not everywhere at once", "2026-11-30 23:30", "2026-12-21 23:00", "dmca_counter", local},
		{"summer begins", "2027-03-01 12:00", "2027-04-01 22:00", "gdpr", local},
		{"hours when summer begins", "2027-03-27 12:00", "2027-03-28 12:00", "host", local},
		{"nobody ever works", "2026-11-30 12:00", "2027-03-01 00:00", "gdpr", never},
	} {
		if got := tt.c.Span(at(t, tt.from), tt.cal).Due; !got.Equal(at(t, tt.want)) {
			t.Errorf("%s: %s from %s is %v, want %s", tt.what, tt.c, tt.from, got, tt.want)
		}
	}
	if got := social.ClassCounter.Span(at(t, "2026-11-30 12:00"), never).Due; got.Before(at(t, "2026-11-30 12:00")) {
		t.Errorf("where nobody ever works it is due at %v", got)
	}
}

func TestNewCalendar(t *testing.T) {
	t.Parallel()
	many := make([]string, social.MaxHolidays+1)
	for i := range many {
		many[i] = "12-25"
	}
	for _, tt := range []struct {
		days []string
		ok   bool
	}{
		{nil, true}, {[]string{"2026-12-25", "12-26", "02-29"}, true}, {many[1:], true}, {many, false},
		{[]string{""}, false}, {[]string{"25.12."}, false}, {[]string{"13-01"}, false}, {[]string{"2026-02-29"}, false},
	} {
		if _, err := social.NewCalendar(nil, tt.days); (err == nil) != tt.ok || err != nil && errs.KindOf(err) != errs.Invalid {
			t.Errorf("%.5v: %v", tt.days, err)
		}
	}
}
