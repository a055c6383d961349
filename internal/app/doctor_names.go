package app

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/core/names"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// recovery looks at whether the house could go to the name that was prepared,
// also if nothing was left of it.
func recovery(ctx context.Context, c conf.Config, s *store.Store) []Finding {
	n, err := names.Of(ctx, s, social.HouseName{URL: c.URL, Host: c.HandleHost})
	if err != nil {
		return []Finding{{What: "names", Says: reason(err), Mend: "Restore a backup if the file is damaged."}}
	}
	var out []Finding
	if now := n.Names().Now.URL; now != c.URL {
		out = append(out, Finding{What: "names", Says: "the house has moved to " + now + ", and the settings still say " + c.URL, Mend: fmt.Sprintf("Put url = %q into plaza.toml.", now)})
	}
	next := n.Names().Next.URL
	if next == "" {
		return out
	}
	f := Finding{What: "evacuation", OK: true, Says: "prepared for " + next}
	made, unkept, err := n.Unkept(ctx)
	switch again := "Run: plaza evacuate prepare --to " + next + " --recovery FILE, and keep the file where this server is not."; {
	case err != nil:
		f.OK, f.Says, f.Mend = false, reason(err), again
	case made.IsZero():
		f.OK, f.Says, f.Mend = false, f.Says+", but there is no recovery file", again
	case unkept > 0:
		f.OK, f.Says, f.Mend = false, fmt.Sprintf("%s, but %d accounts came or got other keys since the recovery file was made", f.Says, unkept), again
	}
	return append(out, f)
}
