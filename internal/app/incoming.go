package app

import (
	"context"
	"crypto"
	"net/http"

	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/edge/fedi/fetch"
	"github.com/plaza-social/plaza/internal/edge/fedi/finger"
	"github.com/plaza-social/plaza/internal/edge/fedi/inbox"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/work"
)

// openInbox makes what takes in what other servers send, and asks them for
// what they have.
func (a *App) openInbox(o Options, agent string) {
	arrivals, rules := federation.NewArrivals(a.Store), as2.Rules{PlainHTTP: len(o.Config.Private) > 0}
	a.fedi.resolver = &fetch.Resolver{
		Fetcher: fetch.New(fetch.Config{Reach: o.Outward, Agent: agent, Rules: rules, Own: a.View.OwnHost, Refused: a.refused,
			Signer: house{a}, Peers: arrivals, Clock: o.Clock}),
		Finger: asker{a.fedi.ask}, Accounts: a.Accounts, Posts: a.Posts, Limits: a.limiter}
	a.fedi.inbox = inbox.New(inbox.Config{Base: a.View.Names, Rules: rules, Own: a.View.OwnHost, Refused: a.refused, Clock: o.Clock, Limiter: a.limiter, Log: a.log,
		Resolver: a.fedi.resolver, Arrivals: arrivals, View: a.View, Accounts: a.Accounts, Posts: a.Posts, Relations: a.Relations, Polls: a.Polls, Moderation: a.Moderation, Federation: a.Federation,
		Relays: a.Relays})
	a.Search.Elsewhere, a.Accounts.Elsewhere, a.Relays.Find = a.fedi.resolver, a.fedi.resolver, a.fedi.resolver.Relay
	a.Imports.Find = func(ctx context.Context, name, host string) error {
		_, err := a.fedi.resolver.Named(ctx, name, host)
		return err
	}
	a.Timelines.Opened = a.opened
	a.runner.Workers = append(append(a.runner.Workers, a.fedi.inbox.Workers()...), a.fedi.resolver.GatherWorker(), a.fedi.resolver.ParentWorker())
	a.runner.Chores = append(a.runner.Chores, work.Chore{Name: "threads", Do: a.Posts.TidyThreads})
}

// refused reports whether nothing is taken from a host.
func (a *App) refused(ctx context.Context, host string) (bool, error) {
	rules, err := a.View.HostRules(ctx)
	if err != nil {
		return false, err
	}
	return rules.On(host).Severity == social.HostSuspends, nil
}

// signers finds out who signed a request.
type signers struct{ *App }

// Verify implements serve.Verifier.
func (s signers) Verify(r *http.Request) (social.AccountID, error) { return s.fedi.inbox.Verify(r) }

// house signs in the name of the house.
type house struct{ *App }

// Key implements fetch.Signer.
func (h house) Key(ctx context.Context) (string, crypto.Signer, error) { return h.signingKey(ctx, 0) }

// asker asks by WebFinger.
type asker struct{ *finger.Client }

// Find implements fetch.Finger.
func (a asker) Find(ctx context.Context, username, host string) (string, error) {
	f, err := a.Finger(ctx, username, host)
	return f.Actor, err
}

// Confirm implements fetch.Finger.
func (a asker) Confirm(ctx context.Context, actor, username, host string) (name, at string, err error) {
	h, err := a.Client.Confirm(ctx, actor, username, host)
	return h.Username, h.Host, err
}
