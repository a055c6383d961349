package app

import (
	"context"
	"crypto"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/plaza-social/plaza/internal/base/netsafe"
	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/edge/fedi/deliver"
	"github.com/plaza-social/plaza/internal/edge/fedi/fetch"
	"github.com/plaza-social/plaza/internal/edge/fedi/finger"
	"github.com/plaza-social/plaza/internal/edge/fedi/inbox"
	"github.com/plaza-social/plaza/internal/edge/fedi/serve"
	"github.com/plaza-social/plaza/internal/edge/fedi/sign"
	"github.com/plaza-social/plaza/internal/edge/hostlist"
	"github.com/plaza-social/plaza/internal/edge/mastoapi"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/work"
)

// fedi is how other servers and this one know each other.
type fedi struct {
	documents *serve.Server
	finger    *finger.Server
	ask       *finger.Client
	sender    *deliver.Sender
	resolver  *fetch.Resolver
	inbox     *inbox.Inbox

	// What documents are made with, also under another name of the house.
	config   serve.Config
	services serve.Services
}

// openFederation makes what puts things into other servers' words, shows them,
// and queues them.
func (a *App) openFederation(o Options) {
	a.Keys = federation.NewKeys(a.Store, newKey)
	verifier := o.Verifier
	if verifier == nil {
		verifier = signers{a}
	}
	config := serve.Config{HandleHost: o.Config.HandleHost, SignedOnly: o.Config.SignedOnly, File: a.fileURL}
	services := serve.Services{View: a.View, Timelines: a.Timelines, Relations: a.Relations, Tags: a.Tags, Emojis: a.Emojis, Moderation: a.Moderation,
		Keys: a.Keys, Verifier: verifier, Limiter: a.limiter, Log: a.log,
		Followers: func(ctx context.Context, of social.AccountID, at string) ([]string, error) {
			return a.Federation.Followers(ctx, of, at)
		}}
	a.fedi.config, a.fedi.services = config, services
	a.fedi.documents = serve.New(config, services)
	a.Federation = federation.New(a.Store, a.View, serve.NewSpeaker(config, services), a.log)
	a.Federation.Home = o.Config.URL
}

// openFedi makes what speaks with other servers.
func (a *App) openFedi(o Options) {
	c := a.Config
	agent := "Plaza/" + Version + " (+" + c.URL + ")"
	a.fedi.finger = &finger.Server{HandleHost: c.HandleHost, Version: Version, Source: mastoapi.SourceURL, View: a.View, Instance: a.Instance, File: a.fileURL, Log: a.log, MirrorKey: a.mirrorKeyMade}
	a.fedi.ask = finger.NewClient(finger.Config{Reach: o.Outward, Agent: agent, Own: a.View.OwnHost, PlainHTTP: len(o.Config.Private) > 0})
	a.fedi.sender = deliver.New(deliver.Config{Core: a.Federation, Key: a.signingKey, As: a.signedAs, Client: netsafe.Client(o.Outward), Agent: agent, Clock: o.Clock, Log: a.log,
		Synchronization: a.synchronization})
	a.runner.Followers = append(a.runner.Followers, a.Federation.Follower())
	a.runner.Workers = append(a.runner.Workers, a.Federation.Worker(), a.Federation.RejoinWorker())
	a.runner.Chores = append(a.runner.Chores, work.Chore{Name: "deliveries", Do: a.Federation.Tidy}, work.Chore{Name: "software", Do: a.AskPeers})
	a.Hosts.Fetch = hostlist.New(o.Outward, agent).Fetch
	a.openInbox(o, agent)
}

func newKey(kind social.KeyKind) (crypto.Signer, error) {
	if kind == social.Ed25519 {
		return sign.GenerateEd25519()
	}
	return sign.GenerateRSA()
}

