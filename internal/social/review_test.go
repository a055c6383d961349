package social

import (
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
)

func TestMayTrend(t *testing.T) {
	for _, tt := range []struct {
		r           Review
		first, want bool
	}{{"", false, true}, {"", true, false}, {Approved, true, true}, {Approved, false, true}, {Rejected, false, false}, {Rejected, true, false}} {
		if got := tt.r.MayTrend(tt.first); got != tt.want {
			t.Errorf("%q, looked at first %v: %v, want %v", tt.r, tt.first, got, tt.want)
		}
	}
}

func TestTagRules(t *testing.T) {
	r := TagRules{"spam": {Unusable: true}, "quiet": {Unlisted: true}, "bread": {Trend: Rejected}}
	for key, listed := range map[string]bool{"spam": false, "quiet": false, "bread": true, "other": true} {
		if r.Listed(key) != listed {
			t.Errorf("%s is listed: %v, want %v", key, !listed, listed)
		}
	}
	if got := r.Usable([]string{"spam", "quiet", "other"}); !slices.Equal(got, []string{"quiet", "other"}) {
		t.Error(got)
	}
	for _, tt := range []struct {
		r    TagRule
		want errs.Kind
	}{
		{TagRule{Key: "sourdough", Name: "SourDough"}, 0},
		{TagRule{Key: "sourdough"}, 0},
		{TagRule{Key: "sourdough", Name: "Bread"}, errs.Invalid},
		{TagRule{Key: strings.Repeat("ä", MaxTagLength)}, 0},
		{TagRule{Key: strings.Repeat("ä", MaxTagLength+1)}, errs.NotFound},
		{TagRule{}, errs.NotFound},
	} {
		if err := tt.r.Check(); err == nil && tt.want != 0 || err != nil && errs.KindOf(err) != tt.want {
			t.Errorf("%+v: %v, want %v", tt.r, err, tt.want)
		}
	}
}
