package social

import (
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
)

func TestMayQuote(t *testing.T) {
	const ada, ben = 1, 2
	by := func(who AccountID) Actor { return Actor{Account: who, Standing: Good} }
	post := func(v Visibility, p QuotePolicy) Post { return Post{ID: 7, Author: ada, Visibility: v, QuotePolicy: p} }
	for name, tt := range map[string]struct {
		post Post
		by   Actor
		rel  Relation
		want errs.Kind // zero for yes
	}{
		"public, no wish":              {post(Public, ""), by(ben), Relation{}, 0},
		"unlisted, no wish":            {post(Unlisted, ""), by(ben), Relation{}, 0},
		"public to all":                {post(Public, QuotePublic), by(ben), Relation{}, 0},
		"to followers, by one":         {post(Public, QuoteFollowers), by(ben), Relation{Follows: true}, 0},
		"to followers, by another":     {post(Public, QuoteFollowers), by(ben), Relation{FollowedBy: true}, errs.Forbidden},
		"to nobody":                    {post(Public, QuoteNobody), by(ben), Relation{Follows: true}, errs.Forbidden},
		"to nobody, one's own":         {post(Public, QuoteNobody), by(ada), Relation{}, 0},
		"for followers, by one":        {post(Followers, QuotePublic), by(ben), Relation{Follows: true}, errs.Forbidden},
		"for followers, one's own":     {post(Followers, ""), by(ada), Relation{}, 0},
		"a message":                    {post(Direct, QuotePublic), by(ben), Relation{}, errs.Forbidden},
		"a message of one's own":       {post(Direct, QuotePublic), by(ada), Relation{}, errs.Forbidden},
		"by who is blocked":            {post(Public, QuotePublic), by(ben), Relation{BlockedBy: true}, errs.Forbidden},
		"by who blocks":                {post(Public, QuotePublic), by(ben), Relation{Blocks: true, Follows: true}, errs.Forbidden},
		"a boost":                      {Post{ID: 8, Author: ada, Visibility: Public, BoostOf: 7}, by(ada), Relation{}, errs.Invalid},
		"a reply that is held":         {Post{ID: 8, Author: ada, Visibility: Public, Held: HeldHidden, HeldBy: ben}, by(ben), Relation{}, errs.Forbidden},
		"one's own that is held":       {Post{ID: 8, Author: ada, Visibility: Public, Held: HeldPending, HeldBy: ben}, by(ada), Relation{}, errs.Forbidden},
		"by nobody":                    {post(Public, QuotePublic), Anyone, Relation{}, errs.Forbidden},
		"by somebody who may not post": {post(Public, ""), Actor{Account: ben, Standing: Suspended}, Relation{}, errs.Forbidden},
	} {
		err := tt.post.MayQuote(tt.by, tt.rel)
		if (err == nil) != (tt.want == 0) || err != nil && errs.KindOf(err) != tt.want {
			t.Errorf("%s: %v, want kind %v", name, err, tt.want)
		}
	}
	for _, tt := range [][3]Visibility{
		{Public, Public, Public}, {Unlisted, Public, Public}, {Followers, Public, Followers}, {Followers, Unlisted, Followers},
		{Followers, Followers, Followers}, {Followers, Direct, Direct}, {Public, Direct, Direct},
	} {
		if got := post(tt[0], "").Narrowed(tt[1]); got != tt[2] {
			t.Errorf("a %s quote of what is %s is %s, want %s", tt[1], tt[0], got, tt[2])
		}
	}
}
