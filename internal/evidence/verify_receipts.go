package evidence

import (
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// receipted are the types for which who tells of something gets a receipt.
var receipted = map[Type]bool{TypeReport: true, TypeHostNotice: true, TypeOrder: true}

func (v *verifier) hasReceipts() bool {
	for name := range v.files {
		if strings.HasPrefix(name, folderReceipts) {
			return true
		}
	}
	return false
}

// receipts checks those in the bundle and those that were given.
func (v *verifier) receipts() {
	all := slices.Clone(v.options.Receipts)
	for _, name := range slices.Sorted(maps.Keys(v.files)) {
		if short, ok := strings.CutPrefix(name, folderReceipts); ok {
			b, _ := v.whole(name)
			all = append(all, NamedReceipt{short, b})
		}
	}
	if len(all) == 0 {
		return
	}
	where := map[tlog.Hash]int64{}
	for i, e := range v.log {
		if receipted[e.kind] {
			where[e.commitment] = int64(i)
		}
	}
	for i, e := range v.bodies.part {
		if receipted[e.kind] {
			where[e.commitment] = i
		}
	}
	for _, r := range all {
		v.receipt(r, where)
	}
}

func (v *verifier) receipt(named NamedReceipt, where map[tlog.Hash]int64) {
	var r Receipt
	good := false
	for _, l := range v.policy.Logs {
		var err error
		if r, err = l.OpenReceipt(named.Note); err == nil {
			good = true
			break
		}
	}
	if !good {
		v.fail("receipt-form", "", named.Report)
		return
	}
	due := r.Received.Add(Promise)
	i, there := where[hashOf(r.Commitment)]
	if !there {
		v.unlogged(named, r, due)
		return
	}
	if other, ok := v.bodies.owed[i]; ok && other != r.Report {
		v.failAt("receipt-twice", i, named.Report, r.Report, other)
		return
	}
	v.bodies.owed[i] = r.Report
	e := v.entry(i)
	if e.at > due.UnixMilli() {
		v.failAt("receipt-late", i, named.Report, moment(due.UnixMilli()), moment(e.at))
		return
	}
	if body, ok := v.bodies.reports[i]; ok {
		at, _ := time.Parse(time.RFC3339Nano, body.ReceivedAt)
		if body.Report != r.Report || at.UnixMilli() != r.Received.UnixMilli() {
			v.failAt("receipt-differs", i, named.Report, r.Report, moment(r.Received.UnixMilli()))
			return
		}
	}
	v.kept["receipt-holds"]++
}

// unlogged is about a receipt whose report is not in the bundle.
func (v *verifier) unlogged(named NamedReceipt, r Receipt, due time.Time) {
	signed := v.head.At.UnixMilli()
	if v.head.At.IsZero() {
		signed = v.last
	}
	switch {
	case !v.manifest.Scope.All():
		v.kept["receipt-elsewhere"]++
	case signed < due.UnixMilli():
		v.kept["receipt-not-yet"]++
	default:
		v.fail("receipt-missing", "", named.Report, r.Report, moment(due.UnixMilli()))
	}
}
