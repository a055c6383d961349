package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"

	"github.com/bbrks/go-blurhash"
	"github.com/kovidgoyal/imaging"

	"github.com/plaza-social/plaza/internal/base/errs"
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
	head := make([]byte, 64)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return "", "", false, fmt.Errorf("read file: %w", err)
	}
	head = head[:n]
	if !known(head) {
		return "", "", false, errUnknown
	}
	spool = s.name() + ".raw"
	if err := s.spool(spool, io.MultiReader(bytes.NewReader(head), r), MaxImage); err != nil {
		return "", "", false, err
	}
	return spool, social.Image, false, nil
}

var errUnknown = errs.New(errs.Invalid, "Validation failed: This kind of file cannot be attached. Choose a JPEG, PNG, GIF or WebP picture.")

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

// Make makes the files of an attachment of what was received: the pixels
// alone, encoded anew, and a small still. It drops what was received, unless
// the error may pass.
func (s *Store) Make(ctx context.Context, spool string) (m social.Media, err error) {
	if !spoolForm.MatchString(spool) {
		return m, noSuchPicture()
	}
	data, err := s.root.ReadFile(path.Join(unsaved, spool))
	if errors.Is(err, fs.ErrNotExist) {
		return m, noSuchPicture()
	}
	if err != nil {
		return m, fmt.Errorf("read file: %w", err)
	}
	if m, err = s.makePicture(ctx, data); err != nil && errs.KindOf(err) != errs.Invalid {
		return m, err
	}
	return m, errors.Join(err, s.Drop(spool))
}

// MakePreview makes a still of a picture that is sent for an attachment.
func (s *Store) MakePreview(ctx context.Context, r io.Reader) (social.Media, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return social.Media{}, fmt.Errorf("read picture: %w", err)
	}
	if len(data) > MaxBytes {
		return social.Media{}, errs.Newf(errs.Invalid, "Validation failed: A thumbnail has at most %d MiB.", MaxBytes>>20)
	}
	var m social.Media
	err = s.decoded(ctx, data, func(img *image.NRGBA) error { return s.still(img, &m) })
	return m, err
}

func (s *Store) makePicture(ctx context.Context, data []byte) (m social.Media, err error) {
	m.Kind = social.Image
	if moving, err := animation(data); err != nil || moving != nil {
		if err != nil {
			return m, err
		}
		if err := s.keepAnimation(moving, &m); err != nil {
			return m, err
		}
	}
	err = s.decoded(ctx, data, func(img *image.NRGBA) error {
		if m.File == "" {
			if err := s.keepImage(img, &m); err != nil {
				return err
			}
		}
		return s.still(img, &m)
	})
	if err != nil && m.File != "" {
		err = errors.Join(err, s.Remove(m.File))
	}
	return m, err
}

// decoded has do work on a picture as it is meant to be seen, no longer than
// what we keep, when it is its turn.
func (s *Store) decoded(ctx context.Context, data []byte, do func(*image.NRGBA) error) error {
	p, err := measure(data)
	if err != nil {
		return err
	}
	return s.inTurn(ctx, p.pixels, func() error {
		full, err := p.format.decode(bytes.NewReader(p.data))
		if err != nil {
			return damaged(err)
		}
		if full.Bounds().Empty() {
			return damaged(nil)
		}
		return do(turn(fit(full, longestSide), orientation(p.format.exif(p.data))))
	})
}

// fit scales img so that no side is longer than limit.
func fit(img image.Image, limit int) *image.NRGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if w <= limit && h <= limit {
		return imaging.Clone(img)
	}
	if w >= h {
		return imaging.Resize(img, limit, max(1, h*limit/w), imaging.Lanczos)
	}
	return imaging.Resize(img, max(1, w*limit/h), limit, imaging.Lanczos)
}

func (s *Store) keepImage(img *image.NRGBA, m *social.Media) error {
	encoded, ext, err := encode(img)
	if err != nil {
		return fmt.Errorf("encode picture: %w", err)
	}
	name := s.name() + ext
	if err := s.keep(name, encoded); err != nil {
		return errs.Wrap(errs.Unavailable, "The picture cannot be kept at the moment. Try again later.", err)
	}
	m.File, m.Type, m.Size = name, types[ext], m.Size+int64(len(encoded))
	m.Shape = social.Shape{Width: img.Rect.Dx(), Height: img.Rect.Dy()}
	return nil
}

// still keeps the small picture that stands for an attachment in lists.
func (s *Store) still(img *image.NRGBA, m *social.Media) error {
	small := fit(img, longestPreview)
	encoded, ext, err := encode(small)
	if err != nil {
		return fmt.Errorf("encode still: %w", err)
	}
	hash, err := blurhash.Encode(4, 3, fit(small, hashSide))
	if err != nil {
		return fmt.Errorf("blurhash: %w", err)
	}
	name := s.name() + ext
	if err := s.keep(name, encoded); err != nil {
		return errs.Wrap(errs.Unavailable, "The picture cannot be kept at the moment. Try again later.", err)
	}
	m.Preview, m.Blurhash, m.Size = name, hash, m.Size+int64(len(encoded))
	m.Small = social.Shape{Width: small.Rect.Dx(), Height: small.Rect.Dy()}
	return nil
}

// animation is data as a moving GIF, or nil. Frames are counted before they
// are unpacked.
func animation(data []byte) (*gif.GIF, error) {
	if !bytes.HasPrefix(data, []byte("GIF8")) {
		return nil, nil
	}
	c, err := gif.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, damaged(err)
	}
	frames := countFrames(data)
	if frames < 2 {
		return nil, nil
	}
	if frames > MaxFrames || int64(frames)*int64(c.Width)*int64(c.Height) > MaxAnimated {
		return nil, errs.Newf(errs.Invalid, "Validation failed: This animation is too long: at most %d pictures and %d million pixels in all are taken.", MaxFrames, MaxAnimated/1_000_000)
	}
	g, err := gif.DecodeAll(bytes.NewReader(data))
	if err != nil {
		return nil, damaged(err)
	}
	return g, nil
}

// keepAnimation keeps the frames of a GIF and nothing else that was in it.
func (s *Store) keepAnimation(g *gif.GIF, m *social.Media) error {
	var out bytes.Buffer
	if err := gif.EncodeAll(&out, g); err != nil {
		return damaged(err)
	}
	name := s.name() + ".gif"
	if err := s.keep(name, out.Bytes()); err != nil {
		return errs.Wrap(errs.Unavailable, "The picture cannot be kept at the moment. Try again later.", err)
	}
	m.File, m.Type, m.Size = name, types[".gif"], int64(out.Len())
	m.Shape = social.Shape{Width: g.Config.Width, Height: g.Config.Height}
	return nil
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
func Supported() []string { return []string{"image/jpeg", "image/png", "image/gif", "image/webp"} }
