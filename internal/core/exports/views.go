package exports

import (
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// viewedPosts is how many posts with views are read at once.
const viewedPosts = 100

// views gives how often by's posts were viewed on each day, as far as that is shown
// anywhere: a file is no way to learn more.
func (p packer) views(do func(any) error) error {
	for after := social.PostID(0); ; {
		var all []store.Viewing
		if err := p.store.Read(p.ctx, func(v *store.View) (err error) {
			all, err = v.ViewsBy(p.ctx, p.by.Account, after, viewedPosts)
			return err
		}); err != nil || len(all) == 0 {
			return err
		}
		for _, one := range all {
			after = one.Post
			if n := social.ShownViews(one.N); n > 0 {
				day := time.Unix(one.Day*24*60*60, 0).UTC().Format(time.DateOnly)
				if err := do(thing{"object": p.BaseURL + "/@" + p.me.Username + "/" + strconv.FormatInt(int64(one.Post), 10), "day": day, "views": n}); err != nil {
					return err
				}
			}
		}
	}
}
