package mastoapi

import (
	"errors"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// Who posts and is not shown what came of it is told that it was saved.
func TestSavedAndNotShown(t *testing.T) {
	t.Parallel()
	away := errs.New(errs.Unavailable, "The database cannot be read now. Try again in a moment.")
	if _, err := saved(nil, away); errs.KindOf(err) != errs.Unavailable || !strings.Contains(errs.Public(err), "was saved") || !errors.Is(err, away) {
		t.Errorf("the database is away: %v", err)
	}
	if shown, err := saved(1, nil); shown != 1 || err != nil {
		t.Errorf("it is shown: %v, %v", shown, err)
	}
	gone := errs.New(errs.NotFound, "There is no such post.")
	if _, err := saved(nil, gone); err != gone {
		t.Errorf("somebody deleted it meanwhile: %v", err)
	}
}
