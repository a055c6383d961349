package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/social"
)

type emoji struct {
	List   emojiList   `cmd:"" help:"Show the emojis of the house."`
	Import emojiImport `cmd:"" help:"Add the pictures of an archive (.zip, .tar.gz) as emojis, named after their files."`
	Export emojiExport `cmd:"" help:"Write the emojis to an archive (.tar.gz) that import takes back."`
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
	bar := s.bar()
	r, err := a.ImportEmojis(ctx, f, app.EmojiWish{Prefix: v.Prefix, Category: v.Category, Overwrite: v.Overwrite, Unlisted: v.Unlisted}, bar.tell)
	if bar.end(); err != nil {
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

type emojiExport struct {
	where
	Category string `help:"Those of one category alone." placeholder:"TEXT"`
	JSON     bool   `name:"json" help:"Print the result as JSON."`
	File     string `arg:"" help:"The archive to write; it must not be there yet." placeholder:"FILE.tar.gz"`
}

// Run writes the archive. A file that is not whole is removed.
func (v *emojiExport) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		f, err := os.OpenFile(v.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		bar := s.bar()
		x, err := a.ExportEmojis(ctx, f, v.Category, bar.tell)
		bar.end()
		if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
			return errors.Join(err, os.Remove(v.File))
		}
		for _, why := range x.Failed {
			fmt.Fprintln(s.err, why)
		}
		return tell(s.out, v.JSON, map[string]any{"file": v.File, "emojis": x.Emojis, "failed": x.Failed}, "Wrote %d emojis to %s.", x.Emojis, v.File)
	})
}

type emojiRemove struct {
	where
	DryRun bool     `help:"Only find out whether they are there."`
	JSON   bool     `name:"json" help:"Print the result as JSON."`
	Names  []string `arg:"" help:"Their names."`
}

// Run removes them: all, or none if one is not there.
func (v *emojiRemove) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		var all []social.Emoji
		for _, name := range v.Names {
			e, err := a.EmojiNamed(name)
			if err != nil {
				return err
			}
			all = append(all, e)
		}
		for _, e := range all {
			if v.DryRun {
				break
			}
			if err := a.Emojis.Remove(ctx, social.Console, e.ID); err != nil {
				return err
			}
		}
		return tell(s.out, v.JSON, map[string]any{"emojis": len(all), "dry_run": v.DryRun}, "%s %d.", removed(v.DryRun), len(all))
	})
}
