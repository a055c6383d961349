package app

import (
	"github.com/plaza-social/plaza/internal/edge/fedi/finger"
	"github.com/plaza-social/plaza/internal/edge/mastoapi"
)

// fedi is how other servers and this one know each other.
type fedi struct {
	finger *finger.Server
	ask    *finger.Client
}

func (a *App) openFedi(o Options) {
	c := a.Config
	a.fedi.finger = &finger.Server{HandleHost: c.HandleHost, Version: Version, Source: mastoapi.SourceURL, View: a.View, Instance: a.Instance, File: a.fileURL, Log: a.log}
	a.fedi.ask = finger.NewClient(finger.Config{Reach: o.Outward, Agent: "Plaza/" + Version + " (+" + c.URL + ")", Own: a.View.OwnHost})
}
