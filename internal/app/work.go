package app

import (
	"github.com/plaza-social/plaza/internal/core/conversations"
	"github.com/plaza-social/plaza/internal/core/media"
	"github.com/plaza-social/plaza/internal/core/mirrors"
	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/core/push"
	"github.com/plaza-social/plaza/internal/core/search"
	"github.com/plaza-social/plaza/internal/core/votes"
	"github.com/plaza-social/plaza/internal/edge/mail"
	"github.com/plaza-social/plaza/internal/work"
)

// openWork lists what is done after a commit, and now and then.
func (a *App) openWork(o Options) {
	a.runner = work.Runner{Store: a.Store, Log: a.log,
		Followers: []work.Follower{notices.Follower(), conversations.Follower(), search.Follower(), push.Follower(), mirrors.Follower(), a.Links.Follower(), a.Auth.Follower(), a.Automation.Follower(), votes.Follower(), a.Badges.Follower()},
		Workers: []work.Worker{
			mail.Worker(a.sender(o), a.Matters.Attached),
			a.Accounts.Worker(),
			a.Accounts.PictureWorker(), a.Accounts.SweepWorker(),
			a.Imports.Worker(),
			a.Polls.Worker(),
			a.Relations.Worker(), a.Relations.AlongWorker(),
			a.pushWorker(o),
			a.Posts.Worker(), a.Posts.AdoptWorker(), votes.Worker(a.Store), votes.HostWorker(a.Store),
			a.Hosts.Worker(), a.Moderation.Worker(), a.Moderation.EraseWorker(), a.Jury.Worker(), a.Matters.Worker(), a.Automation.Worker(), a.Badges.Worker(),
		},
		Chores: []work.Chore{
			{Name: "sign-ups", Do: a.Auth.Tidy}, {Name: "door", Do: a.Auth.Guard},
			{Name: "keys", Do: a.Posts.Tidy}, {Name: "gone", Do: a.Posts.ForgetGone},
			{Name: "views", Do: a.Reach.Tidy},
			{Name: "fields", Do: a.Accounts.CheckFields},
			{Name: "media", Do: a.Media.Tidy},
			{Name: "imports", Do: a.Imports.Tidy}, {Name: "links", Do: a.Links.Tidy},
			{Name: "screen", Do: a.Screen.Tidy},
			{Name: "reviews", Do: a.Discover.Tidy},
			{Name: "lists of hosts", Do: a.Hosts.Tidy},
			{Name: "announcements", Do: a.Announcements.Tidy},
			{Name: "juries", Do: a.Jury.Tidy},
			{Name: "matters", Do: a.Matters.Tidy},
			{Name: "holds", Do: a.Moderation.TidyHolds}, {Name: "appeals", Do: a.Moderation.RingAppeals},
			{Name: "figures", Do: a.Sealing.Daily}, {Name: "yearly reports", Do: a.Sealing.MakeYearly}, {Name: "figures of the day", Do: a.Measures.Keep},
			{Name: "automation", Do: a.Automation.Tidy},
			{Name: "sweeping", Do: a.Accounts.Tidy},
			{Name: "guesses", Do: a.Moderation.Learn}, {Name: "samples", Do: a.Moderation.Sample},
			{Name: "known files", Do: a.Media.Again},
		},
	}
	a.runner.Workers = append(append(append(append(a.runner.Workers, a.pageWorkers(o)...), a.tripWorkers()...), media.RefreshWorker(a.proxy.Refresh)), a.Media.Workers()...)
}
