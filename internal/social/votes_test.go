package social_test

import (
	"slices"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

func TestReplyOrders(t *testing.T) {
	all := map[string]social.Standings{"many": {Ups: 400, Downs: 100}, "few, all for": {Ups: 20}, "one": {Ups: 4}, "even": {Ups: 200, Downs: 200}, "none": {}, "all against": {Downs: 400}}
	for order, want := range map[social.ReplyOrder][]string{
		social.Best:          {"many", "few, all for", "even", "one", "all against", "none"},
		social.Top:           {"many", "few, all for", "one", "even", "none", "all against"},
		social.Controversial: {"even", "many", "all against", "few, all for", "none", "one"},
	} {
		var got []string
		for name := range all {
			got = append(got, name)
		}
		slices.Sort(got)
		slices.SortStableFunc(got, func(a, b string) int {
			x, y := order.Rank(all[a]), order.Rank(all[b])
			switch {
			case x > y:
				return -1
			case x < y:
				return 1
			}
			return 0
		})
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", order, got, want)
		}
	}
}

func TestWeights(t *testing.T) {
	var got, sum []int
	for n := range 5 {
		got = append(got, social.PairWeight(n))
		sum = append(sum, social.Counted("@far.example", n*8))
	}
	if !slices.Equal(got, []int{4, 2, 1, 0, 0}) || !slices.Equal(sum, []int{0, 8, 16, 20, 20}) || social.Counted("", 400) != 400 {
		t.Errorf("one after the other %v, of one server %v", got, sum)
	}
	now := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	young := social.Account{ID: social.AccountID(id.New(now.Add(time.Hour - social.VoteAge))), Host: "a.b.Far.example", CreatedAt: now.AddDate(-9, 0, 0)}
	if young.KnownFor(social.VoteAge, now) || !young.KnownFor(social.VoteAge, now.Add(time.Hour)) {
		t.Error("an account that says it is old is believed")
	}
	if got := young.VotePart(); got != "@far.example" {
		t.Errorf("its part is %q", got)
	}
	if !(social.Peer{Software: "Lemmy"}).VotesDown() || (social.Peer{Software: "mastodon"}).VotesDown() || (social.Peer{}).VotesDown() {
		t.Error("which servers vote against something")
	}
}

func TestTogether(t *testing.T) {
	for _, c := range []struct{ alone, parts, want int }{{0, 0, 0}, {0, 4, 4}, {0, 400, 20}, {8, 400, 28}, {48, 40, 88}, {48, 400, 96}} {
		if got := social.Together(c.alone, c.parts); got != c.want {
			t.Errorf("%d one by one and %d of parts: %d, want %d", c.alone, c.parts, got, c.want)
		}
	}
}
