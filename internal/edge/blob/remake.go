package blob

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/gif"

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
	if cut, ok := sizes[as]; ok {
		p, err := measure(data)
		if err != nil {
			return nil, "", err
		}
		return s.remake(ctx, p, cut)
	}
	side, ok := map[string]int{social.AsMedia: longestSide, social.AsPreview: longestPreview, social.AsEmoji: longestEmoji}[as]
	if !ok {
		return nil, "", errs.Newf(errs.Invalid, "Nothing is shown as %s.", as)
	}
	if as != social.AsPreview {
		if made, err = s.stillMoving(ctx, data); made != nil || err != nil {
			return made, ".gif", err
		}
	}
	err = s.decoded(ctx, data, func(img *image.NRGBA) (err error) {
		made, ext, err = encode(fit(img, side))
		return err
	})
	return made, ext, err
}

// stillMoving is data without all that is no frame, if it is an animation.
func (s *Store) stillMoving(ctx context.Context, data []byte) (made []byte, err error) {
	if !bytes.HasPrefix(data, []byte("GIF8")) {
		return nil, nil
	}
	err = s.inTurn(ctx, MaxAnimated, func() error {
		g, err := animation(data)
		if err != nil || g == nil {
			return err
		}
		var out bytes.Buffer
		if err := gif.EncodeAll(&out, g); err != nil {
			return damaged(fmt.Errorf("encode animation: %w", err))
		}
		made = out.Bytes()
		return nil
	})
	return made, err
}
