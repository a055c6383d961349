package posts

import (
	"context"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// Pass is Boost for by from another server, under an address and at a time of
// its own. What is here already, or was taken back before it came, is no
// error.
func (s *Service) Pass(ctx context.Context, by social.Actor, of social.PostID, v social.Visibility, uri string, at time.Time) error {
	return errNotYet
}

// Like is Mark with Liked for by from another server. The address is the one
// under which it will be undone.
func (s *Service) Like(ctx context.Context, by social.Actor, of social.PostID, uri string, on bool) error {
	return errNotYet
}

// Pin has a post of by's, who is from another server, stand on top of their
// page, or no longer.
func (s *Service) Pin(ctx context.Context, by social.Actor, uri string, on bool) error {
	return errNotYet
}
