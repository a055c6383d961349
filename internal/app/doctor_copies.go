package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
	"github.com/plaza-social/plaza/internal/cluster/replica"
)

// placeWait is how long a place may take to be tried.
const placeWait = 20 * time.Second

// elsewhere looks at the copies: whether each place does what it has to, how old
// what is there is, and what the last drill found.
func elsewhere(ctx context.Context, c conf.Config) (out []Finding) {
	postgres := strings.HasPrefix(c.Database(), "postgres")
	if len(c.Copies()) == 0 && !postgres {
		return []Finding{{What: "copies", OK: true, Says: "there are none: if this machine is lost, everything is. The handbook says how to have some, in copies.md"}}
	}
	for _, r := range c.Copies() {
		out = append(out, tried(ctx, r.Place))
	}
	if c.Lease.URL != "" {
		f := tried(ctx, c.Lease.Place)
		f.What = "lease at " + c.Lease.URL
		out = append(out, f)
	}
	if len(c.Copies()) > 0 {
		out = append(out, drilled(c))
		out = append(out, dailies(c)...)
	}
	return out
}

func tried(ctx context.Context, at conf.Place) Finding {
	ctx, stop := context.WithTimeout(ctx, placeWait)
	defer stop()
	f := Finding{What: "copy at " + at.URL}
	p, err := OpenPlace(ctx, at)
	if err == nil {
		defer p.Close()
		err = place.Check(ctx, p)
	}
	if err != nil {
		f.Says, f.Mend = err.Error(), "Look at its url, keys and what they allow; plaza serve goes on, and this copy does not."
		if public := errs.Public(err); public != "" {
			f.Says = public
		}
		return f
	}
	f.OK, f.Says = true, "can be written, read, listed and cleared, and of several who write at once one wins"
	return f
}

func drilled(c conf.Config) Finding {
	d, err := replica.ReadDrills(ReplicaFolder(c))
	switch {
	case errs.KindOf(err) == errs.NotFound:
		return Finding{What: "drill", OK: true, Says: "there was none yet; it happens by itself once a day"}
	case err != nil:
		return Finding{What: "drill", Says: err.Error(), Mend: "Run plaza drill."}
	case !d.OK():
		return Finding{What: "drill", Says: fmt.Sprintf("the one of %s found something wrong", d.At.Format(time.DateTime)), Mend: "Run plaza drill: it names what is wrong."}
	case time.Since(d.At) > 2*replica.DrillEvery:
		return Finding{What: "drill", Says: fmt.Sprintf("the last was on %s", d.At.Format(time.DateTime)), Mend: "Run plaza drill, and look into the log for why there was none."}
	}
	return Finding{What: "drill", OK: true, Says: fmt.Sprintf("all copies were brought back on %s, and are the same as here", d.At.Format(time.DateTime))}
}
