package relations_test

import (
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/relations"
	"github.com/plaza-social/plaza/internal/social"
)

// TestLanguagesAreBounded is for everything about a reader's follows is held
// in memory.
func TestLanguagesAreBounded(t *testing.T) {
	each(t, func(t *testing.T, svc *relations.Service, _ func(from, to social.AccountID) social.Relation, followers func(social.AccountID) int) {
		for _, languages := range [][]string{make([]string, social.MaxLanguages+1), {strings.Repeat("e", social.MaxLanguage+1)}} {
			if err := svc.Follow(t.Context(), as(ada), social.Follow{Target: ben, Languages: languages}); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%d languages: %v, want Invalid", len(languages), err)
			}
		}
		if n := followers(ben); n != 0 {
			t.Errorf("%d followers", n)
		}
	})
}
