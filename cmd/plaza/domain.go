package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

type domain struct {
	Block    domainBlock    `cmd:"" help:"Keep away from a host, or change how; --dry-run tells what it cuts."`
	Unblock  domainUnblock  `cmd:"" help:"Take a host off the list."`
	Allow    domainAllow    `cmd:"" help:"Let a host in, where only those may come that were let in."`
	Disallow domainDisallow `cmd:"" help:"Have a host not be let in any more."`
	List     domainList     `cmd:"" help:"Show the hosts that are kept away from, and those that were let in."`
	Import   domainImport   `cmd:"" help:"Keep away from the hosts of a CSV file, as Mastodon writes it, or let them in."`
	Export   domainExport   `cmd:"" help:"Write the hosts that are kept away from, or were let in, as such a file."`
	Lists    domainLists    `cmd:"" help:"Lists of hosts that others keep, and that are heeded here."`
}

// asJSON says how a command writes.
type asJSON struct {
	JSON bool `name:"json" help:"As JSON."`
}

// tell writes v as JSON, or has the lines written for people.
func (j asJSON) tell(s streams, v any, lines func(w io.Writer)) error {
	if j.JSON {
		enc := json.NewEncoder(s.out)
		enc.SetIndent("", "  ")
		return enc.Encode(v)
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	lines(w)
	return w.Flush()
}

// with opens the server's data for a command, and closes it.
func (v where) with(ctx context.Context, s streams, do func(*app.App) error) error {
	a, err := v.open(ctx, s)
	if err != nil {
		return err
	}
	defer a.Close()
	return do(a)
}

type domainBlock struct {
	where
	asJSON
	Host          string `arg:"" help:"Its name; it holds for all below it too."`
	Severity      string `help:"silence, suspend or noop." enum:"silence,suspend,noop" default:"suspend"`
	RejectMedia   bool   `help:"Do not fetch its pictures."`
	RejectReports bool   `help:"Do not take its reports."`
	Public        string `help:"Why, for everybody." placeholder:"TEXT"`
	Private       string `help:"A note for admins." placeholder:"TEXT"`
	Obfuscate     bool   `help:"Show the name in part on the public list."`
	DryRun        bool   `help:"Only tell what would be."`
}

// Run blocks the host.
func (v *domainBlock) Run(ctx context.Context, s streams) error {
	b := social.HostBlock{Host: v.Host, Severity: social.HostSeverity(v.Severity), RejectMedia: v.RejectMedia, RejectReports: v.RejectReports,
		Public: v.Public, Private: v.Private, Obfuscate: v.Obfuscate}
	return v.with(ctx, s, func(a *app.App) error {
		done, cut, err := a.Keep(ctx, []app.HostLine{{Block: b}}, app.HostWish{Overwrite: true, Dry: v.DryRun}, func(int, int) {})
		if err != nil {
			return err
		}
		if done[0].Does == "fail" {
			return errs.New(errs.Invalid, done[0].Why)
		}
		out := struct {
			app.HostChange
			Cut cutFor `json:"cut"`
		}{done[0], cutFor(cut)}
		return v.tell(s, out, func(w io.Writer) { tellChanges(w, done, cut, v.DryRun) })
	})
}

// cutFor is a cut as it is written for programs.
type cutFor social.HostCut

// MarshalJSON implements json.Marshaler.
func (c cutFor) MarshalJSON() ([]byte, error) {
	losers := []map[string]any{}
	for _, l := range c.Losers {
		losers = append(losers, map[string]any{"username": l.Username, "following": l.Following, "followers": l.Followers})
	}
	return json.Marshal(map[string]any{"hosts": c.Known, "accounts": c.Accounts, "following": c.Following, "followers": c.Followers, "posts": c.Posts, "files": c.Files, "most": losers})
}

// tellCut writes what is cut, all together, and for whom it is the most.
func tellCut(w io.Writer, c social.HostCut) {
	fmt.Fprintf(w, "Kept further away from: %d hosts known here, with %d accounts, %d follows from here, %d followers of people here, %d posts and %d files.\n",
		c.Known, c.Accounts, c.Following, c.Followers, c.Posts, c.Files)
	for _, l := range c.Losers {
		fmt.Fprintf(w, "\t@%s\tfollows %d there, is followed by %d\n", l.Username, l.Following, l.Followers)
	}
}

// tellChanges writes what becomes of hosts, or would.
func tellChanges(w io.Writer, all []app.HostChange, cut social.HostCut, dry bool) {
	n := map[string]int{}
	for _, c := range all {
		n[c.Does]++
		why := c.Why
		if (c.Does == "add" || c.Does == "change") && c.Block.Severity != "" {
			why = fmt.Sprintf("%s; %d accounts known, %d followed from here, %d follow people here", c.Block.Severity, c.Accounts, c.Following, c.Followers)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", c.Does, c.Host, why)
	}
	if cut.Known > 0 {
		tellCut(w, cut)
	}
	end := "%d added, %d changed, %d kept as they were, %d not possible.\n"
	if dry {
		end = "Nothing was done. It would be: " + end
	}
	fmt.Fprintf(w, end, n["add"], n["change"], n["keep"], n["fail"])
}

type domainUnblock struct {
	where
	DryRun bool   `help:"Only find out whether it is on the list."`
	JSON   bool   `name:"json" help:"Print the result as JSON."`
	Host   string `arg:"" help:"Its name."`
}

// Run takes the host off the list.
func (v *domainUnblock) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		b, err := a.Hosts.Of(ctx, social.Keyboard, v.Host)
		if errs.KindOf(err) == errs.NotFound && err != nil {
			return errs.Newf(errs.NotFound, "There is no block of %s.", v.Host)
		}
		if err != nil {
			return err
		}
		did := map[string]any{"host": b.Host, "dry_run": v.DryRun}
		if v.DryRun {
			return tell(s.out, v.JSON, did, "%s would not be blocked any more.", b.Host)
		}
		if err := a.Hosts.End(ctx, social.Keyboard, b.ID); err != nil {
			return err
		}
		return tell(s.out, v.JSON, did, "%s is not blocked any more.", b.Host)
	})
}

