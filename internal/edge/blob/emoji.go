package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/gif"
	"io"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// longestMovingEmoji is the longest side of an emoji that moves: its frames
// are kept as they are.
const longestMovingEmoji = 512

// PutEmoji makes a picture that of sent safe and keeps it as an emoji, with a still of one
// that moves: otherwise both names are the same. The error is Invalid for what
// we do not take.
func (s *Store) PutEmoji(ctx context.Context, of social.AccountID, r io.Reader) (file, still string, size int64, err error) {
	data, err := io.ReadAll(io.LimitReader(r, social.MaxEmojiFile+1))
	if err != nil {
		return "", "", 0, fmt.Errorf("read picture: %w", err)
	}
	if len(data) > social.MaxEmojiFile {
		return "", "", 0, errs.Newf(errs.Invalid, "The picture of an emoji has at most %d KB. Make it smaller.", social.MaxEmojiFile>>10)
	}
	if bytes.HasPrefix(data, []byte("GIF8")) {
		c, err := gif.DecodeConfig(bytes.NewReader(data))
		if err != nil {
			return "", "", 0, damaged(err)
		}
		if max(c.Width, c.Height) > longestMovingEmoji && countFrames(data) > 1 {
			return "", "", 0, errs.Newf(errs.Invalid, "An emoji that moves has at most %d × %d pixels. Make it smaller.", longestMovingEmoji, longestMovingEmoji)
		}
	}
	made, m, err := s.remake(ctx, of, social.AsEmoji, data)
	if err != nil {
		return "", "", 0, err
	}
	ext := m.File
	if file, err = s.keepNew(made, ext); err != nil {
		return "", "", 0, err
	}
	m.File = file
	if err := s.seen(ctx, of, m); err != nil {
		return "", "", 0, err
	}
	if ext != ".gif" {
		return file, file, int64(len(made)), nil
	}
	small, m, err := s.remake(ctx, of, social.AsPreview, data)
	if err == nil {
		still, err = s.keepNew(small, m.File)
	}
	if err != nil {
		return "", "", 0, errors.Join(err, s.Remove(file))
	}
	return file, still, int64(len(made) + len(small)), nil
}

// keepNew keeps data under a new name.
func (s *Store) keepNew(data []byte, ext string) (string, error) {
	name := s.name() + ext
	if err := s.keep(name, data); err != nil {
		return "", errs.Wrap(errs.Unavailable, "The picture cannot be kept at the moment. Try again later.", err)
	}
	return name, nil
}
