package blob

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// longestEmoji is the longest side of an emoji, in pixels.
const longestEmoji = 256

// IsPicture reports whether a file that begins so says it is a picture we take.
func (s *Store) IsPicture(head []byte) bool { return known(head) }

// Remake makes a picture of strangers anew to be shown as something, and keeps
// nothing: the pixels alone come out. It is Invalid for what is no picture.
func (s *Store) Remake(ctx context.Context, as string, data []byte) (made []byte, ext string, err error) {
	made, m, err := s.remake(ctx, 0, as, data)
	return made, m.File, err
}

// remake is Remake for what of sent. The name of the file that it tells of is what it
// ends with.
func (s *Store) remake(ctx context.Context, of social.AccountID, as string, data []byte) (made []byte, m social.Media, err error) {
	t := task{Do: "cut"}
	if cut, ok := sizes[as]; ok {
		t.Width, t.Height = cut.width, cut.height
	} else {
		side, ok := map[string]int{social.AsMedia: longestSide, social.AsPreview: longestPreview, social.AsEmoji: longestEmoji}[as]
		if !ok {
			return nil, m, errs.Newf(errs.Invalid, "Nothing is shown as %s.", as)
		}
		t = task{Do: "shrink", Width: side, Still: as == social.AsPreview}
	}
	err = s.withPicture(ctx, bytes.NewReader(data), MaxImage, func(b *bench) error {
		a, err := b.do(ctx, t, b.in)
		if err == nil {
			err = b.mayShow(ctx, of, &a.Media)
		}
		if err != nil {
			return err
		}
		m = a.Media
		if types[m.File] == "" {
			return fmt.Errorf("a maker made %q", m.File)
		}
		if _, err = b.file.Seek(0, io.SeekStart); err == nil {
			made, err = io.ReadAll(b.file)
		}
		return err
	})
	return made, m, err
}

// shrink makes a picture whose sides are no longer than a limit; an animation
// stays one, as large as it is, unless a still is wanted.
func (m *maker) shrink(in io.Reader, limit int, still bool) error {
	data, err := io.ReadAll(io.LimitReader(in, MaxImage+1))
	if err != nil {
		return err
	}
	if !still {
		if moving, err := animation(data); err != nil || moving != nil {
			if err != nil {
				return err
			}
			m.look(moving.Image[0])
			return m.makeAnimation(moving)
		}
	}
	img, err := decoded(data)
	if err != nil {
		return err
	}
	small := fit(img, limit)
	m.look(small)
	return m.makeImage(small)
}
