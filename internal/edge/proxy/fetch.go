package proxy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// kinds are what is kept, by what its name ends with.
var kinds = map[string]string{".jpg": "image/jpeg", ".png": "image/png", ".gif": "image/gif",
	".mp4": "video/mp4", ".mov": "video/quicktime", ".m4a": "audio/mp4", ".webm": "video/webm", ".ogg": "audio/ogg", ".mp3": "audio/mpeg",
	".flac": "audio/flac", ".wav": "audio/wav"}

// signs are how sounds and films begin; ? stands for any byte. Browsers play
// them and do nothing else with them.
var signs = []struct{ begins, ext string }{
	{"????ftypM4A ", ".m4a"}, {"????ftypM4B ", ".m4a"}, {"????ftypqt  ", ".mov"}, {"????ftyp", ".mp4"}, {"\x1a\x45\xdf\xa3", ".webm"},
	{"OggS", ".ogg"}, {"ID3", ".mp3"}, {"\xff\xfb", ".mp3"}, {"\xff\xf3", ".mp3"}, {"\xff\xf2", ".mp3"}, {"fLaC", ".flac"}, {"RIFF????WAVE", ".wav"},
}

func played(head []byte) (ext string) {
	for _, s := range signs {
		if matches(head, s.begins) {
			return s.ext
		}
	}
	return ""
}

func matches(head []byte, begins string) bool {
	if len(head) < len(begins) {
		return false
	}
	for i := range len(begins) {
		if begins[i] != '?' && begins[i] != head[i] {
			return false
		}
	}
	return true
}

// fetched is what came. A picture is in memory as well: it can be shown where
// there is no room for it.
type fetched struct {
	data    []byte
	ext     string
	notKept error // why only the memory has it, or nil
}

func (f fetched) file(at time.Time) *File {
	return &File{ReadSeeker: bytes.NewReader(f.data), Type: kinds[f.ext], At: at, close: func() error { return nil }}
}

const headSize = 64

func (p *Proxy) fetch(ctx context.Context, s *shelf, k key, as, address string) (got fetched, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return got, errNothing
	}
	r.Header.Set("User-Agent", p.Agent)
	r.Header.Set("Accept", "image/*, video/*, audio/*")
	r.Header.Set("Accept-Encoding", "identity")
	resp, err := p.client.Do(r)
	if err != nil {
		return got, notReached(err)
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusGone, http.StatusForbidden, http.StatusUnauthorized:
		return got, errNothing
	default:
		return got, notReached(fmt.Errorf("status %d", resp.StatusCode))
	}
	head := make([]byte, headSize)
	n, err := io.ReadFull(resp.Body, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return got, notReached(err)
	}
	body := io.MultiReader(bytes.NewReader(head[:n]), resp.Body)
	if p.Maker.IsPicture(head[:n]) {
		return p.picture(ctx, s, k, as, body)
	}
	ext := played(head[:n])
	if ext == "" || as != social.AsMedia {
		return got, errNothing
	}
	if err := s.store(k, ext, body, resp.ContentLength, min(MaxPassed, s.budget/2)); err != nil {
		if errs.KindOf(err) == errs.Internal {
			err = notReached(err)
		}
		return got, err
	}
	return got, nil
}

func notReached(err error) error {
	if errs.KindOf(err) == errs.Forbidden || errs.KindOf(err) == errs.Invalid { // netsafe does not call it
		return errNothing
	}
	return errs.Wrap(errs.Unavailable, "The server that has this file does not send it at the moment. Try again in a few minutes.", err)
}

// picture makes a picture anew and keeps it if there is room.
func (p *Proxy) picture(ctx context.Context, s *shelf, k key, as string, body io.Reader) (got fetched, err error) {
	data, err := io.ReadAll(io.LimitReader(body, MaxPicture+1))
	if err != nil {
		return got, notReached(err)
	}
	if len(data) > MaxPicture {
		return got, errNothing
	}
	if got.data, got.ext, err = p.Maker.Remake(ctx, as, data); err != nil {
		if errs.KindOf(err) == errs.Invalid {
			err = errNothing
		}
		return got, err
	}
	if err := s.store(k, got.ext, bytes.NewReader(got.data), int64(len(got.data)), int64(len(got.data))); err != nil {
		got.notKept = err
		p.Log.WarnContext(ctx, "not kept", "bytes", len(got.data), "err", err) // it is shown all the same
	}
	return got, nil
}

// store keeps what comes, up to a limit, whole or not at all. Less than zero is
// expected where that is not known.
func (s *shelf) store(k key, ext string, from io.Reader, expected, limit int64) error {
	if expected > limit {
		return errNothing
	}
	a, err := s.begin(max(expected, 0))
	if err != nil {
		return err
	}
	n, err := io.Copy(a, io.LimitReader(from, limit+1))
	if err == nil && n > limit {
		err = errNothing
	}
	if err != nil {
		return errors.Join(err, a.drop())
	}
	return a.keep(k, ext)
}
