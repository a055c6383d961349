package timelines

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// Limits of catching up.
const (
	// MaxCatchUp is how many posts are shown at once. What is older is asked for
	// after.
	MaxCatchUp = 150
	// catchUpPage is how many posts of the home timeline are read at a time, and
	// maxCatchUpPages how often: what was boosted by many is one post.
	catchUpPage     = 100
	maxCatchUpPages = 10
	// MaxBoosters is how many of those who boosted a post are named.
	MaxBoosters = 5
)

// A Missed is a post that came home while its reader was away, and why.
type Missed struct {
	*view.Seen                // never a boost
	Followed    bool          // the reader follows who wrote it
	ToReader    bool          // it answers the reader
	Boosters    []*view.Face  // whom the reader follows, the last first, up to MaxBoosters
	BoostedBy   int           // how many they are
	FollowsTags []string      // of its tags, those the reader follows
	At          social.PostID // where it stands in the timeline, itself or its newest boost
}

// A CatchUp is what came home between two posts, each once, the newest first.
type CatchUp struct {
	Posts  []Missed
	Oldest int64 // how far back it was read; zero if that is all
}

// CatchUp is what came to by's home between two posts (before may be zero),
// without what by wrote, and without what was only boosted if boosts is not
// set.
func (s *Service) CatchUp(ctx context.Context, by social.Actor, after, before int64, boosts bool) (c CatchUp, err error) {
	if err := by.MustAct(); err != nil {
		return c, err
	}
	r, err := s.view.Reader(ctx, by.Account)
	if err != nil {
		return c, err
	}
	at := map[social.PostID]int{}
	for range maxCatchUpPages {
		page, err := s.Home(ctx, by, social.Page{After: after, Before: before, Limit: catchUpPage})
		if err != nil {
			return c, err
		}
		for i, p := range page.Items {
			if len(c.Posts) >= MaxCatchUp {
				c.Oldest = int64(page.Items[i-1].ID)
				return c, nil
			}
			c.take(p, r, at, boosts)
		}
		if before = page.Oldest; before == 0 {
			return c, nil
		}
	}
	c.Oldest = before
	return c, nil
}

// take adds a post of the timeline, or one more who passes it on.
func (c *CatchUp) take(p *view.Seen, r *view.Reader, at map[social.PostID]int, boosts bool) {
	post := p.Original()
	i, there := at[post.ID]
	if post.Author.ID == r.ID || p.IsBoost() && !boosts && !there {
		return
	}
	if !there {
		i, at[post.ID] = len(c.Posts), len(c.Posts)
		m := Missed{Seen: post, At: p.ID, Followed: r.Follows(post.Author.ID), ToReader: post.ReplyAuthor == r.ID}
		for _, t := range post.Tags {
			if r.FollowsTag(social.TagKey(t)) && !slices.Contains(m.FollowsTags, t) {
				m.FollowsTags = append(m.FollowsTags, t)
			}
		}
		c.Posts = append(c.Posts, m)
	}
	if m := &c.Posts[i]; p.IsBoost() && p.Author.ID != r.ID {
		if m.BoostedBy++; len(m.Boosters) < MaxBoosters {
			m.Boosters = append(m.Boosters, p.Author)
		}
	}
}
