package web

import (
	"context"
	"io"
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/core/sealing"
	"github.com/plaza-social/plaza/internal/social"
)

const (
	opennessPage  = "/about/moderation"
	decisionsPage = "/about/moderation/decisions"
	// shownDays is how many days the page of figures shows.
	shownDays = 30
)

// opennessRoutes are the pages on which everybody sees how the house is looked
// after.
func (s *Site) opennessRoutes(r *router) {
	r.Do("GET "+opennessPage, anyone, s.openness)
	r.Do("GET "+decisionsPage, anyone, s.publicDecisions)
	r.Do("GET "+opennessPage+"/{year}/report.zip", anyone, s.sparing(searchRule, s.yearlyReport))
}

func (s *Site) openness(q *ask) error {
	f, err := s.Sealing.Figures(q.Context())
	if err != nil {
		return err
	}
	q.page.Tab = "about"
	return q.show("How this house is looked after", opennessOf(q.page, f, s.Sealing.Years()))
}

// yearlyReport is what the Digital Services Act asks for once a year, as files.
func (s *Site) yearlyReport(q *ask) error {
	year, _ := strconv.Atoi(q.param("year"))
	b, err := s.Sealing.YearlyZip(year)
	if err != nil {
		return err
	}
	return q.download("report-"+itoa(year)+".zip", "application/zip", func(w io.Writer) error { _, err := w.Write(b); return err })
}

func (s *Site) publicDecisions(q *ask) error {
	before, _ := strconv.ParseInt(q.URL.Query().Get("before"), 10, 64)
	all, err := s.Sealing.Decisions(q.Context(), max(before, 0))
	if err != nil {
		return err
	}
	q.page.Tab = "about"
	return q.show("What was decided", publicDecisionsOf(q.page, all))
}

// lastDays are those that are shown, newest first.
func lastDays(f sealing.Figures) (out []sealing.Day) {
	for i := len(f.Days) - 1; i >= 0 && len(out) < shownDays; i-- {
		out = append(out, f.Days[i])
	}
	return out
}

// shownMonths is how many months of posts drawn by lot the page shows.
const shownMonths = 12

// lastMonths are those that are shown, newest first.
func lastMonths(f sealing.Figures) (out []sealing.Prevalence) {
	for i := len(f.Prevalence) - 1; i >= 0 && len(out) < shownMonths; i-- {
		out = append(out, f.Prevalence[i])
	}
	return out
}

// ofAll is so many of a million, in hundredths.
func ofAll(ctx context.Context, ppm int64) string { return say(ctx, "%.1f %%", float64(ppm)/1e4) }

// perCent is so many of a thousand, in hundredths.
func perCent(ctx context.Context, thousandths int) string { return ofAll(ctx, int64(thousandths)*1000) }

// openNow is how many reports are open.
func openNow(f sealing.Figures) int {
	if len(f.Days) == 0 {
		return 0
	}
	return f.Days[len(f.Days)-1].Backlog
}

// sums are what happened since a number of days ago.
func sums(f sealing.Figures, days int) (d sealing.Day) {
	since := f.At.UTC().AddDate(0, 0, -days).Format(time.DateOnly)
	for _, one := range f.Days {
		if one.Day > since {
			d.Inflow, d.Decided, d.Appeals, d.Overturned = d.Inflow+one.Inflow, d.Decided+one.Decided, d.Appeals+one.Appeals, d.Overturned+one.Overturned
		}
	}
	return d
}

// within is a time in words of one unit, rounded.
func within(ctx context.Context, ms int64) string {
	switch d := time.Duration(ms) * time.Millisecond; {
	case d < time.Minute:
		return say(ctx, "%d s", int(d.Seconds()+0.5))
	case d < time.Hour:
		return say(ctx, "%d min", int(d.Minutes()+0.5))
	case d < 48*time.Hour:
		return say(ctx, "%.1f h", d.Hours())
	default:
		return say(ctx, "%.1f days", d.Hours()/24)
	}
}

// classNames is what the clocks are called.
var classNames = map[string]string{"1h": msg("urgent: within an hour"), "24h": msg("all else: within a day"), "appeal": msg("appeals")}

func className(class string) string {
	if name := classNames[class]; name != "" {
		return name
	}
	if t, ok := social.Class(class).Timing(); ok {
		return t.Name
	}
	return class
}

// decided is what a decision was, from its leaf.
func decided(l sealing.Leaf) string {
	if words := actionWords[social.Action(l.Outcome)]; words != "" {
		return words
	}
	return l.Outcome
}

// actionWords say of each action what was done, of nobody in particular.
var actionWords = map[social.Action]string{
	social.Dismiss: msg("No breach of the rules"), social.Warn: msg("Somebody was warned"), social.LabelPost: msg("A post was put behind a warning"), social.LimitPost: msg("A post was limited to followers"),
	social.HidePost: msg("A post was hidden"), social.DeletePost: msg("A post was removed"), social.RestorePost: msg("A post was brought back"), social.Veil: msg("Somebody's pictures were put behind a warning"),
	social.Limit: msg("Somebody was limited to their followers"), social.Disable: msg("An account was frozen"), social.Suspend: msg("An account was suspended"),
	social.Unveil: msg("A warning was taken back"), social.Unlimit: msg("A limit was taken back"), social.Enable: msg("An account was opened again"), social.Unsuspend: msg("A suspension was taken back"), social.Pardon: msg("A decision does not count any more"),
}
