package screen

import (
	"context"

	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// noteAlias says in the log that something changed for a network or an address.
// Either may be somebody's: the record, which stays, has them under an alias.
func noteAlias(ctx context.Context, tx *store.Tx, by social.Actor, what, whom, from, to string) error {
	alias, err := tx.Alias(ctx, whom)
	if err != nil {
		return err
	}
	return record.Measures(ctx, tx, by, what, evidence.Changed{Target: alias, From: from, To: to})
}

// noteNet is noteAlias for a block that says something else, or of another network.
func noteNet(ctx context.Context, tx *store.Tx, by social.Actor, was, is social.IPBlock) error {
	if was.Net == is.Net {
		if network(was) == network(is) {
			return nil
		}
		return noteAlias(ctx, tx, by, record.Networks, "network "+is.Net.String(), network(was), network(is))
	}
	if err := noteAlias(ctx, tx, by, record.Networks, "network "+was.Net.String(), network(was), ""); err != nil {
		return err
	}
	return noteAlias(ctx, tx, by, record.Networks, "network "+is.Net.String(), "", network(is))
}

func network(b social.IPBlock) string {
	said := string(b.Severity)
	if !b.ExpiresAt.IsZero() {
		said += ", until " + record.Time(b.ExpiresAt)
	}
	return said
}

func mail(b social.MailBlock) string {
	if b.Approval {
		return "looked at"
	}
	return "turned away"
}
