package app

import (
	"github.com/plaza-social/plaza/internal/base/netsafe"
	"github.com/plaza-social/plaza/internal/edge/preview"
	"github.com/plaza-social/plaza/internal/work"
)

// previewWorker asks pages elsewhere for what is shown under posts.
func (a *App) previewWorker(o Options) work.Worker {
	f := &preview.Fetcher{Links: a.Links, Client: netsafe.Client(o.Outward), Pictures: a.blobs, Agent: "Plaza/" + Version + " (+" + a.Config.URL + "; link previews)"}
	return f.Worker()
}
