package app

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/netsafe"
	"github.com/plaza-social/plaza/internal/edge/preview"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/work"
)

// pageWorkers ask pages elsewhere for what is shown under posts, and whether
// they are of those whose profiles link to them.
func (a *App) pageWorkers(o Options) []work.Worker {
	f := &preview.Fetcher{Links: a.Links, Client: netsafe.Client(o.Outward), Pictures: a.blobs, Agent: "Plaza/" + Version + " (+" + a.Config.URL + "; link previews)"}
	a.Accounts.Domain = func(ctx context.Context, username, domain string, actors []string) (social.LinkBack, error) {
		return a.fedi.ask.SpeaksFor(ctx, username, domain, actors) // which is made later
	}
	return []work.Worker{f.Worker(), a.Accounts.FieldsWorker(f.LinksBack)}
}
