package app

import (
	"context"
	"sync/atomic"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/media"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/work"
)

// MaxRefresh is how many files are fetched anew at once.
const MaxRefresh = media.MaxRefresh

// A RefreshWish says whose files are to be fetched anew: one of Account, Host
// and Post.
type RefreshWish struct {
	Account, Host string
	Post          social.PostID
	Days          int  // attachments of so many days; zero for all
	Missing       bool // those too of which there is no copy
	DryRun        bool
}

// Refreshed is what came of it.
type Refreshed struct {
	Files  int `json:"files"`  // that were asked for
	Failed int `json:"failed"` // that cannot be had at the moment
	// Later says that a server is running: it fetches them.
	Later bool `json:"later"`
}

// RefreshMedia has files of other servers fetched anew. The copies of a server
// that is running are its own: it fetches them, by jobs. Otherwise that is done
// here and now.
func (a *App) RefreshMedia(ctx context.Context, w RefreshWish, tell func(done, total int)) (r Refreshed, err error) {
	wish := media.RefreshWish{Post: w.Post, Missing: w.Missing}
	if w.Days > 0 {
		wish.Since = a.daysAgo(w.Days)
	}
	if w.Account != "" {
		d, err := a.Dossier(ctx, w.Account)
		if err != nil {
			return r, err
		}
		if d.Local() {
			return r, errs.Newf(errs.Invalid, "%s lives here: what it shows is kept here, and not fetched.", w.Account)
		}
		wish.Account = d.ID
	}
	if w.Host != "" {
		if wish.Host, err = social.CleanHost(w.Host); err != nil {
			return r, err
		}
	}
	if r.Files, err = a.Media.Refresh(ctx, wish, w.DryRun); err != nil || w.DryRun || r.Files == 0 {
		return r, err
	}
	unlock, err := Lock(a.Config.Data)
	if err != nil && errs.KindOf(err) == errs.Conflict {
		r.Later = true
		return r, nil
	}
	if err != nil {
		return r, err
	}
	defer unlock()
	r.Failed, err = a.fetchAll(ctx, r.Files, tell)
	return r, err
}

// fetchAll does all jobs that are due. What fails is left to a server.
func (a *App) fetchAll(ctx context.Context, total int, tell func(done, total int)) (failed int, err error) {
	var bad atomic.Int64
	w := media.RefreshWorker(func(ctx context.Context, as, address string, missing bool) error {
		err := a.proxy.Refresh(ctx, as, address, missing)
		if err != nil {
			bad.Add(1)
		}
		return err
	})
	for done := 0; ; {
		n, err := work.Once(ctx, a.Store, w)
		if done += n; err != nil || n == 0 {
			return int(bad.Load()), err
		}
		tell(done, max(done, total))
	}
}
