package sealing

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/social/dsa"
	"github.com/plaza-social/plaza/internal/store"
)

// The yearly report (Articles 15 and 24 of the DSA) is counted from the log, as
// the figures are: what came in and when it was decided from the leaves, and on
// which ground from the bodies, where those were not erased.

// counts is one thing that a report counts, while it may still change.
type counts struct {
	row   dsa.Row
	at    int64
	event bool              // of the year
	came  map[string]string // what was known of a report before it was settled
}

// A count goes through the log once.
type count struct {
	from, until int64
	tally       *evidence.Tally
	rows        []*counts
	reports     map[int64]*counts // that are open, by their place
	settled     map[int64]*counts // of the year, by their place
	channels    map[int64]string
	decided     map[int64]*counts // by their place; before the year only the last
	decidedAt   int64
	byNumber    map[string]*counts
	told        map[int64]*counts   // appeals, notices and orders that are open, by their place
	again       map[int64][]*counts // notices that say one again
	now         *counts             // what settles reports at the moment
}

func newCount(from, until time.Time) *count {
	c := &count{from: from.UnixMilli(), until: until.UnixMilli(), tally: evidence.NewTally(), reports: map[int64]*counts{}, settled: map[int64]*counts{}, channels: map[int64]string{}, decided: map[int64]*counts{},
		byNumber: map[string]*counts{}, told: map[int64]*counts{}, again: map[int64][]*counts{}}
	c.tally.Settled, c.tally.Reopened = c.settle, c.reopen
	return c
}

// begin notes something that came. What came before the year is only kept while it is
// open: it may end in it.
func (c *count) begin(l evidence.Leaf, kv ...string) *counts {
	r := &counts{at: l.At, event: l.At >= c.from, row: dsa.Row{Open: true, Is: map[string]string{}}}
	for i := 0; i+1 < len(kv); i += 2 {
		r.row.Is[kv[i]] = kv[i+1]
	}
	if r.event {
		c.rows = append(c.rows, r)
	}
	return r
}

// end notes when it was decided.
func (r *counts) end(at int64, kv ...string) {
	if !r.row.Open {
		return
	}
	r.row.Open, r.row.Took = false, time.Duration(at-r.at)*time.Millisecond
	for i := 0; i+1 < len(kv); i += 2 {
		r.row.Is[kv[i]] = kv[i+1]
	}
}

// add takes the record at a place. Those from the end of the time on are not
// for it: what they decide was open.
func (c *count) add(i int64, l evidence.Leaf, body []byte) {
	c.now = nil
	switch l.Type {
	case evidence.TypeReport:
		c.reports[i], c.channels[i] = c.begin(l, "kind", "report", "category", dsa.CategoryOf(social.Harm(l.Category), ""), "source", l.Outcome), l.Outcome
	case evidence.TypeDecision:
		c.decision(i, l, body)
	case evidence.TypeAction:
		for _, ref := range l.Refs {
			c.now = cmp.Or(c.now, c.decided[ref])
		}
	case evidence.TypeAppeal:
		c.told[i] = c.begin(l, "kind", "complaint")
	case evidence.TypeAppealDecision:
		outcome := "reversed"
		if evidence.Upheld(l.Outcome) {
			outcome = "upheld"
		}
		c.ends(l, "outcome", outcome)
	case evidence.TypeHostNotice:
		c.notice(i, l)
	case evidence.TypeOrder:
		c.told[i] = c.begin(l, "kind", "order_act", "category", dsa.CategoryOf(social.Harm(l.Category), social.GroundLaw), "step", "effect")
	case evidence.TypeHostAnswer:
		c.answer(l, body)
	}
	c.tally.Add(l)
}

// ends ends what a leaf refers to.
func (c *count) ends(l evidence.Leaf, kv ...string) {
	for _, ref := range l.Refs {
		for _, r := range append([]*counts{c.told[ref]}, c.again[ref]...) {
			if r != nil {
				r.end(l.At, kv...)
			}
		}
		delete(c.told, ref)
		delete(c.again, ref)
	}
}

// notice is what a stranger, a host or a holder of rights told. That of a host is
// no notice as in Article 16.
func (c *count) notice(i int64, l evidence.Leaf) {
	kind := "notice"
	switch social.Class(l.Class) {
	case social.ClassHost, social.ClassSubject, social.ClassCounter, social.ClassBreach:
		kind = "matter"
	}
	r := c.begin(l, "kind", kind, "category", dsa.CategoryOf(social.Harm(l.Category), social.GroundLaw), "source", dsa.SourceArticle16, "automated", dsa.NotAutomated)
	c.told[i] = r
	for _, ref := range l.Refs {
		c.again[ref] = append(c.again[ref], r)
	}
}

