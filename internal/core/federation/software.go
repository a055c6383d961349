package federation

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// MaxAsked is how many hosts are asked at a time what they run.
const MaxAsked = 20

// Unasked is up to MaxAsked hosts that are to be asked what they run: whoever
// was just met, and the others every social.AskAgain. They count as asked, so
// nobody else does.
func (s *Service) Unasked(ctx context.Context) (hosts []string, err error) {
	before := s.store.Now().Add(-social.AskAgain)
	due := false
	if err := s.store.Read(ctx, func(v *store.View) error {
		due, err = v.AnyUnasked(ctx, before)
		return err
	}); err != nil || !due {
		return nil, err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		hosts, err = tx.ClaimUnasked(ctx, before, MaxAsked)
		return err
	})
	return hosts, err
}

// Asked keeps what a host said that it runs. One that said nothing is asked
// sooner, and what was known of it stays.
func (s *Service) Asked(ctx context.Context, host, software, version string) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		if software == "" {
			return tx.AskPeerAt(ctx, host, tx.Now.Add(social.AskSooner-social.AskAgain))
		}
		return tx.SetPeerSoftware(ctx, host, software, version)
	})
}
