package fetch

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
)

var errActivity = errs.New(errs.Invalid, "What is at this address is nothing that somebody there did.")

// Activity is what somebody did, as their own server tells it.
func (r *Resolver) Activity(ctx context.Context, id string) (a as2.Activity, err error) {
	d, err := r.Document(budgeted(ctx), id)
	if err != nil {
		return a, err
	}
	if a, err = d.Activity(); err == nil && (a.ID != id || !as2.SameOrigin(a.ID, a.Actor)) {
		err = errActivity
	}
	return a, err
}
