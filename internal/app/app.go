// Package app puts the parts together, starts and stops them. Read it to learn
// what there is, and what happens after anything.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/base/netsafe"
	"github.com/plaza-social/plaza/internal/cluster/place"
	"github.com/plaza-social/plaza/internal/cluster/turn"
	"github.com/plaza-social/plaza/internal/core/accounts"
	"github.com/plaza-social/plaza/internal/core/announcements"
	"github.com/plaza-social/plaza/internal/core/audit"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/core/automation"
	"github.com/plaza-social/plaza/internal/core/badges"
	"github.com/plaza-social/plaza/internal/core/collections"
	"github.com/plaza-social/plaza/internal/core/conversations"
	"github.com/plaza-social/plaza/internal/core/discover"
	"github.com/plaza-social/plaza/internal/core/emojis"
	"github.com/plaza-social/plaza/internal/core/exports"
	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/core/filters"
	"github.com/plaza-social/plaza/internal/core/hosts"
	"github.com/plaza-social/plaza/internal/core/imports"
	"github.com/plaza-social/plaza/internal/core/instance"
	"github.com/plaza-social/plaza/internal/core/jury"
	"github.com/plaza-social/plaza/internal/core/links"
	"github.com/plaza-social/plaza/internal/core/lists"
	"github.com/plaza-social/plaza/internal/core/matters"
	"github.com/plaza-social/plaza/internal/core/measures"
	"github.com/plaza-social/plaza/internal/core/media"
	"github.com/plaza-social/plaza/internal/core/mirrors"
	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/core/names"
	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/core/polls"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/core/push"
	"github.com/plaza-social/plaza/internal/core/reach"
	"github.com/plaza-social/plaza/internal/core/relations"
	"github.com/plaza-social/plaza/internal/core/relays"
	"github.com/plaza-social/plaza/internal/core/screen"
	"github.com/plaza-social/plaza/internal/core/sealing"
	"github.com/plaza-social/plaza/internal/core/search"
	"github.com/plaza-social/plaza/internal/core/tags"
	"github.com/plaza-social/plaza/internal/core/threads"
	"github.com/plaza-social/plaza/internal/core/timelines"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/edge/blob"
	"github.com/plaza-social/plaza/internal/edge/fedi/serve"
	"github.com/plaza-social/plaza/internal/edge/mail"
	"github.com/plaza-social/plaza/internal/edge/mastoapi"
	"github.com/plaza-social/plaza/internal/edge/oauth"
	"github.com/plaza-social/plaza/internal/edge/proxy"
	"github.com/plaza-social/plaza/internal/edge/stream"
	"github.com/plaza-social/plaza/internal/edge/tlog"
	"github.com/plaza-social/plaza/internal/edge/web"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// Version is Plaza's.
const Version = "0.1.0"

// Options are what Open needs besides the settings.
type Options struct {
	Config conf.Config
	Clock  clock.Clock
	Log    *slog.Logger
	Sender mail.Sender // nil for what the settings say
	// Outward is how machines that strangers name are called: the zero value
	// but for tests.
	Outward netsafe.Options
	// Verifier finds out which account elsewhere signed a request: nil but for
	// tests.
	Verifier serve.Verifier
	// Replicate keeps the copies that the settings ask for: for who serves, and
	// is alone with the data folder.
	Replicate bool
	// Lease is the turn to write, if whoever opens has it already.
	Lease *turn.Lease
	// Reads is told of each parameter that a route of the client API looks for.
	// It is for tests.
	Reads func(r mastoapi.Route, name string)
	// CheapPasswords is for tests, see auth.Config.
	CheapPasswords bool
	// Beside opens a house to do something besides serving: others may be serving, and
	// go on by the key that the house seals by.
	Beside bool
	// ReadOnly opens a database that another server writes, and serves what can
	// be read there: nothing is migrated or made, and nothing runs in the
	// background. See store.Options.Follow.
	ReadOnly bool
}

