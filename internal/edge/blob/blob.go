// Package blob keeps the pictures that everybody may see, as files in a
// folder. What goes in is a stranger's: it is measured before it is decoded,
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
	"os"
	"path"
	"regexp"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/plaza-social/plaza/internal/base/errs"
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

// Store is a folder of pictures.
type Store struct {
	root     *os.Root
	decoding *semaphore.Weighted
	name     func() string
}

// Dir opens the folder at path for pictures and makes it if need be. It makes
// sure that files can be written there; the error says what to do if not.
func Dir(path string) (*Store, error) {
	s := &Store{decoding: semaphore.NewWeighted(decoders), name: random}
	err := os.MkdirAll(path, 0o755)
	if err == nil {
		s.root, err = os.OpenRoot(path)
	}
	if err == nil {
		err = s.prepare()
	}
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, fmt.Sprintf("Pictures cannot be kept in %s. Make it a folder that the user who runs Plaza may write to, on a disk with room, or choose another data folder.", path), err)
	}
	return s, nil
}

// Close lets go of the folder.
func (s *Store) Close() error { return s.root.Close() }

// prepare tries the folder out and clears away what a crash left behind.
func (s *Store) prepare() error {
	if err := s.root.MkdirAll(unsaved, 0o755); err != nil {
		return err
	}
	trial := path.Join(unsaved, s.name())
	if err := errors.Join(s.root.WriteFile(trial, []byte("."), 0o600), s.root.Remove(trial)); err != nil {
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

// Put keeps the picture in r as kind, "avatar" or "header", and returns the
// name it has from now on; it is on the disk by then. The error is Invalid if
// this is no picture we take, and says what to do.
func (s *Store) Put(ctx context.Context, kind string, r io.Reader) (name string, err error) {
	size, ok := sizes[kind]
	if !ok {
		return "", fmt.Errorf("there is no kind of picture %q", kind)
	}
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return "", fmt.Errorf("read picture: %w", err)
	}
	if len(data) > MaxBytes {
		return "", errs.Newf(errs.Invalid, "This file has more than %d MiB; make the picture smaller, or save it as JPEG.", MaxBytes>>20)
	}
	p, err := measure(data)
	if err != nil {
		return "", err
	}
	encoded, ext, err := s.remake(ctx, p, size)
	if err != nil {
		return "", err
	}
	name = s.name() + ext
	if err := s.keep(name, encoded); err != nil {
		return "", errs.Wrap(errs.Unavailable, "The picture cannot be kept at the moment. Try again later.", err)
	}
	return name, nil
}

// remake decodes when it is p's turn.
func (s *Store) remake(ctx context.Context, p picture, to size) (encoded []byte, ext string, err error) {
	err = s.inTurn(ctx, p.pixels, func() (err error) {
		encoded, ext, err = p.remake(to)
		return err
	})
	return encoded, ext, err
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

// keep writes data under a name that is not taken. It is written elsewhere
// first, so that under its name there is a whole file or none.
func (s *Store) keep(name string, data []byte) (err error) {
	temp, folder := path.Join(unsaved, name), name[:2]
	if err := s.writeNew(temp, data); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.root.Remove(temp))
		}
	}()
	if err := s.makeFolder(folder); err != nil {
		return err
	}
	// Nobody else gets past here with this name while temp is there.
	if _, err := s.root.Lstat(path.Join(folder, name)); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fmt.Errorf("%s: %w", name, fs.ErrExist), err)
	}
	if err := s.root.Rename(temp, path.Join(folder, name)); err != nil {
		return err
	}
	return s.sync(folder)
}

func (s *Store) writeNew(name string, data []byte) error {
	f, err := s.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, s.root.Remove(name))
	}
	return nil
}

func (s *Store) makeFolder(name string) error {
	err := s.root.Mkdir(name, 0o755)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.sync(".")
}

// sync makes the names in a folder last.
func (s *Store) sync(folder string) error {
	d, err := s.root.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

var (
	form  = regexp.MustCompile(`\A[0-9a-f]{32}\.(jpg|png|gif)\z`)
	types = map[string]string{".jpg": "image/jpeg", ".png": "image/png", ".gif": "image/gif"}
)

func noSuchPicture() error { return errs.New(errs.NotFound, "There is no such picture.") }

// Open gives the file of a picture and its content type. The caller closes it.
// What is not a picture's name is NotFound like one that is not there.
func (s *Store) Open(name string) (*os.File, string, error) {
	if !form.MatchString(name) {
		return nil, "", noSuchPicture()
	}
	f, err := s.root.Open(path.Join(name[:2], name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", noSuchPicture()
	}
	if err != nil {
		return nil, "", fmt.Errorf("open picture: %w", err)
	}
	return f, types[path.Ext(name)], nil
}

// Remove takes a picture away. One that is not there is no error.
func (s *Store) Remove(name string) error {
	if !form.MatchString(name) {
		return noSuchPicture()
	}
	err := s.root.Remove(path.Join(name[:2], name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove picture: %w", err)
	}
	return nil
}

func random() string {
	b := make([]byte, 16)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
