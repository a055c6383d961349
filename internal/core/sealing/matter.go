package sealing

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// maxNamed is how many decisions about one account, and cases about one thing, are
// looked at for a bundle about notices.
const maxNamed = 1000

// A concern is what notices are about: the notices themselves, the cases and
// decisions about what they name, and, for those who may ask whether somebody did
// it again, the other decisions about the same accounts: those about the whole
// account, and of those about other posts that they were, and not what they say.
type concern struct {
	named map[social.EvidenceID]bool
	again map[social.EvidenceID]bool // whether what it says is shown
	own   map[int64]bool             // the places of what belongs to it; all else is withheld

	bare  social.EvidenceID          // the notice, if its sender sees of what it led to only that it was
	after map[social.EvidenceID]bool // what it may have led to, if that came later
	came  int64                      // the place of that notice, or -1 before it
}

// names reports whether a record is one that the notices are about by itself.
// Records are asked about in their order.
func (c *concern) names(r store.Record) bool {
	if c.bare != 0 && r.ID == c.bare {
		c.came = r.Index
	}
	return c.named[r.ID] || c.came >= 0 && c.after[r.ID]
}

// ofMatters reports whether what is asked for is about notices.
func (x *export) ofMatters() bool {
	return x.Scope.Kind == evidence.ScopeMatter || x.Scope.Kind == evidence.ScopeHost
}

// concerned finds what the notices are about that were asked for.
func (x *export) concerned() error {
	x.about = &concern{named: map[social.EvidenceID]bool{}, again: map[social.EvidenceID]bool{}, own: map[int64]bool{}, after: map[social.EvidenceID]bool{}, came: -1}
	which, err := x.matters()
	for _, one := range which {
		if err == nil {
			err = x.concern(one)
		}
	}
	delete(x.about.named, 0) // from before there was a log
	return err
}

// matters are those that were asked for.
func (x *export) matters() (out []social.MatterID, err error) {
	if x.Scope.Kind == evidence.ScopeMatter {
		n, err := strconv.ParseInt(x.Scope.Of, 10, 64)
		if err != nil {
			return nil, errs.Newf(errs.Invalid, "%q is no number of a notice.", x.Scope.Of)
		}
		_, err = x.v.Matter(x.ctx, social.MatterID(n))
		return []social.MatterID{social.MatterID(n)}, err
	}
	for _, t := range []evidence.Type{evidence.TypeHostNotice, evidence.TypeOrder} {
		from := int64(0)
		for r, err := range paged(func() ([]store.Record, error) {
			some, err := x.v.EvidenceOfType(x.ctx, t, from, batch)
			if len(some) > 0 {
				from = some[len(some)-1].Index + 1
			}
			return some, err
		}) {
			if err != nil {
				return nil, err
			}
			if field(r.Body, "sender") != x.Scope.Of {
				continue
			}
			if n, err := strconv.ParseInt(field(r.Body, "matter"), 10, 64); err == nil {
				out = append(out, social.MatterID(n))
			}
		}
	}
	return out, nil
}

// concern adds one of them.
func (x *export) concern(which social.MatterID) error {
	m, err := x.v.Matter(x.ctx, which)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return nil // the log knows of it, and nothing else
	}
	if err != nil {
		return err
	}
	x.about.named[m.Evidence] = true
	add := func(o social.MatterObject) error { return x.object(o, m.Class.SeesRepeats()) }
	switch {
	case x.Profile == evidence.Court:
	case x.Scope.Kind == evidence.ScopeMatter && !m.SeesRepeats():
		x.about.bare, add = m.Evidence, x.later
	case !m.Class.SeesRepeats():
		return nil // a stranger's, who has an address at that host
	}
	about, err := x.v.MatterObjects(x.ctx, which)
	for _, o := range about {
		if err == nil && o.Account != 0 {
			err = add(o)
		}
	}
	return err
}

// later adds what was decided about just what a notice names, of which only that
// counts that came after it. Anybody may name anybody, and sends no proof of who they are:
// what was found, or decided before, is not for them.
func (x *export) later(o social.MatterObject) error {
	all, err := x.v.Decisions(x.ctx, o.Account, social.Page{Limit: maxNamed})
	for _, d := range all {
		if d.About(o.Post) {
			x.about.after[d.Evidence] = true
		}
	}
	return err
}

// object adds what was decided about something that a notice names.
func (x *export) object(o social.MatterObject, repeats bool) error {
	cases, err := x.v.CasesOfSubject(x.ctx, social.Subject{Account: o.Account, Post: o.Post}, maxNamed)
	if err != nil {
		return err
	}
	for _, c := range cases {
		x.about.named[c.Evidence] = true
	}
	all, err := x.v.Decisions(x.ctx, o.Account, social.Page{Limit: maxNamed})
	for _, d := range all {
		switch {
		case d.About(o.Post):
			x.about.named[d.Evidence] = true
		case repeats && d.Action.Sanction():
			x.about.again[d.Evidence] = !d.Action.OfPost()
		}
	}
	return err
}

// belongs reports whether a record is of what notices are about, and may be
// shown to who gave them: a post as it stood only if everybody could read it.
func (x *export) belongs(r store.Record) bool {
	if !x.about.own[r.Index] {
		return false
	}
	l, err := evidence.ParseLeaf([]byte(r.Leaf))
	if x.about.bare != 0 {
		return err == nil && (r.ID == x.about.bare || l.Type == evidence.TypeHostAnswer && slices.Contains(l.Refs, x.about.came))
	}
	if err != nil || l.Type != evidence.TypeSnapshot {
		return err == nil
	}
	var s evidence.Snapshot
	v := social.Visibility("")
	if json.Unmarshal(r.Body, &s) == nil {
		v = social.Visibility(s.Visibility)
	}
	return v == social.Public || v == social.Unlisted
}