// App is a whole server.
type App struct {
	Config      conf.Config
	Store       *store.Store
	Auth        *auth.Service
	Accounts    *accounts.Service
	Instance    *instance.Service
	View        *view.View
	Timelines   *timelines.Service
	Reach       *reach.Service
	Posts       *posts.Service
	Relations   *relations.Service
	Lists       *lists.Service
	Threads     *threads.Service
	Notices     *notices.Service
	Search      *search.Service
	Imports     *imports.Service
	Exports     *exports.Service
	Media       *media.Service
	Polls       *polls.Service
	Discover    *discover.Service
	Emojis      *emojis.Service
	Filters     *filters.Service
	Tags        *tags.Service
	Push        *push.Service
	Links       *links.Service
	Hosts       *hosts.Service
	Screen      *screen.Service
	Collections *collections.Service
	Keys        *federation.Keys
	Federation  *federation.Service
	Relays      *relays.Service
	Matters     *matters.Service
	Automation  *automation.Service
	Badges      *badges.Service

	Announcements *announcements.Service
	Conversations *conversations.Service
	Moderation    *moderation.Service
	Sealing       *sealing.Service
	Measures      *measures.Service
	Jury          *jury.Service
	Mirrors       *mirrors.Service
	Names         *names.Service

	log       *slog.Logger
	limiter   *limit.Limiter
	blobs     *blob.Store
	proxy     *proxy.Proxy
	api       *mastoapi.API
	site      *web.Site
	oauth     *oauth.Server
	hub       *stream.Hub
	witnesses *tlog.Caller
	stamper   *tlog.Stamper
	fedi      fedi
	factors   factorKeys // seal secrets of apps that make codes, and messages; none where they are not here
	runner    work.Runner
	meters    *meters
	handler   http.Handler
	keeps     *place.Server // others' copies

	replica atomic.Pointer[copies] // nil if there are none
	clock   *clock.Steady          // nil where the machine's is followed
	tenure  *tenure                // nil if the turn to write is nobody's to take
	renamed chan struct{}          // closed when the house has another name
	rename  sync.Once
}

