package record

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// The kinds of measures, which are also the outcomes of their leaves.
const (
	Hosts    = "hosts"     // blocked, limited, or no more
	HostsIn  = "hosts in"  // let in, where only those may come
	Mails    = "mails"     // hosts of e-mail
	Prints   = "addresses" // of e-mail, under an alias
	Networks = "networks"  // under an alias
	Relays   = "relays"
)

// measuresAtOnce is how many changes one record has: each names a host of up to
// social.MaxHost bytes and says in a few words how it was and is.
const measuresAtOnce = 100

// Measures says that by changed what is done about hosts, networks or relays.
func Measures(ctx context.Context, tx *store.Tx, by social.Actor, what string, all ...evidence.Changed) error {
	who, err := Staff(ctx, tx, by)
	if err != nil {
		return err
	}
	return MeasuresOf(tx, who, what, all...)
}

// MeasuresOf is Measures for lists that others keep.
func MeasuresOf(tx *store.Tx, by, what string, all ...evidence.Changed) error {
	for some := range slices.Chunk(all, measuresAtOnce) {
		if _, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeMeasure, Outcome: what, Body: evidence.Measured{What: what, Changes: some, By: by}}); err != nil {
			return err
		}
	}
	return nil
}

// HostChange is how a block of a host was and is; the zero block is none.
func HostChange(was, is social.HostBlock) evidence.Changed {
	c := evidence.Changed{Target: is.Host, From: block(was), To: block(is)}
	if c.Target == "" {
		c.Target = was.Host
	}
	return c
}

func block(b social.HostBlock) string {
	if b.Host == "" {
		return ""
	}
	said := string(b.Severity)
	if b.RejectMedia {
		said += ", no media"
	}
	if b.RejectReports {
		said += ", no reports"
	}
	return said
}
