package push

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// tellMoved has each app of somebody told where the house is now, whatever else
// it wants to be told of: it would not find the house any more.
func tellMoved(ctx context.Context, tx *store.Tx, f event.HomeMoved) error {
	all, err := tx.Pushes(ctx, f.Account, social.MaxPushes)
	if err != nil {
		return err
	}
	for _, p := range all {
		e := Errand{Push: p.ID, Title: "This place has a new address", Words: "It is " + f.To + " now, and you are @" + f.Handle + ". Your posts and followers are there."}
		if err := tx.AddJob(ctx, Job, e, tx.Now, fmt.Sprintf("%d-house", p.ID)); err != nil {
			return err
		}
	}
	return nil
}
