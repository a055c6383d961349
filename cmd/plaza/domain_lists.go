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

type domainLists struct {
	Add    listAdd    `cmd:"" help:"Have a list be heeded. Nothing is done before 'apply'."`
	List   listList   `cmd:"" help:"Show the lists that are heeded."`
	Show   listShow   `cmd:"" help:"Show what waits of a list, and what that would cut."`
	Check  listCheck  `cmd:"" help:"Ask for a list now; otherwise that is done once a day."`
	Apply  listApply  `cmd:"" help:"Have the rules be as the list says."`
	Auto   listAuto   `cmd:"" help:"Say whether what changes is applied without asking."`
	Remove listRemove `cmd:"" help:"Heed a list no more: what stands because of it alone is taken back."`
}

type listAdd struct {
	where
	asJSON
	Auto bool   `help:"Apply later what changes there without asking, unless it is a lot."`
	URL  string `arg:"" name:"url" help:"The address of the CSV file, by https."`
}

// Run asks for the list and shows what it would do.
func (v *listAdd) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		l, err := a.Hosts.Subscribe(ctx, social.Keyboard, v.URL, v.Auto)
		if err != nil {
			return err
		}
		return v.showList(ctx, s, a, l.ID)
	})
}

type listList struct {
	where
	asJSON
}

// Run shows all of them.
func (v *listList) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		all, err := a.Hosts.Lists(ctx, social.Keyboard)
		if err != nil {
			return err
		}
		out := []listFor{}
		for _, l := range all {
			out = append(out, listOf(l))
		}
		return v.tell(s, out, func(w io.Writer) {
			for _, l := range out {
				fmt.Fprintf(w, "%s\t%s\t%d hosts\t%s\t%s\n", l.ID, l.URL, l.Hosts, l.state(), l.Failure)
			}
		})
	})
}

// listFor is a list as it is written for programs.
type listFor struct {
	ID      string     `json:"id"`
	URL     string     `json:"url"`
	Auto    bool       `json:"auto"`
	Stage   string     `json:"stage"`
	Hosts   int        `json:"hosts"`
	Checked *time.Time `json:"checked_at"`
	Applied *time.Time `json:"applied_at"`
	Failure string     `json:"failure,omitempty"`
}

func listOf(l social.HostList) listFor {
	at := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		return &t
	}
	return listFor{fmt.Sprint(l.ID), l.URL, l.Auto, string(l.Stage), l.Hosts, at(l.CheckedAt), at(l.AppliedAt), l.Failure}
}

func (l listFor) state() string {
	switch {
	case l.Stage != "":
		return l.Stage
	case l.Auto:
		return "by itself"
	}
	return "asks"
}

// aList is a command about one list.
type aList struct {
	where
	asJSON
	ID social.HostListID `arg:"" name:"id" help:"Its number, as 'list' shows it."`
}

// previewFor is what applying or ending a list does, for programs.
type previewFor struct {
	List    listFor `json:"list"`
	Added   int     `json:"added"`
	Changed int     `json:"changed"`
	Dropped int     `json:"dropped"`
	Rules   int     `json:"rules"`
	Sudden  bool    `json:"sudden"`
	Cut     cutFor  `json:"cut"`
	Back    cutFor  `json:"back"`
}

func (j asJSON) tellPreview(s streams, l social.HostList, p app.ListPreview) error {
	out := previewFor{listOf(l), len(p.Added), len(p.Changed), len(p.Dropped), p.Rules, p.Sudden && !l.AppliedAt.IsZero(), cutFor(p.Cut), cutFor(p.Back)}
	return j.tell(s, out, func(w io.Writer) {
		fmt.Fprintf(w, "%d\t%s\t%s\n", l.ID, l.URL, l.Failure)
		for i, some := range [][]social.HostBlock{p.Added, p.Changed, p.Dropped} {
			for _, b := range some[:min(len(some), social.MaxCutHosts)] {
				fmt.Fprintf(w, "%s\t%s\t%s\n", []string{"add", "change", "drop"}[i], b.Host, b.Severity)
			}
		}
		tellCut(w, p.Cut)
		fmt.Fprintf(w, "Shown again: %d hosts known here, with %d accounts.\n", p.Back.Known, p.Back.Accounts)
		fmt.Fprintf(w, "%d hosts are added, %d changed, %d dropped; that is %d rules here.\n", len(p.Added), len(p.Changed), len(p.Dropped), p.Rules)
		if out.Sudden {
			fmt.Fprintln(w, "It is so much that it waits for you.")
		}
	})
}

func (w where) noList(err error, id social.HostListID) error {
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return errs.Newf(errs.NotFound, "There is no list %d.", id)
	}
	return err
}

func (v listAdd) showList(ctx context.Context, s streams, a *app.App, id social.HostListID) error {
	return aList{v.where, v.asJSON, id}.show(ctx, s, a)
}

func (v aList) show(ctx context.Context, s streams, a *app.App) error {
	l, err := a.Hosts.List(ctx, social.Keyboard, v.ID)
	if err != nil {
		return v.noList(err, v.ID)
	}
	p, err := a.Hosts.PreviewApply(ctx, social.Keyboard, v.ID)
	if err != nil {
		return err
	}
	return v.tellPreview(s, l, p)
}

type listShow struct{ aList }

// Run shows what waits.
func (v *listShow) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error { return v.show(ctx, s, a) })
}

type listCheck struct{ aList }

// Run asks for the list, and shows what waits then.
func (v *listCheck) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		if err := a.Hosts.Check(ctx, social.Keyboard, v.ID); err != nil {
			return v.noList(err, v.ID)
		}
		return v.show(ctx, s, a)
	})
}

type listApply struct{ aList }

// Run applies what waits.
func (v *listApply) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		l, err := a.Hosts.List(ctx, social.Keyboard, v.ID)
		if err == nil {
			err = a.Hosts.Apply(ctx, social.Keyboard, v.ID, l.ProposedAt)
		}
		if err != nil {
			return v.noList(err, v.ID)
		}
		if l, err = a.Hosts.List(ctx, social.Keyboard, v.ID); err != nil {
			return err
		}
		return tell(s.out, v.JSON, map[string]any{"list": listOf(l)}, "%d hosts of the list are heeded.", l.Hosts)
	})
}

type listAuto struct {
	aList
	Set string `arg:"" help:"on or off." enum:"on,off"`
}

// Run says it.
func (v *listAuto) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		if err := a.Hosts.SetAuto(ctx, social.Keyboard, v.ID, v.Set == "on"); err != nil {
			return v.noList(err, v.ID)
		}
		return tell(s.out, v.JSON, map[string]any{"id": fmt.Sprint(v.ID), "auto": v.Set == "on"}, "Applied by itself: %s.", v.Set)
	})
}

type listRemove struct {
	aList
	DryRun bool `help:"Only tell what would be taken back."`
}

// Run ends it.
func (v *listRemove) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		l, err := a.Hosts.List(ctx, social.Keyboard, v.ID)
		if err != nil {
			return v.noList(err, v.ID)
		}
		if v.DryRun {
			p, err := a.Hosts.PreviewUnsubscribe(ctx, social.Keyboard, v.ID)
			if err != nil {
				return err
			}
			return v.tellPreview(s, l, p)
		}
		if err := a.Hosts.Unsubscribe(ctx, social.Keyboard, v.ID); err != nil {
			return err
		}
		return tell(s.out, v.JSON, map[string]any{"list": listOf(l)}, "%s is not heeded any more.", l.URL)
	})
}
