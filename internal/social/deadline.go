package social

import (
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// A Class says which clock runs for something: how long may be taken. It is
// part of the log of evidence, so a class that was used keeps its name.
type Class string

// The classes.
const (
	ClassTerror      Class = "order_terror"
	ClassOrder       Class = "order"
	ClassHost        Class = "host"
	ClassIntimate    Class = "ncii"
	ClassMinors      Class = "csam"
	ClassThreat      Class = "dsa18"
	ClassRights      Class = "dmca"
	ClassCounter     Class = "dmca_counter"
	ClassNotice      Class = "dsa16"
	ClassReasons     Class = "dsa17"
	ClassComplaint   Class = "dsa20"
	ClassAppeal      Class = "appeal"
	ClassYearly      Class = "dsa_report"
	ClassSubject     Class = "gdpr"
	ClassBreach      Class = "gdpr_breach"
	ClassHarm        Class = "1h"
	ClassReport      Class = "24h"
	ClassKeepTerror  Class = "keep_terror"
	ClassKeepMinors  Class = "keep_csam"
	ClassErasedAfter Class = "suspended"
)

// A Timing is what a class means. One of Hours, Working and Months says how long
// it is.
type Timing struct {
	Class   Class
	Name    string
	Source  string
	Ours    bool // the law gives no number: this is what the house asks of itself
	Hours   int
	Working int // days that are neither weekend nor holiday
	Months  int
	NotTill int  // how many working days must have passed before it may be done at all
	Lasts   bool // nothing is due at its end: it is a time that somebody has, or that something is kept
}

// Timings is the table of all clocks, the shortest first.
var Timings = []Timing{
	{Class: ClassTerror, Name: "Order to remove terrorist content", Source: "Regulation (EU) 2021/784, Article 3", Hours: 1},
	{Class: ClassHarm, Name: "Report of something that may do harm", Source: "The house", Ours: true, Hours: 1},
	{Class: ClassThreat, Name: "Suspicion of a threat to somebody's life or safety", Source: "DSA, Article 18: promptly", Ours: true, Hours: 4},
	{Class: ClassMinors, Name: "Sexual abuse of children", Source: "18 U.S.C. § 2258A: as soon as reasonably possible", Ours: true, Hours: 4},
	{Class: ClassReasons, Name: "Reasons to whom a restriction is about", Source: "DSA, Article 17: when it takes effect", Ours: true, Hours: 1},
	{Class: ClassHost, Name: "Notice of the house's own provider", Source: "The provider's terms; a day is usual", Hours: 24},
	{Class: ClassOrder, Name: "Order of an authority", Source: "DSA, Articles 9 and 10: as the order says", Ours: true, Hours: 24},
	{Class: ClassRights, Name: "Notice of a holder of rights", Source: "17 U.S.C. § 512(c): expeditiously", Ours: true, Hours: 24},
	{Class: ClassReport, Name: "Report", Source: "The house", Ours: true, Hours: 24},
	{Class: ClassIntimate, Name: "Intimate images without consent", Source: "TAKE IT DOWN Act, section 3", Hours: 48},
	{Class: ClassBreach, Name: "Personal data got out", Source: "GDPR, Article 33", Hours: 72},
	{Class: ClassNotice, Name: "Notice of something illegal", Source: "DSA, Article 16: timely", Ours: true, Hours: 72},
	{Class: ClassComplaint, Name: "Complaint about a decision", Source: "DSA, Article 20: timely", Ours: true, Hours: 7 * 24},
	{Class: ClassCounter, Name: "Counter-notice to a holder of rights", Source: "17 U.S.C. § 512(g)(2)(C)", Working: 14, NotTill: 10},
	{Class: ClassSubject, Name: "Request about one's own data", Source: "GDPR, Article 12(3)", Months: 1},
	{Class: ClassYearly, Name: "Yearly report", Source: "Implementing Regulation (EU) 2024/2835", Months: 2},
	{Class: ClassAppeal, Name: "Time to appeal", Source: "DSA, Article 20(1)", Months: 6, Lasts: true},
	{Class: ClassKeepTerror, Name: "Terrorist content is kept", Source: "Regulation (EU) 2021/784, Article 6", Months: 6, Lasts: true},
	{Class: ClassKeepMinors, Name: "What was reported as abuse of children is kept", Source: "REPORT Act, 18 U.S.C. § 2258A(h)", Months: 12, Lasts: true},
	{Class: ClassErasedAfter, Name: "A suspended account is kept", Source: "The house", Ours: true, Hours: 30 * 24, Lasts: true},
}

// Timing is what c means, and whether there is such a class.
func (c Class) Timing() (Timing, bool) {
	i := slices.IndexFunc(Timings, func(t Timing) bool { return t.Class == c })
	if i < 0 {
		return Timing{}, false
	}
	return Timings[i], true
}

// Span is the time there is for something of class c that came at from. Of a
// class that is not known it is that of a report.
func (c Class) Span(from time.Time, cal Calendar) Span {
	t, ok := c.Timing()
	if !ok {
		t, _ = ClassReport.Timing()
	}
	s := Span{From: from}
	switch {
	case t.Working > 0:
		s.Due = cal.working(from, t.Working)
	case t.Months > 0:
		s.Due = cal.months(from, t.Months)
	default:
		s.Due = from.Add(time.Duration(t.Hours) * time.Hour)
	}
	if t.NotTill > 0 {
		s.NotTill = cal.working(from, t.NotTill)
	}
	return s
}

// A Span is a time that runs.
type Span struct {
	From, Due time.Time
	NotTill   time.Time // zero, or before when it may not be done
}

// Alarms are how much of a span has passed, in percent, when somebody is told.
var Alarms = []int{25, 50, 75, 100}

// At is when so many percent of s have passed.
func (s Span) At(percent int) time.Time {
	return s.From.Add(s.Due.Sub(s.From) / 100 * time.Duration(percent)).Truncate(time.Millisecond)
}

// Reached is the last of Alarms that is due at now, or 0.
func (s Span) Reached(now time.Time) (percent int) {
	for _, p := range Alarms {
		if !now.Before(s.At(p)) {
			percent = p
		}
	}
	return percent
}

// Next is when the alarm after one is due, or zero.
func (s Span) Next(reached int) time.Time {
	for _, p := range Alarms {
		if p > reached {
			return s.At(p)
		}
	}
	return time.Time{}
}

// Over reports whether the time was up at now.
func (s Span) Over(now time.Time) bool { return !now.Before(s.Due) }

// MaxHolidays is how many holidays a house may keep a list of.
const MaxHolidays = 400

// A Calendar knows the days on which nobody works. Its zero value knows
// weekends, in UTC.
type Calendar struct {
	zone     *time.Location
	holidays []string
}

// NewCalendar is the calendar of a place: holidays are days of one year
// (2026-12-25) or of every year (12-25).
func NewCalendar(zone *time.Location, holidays []string) (Calendar, error) {
	if len(holidays) > MaxHolidays {
		return Calendar{}, errs.Newf(errs.Invalid, "Validation failed: At most %d holidays can be kept.", MaxHolidays)
	}
	for _, h := range holidays {
		_, one := time.Parse(time.DateOnly, h)
		_, each := time.Parse(time.DateOnly, "2024-"+h) // a leap year
		if one != nil && each != nil {
			return Calendar{}, errs.Newf(errs.Invalid, "Validation failed: %q is not a day. Write 2026-12-25, or 12-25 for every year.", h)
		}
	}
	return Calendar{zone, slices.Clone(holidays)}, nil
}

// Works reports whether t is on a day on which people work.
func (c Calendar) Works(t time.Time) bool {
	t = c.local(t)
	if t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
		return false
	}
	day := t.Format(time.DateOnly)
	return !slices.Contains(c.holidays, day) && !slices.Contains(c.holidays, day[len("2006-"):])
}

