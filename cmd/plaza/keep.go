package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/plaza-social/plaza/internal/app"
)

type media struct {
	Usage mediaUsage `cmd:"" help:"Show what attachments, emojis and copies of other servers' files take."`
	Prune mediaPrune `cmd:"" help:"Remove what nobody looked at, and attachments no post came for."`
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
	p, err := a.PruneMedia(ctx, v.Days, v.DryRun)
	if err != nil {
		return err
	}
	if v.JSON {
		return json.NewEncoder(s.out).Encode(p)
	}
	_, err = fmt.Fprintf(s.out, "%s %d files of other servers (%d bytes) and %d attachments that no post came for.\n", removed(v.DryRun), p.RemoteFiles, p.RemoteBytes, p.Attachments)
	return err
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

type cacheClear struct{ where }

// Run empties the folder.
func (v *cacheClear) Run(ctx context.Context, s streams) error {
	a, err := v.open(ctx, s)
	if err != nil {
		return err
	}
	defer a.Close()
	files, bytes, err := a.ClearCache(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "Removed %d files of other servers (%d bytes).\n", files, bytes)
	return err
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
	tell := func(done, total int) {}
	if isTerminal(s.err) {
		tell = func(done, total int) { line(s.err, done, total) }
	}
	n, err := a.Search.Reindex(ctx, tell)
	if isTerminal(s.err) {
		fmt.Fprintln(s.err)
	}
	if err != nil {
		return err
	}
	if v.JSON {
		return json.NewEncoder(s.out).Encode(map[string]any{"posts": n, "seconds": time.Since(began).Seconds()})
	}
	_, err = fmt.Fprintf(s.out, "Indexed %d posts.\n", n)
	return err
}

// line draws how far something is.
func line(w io.Writer, done, total int) {
	done = min(done, total)
	full := barWidth * done / max(total, 1)
	fmt.Fprintf(w, "\r[%s%s] %d of %d", strings.Repeat("#", full), strings.Repeat(" ", barWidth-full), done, total)
}

type emoji struct {
	List   emojiList   `cmd:"" help:"Show the emojis of the house."`
	Import emojiImport `cmd:"" help:"Add the pictures of an archive (.zip, .tar.gz) as emojis, named after their files."`
	Remove emojiRemove `cmd:"" help:"Remove emojis."`
}

type emojiList struct {
	where
	JSON bool `name:"json" help:"As JSON."`
}

// Run lists them.
func (v *emojiList) Run(ctx context.Context, s streams) error {
	a, err := v.open(ctx, s)
	if err != nil {
		return err
	}
	defer a.Close()
	all := a.Emojis.All()
	if v.JSON {
		return json.NewEncoder(s.out).Encode(all)
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, e := range all {
		fmt.Fprintf(w, ":%s:\t%s\t%s\n", e.Shortcode, e.Category, map[bool]string{true: "", false: "disabled"}[e.Enabled])
	}
	return w.Flush()
}

type emojiImport struct {
	where
	Prefix    string `help:"What their names begin with." placeholder:"TEXT"`
	Category  string `help:"The category of all of them." placeholder:"TEXT"`
	Overwrite bool   `help:"Replace those that have the name already."`
	Unlisted  bool   `help:"Leave them out of the list from which people choose."`
	JSON      bool   `name:"json" help:"Print the result as JSON."`
	File      string `arg:"" help:"The archive." type:"existingfile"`
}

// Run adds them, and tells which could not be.
func (v *emojiImport) Run(ctx context.Context, s streams) error {
	f, err := os.Open(v.File)
	if err != nil {
		return err
	}
	defer f.Close()
	a, err := v.open(ctx, s)
	if err != nil {
		return err
	}
	defer a.Close()
	r, err := a.ImportEmojis(ctx, f, app.EmojiWish{Prefix: v.Prefix, Category: v.Category, Overwrite: v.Overwrite, Unlisted: v.Unlisted})
	if err != nil {
		return err
	}
	if v.JSON {
		return json.NewEncoder(s.out).Encode(r)
	}
	for _, why := range r.Failed {
		fmt.Fprintln(s.err, why)
	}
	_, err = fmt.Fprintf(s.out, "Added %d emojis, %d were there already, %d could not be taken.\n", r.Added, r.Skipped, len(r.Failed))
	return err
}

type emojiRemove struct {
	where
	Names []string `arg:"" help:"Their names."`
}

// Run removes them.
func (v *emojiRemove) Run(ctx context.Context, s streams) error {
	a, err := v.open(ctx, s)
	if err != nil {
		return err
	}
	defer a.Close()
	for _, name := range v.Names {
		if err := a.RemoveEmoji(ctx, name); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(s.out, "Removed %d.\n", len(v.Names))
	return err
}
