package sealing

import (
	"bytes"
	"encoding/json"
	"iter"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/store"
)

// showsConfig reports whether a change of how the house works names nobody.
func showsConfig(body []byte) bool {
	var c evidence.Configured
	return json.Unmarshal(body, &c) == nil && evidence.ShowsConfig(c)
}

// carrier are the types through which what was asked for is followed forward, from
// a record to those that refer to it.
var carrier = map[evidence.Type]bool{evidence.TypeReport: true, evidence.TypeSnapshot: true, evidence.TypeTriage: true, evidence.TypeAssign: true,
	evidence.TypeJuryDraw: true, evidence.TypeJuryVote: true, evidence.TypeDecision: true, evidence.TypeOverride: true, evidence.TypeAppeal: true,
	evidence.TypeAppealDecision: true, evidence.TypeHostNotice: true, evidence.TypeOrder: true, evidence.TypeAction: true, evidence.TypeNoticeOut: true, evidence.TypeHostAnswer: true}

// choose finds the records that belong to what was asked for: those it names,
// those that refer to one of them, and all that any of these refers to. Rules,
// and the erasures of what was erased, come along.
func (x *export) choose() error {
	var refs [][]int64
	var in []bool
	erased := map[int64]int64{}
	if x.ofMatters() {
		if err := x.concerned(); err != nil {
			return err
		}
	}
	again, hidden, cases := map[int64]bool{}, []int64{}, map[string]bool{}
	for r, err := range x.index() {
		if err != nil {
			return err
		}
		l, _ := evidence.ParseLeaf([]byte(r.Leaf)) // one that was altered belongs to nothing
		if x.hides(l, r) {
			hidden = append(hidden, r.Index)
		}
		here := l.Type == evidence.TypePolicy || x.names(l, r)
		for _, ref := range l.Refs {
			if ref >= 0 && ref < r.Index && in[ref] && carrier[l.Type] && !x.stops(r) {
				here = true
			}
		}
		switch l.Type {
		case evidence.TypeTriage:
			if here {
				cases[field(r.Body, "case")] = true
			}
		case evidence.TypeJuryVote: // whose leaf does not say of which case it is
			of := field(r.Body, "case")
			here = here || of != "" && cases[of]
		}
		if l.Type == evidence.TypePolicy { // nobody follows from a rule to all who broke it
			x.part = append(x.part, r.Index)
			here = false
		}
		if r.ErasedBy >= 0 {
			erased[r.Index] = r.ErasedBy
		}
		if x.about != nil {
			if shown, is := x.about.again[r.ID]; is {
				again[r.Index] = shown
			}
			if l.Outcome == evidence.CasesEnded {
				l.Refs = nil // what else ended with a decision is of others' notices
			}
		}
		in, refs = append(in, here), append(refs, l.Refs)
	}
	for _, i := range x.part {
		in[i] = true
	}
	for i := len(in) - 1; i >= 0; i-- {
		if !in[i] {
			continue
		}
		for _, ref := range refs[i] {
			if ref >= 0 && ref < int64(i) {
				in[ref] = true
			}
		}
	}
	if x.about != nil {
		for i, here := range in {
			x.about.own[int64(i)] = here
		}
	}
	for i, shown := range again {
		if !in[i] {
			in[i], x.about.own[i] = true, shown
		}
	}
	for i, by := range erased {
		if in[i] && by < int64(len(in)) {
			in[by] = true
		}
	}
	for _, i := range hidden {
		in[i] = false
	}
	return x.gather(in)
}

// hides reports whether whom the bundle is for may not be told of a record, now or
// later: in a part of the log the leaf alone would tell. Such are silent holds, also
// those that have ended, and that somebody outside was told.
func (x *export) hides(l evidence.Leaf, r store.Record) bool {
	var h evidence.Held
	return x.Profile != evidence.Court && (l.Type == evidence.TypeExternalReport || l.Type == evidence.TypeHold && (json.Unmarshal(r.Body, &h) != nil || h.Silent))
}

// gather lists what was chosen.
func (x *export) gather(in []bool) error {
	x.part = nil
	for i, here := range in {
		if here {
			x.part = append(x.part, int64(i))
		}
	}
	if len(x.part) > evidence.MaxProofs {
		return errs.Newf(errs.Invalid, "More than %d records belong to that: export a span of time instead.", evidence.MaxProofs)
	}
	return nil
}

// names reports whether a record is about what was asked for by itself.
func (x *export) names(l evidence.Leaf, r store.Record) bool {
	switch x.Scope.Kind {
	case evidence.ScopeAccount:
		return x.Account != 0 && (r.About == x.Account || r.By == x.Account)
	case evidence.ScopeHost:
		return x.about.names(r) || (l.Type == evidence.TypeHostNotice || l.Type == evidence.TypeOrder) && field(r.Body, "sender") == x.Scope.Of
	case evidence.ScopeMatter:
		return x.about.names(r)
	case evidence.ScopeCase:
		return field(r.Body, "case") == x.Scope.Of
	}
	return false
}

// stops reports whether what was asked for ends before a record, although that
// refers to it: somebody's own things do not lead to what others have to do with.
func (x *export) stops(r store.Record) bool {
	return x.Scope.Kind == evidence.ScopeAccount && r.About != 0 && r.About != x.Account && r.By != x.Account
}

// field is a text on top of a body, or empty.
func field(body []byte, name string) string {
	if !bytes.Contains(body, []byte(`"`+name+`"`)) {
		return ""
	}
	var all map[string]json.RawMessage
	var s string
	if json.Unmarshal(body, &all) == nil {
		_ = json.Unmarshal(all[name], &s) // what is no text is none
	}
	return s
}

// chosen yields what the bundle says of the records that were chosen.
func (x *export) chosen() iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		for _, i := range x.part {
			rs, err := x.v.Evidence(x.ctx, i, 1)
			var out evidence.Record
			if err == nil && len(rs) == 1 {
				out, _, err = x.say(rs[0], x.owns(rs[0]))
				out.Leaf = rs[0].Leaf
			}
			if err == nil {
				out.Proof, err = tlog.ProveRecord(x.size, i, reader{x.ctx, x.v})
			}
			if !yield(out, err) || err != nil {
				return
			}
		}
	}
}

// owns reports whether a party may see what a record says: it is about them, and
// not what others said of them; or it is their own.
func (x *export) owns(r store.Record) bool {
	if x.about != nil {
		return x.belongs(r)
	}
	if x.Profile != evidence.Party {
		return true
	}
	l, _ := evidence.ParseLeaf([]byte(r.Leaf)) // one that was altered is nobody's
	if l.Type == evidence.TypeReport {
		return r.By == x.Account
	}
	return r.About == x.Account || r.By == x.Account
}
