package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/names"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/edge/fedi/serve"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/work"
)

// ErrRenamed is what Serve ends with when the house has come to be called
// otherwise, or answers under one name more: it is to be opened anew.
var ErrRenamed = errors.New("the house has another name")

// openNames finds out what the house is called. Settings that still have the
// name from before it moved are understood.
func (a *App) openNames(ctx context.Context, o *Options) (err error) {
	a.renamed = make(chan struct{})
	if a.Names, err = names.Of(ctx, a.Store, social.HouseName{URL: o.Config.URL, Host: o.Config.HandleHost}); err != nil {
		return err
	}
	now := a.Names.Names().Now
	o.Config.URL, o.Config.HandleHost = now.URL, now.Host
	a.Config = o.Config
	return nil
}

// sameNames ends the serving before it begins if the house got a name since it was
// read what it is called: nobody watched by then, and nobody is told again.
func (a *App) sameNames(ctx context.Context) error {
	now, err := names.Of(ctx, a.Store, social.HouseName{URL: a.Config.URL, Host: a.Config.HandleHost})
	if n := a.Names.Names(); err == nil && (now.Names().Now.URL != n.Now.URL || now.Names().Next.URL != n.Next.URL) {
		a.rename.Do(func() { close(a.renamed) })
	}
	return err
}

// hasOtherName reports whether the house has got a name since it was opened.
func (a *App) hasOtherName() bool {
	select {
	case <-a.renamed:
		return true
	default:
		return false
	}
}

// watchNames ends the serving when the house gets a name. It is a store.Watcher.
func (a *App) watchNames(_ context.Context, rs []event.Record) {
	n := a.Names.Names()
	for _, r := range rs {
		prepared, isNext := r.Fact.(event.HousePrepared)
		moved, isNow := r.Fact.(event.HouseMoved)
		if isNext && prepared.Next != n.Next.URL || isNow && moved.To != n.Now.URL {
			a.rename.Do(func() { close(a.renamed) })
		}
	}
}

// underAnyName leads who asks for the house by another of its names there.
func (a *App) underAnyName(house http.Handler) http.Handler {
	doors := map[string]http.Handler{}
	for _, n := range a.Names.Names().Others() {
		if u, err := url.Parse(n.URL); err == nil {
			doors[u.Host] = a.doorOf(n, house)
		}
	}
	if len(doors) == 0 {
		return house
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := strings.ToLower(r.Host)
		for _, port := range []string{":443", ":80"} {
			host = strings.TrimSuffix(host, port)
		}
		if door := doors[host]; door != nil {
			door.ServeHTTP(w, r)
			return
		}
		house.ServeHTTP(w, r)
	})
}

// doorOf shows other servers who lives here under another name of the house, and
// takes what they bring. People are led to where the house is; apps are served:
// what they send would not come along.
func (a *App) doorOf(n social.HouseName, house http.Handler) http.Handler {
	r := chi.NewRouter()
	config, services := a.fedi.config, a.fedi.services
	config.HandleHost, services.View = n.Host, a.View.Under(view.Base(n.URL))
	documents := serve.New(config, services)
	documents.Routes(r)
	finger := *a.fedi.finger
	finger.HandleHost, finger.View = n.Host, services.View
	finger.Routes(r)
	a.fedi.inbox.Routes(r)
	code := http.StatusMovedPermanently
	if n == a.Names.Names().Next {
		code = http.StatusTemporaryRedirect
	}
	r.NotFound(func(w http.ResponseWriter, r *http.Request) {
		if forApps(r.URL.Path) || r.URL.Path == "/healthz" {
			house.ServeHTTP(w, r)
			return
		}
		http.Redirect(w, r, a.Config.URL+r.URL.EscapedPath()+query(r), code)
	})
	r.MethodNotAllowed(house.ServeHTTP)
	return documents.Pages(a.gated(r))
}

func query(r *http.Request) string {
	if r.URL.RawQuery == "" {
		return ""
	}
	return "?" + r.URL.RawQuery
}

// signedAs is the key that an activity of ours is to be signed with, if it is
// said by somebody under another name of the house; empty if it is not.
func (a *App) signedAs(body []byte) string {
	if len(a.View.Others()) == 0 {
		return ""
	}
	var said struct {
		Actor string `json:"actor"`
	}
	if err := json.Unmarshal(body, &said); err != nil || a.View.Is(said.Actor) {
		return ""
	}
	if _, ours := a.View.ParseURI(said.Actor); !ours {
		return ""
	}
	return said.Actor + "#main-key"
}

