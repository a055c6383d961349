package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

type relay struct {
	Add    relayAdd    `cmd:"" help:"Have a relay asked to take the house in."`
	Remove relayRemove `cmd:"" help:"End what the house has with a relay."`
	List   relayList   `cmd:"" help:"Show the relays, and what they answered."`
}

// A relayLine is what is told of one.
type relayLine struct {
	ID        int64     `json:"id,string"`
	Address   string    `json:"address"`
	Kind      string    `json:"kind"`
	Host      string    `json:"host"`
	Inbox     string    `json:"inbox"`
	Actor     string    `json:"actor,omitempty"`
	State     string    `json:"state"`
	Since     time.Time `json:"since"`
	CreatedAt time.Time `json:"created_at"`
	Waiting   int       `json:"waiting"`
	LastError string    `json:"last_error,omitempty"`
}

func lineOf(r social.Relay, p social.Peer) relayLine {
	return relayLine{ID: int64(r.ID), Address: r.Address(), Kind: string(r.Kind), Host: r.Host, Inbox: r.Inbox, Actor: r.Actor, State: string(r.State),
		Since: r.Since, CreatedAt: r.CreatedAt, Waiting: p.Waiting, LastError: p.LastError}
}

type relayAdd struct {
	where
	JSON    bool   `name:"json" help:"Print the result as JSON."`
	Address string `arg:"" help:"Its inbox, or its actor."`
}

// Run adds it. The server asks it, when it runs.
func (v *relayAdd) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		r, err := a.Relays.Add(ctx, social.Keyboard, v.Address)
		if err != nil {
			return err
		}
		return tell(s.out, v.JSON, map[string]any{"address": r.Address(), "kind": r.Kind, "inbox": r.Inbox, "state": r.State}, "%s is asked, in the way of %s.", r.Address(), r.Kind)
	})
}

type relayRemove struct {
	where
	DryRun  bool   `help:"Only find out whether it is on the list."`
	JSON    bool   `name:"json" help:"Print the result as JSON."`
	Address string `arg:"" help:"Its address, as the list has it."`
}

// Run removes it.
func (v *relayRemove) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		all, err := a.Relays.All(ctx, social.Keyboard)
		if err != nil {
			return err
		}
		for _, r := range all {
			if r.Address() != v.Address && r.Inbox != v.Address {
				continue
			}
			did := map[string]any{"address": r.Address(), "dry_run": v.DryRun}
			if v.DryRun {
				return tell(s.out, v.JSON, did, "%s would be removed.", r.Address())
			}
			if err := a.Relays.Remove(ctx, social.Keyboard, r.ID); err != nil {
				return err
			}
			return tell(s.out, v.JSON, did, "%s is removed.", r.Address())
		}
		return errs.Newf(errs.NotFound, "There is no relay at %s.", v.Address)
	})
}

type relayList struct {
	where
	asJSON
}

// Run shows them.
func (v *relayList) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		all, err := a.Relays.All(ctx, social.Keyboard)
		if err != nil {
			return err
		}
		out := []relayLine{}
		for _, r := range all {
			out = append(out, lineOf(r.Relay, r.Peer))
		}
		return v.tell(s, out, func(w io.Writer) {
			for _, r := range out {
				fmt.Fprintf(w, "%s\t%s\t%s since %s\t%d waiting\t%s\n", r.Address, r.Kind, r.State, r.Since.UTC().Format(time.DateOnly), r.Waiting, r.LastError)
			}
		})
	})
}
