package federation

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// VanishedJob is the kind of the job that finds out whether who is behind an
// inbox that is gone has left.
const VanishedJob = store.VanishedJob

// MaxAtInbox is of how many accounts with one inbox that is asked: each should
// have its own.
const MaxAtInbox = 10

// ReadVanished reads the arguments of such a job.
func ReadVanished(args []byte) (inbox string, err error) {
	if err := json.Unmarshal(args, &inbox); err != nil {
		return "", errs.Wrap(errs.Invalid, "This job does not name an inbox.", err)
	}
	return inbox, nil
}

// AtInbox are the accounts elsewhere that an inbox belongs to, up to MaxAtInbox.
// One that a whole server shares belongs to nobody.
func (s *Service) AtInbox(ctx context.Context, inbox string) (all []social.Account, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		all, err = v.AccountsAtInbox(ctx, inbox, MaxAtInbox)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("accounts at an inbox: %w", err)
	}
	return all, nil
}
