package app

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/core/timelines"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// perReader is how many threads one person may have other servers asked for.
var perReader = limit.Rule{Name: "threads elsewhere", Burst: 120, Per: 15 * time.Minute}

// opened has other servers asked for the rest of a thread that somebody of ours
// reads, if a part of it is elsewhere. They are shown what is here already.
func (a *App) opened(ctx context.Context, by social.Actor, t timelines.Thread) {
	elsewhere := func(p *view.Seen) bool { return p.URI != "" }
	if a.Store.Gate() != nil || !by.SignedIn() || !elsewhere(t.Post) && !slices.ContainsFunc(t.Ancestors, elsewhere) && !slices.ContainsFunc(t.Descendants, elsewhere) {
		return
	}
	if !a.limiter.Take(perReader, strconv.FormatInt(int64(by.Account), 10)).OK {
		return
	}
	if err := a.Posts.Gather(ctx, by, t.Post.Post); err != nil { // they can read the thread all the same
		a.log.ErrorContext(ctx, "nobody was asked for the rest of a thread", "err", err)
	}
}
