// Package web is the pages: what people see in a browser. Every page is
// rendered here and complete without JavaScript; a small script makes it
// live. It asks the core and decides nothing itself.
package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/limit"
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
	"github.com/plaza-social/plaza/internal/core/moderation"
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
	"github.com/plaza-social/plaza/internal/social"
)

// Config is what the pages must know of the house.
type Config struct {
	BaseURL    string // "https://plaza.example"
	HandleHost string // what follows the second @ in our people's addresses; empty means BaseURL's host
	Version    string
	MaxPost    int                      // characters; zero means the default
	Media      func(name string) string // the address of a picture; nil puts it under /media/
	Clock      clock.Clock              // nil means the machine's
	Shut       func() error             // why nothing can be changed at the moment, or nil; nil means never
	Copies     func() *CopiesState      // nil, or answers nil, where there are none
	Budget     func() (used, of int64)  // bytes of the disk for what other servers show; nil if none is kept
	Breach     func(directive string)   // what a page tried and its policy forbids, by the part of it; nil means it is only logged
	// Live streams to a page that is open what is new, until still no longer says
	// that by is signed in; nil streams nothing.
	Live func(w http.ResponseWriter, r *http.Request, by social.Actor, still func() (social.Actor, error))
	// ReadNotice reads a mail or a report about abuse that came at a moment.
	ReadNotice func(raw []byte, now time.Time) (social.MatterDraft, error)
	ReadWords  func(text string) social.MatterDraft // of what is neither
}

// Blobs keeps pictures.
type Blobs interface {
	// Put keeps a picture of a kind, "avatar" or "header", and names it.
	Put(ctx context.Context, of social.AccountID, kind string, r io.Reader) (name string, err error)
}

// Services is who answers.
type Services struct {
	Auth          *auth.Service
	Accounts      *accounts.Service
	Instance      *instance.Service
	View          *view.View
	Timelines     *timelines.Service
	Reach         *reach.Service
	Posts         *posts.Service
	Relations     *relations.Service
	Lists         *lists.Service
	Filters       *filters.Service
	Threads       *threads.Service
	Notices       *notices.Service
	Conversations *conversations.Service
	Search        *search.Service
	Discover      *discover.Service
	Tags          *tags.Service
	Links         *links.Service
	Polls         *polls.Service
	Imports       *imports.Service
	Exports       *exports.Service
	Push          *push.Service
	Emojis        *emojis.Service
	Announcements *announcements.Service
	Collections   *collections.Service
	Hosts         *hosts.Service
	Relays        *relays.Service
	Federation    *federation.Service
	Screen        *screen.Service
	Jury          *jury.Service
	Matters       *matters.Service
	Automation    *automation.Service
	Moderation    *moderation.Service
	Sealing       *sealing.Service
	Measures      *measures.Service
	Audit         *audit.Service
	Badges        *badges.Service
	Media         *media.Service
	Blobs         Blobs
	Limiter       *limit.Limiter
	Log           *slog.Logger
}

// Site is the pages.
type Site struct {
	Services
	config Config
	secure bool   // the house is reached by https
	host   string // of BaseURL, with its port
	origin *http.CrossOriginProtection
	router router

	fedBefore fedBefore
}

// New returns the pages of a house. A BaseURL that is no address is a fault
// of the caller's.
func New(c Config, s Services) *Site {
	base, err := url.Parse(c.BaseURL)
	if err != nil || base.Host == "" {
		panic("web: BaseURL is not an address: " + c.BaseURL)
	}
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	if c.HandleHost == "" {
		c.HandleHost = base.Host
	}
	if c.MaxPost == 0 {
		c.MaxPost = social.MaxText
	}
	if c.Media == nil {
		c.Media = func(name string) string { return "/media/" + name }
	}
	if c.Clock == nil {
		c.Clock = clock.System
	}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	site := &Site{Services: s, config: c, secure: base.Scheme == "https", host: base.Host}
	site.origin = http.NewCrossOriginProtection()
	if err := site.origin.AddTrustedOrigin(base.Scheme + "://" + base.Host); err != nil {
		panic("web: BaseURL is not an origin: " + err.Error())
	}
	for _, add := range []func(*router){
		site.emojiRoutes,
		site.timelineRoutes, site.composeRoutes, site.draftRoutes, site.scheduledRoutes, site.profileRoutes, site.relationRoutes, site.postRoutes, site.changeRoutes, site.pollRoutes, site.quoteRoutes, site.replyRoutes, site.embedRoutes, site.feedRoutes, site.lookRoutes, site.mediaRoutes, site.shareRoutes, site.readingRoutes, site.reachRoutes,
		site.liveRoutes, site.talkRoutes, site.catchUpRoutes, site.exploreRoutes, site.keyRoutes,
		site.listRoutes, site.filterRoutes, site.threadRoutes, site.rulingRoutes, site.noticeRoutes, site.policyRoutes, site.pushRoutes, site.searchRoutes, site.interactionRoutes, site.entryRoutes, site.secretRoutes, site.settingsRoutes, site.importRoutes,
		site.securityRoutes, site.factorRoutes, site.movingRoutes, site.peopleRoutes, site.houseRoutes, site.aboutRoutes, site.opennessRoutes,
		site.announcementRoutes, site.collectionRoutes, site.hostRoutes, site.relayRoutes, site.copiesRoutes, site.screenRoutes, site.badgeRoutes, site.juryRoutes,
		site.matterRoutes, site.legalRoutes, site.autoRuleRoutes, site.hashRoutes, site.breachRoutes,
		site.adminRoutes,
		site.moderationRoutes, site.holdRoutes, site.caseRoutes, site.reportRoutes, site.recordRoutes,
	} {
		add(&site.router)
	}
	return site
}
