package app

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// An EmojiWish is how emojis of an archive come in.
type EmojiWish struct {
	Prefix, Category    string
	Overwrite, Unlisted bool
}

// An EmojiResult is what came of it. Failed has a line for each that could not
// be taken.
type EmojiResult struct {
	Added   int      `json:"added"`
	Skipped int      `json:"skipped"`
	Failed  []string `json:"failed"`
}

var pictureEnds = map[string]bool{".png": true, ".gif": true, ".jpg": true, ".jpeg": true, ".webp": true}

// ImportEmojis adds the pictures of an archive, named after their files.
func (a *App) ImportEmojis(ctx context.Context, archive *os.File, w EmojiWish) (r EmojiResult, err error) {
	r.Failed = []string{}
	err = eachFile(archive, func(name string, data io.Reader) error {
		base := path.Base(strings.ReplaceAll(name, `\`, "/"))
		end := strings.ToLower(path.Ext(base))
		if strings.HasPrefix(base, ".") || !pictureEnds[end] {
			return nil
		}
		if r.Added+r.Skipped+len(r.Failed) >= social.MaxEmojis {
			return errs.Newf(errs.Invalid, "The archive has more than %d pictures.", social.MaxEmojis)
		}
		body, err := io.ReadAll(io.LimitReader(data, social.MaxEmojiFile+1))
		if err != nil {
			return errs.Wrap(errs.Invalid, "The archive is damaged.", err)
		}
		e := social.Emoji{Shortcode: w.Prefix + strings.TrimSuffix(base, path.Ext(base)), Category: w.Category, Enabled: true, Listed: !w.Unlisted}
		_, err = a.Emojis.Add(ctx, social.Console, e, bytes.NewReader(body), w.Overwrite)
		switch errs.KindOf(err) {
		case errs.Conflict:
			r.Skipped++
		case errs.Invalid:
			r.Failed = append(r.Failed, name+": "+errs.Public(err))
		default:
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			r.Added++
		}
		return nil
	})
	return r, err
}

// eachFile visits the files of an archive, whatever it is.
func eachFile(f *os.File, visit func(name string, data io.Reader) error) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if z, err := zip.NewReader(f, info.Size()); err == nil {
		for _, e := range z.File {
			if e.FileInfo().IsDir() {
				continue
			}
			r, err := e.Open()
			if err != nil {
				return errs.Wrap(errs.Invalid, "The archive is damaged.", err)
			}
			if err := errors.Join(visit(e.Name, r), r.Close()); err != nil {
				return err
			}
		}
		return nil
	}
	g, err := gzip.NewReader(io.NewSectionReader(f, 0, info.Size()))
	if err != nil {
		return errs.Wrap(errs.Invalid, "This is no archive. Give a .zip or a .tar.gz.", err)
	}
	t := tar.NewReader(g)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errs.Wrap(errs.Invalid, "The archive is damaged.", err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if err := visit(h.Name, t); err != nil {
			return err
		}
	}
}

// RemoveEmoji removes an emoji by its name.
func (a *App) RemoveEmoji(ctx context.Context, name string) error {
	for _, e := range a.Emojis.All() {
		if e.Shortcode == strings.Trim(name, ":") {
			return a.Emojis.Remove(ctx, social.Console, e.ID)
		}
	}
	return errs.Newf(errs.NotFound, "There is no emoji called %s.", name)
}
