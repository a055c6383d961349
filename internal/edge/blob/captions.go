package blob

import (
	"errors"
	"fmt"
	"io"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/webvtt"
)

const captionsExt = ".vtt"

// MakeCaptions keeps captions for a film or a sound under a name of their own: times
// and words, written anew. What cannot be read is Invalid, and says in which line.
func (s *Store) MakeCaptions(r io.Reader) (name string, err error) {
	b, err := io.ReadAll(io.LimitReader(r, webvtt.MaxBytes+1))
	if err != nil {
		return "", fmt.Errorf("read captions: %w", err)
	}
	if len(b) > webvtt.MaxBytes {
		return "", errs.Newf(errs.Invalid, "Captions have at most %d KiB.", webvtt.MaxBytes>>10)
	}
	cues, err := webvtt.Parse(b)
	if problem := (webvtt.Problem{}); errors.As(err, &problem) {
		return "", errs.Newf(errs.Invalid, "The captions cannot be read (%s). They are a WebVTT file, whose name ends in .vtt.", problem.Error())
	}
	if err != nil {
		return "", errs.New(errs.Invalid, "The captions cannot be read. They are a WebVTT file, whose name ends in .vtt.")
	}
	name = s.name() + captionsExt
	if err := s.keep(name, webvtt.Write(cues)); err != nil {
		return "", errs.Wrap(errs.Unavailable, "The file cannot be kept at the moment. Try again later.", err)
	}
	return name, nil
}