// signingKey is what an account of ours signs requests with: the key that every
// server can check.
func (a *App) signingKey(ctx context.Context, signer social.AccountID) (string, crypto.Signer, error) {
	pair, err := a.Keys.Of(ctx, signer)
	return a.View.ActorURI(signer) + "#main-key", pair.RSA, err
}

// synchronization is what goes with what is for an account's followers to one
// inbox; empty where there are too many of them, and for as long as they may still
// be on their way to where the house is now: their server would take who has not
// followed there yet for somebody who never asked to, and leave in their name.
func (a *App) synchronization(ctx context.Context, signer social.AccountID, inbox string) (string, error) {
	if n := a.Names.Names(); n.Moved() && a.Store.Now().Sub(n.MovedAt()) < social.DeliveryLife {
		return "", nil
	}
	m, ok, err := a.Federation.Muster(ctx, signer, inbox)
	if err != nil || !ok {
		return "", err
	}
	return serve.Synchronization(a.View.ActorURI(signer), m.String()).String(), nil
}

// RotateKeys has somebody of ours, or without a name the house, sign with new
// keys from now on.
func (a *App) RotateKeys(ctx context.Context, name string) error {
	if name == "" {
		return a.Keys.Rotate(ctx, 0)
	}
	d, err := a.Dossier(ctx, name)
	if err != nil {
		return err
	}
	return a.Keys.Rotate(ctx, d.ID)
}

// Peers is all servers that were met, or those that did not answer last time.
func (a *App) Peers(ctx context.Context, failing bool) (all []social.Peer, err error) {
	for after := ""; ; {
		page, err := a.Federation.Peers(ctx, social.Keyboard, failing, after, federation.MaxPeers)
		if err != nil || len(page) == 0 {
			return all, err
		}
		all, after = append(all, page...), page[len(page)-1].Host
	}
}

// queues tells how what is sent to other servers is doing.
type queues struct{ *App }

var (
	sendWaiting = prometheus.NewDesc("plaza_deliveries_waiting", "Deliveries to other servers that wait.", nil, nil)
	sendOldest  = prometheus.NewDesc("plaza_deliveries_oldest_seconds", "How long the oldest of them has waited.", nil, nil)
	sendTried   = prometheus.NewDesc("plaza_deliveries_total", "Attempts to deliver, by what came of them: sent; refused or gone, which are given up; busy, fault or silent, which are tried again.",
		[]string{"outcome"}, nil)
	peerHosts = prometheus.NewDesc("plaza_peers", "Other servers: waiting that something waits for, failing that did not answer last time, parked that have not for so long that nothing is queued for them.",
		[]string{"state"}, nil)
)

// Describe implements prometheus.Collector.
func (queues) Describe(c chan<- *prometheus.Desc) {
	c <- sendWaiting
	c <- sendOldest
	c <- sendTried
	c <- peerHosts
}

// Collect implements prometheus.Collector.
func (q queues) Collect(c chan<- prometheus.Metric) {
	ctx, stop := context.WithTimeout(context.Background(), healthWait)
	defer stop()
	now, err := q.Federation.Queues(ctx)
	if err != nil {
		c <- prometheus.NewInvalidMetric(sendWaiting, err)
		return
	}
	old := 0.0
	if !now.Oldest.IsZero() {
		old = max(0, q.Store.Now().Sub(now.Oldest).Seconds())
	}
	c <- prometheus.MustNewConstMetric(sendWaiting, prometheus.GaugeValue, float64(now.Waiting))
	c <- prometheus.MustNewConstMetric(sendOldest, prometheus.GaugeValue, old)
	for state, n := range map[string]int{"waiting": now.Hosts, "failing": now.Failing, "parked": now.Parked} {
		c <- prometheus.MustNewConstMetric(peerHosts, prometheus.GaugeValue, float64(n), state)
	}
	for outcome, n := range q.fedi.sender.Counts() {
		c <- prometheus.MustNewConstMetric(sendTried, prometheus.CounterValue, float64(n), outcome)
	}
}
