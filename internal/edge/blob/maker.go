package blob

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"io"
	"os"

	"github.com/bbrks/go-blurhash"
	"github.com/kovidgoyal/imaging"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/pdq"
	"github.com/plaza-social/plaza/internal/edge/blob/container"
	"github.com/plaza-social/plaza/internal/social"
)

// A maker makes the files of an attachment. It runs apart, see apart.go.
type maker struct {
	answer
	file, still io.Writer
}

// The limits of films and sounds.
const (
	MaxMatrix    = 3840 * 2160 // pixels of a film
	MaxFrameRate = 120         // pictures a second
	MaxSeconds   = 4 * 60 * 60
	gifvSeconds  = 60 // a film without sound that is no longer repeats like a GIF
)

func (m *maker) attach(in *os.File) error {
	head := make([]byte, container.HeadSize)
	n, err := in.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	head = head[:n]
	if known(head) {
		data, err := io.ReadAll(io.LimitReader(in, MaxImage+1))
		if err != nil {
			return err
		}
		return m.picture(data)
	}
	f := container.Sniff(head)
	if f == "" {
		return errUnknown
	}
	return m.recording(in, f)
}

// recording is a film or a sound: what can be played is kept, as it is.
func (m *maker) recording(in *os.File, f container.Format) error {
	stat, err := in.Stat()
	if err != nil {
		return err
	}
	out := &counter{w: m.file}
	info, err := container.Rewrite(f, in, stat.Size(), out)
	if foreign := (container.Foreign{}); errors.As(err, &foreign) {
		m.Foreign = foreign.Codec
		return nil
	}
	if err == nil {
		err = mayBe(info)
	}
	if err != nil {
		return err
	}
	m.Media = social.Media{Kind: social.Audio, File: info.Ext, Type: types[info.Ext], Size: out.n,
		Shape: social.Shape{Width: info.Width, Height: info.Height, Seconds: info.Seconds, Frames: info.Frames, Bitrate: int(float64(out.n) * 8 / info.Seconds)}}
	m.Convert = hardToPlay[info.Video] || hardToPlay[info.Audio]
	switch {
	case info.Video == "":
		m.cover(info.Cover)
	case info.Audio == "" && info.Seconds <= gifvSeconds:
		m.Media.Kind = social.GIFV
	default:
		m.Media.Kind = social.Video
	}
	return nil
}

// hardToPlay are codecs that only some browsers know.
var hardToPlay = map[string]bool{"hvc1": true, "hev1": true, "ac-3": true, "ec-3": true}

func mayBe(i container.Info) error {
	switch {
	case !(i.Seconds > 0) || i.Video != "" && (i.Width < 1 || i.Height < 1):
		return errs.New(errs.Invalid, "Validation failed: There is nothing in this file to play. Choose another one.")
	case i.Seconds > MaxSeconds:
		return errs.Newf(errs.Invalid, "Validation failed: This file plays for more than %d hours. Cut it.", MaxSeconds/3600)
	case i.Width*i.Height > MaxMatrix:
		return errs.Newf(errs.Invalid, "Validation failed: This video has more than %d megapixels. Make it smaller, for example 1920 × 1080.", MaxMatrix/1_000_000)
	case i.Frames > MaxFrameRate:
		return errs.Newf(errs.Invalid, "Validation failed: This video has more than %d pictures a second. Save it with 30 or 60.", MaxFrameRate)
	}
	return nil
}

// cover makes the still of a sound of a picture that was in it. One that cannot
// be read is left out: it is not what was sent.
func (m *maker) cover(data []byte) {
	was := m.Media
	if img, err := decoded(data); err != nil || m.makeStill(img) != nil {
		m.Media = was
	}
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}

