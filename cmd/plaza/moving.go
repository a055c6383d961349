package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/social"
)

type accountImport struct {
	where
	Account string `help:"Whose." placeholder:"NAME" required:""`
	Kind    string `help:"following, lists, mutes, blocks, bookmarks or archive." placeholder:"KIND" required:""`
	Mode    string `help:"merge, or overwrite: what is not in the file ends." default:"merge" placeholder:"MODE"`
	Include string `help:"Of an archive: public, followers, or all, with messages." default:"public" placeholder:"POSTS"`
	JSON    bool   `name:"json" help:"Print the result as JSON."`
	File    string `arg:"" help:"A CSV file, or an archive (.zip, .tar.gz)." type:"existingfile"`
}

// Run brings the file along.
func (v *accountImport) Run(ctx context.Context, s streams) error {
	f, err := os.Open(v.File)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	a, err := v.open(ctx, s)
	if err != nil {
		return err
	}
	defer a.Close()
	bar := s.bar()
	i, err := a.Import(ctx, app.Moving{Account: v.Account, Kind: v.Kind, Mode: v.Mode, Include: v.Include}, f, info.Size(), func(i social.Import) { bar.tell(i.Over(), i.Total) })
	bar.end()
	if err != nil {
		return err
	}
	if v.JSON {
		return json.NewEncoder(s.out).Encode(map[string]any{"id": fmt.Sprint(i.ID), "state": i.State, "total": i.Total, "done": i.Done,
			"waiting": i.Waiting, "failed": i.Failed, "skipped": i.Skipped, "removed": i.Removed})
	}
	_, err = fmt.Fprintf(s.out, "%d of %d lines done, %d waiting for servers that are not known yet, %d not possible, %d left out, %d removed.\n",
		i.Done, i.Total, i.Waiting, i.Failed, i.Skipped, i.Removed)
	return err
}

type accountExport struct {
	where
	Account string `help:"Whose." placeholder:"NAME" required:""`
	Out     string `help:"The archive to write (.zip); it must not be there yet." placeholder:"FILE" required:""`
	JSON    bool   `name:"json" help:"Print the result as JSON."`
}

// Run writes the archive. A file that is not whole is removed.
func (v *accountExport) Run(ctx context.Context, s streams) error {
	a, err := v.open(ctx, s)
	if err != nil {
		return err
	}
	defer a.Close()
	f, err := os.OpenFile(v.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	out := &meter{Writer: f, bar: s.bar()}
	err = errors.Join(a.Export(ctx, v.Account, out), f.Sync(), f.Close())
	if out.end(); err != nil {
		return errors.Join(err, os.Remove(v.Out))
	}
	return tell(s.out, v.JSON, map[string]any{"file": v.Out, "bytes": out.n}, "Wrote %s (%d bytes).", v.Out, out.n)
}