type domainAllow struct {
	where
	JSON bool   `name:"json" help:"Print the result as JSON."`
	Host string `arg:"" help:"Its name."`
}

// Run lets the host in.
func (v *domainAllow) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		one, err := a.Hosts.Allow(ctx, social.Keyboard, v.Host)
		if err != nil {
			return err
		}
		return tell(s.out, v.JSON, map[string]any{"host": one.Host}, "%s is let in.", one.Host)
	})
}

type domainDisallow struct {
	where
	DryRun bool   `help:"Only find out whether it is on the list."`
	JSON   bool   `name:"json" help:"Print the result as JSON."`
	Host   string `arg:"" help:"Its name."`
}

// Run has the host not be let in.
func (v *domainDisallow) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		all, err := a.HostAllows(ctx)
		if err != nil {
			return err
		}
		host, err := social.CleanHost(v.Host)
		if err != nil {
			return err
		}
		for _, one := range all {
			if one.Host != host {
				continue
			}
			cut, err := a.Hosts.PreviewDisallow(ctx, social.Keyboard, host)
			if err != nil {
				return err
			}
			did := map[string]any{"host": host, "dry_run": v.DryRun, "cut": cutFor(cut)}
			if v.DryRun {
				if !v.JSON {
					tellCut(s.out, cut)
				}
				return tell(s.out, v.JSON, did, "%s would not be let in any more.", host)
			}
			if err := a.Hosts.Disallow(ctx, social.Keyboard, one.ID); err != nil {
				return err
			}
			return tell(s.out, v.JSON, did, "%s is not let in any more.", host)
		}
		return errs.Newf(errs.NotFound, "%s was not let in.", v.Host)
	})
}

type domainList struct {
	where
	asJSON
}

// Run shows both lists.
func (v *domainList) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		blocks, err := a.HostBlocks(ctx)
		if err != nil {
			return err
		}
		allows, err := a.HostAllows(ctx)
		if err != nil {
			return err
		}
		type line struct {
			Host          string `json:"host"`
			Severity      string `json:"severity"`
			RejectMedia   bool   `json:"reject_media"`
			RejectReports bool   `json:"reject_reports"`
			Public        string `json:"public_comment"`
			Private       string `json:"private_comment"`
			Obfuscate     bool   `json:"obfuscate"`
		}
		out := struct {
			Blocked []line   `json:"blocked"`
			Allowed []string `json:"allowed"`
		}{[]line{}, []string{}}
		for _, b := range blocks {
			out.Blocked = append(out.Blocked, line{b.Host, string(b.Severity), b.RejectMedia, b.RejectReports, b.Public, b.Private, b.Obfuscate})
		}
		for _, one := range allows {
			out.Allowed = append(out.Allowed, one.Host)
		}
		return v.tell(s, out, func(w io.Writer) {
			for _, b := range out.Blocked {
				fmt.Fprintf(w, "%s\t%s\t%s\n", b.Severity, b.Host, b.Public)
			}
			for _, host := range out.Allowed {
				fmt.Fprintf(w, "let in\t%s\t\n", host)
			}
		})
	})
}

type domainImport struct {
	where
	asJSON
	Allows    bool   `help:"Let them in, where only those may come that were let in."`
	Overwrite bool   `help:"Have blocks that there are say what the file says."`
	DryRun    bool   `help:"Only tell what would be, and what it cuts."`
	File      string `arg:"" help:"The file." type:"existingfile"`
}

// Run blocks the hosts of the file.
func (v *domainImport) Run(ctx context.Context, s streams) error {
	f, err := os.Open(v.File)
	if err != nil {
		return err
	}
	defer f.Close()
	lines, err := app.ReadHosts(f)
	if err != nil {
		return err
	}
	return v.with(ctx, s, func(a *app.App) error {
		bar := s.bar()
		done, cut, err := a.Keep(ctx, lines, app.HostWish{Allows: v.Allows, Overwrite: v.Overwrite, Dry: v.DryRun}, bar.tell)
		if bar.end(); err != nil {
			return err
		}
		if done == nil {
			done = []app.HostChange{}
		}
		return v.tell(s, done, func(w io.Writer) { tellChanges(w, done, cut, v.DryRun) })
	})
}

type domainExport struct {
	where
	asJSON
	Allows bool `help:"Those that were let in."`
}

// Run writes the file to the output.
func (v *domainExport) Run(ctx context.Context, s streams) error {
	if v.JSON {
		return (&domainList{v.where, v.asJSON}).Run(ctx, s)
	}
	return v.with(ctx, s, func(a *app.App) error { return a.WriteHosts(ctx, s.out, v.Allows) })
}
