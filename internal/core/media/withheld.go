package media

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Withheld reports whether a file is out of sight: its post is hidden, or whose it
// is is suspended. Who knows its name does not get it then; when that is taken back
// they do again. It is asked for every file, and answered from indexes rather than
// from memory: what somebody has posted has no bound.
func (s *Service) Withheld(ctx context.Context, name string) (gone bool, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		if as, address, ok := social.ParseFileElsewhere(name); ok {
			gone, err = v.WithheldElsewhere(ctx, as, address)
		} else {
			gone, err = v.Withheld(ctx, name)
		}
		return err
	})
	if err != nil {
		return false, fmt.Errorf("look whether a file is withheld: %w", err)
	}
	return gone, nil
}
