package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/plaza-social/plaza/internal/app"
)

type peers struct {
	List peersList `cmd:"" help:"Show the servers that were met, and how what is sent to them is doing."`
}

type peersList struct {
	where
	asJSON
	Failing bool `help:"Only those that did not answer last time."`
}

// A peerLine is what is told of one.
type peerLine struct {
	Host      string     `json:"host"`
	Software  string     `json:"software,omitempty"`
	Version   string     `json:"version,omitempty"`
	Waiting   int        `json:"waiting"`
	Oldest    *time.Time `json:"oldest,omitempty"`
	Failures  int        `json:"failures"`
	Since     *time.Time `json:"failing_since,omitempty"`
	Next      *time.Time `json:"next_try,omitempty"`
	Reached   *time.Time `json:"reached_at,omitempty"`
	Parked    bool       `json:"parked"`
	LastError string     `json:"last_error,omitempty"`
}

// Run shows them.
func (v *peersList) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		all, err := a.Peers(ctx, v.Failing)
		if err != nil {
			return err
		}
		out := []peerLine{}
		for _, p := range all {
			out = append(out, peerLine{Host: p.Host, Software: p.Software, Version: p.Version, Waiting: p.Waiting, Oldest: at(p.Oldest), Failures: p.Failures,
				Since: at(p.FailingSince), Next: at(p.NextTry), Reached: at(p.ReachedAt), Parked: p.Parked(a.Store.Now()), LastError: p.LastError})
		}
		return v.tell(s, out, func(w io.Writer) {
			for _, p := range out {
				fmt.Fprintf(w, "%s\t%s %s\t%d waiting\t%s\t%s\n", p.Host, p.Software, p.Version, p.Waiting, p.state(), p.LastError)
			}
		})
	})
}

func (p peerLine) state() string {
	switch {
	case p.Parked:
		return "left alone until it is heard of"
	case p.Failures > 0:
		return fmt.Sprintf("%d failures", p.Failures)
	}
	return "answers"
}

// at is t, or nothing.
func at(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
