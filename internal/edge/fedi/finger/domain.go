package finger

import (
	"context"
	"net/url"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// SpeaksFor asks a domain whether its person called username is one of some actors:
// the answer of its WebFinger to acct:username@domain names one. Who answers so has
// the domain in hand. An error is for what has nothing to do with the domain.
func (c *Client) SpeaksFor(ctx context.Context, username, domain string, actors []string) (social.LinkBack, error) {
	h, err := c.handle(username, domain)
	if err != nil {
		return social.LinksNot, nil // a domain that cannot be asked, and our own
	}
	query := url.Values{"resource": {"acct:" + h.Username + "@" + h.Host}}
	b, _, err := c.wellKnown(ctx, h.Host, fingerPath+"?"+query.Encode())
	if ctx.Err() != nil {
		return social.Unread, errs.Wrap(errs.Unavailable, "The domain could not be asked in time.", ctx.Err())
	}
	switch errs.KindOf(err) {
	case errs.Unavailable, errs.Limited, errs.Internal:
		if err != nil {
			return social.Unread, nil
		}
	}
	if err != nil {
		return social.LinksNot, nil
	}
	d, err := readJRD(b)
	if err != nil {
		return social.LinksNot, nil
	}
	for _, l := range d.Links {
		if l.Rel == relSelf && isActivity(l.Type) && slices.Contains(actors, l.Href) {
			return social.LinksBack, nil
		}
	}
	return social.LinksNot, nil
}
