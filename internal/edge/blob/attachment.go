package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/edge/blob/container"
	"github.com/plaza-social/plaza/internal/social"
)

// The limits of an attachment.
const (
	MaxImage       = 16 << 20 // bytes of a picture
	longestSide    = 3840     // pixels of what we keep
	longestPreview = 640
	hashSide       = 32         // pixels of what a blurhash is made of
	MaxFrames      = 500        // of an animation
	MaxAnimated    = 80_000_000 // pixels of all frames
)

var spoolForm = regexp.MustCompile(`\A[0-9a-f]{32}\.raw\z`)

// Receive keeps what is sent, up to a limit, until Make or Drop is called for
// it. What it is, is told by its bytes; what we do not take is Invalid. slow
// says that making it takes a while.
func (s *Store) Receive(_ context.Context, r io.Reader) (spool string, kind social.MediaKind, slow bool, err error) {
	head := make([]byte, container.HeadSize)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return "", "", false, fmt.Errorf("read file: %w", err)
	}
	head = head[:n]
	kind, limit := social.Image, int64(MaxImage)
	if !known(head) {
		if kind = kindOf(head); kind == social.Unknown {
			return "", "", false, errUnknown
		}
		limit = s.maxVideo
	}
	spool = s.name() + ".raw"
	if err := s.spool(spool, io.MultiReader(bytes.NewReader(head), r), limit); err != nil {
		return "", "", false, err
	}
	return spool, kind, kind != social.Image, nil
}

// kindOf is what a film or a sound seems to be; it may turn out to be the
// other.
func kindOf(head []byte) social.MediaKind {
	switch container.Sniff(head) {
	case "":
		return social.Unknown
	case container.MP4:
		if len(head) >= 11 && string(head[8:11]) == "M4A" {
			return social.Audio
		}
		return social.Video
	case container.WebM:
		return social.Video
	}
	return social.Audio
}

var errUnknown = errs.New(errs.Invalid, "Validation failed: This kind of file cannot be attached. Choose a picture (JPEG, PNG, GIF, WebP, AVIF, HEIC), a video (MP4, MOV, WebM) or a sound (MP3, M4A, Ogg, Opus, FLAC, WAV).")

func known(head []byte) bool {
	for _, f := range formats {
		if f.matches(head) {
			return true
		}
	}
	return false
}

// spool writes r to the folder of files without a name.
func (s *Store) spool(name string, r io.Reader, limit int64) (err error) {
	temp := path.Join(unsaved, name)
	f, err := s.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return errs.Wrap(errs.Unavailable, "The file cannot be kept at the moment. Try again later.", err)
	}
	n, err := io.Copy(f, io.LimitReader(r, limit+1))
	if err = errors.Join(err, f.Close()); err == nil && n > limit {
		err = errs.Newf(errs.Invalid, "Validation failed: This file has more than %d MiB. Make it smaller.", limit>>20)
	}
	if err != nil {
		return errors.Join(err, s.root.Remove(temp))
	}
	return nil
}

// Drop forgets what Receive kept. What is gone already is no error.
func (s *Store) Drop(spool string) error {
	if !spoolForm.MatchString(spool) {
		return noSuchPicture()
	}
	if err := s.root.Remove(path.Join(unsaved, spool)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("drop file: %w", err)
	}
	return nil
}

// Make makes the files of an attachment of what was received: the pixels of a
// picture, encoded anew, what can be played of a film or a sound, and a small
// still. It drops what was received, unless the error may pass.
func (s *Store) Make(ctx context.Context, spool string) (m social.Media, err error) {
	if !spoolForm.MatchString(spool) {
		return m, noSuchPicture()
	}
	if m, err = s.make(ctx, spool); err != nil && errs.KindOf(err) != errs.Invalid {
		return m, err
	}
	return m, errors.Join(err, s.Drop(spool))
}

func (s *Store) make(ctx context.Context, spool string) (m social.Media, err error) {
	pixels, err := s.weigh(spool)
	if err != nil {
		return m, err
	}
	b, err := s.bench(spool, pixels)
	if errors.Is(err, fs.ErrNotExist) {
		return m, noSuchPicture()
	}
	if err != nil {
		return m, err
	}
	a, err := b.attach(ctx)
	if err == nil {
		a.Media.Print, err = b.print()
	}
	if err == nil {
		m, err = b.keep(a.Media)
	}
	return m, errors.Join(err, b.clear())
}