func (c Calendar) local(t time.Time) time.Time {
	if c.zone == nil {
		return t.UTC()
	}
	return t.In(c.zone)
}

// midnight is the beginning of the day that is n days after t.
func (c Calendar) midnight(t time.Time, n int) time.Time {
	y, m, d := c.local(t).Date()
	return time.Date(y, m, d+n, 0, 0, 0, 0, c.local(t).Location())
}

// longestRest is how many days in a row nobody may work, so that a list of
// holidays that leaves no day to work does not have us count for ever.
const longestRest = 60

// working is the end of the n-th working day after that of t.
func (c Calendar) working(t time.Time, n int) time.Time {
	day, rest := c.midnight(t, 1), 0
	for {
		if c.Works(day) || rest >= longestRest {
			rest = 0
			if n--; n == 0 {
				return c.midnight(day, 1).UTC()
			}
		} else {
			rest++
		}
		day = c.midnight(day, 1)
	}
}

// months is the end of the day n months after that of t: of one that a shorter
// month does not have, the end of that month; of one on which nobody works, the
// end of the next on which somebody does (Regulation 1182/71, Article 3).
func (c Calendar) months(t time.Time, n int) time.Time {
	y, m, d := c.local(t).Date()
	zone := c.local(t).Location()
	last := time.Date(y, m+time.Month(n)+1, 0, 0, 0, 0, 0, zone).Day()
	day := time.Date(y, m+time.Month(n), min(d, last), 0, 0, 0, 0, zone)
	for range longestRest {
		if c.Works(day) {
			break
		}
		day = c.midnight(day, 1)
	}
	return c.midnight(day, 1).UTC()
}