// Open puts a server together over its data. Close it. An *Unsure error says
// that it may be tried again, see OpenSure.
func Open(ctx context.Context, o Options) (*App, error) {
	a := &App{Config: o.Config, log: o.Log}
	a.steady(&o)
	a.limiter = limit.New(o.Clock)
	if !o.Config.RateLimits {
		a.limiter.Off()
		a.log.Warn("RATE LIMITS ARE OFF: anybody may try anything as often as they like. This is for tests only; remove PLAZA_RATE_LIMITS=off.")
	}
	o.Outward.Private = slices.Concat(o.Outward.Private, o.Config.Private)
	if len(o.Config.Private) > 0 {
		a.log.Warn("PRIVATE NETWORKS ARE OPEN: other servers may have this one call machines in them, and are believed without https. This is for tests and closed networks only; remove private_networks.",
			"networks", o.Config.Private)
	}
	a.keeps = openSpaces(o.Config)
	if err := a.open(ctx, o); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

// open decides whether this house may write before anything of it is touched:
// what another has taken over is not migrated, and no keys are made for it.
func (a *App) open(ctx context.Context, o Options) (err error) {
	if err := a.enter(ctx, o); err != nil {
		return err
	}
	if err := a.openStore(ctx, o); err != nil {
		return err
	}
	if err := a.openNames(ctx, &o); err != nil {
		return err
	}
	if a.blobs, err = openFiles(ctx, o.Config); err != nil {
		return err
	}
	a.blobs.Log(a.log)
	if err := a.openFactors(ctx, o); err != nil {
		return err
	}
	if err := a.openReplica(ctx, o); err != nil {
		return err
	}
	if err := a.openPush(ctx, o); err != nil {
		return err
	}
	if err := a.assemble(o); err != nil {
		return err
	}
	if !o.ReadOnly && !o.Beside && a.Store.Gate() == nil {
		if err := a.Auth.SealAnew(ctx); err != nil {
			return err
		}
	}
	return a.sameNames(ctx)
}

// assemble makes the services and edges. What stands here first is told first
// of what happens: caches before what reads them.
func (a *App) assemble(o Options) (err error) {
	c := o.Config
	if a.Instance, err = instance.New(a.Store); err != nil {
		return fmt.Errorf("read the settings of the house: %w", err)
	}
	a.Screen = screen.New(a.Store)
	if err := a.Screen.Load(context.Background()); err != nil {
		return err
	}
	a.View = view.New(a.Store, view.Config{BaseURL: c.URL, HandleHost: c.HandleHost, House: a.Names.Names()})
	a.Auth = auth.New(a.Store, auth.Config{FactorKey: a.factors.first(), FactorKeysBefore: a.factors.before(), BaseURL: c.URL, Title: func() string { return a.Instance.Settings().Title }, Limiter: a.limiter, Screen: a.Screen, Since: a.Names.Names().MovedAt(), CheapPasswords: o.CheapPasswords})
	a.Accounts = accounts.New(a.Store, accounts.Config{Base: view.Base(c.URL), HandleHost: c.HandleHost, Others: a.View.Others(), Own: a.View.OwnHost}, a.blobs)
	a.Timelines, a.Reach = timelines.New(a.Store, a.View), reach.New(a.Store, a.View, a.Instance.Settings)
	a.Media = media.New(a.Store, a.blobs)
	a.Moderation, a.Sealing = moderation.New(a.Store, a.View), sealing.New(a.Store, c.HandleHost, a.log)
	a.Sealing.Copied = a.copied
	a.openAutomation()
	a.Badges = badges.New(a.Store, a.Moderation.Alike)
	a.Posts = posts.New(a.Store, posts.Config{MaxText: c.MaxPost, HandleHost: c.HandleHost, Base: view.Base(c.URL), Others: a.View.Others(), Own: a.View.OwnHost, Judge: a.Automation.Judge})
	a.Polls = polls.New(a.Store, a.View)
	a.Discover, a.Links = discover.New(a.Store, a.View), links.New(a.Store, a.View, c.URL)
	a.Filters, a.Tags, a.Collections = filters.New(a.Store), tags.New(a.Store, a.View), collections.New(a.Store, a.View)
	a.Jury = jury.New(a.Store, jury.Config{Settings: a.Instance.Settings, Verdict: a.Moderation.JurySaid, Overridden: a.Moderation.JuryOverridden})
	a.Relations, a.Lists = relations.New(a.Store, a.View), lists.New(a.Store, a.View)
	a.Threads = threads.New(a.Store, a.View)
	a.Hosts, a.Announcements, a.Measures = hosts.New(a.Store, a.View), announcements.New(a.Store), measures.New(a.Store)
	a.Notices, a.Relays = notices.New(a.Store, a.View), relays.New(a.Store)
	a.Matters = matters.New(a.Store, a.View, matters.Config{Signer: a.Sealing.Signer, Bundle: a.matterEvidence, Report: a.Moderation.Noticed})
	a.Conversations, a.Mirrors = conversations.New(a.Store, a.View), mirrors.New(a.Store)
	a.Search = search.New(a.Store, a.View, c.HandleHost)
	a.Imports = imports.New(a.Store, imports.Config{BaseURL: c.URL, HandleHost: c.HandleHost, Relations: a.Relations, Lists: a.Lists, Posts: a.Posts})
	a.Exports = exports.New(a.Store, a.View, exports.Config{BaseURL: c.URL, HandleHost: c.HandleHost, Blob: func(name string) (io.ReadCloser, error) {
		return a.blobs.File(context.Background(), name)
	}})

	if err := a.openProxy(o); err != nil {
		return err
	}
	a.openFederation(o)
	a.api = mastoapi.New(mastoapi.Config{BaseURL: c.URL, Host: c.HandleHost, Version: Version, MaxText: c.MaxPost, Clock: o.Clock, File: a.fileURL,
		Types: blob.Supported(), MaxImage: blob.MaxImage, MaxPixels: blob.MaxPixels,
		MaxVideo: c.Media.MaxVideo, MaxMatrix: blob.MaxMatrix, MaxFrames: blob.MaxFrameRate, Others: others(), Reads: o.Reads},
		mastoapi.Services{Auth: a.Auth, Accounts: a.Accounts, Instance: a.Instance, View: a.View, Timelines: a.Timelines, Reach: a.Reach, Posts: a.Posts,
			Relations: a.Relations, Lists: a.Lists, Threads: a.Threads, Badges: a.Badges, Notices: a.Notices, Search: a.Search,
			Media: a.Media, Polls: a.Polls, Discover: a.Discover, Filters: a.Filters, Tags: a.Tags, Imports: a.Imports, Exports: a.Exports, Push: a.Push, Links: a.Links, Collections: a.Collections,
			Blobs: a.blobs, Limiter: a.limiter, Log: a.log,
			Emojis: a.Emojis, Hosts: a.Hosts, Screen: a.Screen, Announcements: a.Announcements, Moderation: a.Moderation, Sealing: a.Sealing, Measures: a.Measures, Conversations: a.Conversations})
	a.site = web.New(web.Config{BaseURL: c.URL, HandleHost: c.HandleHost, Version: Version, MaxPost: c.MaxPost, Media: a.filePath, Clock: o.Clock, Shut: a.Store.Gate, Copies: a.copiesState, Breach: a.breach, Live: a.live, Budget: a.remoteUse,
		ReadNotice: a.noticeReader().Read, ReadWords: a.noticeReader().Words},
		web.Services{Auth: a.Auth, Accounts: a.Accounts, Instance: a.Instance, View: a.View, Timelines: a.Timelines, Reach: a.Reach, Posts: a.Posts,
			Relations: a.Relations, Lists: a.Lists, Filters: a.Filters, Threads: a.Threads, Notices: a.Notices, Search: a.Search, Conversations: a.Conversations, Discover: a.Discover, Tags: a.Tags, Links: a.Links,
			Polls: a.Polls, Imports: a.Imports, Exports: a.Exports, Push: a.Push,
			Announcements: a.Announcements, Collections: a.Collections, Hosts: a.Hosts, Relays: a.Relays, Federation: a.Federation, Screen: a.Screen,
			Jury: a.Jury, Matters: a.Matters, Automation: a.Automation, Moderation: a.Moderation, Sealing: a.Sealing, Measures: a.Measures, Audit: audit.New(a.Store, a.View), Badges: a.Badges,
			Emojis: a.Emojis, Media: a.Media, Blobs: a.blobs, Limiter: a.limiter, Log: a.log})
	a.oauth = &oauth.Server{BaseURL: c.URL, Auth: a.Auth, View: a.View, Pages: pages{a.site}, Limiter: a.limiter, Log: a.log}
	a.hub = &stream.Hub{Auth: a.Auth, View: a.View, Timelines: a.Timelines, Lists: a.Lists, Notices: a.Notices, Announcements: a.Announcements, Conversations: a.Conversations, Render: a.api, Log: a.log}
	for _, w := range []store.Watcher{a.Instance.Watch, a.Screen.Watch, a.Automation.Watch, a.Moderation.Watch, a.Emojis.Watch, a.Announcements.Watch, a.Discover.Watch, a.Auth.Watch, a.View.Watch, a.Keys.Watch, a.Relays.Watch, a.Timelines.Watch, a.Federation.Watch, a.hub.Watch, a.watchNames} {
		a.Store.Watch(w)
	}
	for _, w := range []store.Watcher{a.Emojis.Watch, a.Auth.Watch, a.View.Watch, a.Keys.Watch, a.Relays.Watch, a.Federation.Watch, a.Announcements.Watch} {
		a.Store.WatchEarly(w)
	}

	a.openWork(o)
	a.openFedi(o)
	a.witnesses = &tlog.Caller{Sealing: a.Sealing, Client: netsafe.Client(o.Outward), Gate: a.Store.Gate, Log: a.log}
	if err := a.openStamps(o); err != nil {
		return err
	}
	a.meters = newMeters(a)
	a.handler = a.routes()
	return nil
}

// live streams to a page of the site what is new.
func (a *App) live(w http.ResponseWriter, r *http.Request, by social.Actor, still func() (social.Actor, error)) {
	a.hub.Page(w, r, by, func(context.Context) (social.Actor, error) { return still() })
}

// sender sends letters: through a mail server, or into a folder if there is
// none.
func (a *App) sender(o Options) mail.Sender {
	switch {
	case o.Sender != nil:
		return o.Sender
	case a.Config.Mail.Host == "":
		return mail.Outbox{Dir: filepath.Join(a.Config.Data, "outbox"), Log: a.log}
	}
	return mail.NewSMTP(a.Config.Mail)
}

// Handler answers requests.
func (a *App) Handler() http.Handler { return a.handler }

// Close ends what Open began. What was acknowledged is kept, also without it.
func (a *App) Close() error {
	var err error
	if a.Store != nil {
		err = a.Store.Close()
	}
	err = errors.Join(err, a.closeReplica())
	if a.blobs != nil {
		err = errors.Join(err, a.blobs.Close())
	}
	return errors.Join(err, a.keeps.Close(), a.tenure.end())
}

// Run does what has to happen in the background until ctx ends, and returns
// when it has stopped. While the store's gate is shut that is not much.
func (a *App) Run(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { a.hub.Run(ctx) })
	wg.Go(func() { a.blobs.Run(ctx) })
	wg.Go(func() { a.watchClock(ctx) })
	wg.Go(func() { a.whileOpen(ctx, a.background) })
	wg.Wait()
}