// print is the SHA-256 of what was sent, as lists of known files have it: of
// what we make of it nobody else has one.
func (b *bench) print() (string, error) {
	if _, err := b.in.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, b.in); err != nil {
		return "", fmt.Errorf("read file: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// mayShow asks whether a picture that was made for of may be shown, and notes of what
// it was made.
func (b *bench) mayShow(ctx context.Context, of social.AccountID, m *social.Media) (err error) {
	if m.Print, err = b.print(); err != nil || b.s.Known == nil {
		return err
	}
	return b.s.Known(ctx, of, *m)
}

// weigh looks at the head of a picture, so that one that is too large is not
// even begun with, and large ones are not decoded side by side.
func (s *Store) weigh(spool string) (pixels int64, err error) {
	f, err := s.root.Open(path.Join(unsaved, spool))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, noSuchPicture()
	}
	if err != nil {
		return 0, fmt.Errorf("read file: %w", err)
	}
	defer f.Close()
	head := make([]byte, container.HeadSize)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, fmt.Errorf("read file: %w", err)
	}
	if !known(head[:n]) {
		return 0, nil
	}
	data, err := io.ReadAll(io.LimitReader(f, MaxImage+1))
	if err != nil {
		return 0, fmt.Errorf("read file: %w", err)
	}
	p, err := measure(data)
	return p.pixels, err
}

// keep gives names to what was made.
func (b *bench) keep(m social.Media) (_ social.Media, err error) {
	for _, x := range []struct {
		name *string
		f    *os.File
	}{{&m.File, b.file}, {&m.Preview, b.still}} {
		ext := *x.name
		if *x.name = ""; ext == "" || err != nil {
			continue
		}
		if types[ext] == "" {
			return m, fmt.Errorf("a maker made %q", ext)
		}
		if err = b.keepAs(x.f, b.s.name()+ext, x.name); err != nil {
			err = errs.Wrap(errs.Unavailable, "The file cannot be kept at the moment. Try again later.", err)
		}
	}
	if err != nil && m.File != "" {
		err = errors.Join(err, b.s.Remove(m.File))
	}
	return m, err
}

func (b *bench) keepAs(f *os.File, name string, kept *string) error {
	stat, err := f.Stat()
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err == nil {
		err = b.s.keepFrom(name, f, stat.Size())
	}
	if err == nil {
		*kept = name
	}
	return err
}

// MakePreview makes a still of a picture that is sent for an attachment.
func (s *Store) MakePreview(ctx context.Context, r io.Reader) (m social.Media, err error) {
	err = s.withPicture(ctx, r, MaxBytes, func(b *bench) error {
		a, err := b.do(ctx, task{Do: "still"}, b.in)
		if err == nil {
			m, err = b.keep(a.Media)
		}
		return err
	})
	return m, err
}

// withPicture has do work on the bench on a picture that r gives, up to a limit.
func (s *Store) withPicture(ctx context.Context, r io.Reader, limit int64, do func(*bench) error) (err error) {
	spool := s.name() + ".raw"
	if err := s.spool(spool, r, limit); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Drop(spool)) }()
	data, err := s.root.ReadFile(path.Join(unsaved, spool))
	if err != nil {
		return fmt.Errorf("read picture: %w", err)
	}
	p, err := measure(data)
	if err != nil {
		return err
	}
	b, err := s.bench(spool, p.pixels)
	if err != nil {
		return err
	}
	return errors.Join(do(b), b.clear())
}

// Copy keeps a file under another name as well, or is NotFound.
func (s *Store) Copy(ctx context.Context, name string) (string, error) {
	f, err := s.File(ctx, name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	again := s.name() + path.Ext(name)
	if err := s.keepFrom(again, f, f.Size); err != nil {
		return "", fmt.Errorf("copy file: %w", err)
	}
	return again, nil
}

// Supported is the MIME types that can be attached.
func Supported() []string {
	return []string{"image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/heic", "image/heif",
		"video/mp4", "video/quicktime", "video/webm", "audio/mpeg", "audio/mp3", "audio/ogg", "audio/vorbis", "audio/opus", "audio/webm",
		"audio/mp4", "audio/x-m4a", "audio/flac", "audio/x-flac", "audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"}
}
