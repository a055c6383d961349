package app

import (
	"context"
	"fmt"
	"net/http"

	"github.com/plaza-social/plaza/internal/base/netsafe"
	"github.com/plaza-social/plaza/internal/core/push"
	"github.com/plaza-social/plaza/internal/core/view"
	edge "github.com/plaza-social/plaza/internal/edge/push"
	"github.com/plaza-social/plaza/internal/edge/web"
	"github.com/plaza-social/plaza/internal/work"
)

// openPush finds the key by which push services know the house, or makes it.
func (a *App) openPush(ctx context.Context, o Options) (err error) {
	if a.Push, err = push.New(ctx, a.Store, o.Outward); err != nil {
		return fmt.Errorf("read the key for push: %w", err)
	}
	return nil
}

// pushWorker sends what is pushed. A push service that sends callers on
// elsewhere is not followed: what we sign is for it alone.
func (a *App) pushWorker(o Options) work.Worker {
	client := netsafe.Client(o.Outward)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	s := &edge.Sender{Push: a.Push, Notices: a.Notices, Client: client, Clock: o.Clock,
		Tried: func(o push.Outcome) { a.meters.pushes.WithLabelValues(o.String()).Inc() },
		Icon:  func(f *view.Face) string { return a.api.Avatar(f) },
		Page:  web.NoticePage,
		Subject: func() string {
			if c := a.Instance.Settings().Contact; c != "" {
				return "mailto:" + c
			}
			return a.Config.URL
		}}
	return s.Worker()
}
