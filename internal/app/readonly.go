package app

import (
	"context"
	"net/http"
	"sync"

	"github.com/go-chi/chi/v5"
)

// gated answers what would change something while the store lets nothing in,
// before anything is looked at: that it cannot be now, and when to ask again.
// What only reads goes on.
func (a *App) gated(r *chi.Mux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		shut := a.Store.Gate()
		if shut == nil || reads(req.Method) || forSpaces(req) || !known(r, req, chi.NewRouteContext()) {
			r.ServeHTTP(w, req)
			return
		}
		if rc := chi.RouteContext(req.Context()); rc != nil {
			known(r, req, rc) // to be counted
		}
		if forApps(req.URL.Path) {
			a.api.Unavailable(w, shut)
			return
		}
		a.site.Shut(w, req, shut)
	})
}

// reads reports whether a request of this method changes nothing, except by
// routes that try and are refused by the store.
func reads(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// known reports whether there is a route for a request.
func known(r *chi.Mux, req *http.Request, rc *chi.Context) bool {
	path := req.URL.RawPath
	if path == "" {
		path = req.URL.Path
	}
	return r.Match(rc, req.Method, path)
}

// whileOpen runs do whenever the store lets writes in, ends its context when it
// does not any more, and returns when ctx has ended. What was begun is done by
// whoever writes next: nothing that must happen lives only in memory.
func (a *App) whileOpen(ctx context.Context, do func(ctx context.Context)) {
	for ctx.Err() == nil {
		turned := a.Store.GateTurns()
		if a.Store.Gate() != nil {
			select {
			case <-ctx.Done():
			case <-turned:
			}
			continue
		}
		inner, stop := context.WithCancel(ctx)
		var wg sync.WaitGroup
		wg.Go(func() { do(inner) })
		for open := true; open; open = inner.Err() == nil && a.Store.Gate() == nil {
			select {
			case <-ctx.Done():
				stop()
			case <-turned:
				turned = a.Store.GateTurns()
			}
		}
		stop()
		wg.Wait()
	}
}

// background does what may be done only by who writes.
func (a *App) background(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { a.runner.Run(ctx) })
	wg.Go(func() { a.Reach.Run(ctx) })
	wg.Go(func() { a.fedi.sender.Run(ctx) })
	wg.Go(func() { a.tryFiles(ctx) })
	wg.Go(func() { a.keepMirror(ctx) })
	wg.Go(func() { a.Sealing.Run(ctx) })
	wg.Go(func() { a.witnesses.Run(ctx) })
	wg.Go(func() { a.stamper.Run(ctx) })
	wg.Go(func() { a.tellPromoted(ctx) })
	wg.Wait()
}