func (m *maker) picture(data []byte) error {
	m.Media.Kind = social.Image
	moving, err := animation(data)
	if err != nil {
		return err
	}
	if moving != nil {
		if err := m.makeAnimation(moving); err != nil {
			return err
		}
	}
	img, err := decoded(data)
	if err != nil {
		return err
	}
	if m.Media.File == "" {
		if err := m.makeImage(img); err != nil {
			return err
		}
	}
	return m.makeStill(img)
}

// onlyStill makes the small picture of a picture that is sent for it.
func (m *maker) onlyStill(in io.Reader) error {
	data, err := io.ReadAll(io.LimitReader(in, MaxImage+1))
	if err != nil {
		return err
	}
	img, err := decoded(data)
	if err != nil {
		return err
	}
	return m.makeStill(img)
}

// cut makes a picture that covers a size.
func (m *maker) cut(in io.Reader, to size) error {
	data, err := io.ReadAll(io.LimitReader(in, MaxBytes+1))
	if err != nil {
		return err
	}
	p, err := measure(data)
	if err != nil {
		return err
	}
	full, err := p.whole()
	if err != nil {
		return err
	}
	m.look(imaging.Fit(full, lookSide, lookSide, imaging.Box))
	encoded, ext, err := encode(scale(full, to, p.format.turned(p.data)))
	if err != nil {
		return err
	}
	m.Media.File = ext
	_, err = m.file.Write(encoded)
	return err
}

// decoded is a picture as it is meant to be seen, no longer than what we keep.
func decoded(data []byte) (*image.NRGBA, error) {
	p, err := measure(data)
	if err != nil {
		return nil, err
	}
	full, err := p.format.decode(bytes.NewReader(p.data))
	if err != nil {
		return nil, damaged(err)
	}
	if full.Bounds().Empty() || int64(full.Bounds().Dx())*int64(full.Bounds().Dy()) > MaxPixels {
		return nil, damaged(nil)
	}
	return turn(fit(full, longestSide), p.format.turned(p.data)), nil
}

func (m *maker) makeImage(img *image.NRGBA) error {
	encoded, ext, err := encode(img)
	if err != nil {
		return fmt.Errorf("encode picture: %w", err)
	}
	m.Media.File, m.Media.Type, m.Media.Size = ext, types[ext], m.Media.Size+int64(len(encoded))
	m.Media.Shape = social.Shape{Width: img.Rect.Dx(), Height: img.Rect.Dy()}
	_, err = m.file.Write(encoded)
	return err
}

// makeStill makes the small picture that stands for an attachment in lists.
func (m *maker) makeStill(img *image.NRGBA) error {
	small := fit(img, longestPreview)
	encoded, ext, err := encode(small)
	if err != nil {
		return fmt.Errorf("encode still: %w", err)
	}
	hash, err := blurhash.Encode(4, 3, fit(small, hashSide))
	if err != nil {
		return fmt.Errorf("blurhash: %w", err)
	}
	m.look(img)
	m.Media.Preview, m.Media.Blurhash, m.Media.Size = ext, hash, m.Media.Size+int64(len(encoded))
	m.Media.Small = social.Shape{Width: small.Rect.Dx(), Height: small.Rect.Dy()}
	_, err = m.still.Write(encoded)
	return err
}

// look says what a picture looks like, as lists of known files have it.
func (m *maker) look(img image.Image) {
	look, quality := pdq.Of(img)
	m.Media.Look, m.Media.Quality = look.String(), quality
}

// lookSide is the longest side of what is looked at of a picture that is not kept
// whole: more makes no difference, and would cost a gigabyte.
const lookSide = 512

// makeAnimation keeps the frames of an animation and nothing else.
func (m *maker) makeAnimation(g *gif.GIF) error {
	out := &counter{w: m.file}
	if err := gif.EncodeAll(out, g); err != nil {
		return damaged(err)
	}
	m.Media.File, m.Media.Type, m.Media.Size = ".gif", types[".gif"], out.n
	m.Media.Shape = social.Shape{Width: g.Config.Width, Height: g.Config.Height}
	return nil
}
