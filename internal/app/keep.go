package app

import (
	"context"
	"time"

	"github.com/plaza-social/plaza/internal/edge/proxy"
	"github.com/plaza-social/plaza/internal/store"
)

// A MediaUsage is what files take.
type MediaUsage struct {
	Attachments     int64 `json:"attachments"`
	AttachmentBytes int64 `json:"attachment_bytes"`
	Emojis          int   `json:"emojis"`
	EmojiBytes      int64 `json:"emoji_bytes"`
	RemoteFiles     int   `json:"remote_files"`
	RemoteBytes     int64 `json:"remote_bytes"`
	RemoteBudget    int64 `json:"remote_budget"`
}

// MediaUsage looks at the tables and at the folder of what other servers show.
func (a *App) MediaUsage(ctx context.Context) (u MediaUsage, err error) {
	if err = a.Store.Read(ctx, func(v *store.View) (err error) {
		u.Attachments, u.AttachmentBytes, err = v.MediaUse(ctx)
		return err
	}); err != nil {
		return u, err
	}
	for _, e := range a.Emojis.All() {
		u.Emojis, u.EmojiBytes = u.Emojis+1, u.EmojiBytes+e.Size
	}
	u.RemoteBudget = a.Config.Media.RemoteBudget
	u.RemoteFiles, u.RemoteBytes, err = proxy.Sweep(ctx, remoteFolder(a.Config), time.Now(), true)
	return u, err
}

// remoteUse is how much of the disk what other servers show takes, and may.
func (a *App) remoteUse() (used, of int64) {
	_, used = a.proxy.Use()
	return used, a.Config.Media.RemoteBudget
}

// A Pruned is what was removed, or would be.
type Pruned struct {
	RemoteFiles int   `json:"remote_files"`
	RemoteBytes int64 `json:"remote_bytes"`
	Attachments int   `json:"attachments"`
}

// PruneMedia removes what nobody looked at for some days, and attachments that
// no post came for in that time. A server may be running on the same data. It
// tells how many attachments it has removed.
func (a *App) PruneMedia(ctx context.Context, days int, dry bool, tell func(done, total int)) (p Pruned, err error) {
	before := a.daysAgo(days)
	if p.RemoteFiles, p.RemoteBytes, err = proxy.Sweep(ctx, remoteFolder(a.Config), before, dry); err != nil {
		return p, err
	}
	p.Attachments, err = a.Media.Prune(ctx, before, dry, tell)
	return p, err
}

// ClearCache removes all copies of other servers' files, or only says how many
// there are.
func (a *App) ClearCache(ctx context.Context, dry bool) (files int, bytes int64, err error) {
	return proxy.Sweep(ctx, remoteFolder(a.Config), a.Store.Now().Add(time.Hour), dry)
}

func (a *App) daysAgo(days int) time.Time { return a.Store.Now().AddDate(0, 0, -max(days, 0)) }

// ForgetPosts takes posts from elsewhere away that are so many days old and
// that nobody here has touched.
func (a *App) ForgetPosts(ctx context.Context, days int, dry bool, tell func(done, total int)) (n int, err error) {
	return a.Posts.Forget(ctx, a.daysAgo(days), dry, tell)
}

// ForgetAccounts takes accounts of other servers away of which nothing was
// heard for so many days, and which nobody here has anything to do with.
func (a *App) ForgetAccounts(ctx context.Context, days int, dry bool, tell func(done, total int)) (n int, err error) {
	return a.Accounts.Forget(ctx, a.daysAgo(days), dry, tell)
}
