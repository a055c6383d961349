package federation_test

import (
	"context"
	"slices"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

func (w wordy) NotYet(_ context.Context, owner, by social.AccountID, act string) (federation.Said, error) {
	return w.say("NotYet "+act, by, owner)
}

// TestNotYet turns down who follows under the next name of the house, but not if it
// has that name by now and this process does not know: another one lets them in.
func TestNotYet(t *testing.T) {
	each(t, func(w *world) {
		old, next := social.HouseName{URL: "https://old.example", Host: "old.example"}, social.HouseName{URL: "https://new.example", Host: "new.example"}
		for _, step := range []struct {
			is   social.HouseNames
			want []string
			kind errs.Kind
		}{{social.HouseNames{Now: old, Next: next}, []string{"z.example/zoe NotYet https://z.example/follows/1"}, 0},
			{social.HouseNames{Now: next, Former: []social.FormerName{{HouseName: old}}}, nil, errs.Unavailable}} {
			w.do(func(ctx context.Context, tx *store.Tx) error { return tx.SetHouseNames(ctx, step.is) })
			err := w.core.NotYet(t.Context(), zoe, ada, "https://z.example/follows/1")
			if got := w.sent("z.example"); !slices.Equal(got, step.want) || (err != nil) != (step.kind != 0) || err != nil && errs.KindOf(err) != step.kind {
				t.Errorf("called %+v: sent %q, %v; want %q", step.is, got, err, step.want)
			}
		}
	})
}
