package fetch

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
)

// MaxMemberPages is how many pages a list has at most that has to be whole.
const MaxMemberPages = 10

var errMembers = errs.Newf(errs.Invalid, "This list is not whole, or has more than %d pages.", MaxMemberPages)

// Members are the addresses on a list at an address, all of them: if they are
// more than limit, or some cannot be had, it is an error.
func (r *Resolver) Members(ctx context.Context, address string, limit int) (out []string, err error) {
	ctx = budgeted(ctx)
	begun := map[string]bool{}
	var d as2.Doc
	for next := address; next != "" || d.Embedded(); {
		if !d.Embedded() {
			if begun[next] || len(begun) > MaxMemberPages || !as2.SameOrigin(next, address) {
				return nil, errMembers
			}
			begun[next] = true
			if d, err = r.Document(ctx, next); err != nil {
				return nil, err
			}
		}
		c, err := d.Collection()
		if err != nil {
			return nil, err
		}
		for _, item := range c.Items {
			if item.ID() == "" || len(out) == limit {
				return nil, errMembers
			}
			out = append(out, item.ID())
		}
		d, next = following(c)
	}
	return out, nil
}