// answer ends a notice, or an order. That it was given more time does not.
func (c *count) answer(l evidence.Leaf, body []byte) {
	if how := strings.TrimSuffix(l.Outcome, evidence.Late); how != evidence.NoticeAnswered && how != evidence.NoticeClosed {
		return
	}
	var said evidence.Replied
	acted := "no"
	if json.Unmarshal(body, &said) == nil && slices.ContainsFunc(said.Done, func(one string) bool { return one != social.ThingStays && one != social.ThingNowhere }) {
		acted = "yes"
	}
	c.ends(l, "acted", acted, "ground", string(social.GroundLaw))
}

func (c *count) decision(i int64, l evidence.Leaf, body []byte) {
	var d evidence.Decided
	_ = json.Unmarshal(body, &d) // what was erased says no more
	harm, action := social.Harm(l.Category), social.Action(l.Outcome)
	r := c.begin(l, "kind", "decision", "category", dsa.CategoryOf(harm, social.Ground(d.Ground)), "ground", d.Ground, "measure", string(dsa.DoneBy(action)), "detected", dsa.No, "automated", dsa.NotAutomated)
	if d.Detected == "machine" {
		r.row.Is["detected"], r.row.Is["automated"] = dsa.Yes, dsa.PartlyAutomated
	}
	switch d.Decider {
	case string(social.ByMachine):
		r.row.Is["automated"] = dsa.FullyAutomated
	case string(social.ByJury):
		r.row.Is["automated"] = dsa.NotAutomated
	}
	if dsa.DoneBy(action) != "" {
		r.row.Is["kind"] = "own" // until a report says otherwise
	}
	r.end(l.At)
	if before := c.byNumber[d.Undoes]; d.Undoes != "" && before != nil {
		before.row.Is["outcome"] = "reversed"
	}
	if d.Decision != "" && r.event {
		c.byNumber[d.Decision] = r
	}
	if !r.event && l.At != c.decidedAt { // what ends with one is written down with it
		clear(c.decided)
	}
	c.decided[i], c.decidedAt, c.now = r, l.At, r
	if r.row.Is["measure"] == string(dsa.Suspend) && d.Ground == string(social.GroundLaw) {
		c.begin(l, "kind", "misuse", "outcome", "illegal_content").end(l.At)
	}
}

// settle ends the report at a place: with what was decided just now.
func (c *count) settle(report, at int64) {
	r := c.reports[report]
	if r == nil {
		return
	}
	delete(c.reports, report)
	if r.event {
		c.settled[report], r.came = r, maps.Clone(r.row.Is)
	}
	r.end(at)
	if c.now == nil {
		return // its case ended with something that was so already
	}
	d := c.now.row.Is
	ground := social.Ground(d["ground"])
	is := r.row.Is
	is["acted"], is["ground"], is["automated"] = "no", d["ground"], d["automated"]
	if d["measure"] != "" {
		is["acted"] = "yes"
	}
	switch dsa.OriginOf(c.channels[report], ground) {
	case dsa.Notice:
		is["kind"], is["source"] = "notice", dsa.SourceArticle16
	case dsa.Trusted:
		is["kind"], is["source"] = "notice", dsa.SourceTrusted
	default:
		return
	}
	is["category"] = d["category"]
	if d["kind"] == "own" {
		d["kind"] = "measure" // somebody gave notice of it
	}
}

// reopen puts a report back that was settled.
func (c *count) reopen(report int64) {
	if r := c.settled[report]; r != nil {
		r.row.Open, r.row.Took, r.row.Is = true, 0, r.came
		c.reports[report] = r
		delete(c.settled, report)
	}
}

// all are the rows of the time. A notice of a stranger that is open is one, too.
func (c *count) all() dsa.Rows {
	for i, r := range c.reports {
		if dsa.OriginOf(c.channels[i], "") == dsa.Notice {
			r.row.Is["kind"], r.row.Is["source"] = "notice", dsa.SourceArticle16
		}
	}
	return func(yield func(dsa.Row, error) bool) {
		for _, r := range c.rows {
			if !yield(r.row, nil) {
				return
			}
		}
	}
}