const (
	// Who is killed while it takes some along holds up the others for so long.
	tripTimeout, tripSlack = 20 * time.Second, 5 * time.Second
	tripTries              = 1000 // it has to be done
)

// tripWorkers take everybody along when the house has moved. A process that was
// opened before has none, and so leaves it to others.
func (a *App) tripWorkers() []work.Worker {
	if !a.Names.Names().Moved() {
		return nil
	}
	return []work.Worker{{Kind: names.Job, AtOnce: 1, Timeout: tripTimeout, Slack: tripSlack, Tries: tripTries, Do: a.takeAlong}}
}

// takeAlong takes the next few people along, and when all are, asks for the next
// few of those whom they follow elsewhere.
func (a *App) takeAlong(ctx context.Context, _ []byte) error {
	t, err := a.Names.Trip(ctx)
	switch {
	case err != nil || t.Over:
		return err
	case t.To != a.Config.URL:
		return work.ErrLater
	case !t.AllTold:
		err = a.Names.TakeSome(ctx)
	default:
		var last social.FollowID
		if last, err = a.Federation.RefollowSome(ctx, 0, t.Asked); err == nil {
			err = a.Names.Asked(ctx, last)
		}
	}
	return cmp.Or(err, work.ErrAgain)
}

// A Departure is what moving the house would do, or did.
type Departure struct {
	From      string `json:"from"`
	To        string `json:"to"`
	Prepared  bool   `json:"prepared"`
	People    int    `json:"people"`    // who live here
	Known     int    `json:"known"`     // of them, whom other servers know
	Followers int    `json:"followers"` // on other servers
	Servers   int    `json:"servers"`   // that those live on
	Follows   int    `json:"follows"`   // of people on other servers, which are asked for again
	Told      int    `json:"told"`      // who were taken along
	Arrived   int    `json:"arrived"`   // followers who have come after
	Over      bool   `json:"over"`
}

// Departing tells what it would do, and how far it is.
func (a *App) Departing(ctx context.Context, to social.HouseName) (d Departure, err error) {
	n := a.Names.Names()
	d = Departure{From: n.Now.URL, To: to.URL, Prepared: n.Next.URL == to.URL}
	t, err := a.Names.Trip(ctx)
	if err != nil {
		return d, err
	}
	if t.To == to.URL {
		d.From, d.Prepared, d.Told, d.Over = t.From, true, t.Told, t.Over
		if d.Arrived, err = a.Names.Arrivals(ctx, t.Began); err != nil {
			return d, err
		}
	}
	d.People, d.Known, d.Followers, d.Servers, err = a.Names.Count(ctx)
	if err == nil {
		d.Follows, err = a.Federation.Refollow(ctx, 0, true, nil)
	}
	return d, err
}

// PrepareName has the house answer under another name from now on.
func (a *App) PrepareName(ctx context.Context, next social.HouseName) error {
	return a.Names.Prepare(ctx, next)
}

// MoveHouse has the house be called otherwise. What follows from that is done by
// who opens it then.
func (a *App) MoveHouse(ctx context.Context, to social.HouseName) error {
	from := a.Names.Names().Now.URL
	return a.Names.Move(ctx, to, "This place has a new address: "+to.URL+". It was "+from+" before. Your posts, followers and follows are here; "+
		"who follows you from other servers is being told. In apps, add your account again under the new address.")
}

// TakeAlong works off what has to be done for everybody when the house has moved,
// together with a server that may be running. It tells how many were told.
func (a *App) TakeAlong(ctx context.Context, tell func(told int)) error {
	ws := a.tripWorkers()
	if len(ws) == 0 {
		return errs.New(errs.Conflict, "The house has not moved.")
	}
	for {
		n, err := work.Once(ctx, a.Store, ws[0])
		if err != nil {
			return err
		}
		t, err := a.Names.Trip(ctx)
		if err != nil || t.Over {
			return err
		}
		if tell(t.Told); n == 0 && !rest(ctx) {
			return ctx.Err()
		}
	}
}
