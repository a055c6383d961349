package main

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

type media struct {
	Usage   mediaUsage   `cmd:"" help:"Show what attachments, emojis and copies of other servers' files take."`
	Prune   mediaPrune   `cmd:"" help:"Remove what nobody looked at, and attachments no post came for."`
	Refresh mediaRefresh `cmd:"" help:"Fetch files of other servers anew."`
	Orphans mediaOrphans `cmd:"" help:"Remove files that belong to nothing."`
}

type mediaUsage struct {
	where
	JSON bool `name:"json" help:"As JSON."`
}

// Run prints what files take.
func (v *mediaUsage) Run(ctx context.Context, s streams) error {
	a, err := v.open(ctx, s)
	if err != nil {
		return err
	}
	defer a.Close()
	u, err := a.MediaUsage(ctx)
	if err != nil {
		return err
	}
	if v.JSON {
		return json.NewEncoder(s.out).Encode(u)
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "attachments\t%d\t%d bytes\n", u.Attachments, u.AttachmentBytes)
	fmt.Fprintf(w, "emojis\t%d\t%d bytes\n", u.Emojis, u.EmojiBytes)
	fmt.Fprintf(w, "of other servers\t%d\t%d bytes on the disk, of %d\n", u.RemoteFiles, u.RemoteBytes, u.RemoteBudget)
	return w.Flush()
}

type mediaPrune struct {
	where
	Days   int  `help:"What was not seen, or waits for a post, for so many days." default:"7"`
	DryRun bool `help:"Only say what would be removed."`
	JSON   bool `name:"json" help:"Print the result as JSON."`
}

// Run removes what is old.
func (v *mediaPrune) Run(ctx context.Context, s streams) error {
	a, err := v.open(ctx, s)
	if err != nil {
		return err
	}
	defer a.Close()
	bar := s.bar()
	p, err := a.PruneMedia(ctx, v.Days, v.DryRun, bar.tell)
	if bar.end(); err != nil {
		return err
	}
	if v.JSON {
		return json.NewEncoder(s.out).Encode(p)
	}
	_, err = fmt.Fprintf(s.out, "%s %d files of other servers (%d bytes) and %d attachments that no post came for.\n", removed(v.DryRun), p.RemoteFiles, p.RemoteBytes, p.Attachments)
	return err
}

type mediaRefresh struct {
	where
	Account string        `help:"Those of one account, its profile pictures too." placeholder:"NAME@HOST" xor:"whose"`
	Domain  string        `help:"Those of all accounts of a host." placeholder:"HOST" xor:"whose"`
	Post    social.PostID `help:"Those of one post, by its id here." placeholder:"ID" xor:"whose"`
	Days    int           `help:"Of an account or a host, attachments of so many days; all if this is left out." placeholder:"N"`
	Missing bool          `help:"Fetch those too of which there is no copy: otherwise that is done when somebody looks."`
	DryRun  bool          `help:"Only say how many that would be."`
	JSON    bool          `name:"json" help:"Print the result as JSON."`
}

// Help says what becomes of the copies there are.
func (*mediaRefresh) Help() string {
	return fmt.Sprintf("A copy stays until another has come. Each time it is %d files at most. While a server runs, it does that in the background, and tries again what cannot be had at once.", app.MaxRefresh)
}

// Run fetches them, or has a server that is running do that.
func (v *mediaRefresh) Run(ctx context.Context, s streams) error {
	if v.Account == "" && v.Domain == "" && v.Post == 0 {
		return errs.New(errs.Invalid, "Say whose: --account NAME@HOST, --domain HOST or --post ID.")
	}
	return v.with(ctx, s, func(a *app.App) error {
		bar := s.bar()
		r, err := a.RefreshMedia(ctx, app.RefreshWish{Account: v.Account, Host: v.Domain, Post: v.Post, Days: v.Days, Missing: v.Missing, DryRun: v.DryRun}, bar.tell)
		if bar.end(); err != nil {
			return err
		}
		did := map[string]any{"files": r.Files, "failed": r.Failed, "later": r.Later, "dry_run": v.DryRun}
		what := fmt.Sprintf("%d files", r.Files)
		if !v.Missing {
			what = "what there are copies of, among " + what
		}
		switch {
		case v.DryRun:
			return tell(s.out, v.JSON, did, "Would fetch %s.", what)
		case r.Later:
			return tell(s.out, v.JSON, did, "The server that runs fetches %s.", what)
		}
		return tell(s.out, v.JSON, did, "Fetched %s; %d could not be had.", what, r.Failed)
	})
}

type mediaOrphans struct {
	where
	Days   int  `help:"Files that are so many days old, at least one." default:"7"`
	DryRun bool `help:"Only say what would be removed."`
	JSON   bool `name:"json" help:"Print the result as JSON."`
}

// Help says what is safe about it.
func (*mediaOrphans) Help() string {
	return "A crash can leave a file that no post, profile, emoji or link preview has. Files of other houses in the same folder or bucket would be removed too: give each house its own."
}

// Run removes them.
func (v *mediaOrphans) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		bar := s.bar()
		o, err := a.RemoveOrphans(ctx, v.Days, v.DryRun, bar.tell)
		if bar.end(); err != nil {
			return err
		}
		more := ""
		if o.More {
			more = " There are more: do it again."
		}
		did := map[string]any{"files": o.Files, "orphans": o.Orphans, "bytes": o.Bytes, "more": o.More, "dry_run": v.DryRun}
		return tell(s.out, v.JSON, did, "%s %d files (%d bytes) that belong to nothing, of %d.%s", removed(v.DryRun), o.Orphans, o.Bytes, o.Files, more)
	})
}

func removed(dry bool) string {
	if dry {
		return "Would remove"
	}
	return "Removed"
}

type cache struct {
	Clear cacheClear `cmd:"" help:"Remove all copies of other servers' files; they are fetched again when somebody looks."`
}

type cacheClear struct {
	where
	DryRun bool `help:"Only say what would be removed."`
	JSON   bool `name:"json" help:"Print the result as JSON."`
}

// Run empties the folder.
func (v *cacheClear) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		files, bytes, err := a.ClearCache(ctx, v.DryRun)
		if err != nil {
			return err
		}
		did := map[string]any{"remote_files": files, "remote_bytes": bytes, "dry_run": v.DryRun}
		return tell(s.out, v.JSON, did, "%s %d files of other servers (%d bytes).", removed(v.DryRun), files, bytes)
	})
}

type search struct {
	Reindex searchReindex `cmd:"" help:"Make the index of words anew."`
}

type searchReindex struct {
	where
	JSON bool `name:"json" help:"Print the result as JSON."`
}

// Run indexes all posts again, some at a time.
func (v *searchReindex) Run(ctx context.Context, s streams) error {
	a, err := v.open(ctx, s)
	if err != nil {
		return err
	}
	defer a.Close()
	began := time.Now()
	bar := s.bar()
	n, err := a.Search.Reindex(ctx, bar.tell)
	bar.end()
	if err != nil {
		return err
	}
	if v.JSON {
		return json.NewEncoder(s.out).Encode(map[string]any{"posts": n, "seconds": time.Since(began).Seconds()})
	}
	_, err = fmt.Fprintf(s.out, "Indexed %d posts.\n", n)
	return err
}