// Yearly writes the report of a year, a file of each sheet of the form. It is
// counted from what is signed, and the signature is the file checkpoint.txt.
func (s *Service) Yearly(ctx context.Context, form dsa.Form, year int, file func(name string) (io.Writer, error)) error {
	p := dsa.Period{Host: s.host, From: time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(year+1, 1, 1, 0, 0, 0, 0, time.UTC), Made: s.store.Now().UTC()}
	if p.From.After(p.Made) {
		return errs.Newf(errs.Invalid, "The year %d has not begun.", year)
	}
	c, note, err := s.count(ctx, p.From, p.Until)
	if err != nil {
		return err
	}
	if p.Until.After(p.Made) {
		p.Until = p.Made.Truncate(24*time.Hour).AddDate(0, 0, 1) // so far
	}
	if err := dsa.Report(form, p, c.all(), file); err != nil {
		return err
	}
	w, err := file("checkpoint.txt")
	if err == nil {
		_, err = io.WriteString(w, note)
	}
	return err
}

func (s *Service) count(ctx context.Context, from, until time.Time) (*count, string, error) {
	c, note := newCount(from, until), ""
	err := s.store.Read(ctx, func(v *store.View) error {
		head, err := v.LastCheckpoint(ctx)
		if err != nil {
			return cmp.Or(errs.Absent(err), error(errNothing))
		}
		note = head.Note
		for at := int64(0); at < head.Size; {
			some, err := v.Evidence(ctx, at, int(min(batch, head.Size-at)))
			if err != nil || len(some) == 0 {
				return err
			}
			for _, r := range some {
				l, err := evidence.ParseLeaf([]byte(r.Leaf))
				if err != nil {
					return err
				}
				if l.At >= c.until {
					return nil
				}
				c.add(r.Index, l, r.Body)
			}
			at += int64(len(some))
		}
		return nil
	})
	return c, note, err
}

// yearlies are the reports that strangers get.
type yearlies struct {
	sync.Mutex
	made map[int]madeReport
}

type madeReport struct {
	zip []byte
	at  time.Time
}

// yearlyEvery is how old the report of a year that is not over may be.
const yearlyEvery = 24 * time.Hour

// due reports whether the report of a year is to be made.
func (y *yearlies) due(year int, now time.Time) bool {
	y.Lock()
	defer y.Unlock()
	m, is := y.made[year]
	return !is || now.Sub(m.at) >= yearlyEvery && m.at.UTC().Year() <= year
}

func (y *yearlies) keep(year int, m madeReport) {
	y.Lock()
	defer y.Unlock()
	if y.made == nil {
		y.made = map[int]madeReport{}
	}
	y.made[year] = m
}

// MakeYearly makes the reports that strangers get, of each year since the log began:
// of this one each day. It is a chore, since it takes going through the whole log.
func (s *Service) MakeYearly(ctx context.Context) error {
	var first []evidence.LeafAndHash
	if err := s.store.Read(ctx, func(v *store.View) (err error) { first, err = v.EvidenceLeaves(ctx, 0, 1); return err }); err != nil || len(first) == 0 {
		return err
	}
	l, err := evidence.ParseLeaf(first[0].Leaf)
	if err != nil {
		return err
	}
	now := s.store.Now()
	for year := time.UnixMilli(l.At).UTC().Year(); year <= now.UTC().Year(); year++ {
		if !s.yearly.due(year, now) {
			continue
		}
		b, err := s.yearlyZip(ctx, year)
		if err != nil {
			return errs.Absent(err) // nothing was signed yet
		}
		s.yearly.keep(year, madeReport{b, now})
	}
	return nil
}

func (s *Service) yearlyZip(ctx context.Context, year int) ([]byte, error) {
	form, err := dsa.ReadForm(dsa.Columns())
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	if err := s.Yearly(ctx, form, year, func(name string) (io.Writer, error) {
		return z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
	}); err != nil {
		return nil, err
	}
	err = z.Close() // before the bytes are taken: it writes the last of them
	return b.Bytes(), err
}

// Years are those of which a report was made, the newest first.
func (s *Service) Years() []int {
	s.yearly.Lock()
	defer s.yearly.Unlock()
	return slices.SortedFunc(maps.Keys(s.yearly.made), func(a, b int) int { return b - a })
}

// YearlyZip is the report of a year as a ZIP, as MakeYearly made it, or NotFound.
func (s *Service) YearlyZip(year int) ([]byte, error) {
	s.yearly.Lock()
	defer s.yearly.Unlock()
	m, is := s.yearly.made[year]
	if !is {
		return nil, errs.New(errs.NotFound, "Record not found")
	}
	return m.zip, nil
}
