package app

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

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

// emojiList is the file of an archive that says more of the emojis than their
// names do. It comes first.
const emojiList = "emojis.json"

const maxEmojiList = 2 << 20

// A listedEmoji is a line of it.
type listedEmoji struct {
	File      string `json:"file"`
	Shortcode string `json:"shortcode"`
	Category  string `json:"category"`
	Enabled   bool   `json:"enabled"`
	Listed    bool   `json:"listed"`
	Featured  bool   `json:"featured"`
}

// ImportEmojis adds the pictures of an archive, named after their files, and
// used as its list says if it has one. It tells how many it has seen.
func (a *App) ImportEmojis(ctx context.Context, archive *os.File, w EmojiWish, tell func(done, total int)) (r EmojiResult, err error) {
	r.Failed = []string{}
	said := map[string]listedEmoji{}
	err = eachFile(archive, func(name string, data io.Reader) error {
		base := path.Base(strings.ReplaceAll(name, `\`, "/"))
		if base == emojiList {
			return readEmojiList(data, said)
		}
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
		_, err = a.Emojis.Add(ctx, social.Console, w.emoji(base, said), bytes.NewReader(body), w.Overwrite)
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
		tell(r.Added+r.Skipped+len(r.Failed), 0)
		return nil
	})
	return r, err
}

// emoji is what a picture is to become. What the wish says holds before what
// the archive says.
func (w EmojiWish) emoji(file string, said map[string]listedEmoji) social.Emoji {
	l, ok := said[file]
	if !ok {
		l = listedEmoji{Shortcode: strings.TrimSuffix(file, path.Ext(file)), Enabled: true, Listed: true}
	}
	return social.Emoji{Shortcode: w.Prefix + l.Shortcode, Category: cmp.Or(w.Category, l.Category), Enabled: l.Enabled, Listed: l.Listed && !w.Unlisted, Featured: l.Featured}
}

func readEmojiList(data io.Reader, said map[string]listedEmoji) error {
	var all []listedEmoji
	if err := json.UnmarshalRead(io.LimitReader(data, maxEmojiList), &all); err != nil {
		return errs.Wrap(errs.Invalid, "The "+emojiList+" of the archive cannot be read. Take it out to have the pictures alone.", err)
	}
	for _, l := range all {
		said[l.File] = l
	}
	return nil
}

// An EmojiExport is what was written. Failed has a line for each that could
// not be.
type EmojiExport struct {
	Emojis int      `json:"emojis"`
	Failed []string `json:"failed"`
}

// ExportEmojis writes the emojis of a category, or all of them without one, as
// an archive (.tar.gz) that ImportEmojis reads.
func (a *App) ExportEmojis(ctx context.Context, to io.Writer, category string, tell func(done, total int)) (x EmojiExport, err error) {
	var all []social.Emoji
	list := []listedEmoji{}
	for _, e := range a.Emojis.All() {
		if category != "" && e.Category != category {
			continue
		}
		all = append(all, e)
		list = append(list, listedEmoji{e.Shortcode + path.Ext(e.File), e.Shortcode, e.Category, e.Enabled, e.Listed, e.Featured})
	}
	g := gzip.NewWriter(to)
	t := tar.NewWriter(g)
	says, err := json.Marshal(list, jsontext.WithIndent("  "))
	if err == nil {
		err = inTar(t, emojiList, int64(len(says)), a.Store.Now(), bytes.NewReader(says))
	}
	x.Failed = []string{}
	for i, e := range all {
		if err != nil {
			return x, err
		}
		f, gone := a.blobs.File(ctx, e.File)
		if gone != nil {
			x.Failed = append(x.Failed, e.Shortcode+": "+errs.Public(gone))
			continue
		}
		x.Emojis, err = x.Emojis+1, errors.Join(inTar(t, list[i].File, f.Size, e.At, f), f.Close())
		tell(i+1, len(all))
	}
	return x, errors.Join(err, t.Close(), g.Close())
}

func inTar(t *tar.Writer, name string, size int64, at time.Time, data io.Reader) error {
	if err := t.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o644, ModTime: at, Format: tar.FormatPAX}); err != nil {
		return err
	}
	_, err := io.Copy(t, data)
	return err
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

// EmojiNamed finds an emoji by its name.
func (a *App) EmojiNamed(name string) (social.Emoji, error) {
	for _, e := range a.Emojis.All() {
		if e.Shortcode == strings.Trim(name, ":") {
			return e, nil
		}
	}
	return social.Emoji{}, errs.Newf(errs.NotFound, "There is no emoji called %s.", name)
}