// How long the parts of a request may take.
const (
	headWait  = 10 * time.Second
	readWait  = 2 * time.Minute // of a whole body: pictures over slow lines
	writeWait = 2 * time.Minute
	idleWait  = 2 * time.Minute
	// stopWait is how long requests under way may go on when we stop.
	stopWait = 10 * time.Second
	maxHead  = 64 << 10
)

// Serve answers on l and works in the background until ctx ends; then it lets
// the requests under way finish.
func (a *App) Serve(ctx context.Context, l net.Listener) error {
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	var wg sync.WaitGroup
	wg.Go(func() { a.Run(background) })
	srv := &http.Server{Handler: a.handler, ReadHeaderTimeout: headWait, ReadTimeout: readWait, WriteTimeout: writeWait, IdleTimeout: idleWait,
		MaxHeaderBytes: maxHead, ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug)}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
	case <-a.renamed:
		err = ErrRenamed
	}
	stop() // ends the streams, so that the requests can end
	grace, done := context.WithTimeout(context.WithoutCancel(ctx), stopWait)
	defer done()
	if shut := srv.Shutdown(grace); shut != nil {
		srv.Close()
	}
	wg.Wait()
	return err
}

// OwnerLink is the address at which somebody becomes the owner, while there is
// none; empty otherwise.
func (a *App) OwnerLink(ctx context.Context) (string, error) {
	if a.Store.Gate() != nil {
		return "", nil // nobody can become anything now
	}
	secret, needed, err := a.Auth.OwnerLink(ctx)
	if err != nil || !needed {
		return "", err
	}
	return a.Config.URL + "/setup?token=" + secret, nil
}

// pages shows what oauth has to say in the look of the house.
type pages struct{ *web.Site }

// Consent implements oauth.Pages.
func (p pages) Consent(w http.ResponseWriter, r *http.Request, c oauth.Consent) {
	p.Site.Consent(w, r, web.ConsentPage{AppName: c.App.Name, Website: c.App.Website, Scopes: strings.Fields(c.Scopes.String()), Hidden: c.Hidden,
		Action: c.Action, AccountName: "@" + c.Person.Acct(), Redirect: c.Hidden["redirect_uri"]})
}
