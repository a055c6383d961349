package proxy

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// Refresh fetches a file of another server anew, in place of the copy there
// is. Where there is none, the next who looks fetches it, so that nothing which
// is looked at has to go for what is not; missing has that fetched too. A copy
// stays where nothing better can be had: NotFound says that the other server
// has no such file, Unavailable that it may be tried again.
func (p *Proxy) Refresh(ctx context.Context, as, address string, missing bool) error {
	s, err := p.shelf()
	if err != nil {
		return errs.Wrap(errs.Unavailable, "Nothing from other servers can be kept at the moment.", err)
	}
	k := keyOf(as, address)
	p.forgive(k)
	if !missing && !s.has(k) {
		return nil
	}
	got, err := p.together(ctx, s, k, as, address)
	if err == nil {
		err = got.notKept
	}
	return err
}
