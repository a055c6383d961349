// Package blob keeps the pictures that everybody may see, as files in a folder
// or in a store elsewhere that speaks S3. What goes in is a stranger's: it is measured before it is decoded,
// and only pixels come out the other side, encoded anew, so that no place,
// camera or name that was in the file is kept.
//
// Names are 128 random bits and say nothing about whose picture it is. Who may
// set a picture is decided in the core.
package blob

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// The limits of a picture that is sent to us. Decoding one within them takes up
// to a third of a gigabyte.
const (
	MaxBytes       = 8 << 20
	MaxPixels      = 40_000_000
	MaxProgressive = 20_000_000 // pixels of a progressive JPEG
)

const (
	decoders  = 2 // pictures decoded side by side
	largeFrom = 16_000_000
	longest   = 30 * time.Second // the wait for a decoder
	unsaved   = "tmp"            // the folder of files that have no name yet
	staleFrom = time.Hour        // a file there that is this old was left by a crash
)

// Prefix is the path below which pictures are served.
const Prefix = "/media/"

// URL is the path of a picture, and empty without a name.
func URL(name string) string {
	if name == "" {
		return ""
	}
	return Prefix + name
}

// Store keeps files: on the shelf what is whole, in a folder of this machine
// what is still in the making.
type Store struct {
	shelf    shelf
	maxVideo int64               // bytes of a film or a sound
	ffmpeg   string              // where it is; empty if it is not here
	films    *semaphore.Weighted // converted at a time
	posters  *semaphore.Weighted
	root     *os.Root
	decoding *semaphore.Weighted
	name     func() string

	// Known reports, as an error that may be told, that a picture may not be shown:
	// by the print and the look of what of sent, who is 0 for what comes from
	// elsewhere. It is asked before one is kept, and may be nil.
	Known func(ctx context.Context, of social.AccountID, m social.Media) error

	// Seen is told of each picture for a profile and each emoji that is kept, with who
	// sent it, and its print and look, by which it is found when a list comes later. What
	// it answers is what whoever keeps it is answered. It may be nil.
	Seen func(ctx context.Context, m social.Media) error

	kept func(ctx context.Context, name string) error // see Watch
	gone func(name string)
}

// Dir opens the folder at path for files and makes it if need be. It makes
// sure that files can be written there; the error says what to do if not.
func Dir(path string) (*Store, error) { return Open(path, conf.Default().Media) }

// Open is Dir with the files that are whole where the settings say: without a
// bucket, in the folder too. A store elsewhere is not called; Check does that.
// Of several stores elsewhere every one gets every file.
func Open(path string, c conf.Media, stores ...Place) (*Store, error) {
	s := &Store{decoding: semaphore.NewWeighted(decoders), name: random, maxVideo: c.MaxVideo, ffmpeg: FFmpeg(),
		films: semaphore.NewWeighted(1), posters: semaphore.NewWeighted(decoders)}
	path, err := filepath.Abs(path) // tools that convert run elsewhere
	if err == nil {
		err = os.MkdirAll(path, 0o755)
	}
	if err == nil {
		s.root, err = os.OpenRoot(path)
	}
	if err == nil {
		err = s.prepare()
	}
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, fmt.Sprintf("Pictures cannot be kept in %s. Make it a folder that the user who runs Plaza may write to, on a disk with room, or choose another data folder.", path), err)
	}
	s.shelf = folder{s.root}
	if len(stores) > 0 {
		if s.shelf, err = openSeveral(s.root, stores, slog.Default()); err != nil {
			return nil, errors.Join(err, s.root.Close())
		}
		return s, nil
	}
	if c.Bucket != "" {
		if s.shelf, err = openBucket(c); err != nil {
			return nil, errors.Join(errs.Wrap(errs.Invalid, "The store for files cannot be used as it is set. Check media.endpoint and what belongs to it.", err), s.Close())
		}
	}
	return s, nil
}

// Close lets go of the folder.
func (s *Store) Close() error {
	var err error
	if many, ok := s.shelf.(*several); ok {
		err = many.close()
	}
	return errors.Join(err, s.root.Close())
}

// Log has what is amiss with stores elsewhere told to l.
func (s *Store) Log(l *slog.Logger) {
	if many, ok := s.shelf.(*several); ok {
		many.log = l
	}
}

// Check reports why files cannot be kept at the moment, or nil.
func (s *Store) Check(ctx context.Context) error { return s.shelf.check(ctx) }

// Each visits every file that is kept, in no order, until visit fails.
func (s *Store) Each(ctx context.Context, visit func(Info) error) error {
	return s.shelf.each(ctx, visit)
}

// prepare tries the folder out and clears away what a crash left behind.
func (s *Store) prepare() error {
	if err := s.root.MkdirAll(unsaved, 0o755); err != nil {
		return err
	}
	if err := (folder{s.root}).check(context.Background()); err != nil {
		return err
	}
	left, err := fs.ReadDir(s.root.FS(), unsaved)
	if err != nil {
		return err
	}
	for _, f := range left {
		if info, err := f.Info(); err == nil && time.Since(info.ModTime()) > staleFrom {
			if err := s.root.Remove(path.Join(unsaved, f.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// Put keeps the picture in r that of sent as kind, "avatar" or "header", and
// returns the name it has from now on; it is on the disk by then. The error is
// Invalid if this is no picture we take, and says what to do.
func (s *Store) Put(ctx context.Context, of social.AccountID, kind string, r io.Reader) (name string, err error) {
	size, ok := sizes[kind]
	if !ok {
		return "", fmt.Errorf("there is no kind of picture %q", kind)
	}
	err = s.withPicture(ctx, r, MaxBytes, func(b *bench) error {
		a, err := b.do(ctx, task{Do: "cut", Width: size.width, Height: size.height}, b.in)
		if err == nil {
			err = b.mayShow(ctx, of, &a.Media)
		}
		if err == nil {
			a.Media, err = b.keep(a.Media)
		}
		if err == nil {
			err = s.seen(ctx, of, a.Media)
			name = a.Media.File
		}
		return err
	})
	return name, err
}

// seen tells of a picture that was just kept. If that fails it is taken away again.
func (s *Store) seen(ctx context.Context, of social.AccountID, m social.Media) error {
	if s.Seen == nil {
		return nil
	}
	m.Owner = of
	if err := s.Seen(ctx, m); err != nil {
		return errors.Join(err, s.Remove(m.File))
	}
	return nil
}

// Look is what a picture that is kept looks like. What was sent for it is not known
// any more. It is NotFound for one that is not there, and Invalid for what is none.
func (s *Store) Look(ctx context.Context, name string) (m social.Media, err error) {
	f, err := s.File(ctx, name)
	if err != nil {
		return m, err
	}
	defer f.Close()
	err = s.withPicture(ctx, f, MaxImage, func(b *bench) error {
		a, err := b.do(ctx, task{Do: "shrink", Width: longestPreview, Still: true}, b.in)
		m.File, m.Look, m.Quality = name, a.Media.Look, a.Media.Quality
		return err
	})
	return m, err
}

// inTurn has do work on a picture when others have finished: a large one takes
// both turns, for the memory it needs.
func (s *Store) inTurn(ctx context.Context, pixels int64, do func() error) error {
	turns := int64(1)
	if pixels > largeFrom {
		turns = decoders
	}
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	if err := s.decoding.Acquire(ctx, turns); err != nil {
		return errs.Wrap(errs.Unavailable, "Many pictures are coming in just now. Try again in a minute.", err)
	}
	defer s.decoding.Release(turns)
	return do()
}

var (
	form  = regexp.MustCompile(`\A[0-9a-f]{32}\.(jpg|png|gif|mp4|m4a|webm|weba|mp3|ogg|opus|flac|wav|vtt)\z`)
	types = map[string]string{".jpg": "image/jpeg", ".png": "image/png", ".gif": "image/gif",
		".mp4": "video/mp4", ".m4a": "audio/mp4", ".webm": "video/webm", ".weba": "audio/webm", ".mp3": "audio/mpeg",
		".ogg": "audio/ogg", ".opus": "audio/ogg", ".flac": "audio/flac", ".wav": "audio/wav", captionsExt: "text/vtt; charset=utf-8"}
)

func noSuchPicture() error { return errs.New(errs.NotFound, "There is no such picture.") }

// File opens a file to be read. What is not a file's name is NotFound like one
// that is not there; a store that does not answer is Unavailable.
func (s *Store) File(ctx context.Context, name string) (*File, error) {
	if !form.MatchString(name) {
		return nil, noSuchPicture()
	}
	f, err := s.shelf.open(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, noSuchPicture()
	}
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, "This file cannot be shown at the moment. Try again in a few minutes.", err)
	}
	f.Type = types[path.Ext(name)]
	return f, nil
}

// Remove takes a file away. One that is not there is no error.
func (s *Store) Remove(name string) error {
	if !form.MatchString(name) {
		return noSuchPicture()
	}
	if err := s.shelf.remove(context.Background(), name); err != nil {
		return fmt.Errorf("remove file: %w", err)
	}
	if s.gone != nil {
		s.gone(name)
	}
	return nil
}

func random() string {
	b := make([]byte, 16)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
