// Package container rewrites files of sound and of moving pictures so that
// what is heard and seen is left, and nothing that tells where, when, by whom
// and with what they were made. It understands how files are laid out and
// decodes no picture and no sound.
//
// A file is a stranger's: a rewritten one is put together anew of the parts
// that are known to be needed, and whatever else the file held is not copied.
// Reading is bounded: every length is checked against what there is, and every
// count has a limit.
package container

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// A Format is a way of laying a file out.
type Format string

// The formats.
const (
	MP4  Format = "mp4" // also QuickTime and M4A
	WebM Format = "webm"
	MP3  Format = "mp3"
	Ogg  Format = "ogg"
	FLAC Format = "flac"
	WAV  Format = "wav"
)

// HeadSize is how many bytes Sniff wants to see.
const HeadSize = 64

// Limits of what is read.
const (
	maxCover  = 8 << 20  // bytes of a picture that is in a file
	maxTables = 32 << 20 // bytes of an MP4's tables
	maxBoxes  = 20_000
	maxPieces = 1_000_000 // samples, blocks or frames of a file
)

// Sniff tells a file's format by its first bytes; empty is none of ours.
// Pictures that use the layout of MP4 are none of ours.
func Sniff(head []byte) Format {
	has := func(at int, what string) bool {
		return len(head) >= at+len(what) && string(head[at:at+len(what)]) == what
	}
	switch {
	case has(4, "ftyp"):
		if StillBrand(head) {
			return ""
		}
		return MP4
	case has(4, "moov"), has(4, "mdat"), has(4, "wide"), has(4, "free"), has(4, "skip"):
		return MP4
	case has(0, "\x1a\x45\xdf\xa3"):
		return WebM
	case has(0, "OggS"):
		return Ogg
	case has(0, "fLaC"):
		return FLAC
	case has(0, "RIFF") && has(8, "WAVE"):
		return WAV
	case has(0, "ID3"):
		return MP3
	}
	if _, ok := mp3Header(head); ok {
		return MP3
	}
	return ""
}

// StillBrand reports whether head is of a picture in the layout of MP4.
func StillBrand(head []byte) bool {
	if len(head) < 12 || string(head[4:8]) != "ftyp" {
		return false
	}
	switch string(head[8:12]) {
	case "avif", "avis", "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "mif2", "jpeg":
		return true
	}
	return false
}

// Info is what a file holds, and what it was rewritten as.
type Info struct {
	Ext     string // of the rewritten file, with its dot
	Video   string // the codec; empty if there are no moving pictures
	Audio   string // the codec; empty if there is no sound
	Width   int    // as it is meant to be seen
	Height  int
	Seconds float64
	Frames  float64 // a second
	Cover   []byte  // a picture that was in the file, as it was
}

// Rewrite writes what can be heard and seen of a file of some size to w. The
// error is Invalid for a file that is damaged, and Foreign for one whose
// pictures or sound browsers do not play.
func Rewrite(f Format, in io.ReaderAt, size int64, w io.Writer) (Info, error) {
	rewrite, ok := map[Format]func(*source, *sink) (Info, error){
		MP4: rewriteMP4, WebM: rewriteWebM, MP3: rewriteMP3, Ogg: rewriteOgg, FLAC: rewriteFLAC, WAV: rewriteWAV,
	}[f]
	if !ok {
		return Info{}, fmt.Errorf("there is no format %q", f)
	}
	out := &sink{w: bufio.NewWriterSize(w, window)}
	info, err := rewrite(&source{in: in, size: size}, out)
	if err != nil {
		return Info{}, err
	}
	return info, out.w.Flush()
}

// A Foreign error names what is in a file that is whole, but that browsers do
// not play.
type Foreign struct{ Codec string }

func (f Foreign) Error() string { return "made with " + f.Codec }

// broken says that a file is not what it claims to be. Where is for the log.
func broken(where string) error {
	return errs.Wrap(errs.Invalid, "Validation failed: This file is damaged, or breaks off. Save it anew, or choose another one.", fmt.Errorf("at %s", where))
}

// much says that a file has more parts than we look at.
func much(of string) error {
	return errs.Wrap(errs.Invalid, "Validation failed: This file is put together of too many parts. Save it anew, or choose another one.", fmt.Errorf("too many %s", of))
}

const window = 64 << 10 // bytes read and written at once

// A source is a file that is read here and there, mostly in order.
type source struct {
	in   io.ReaderAt
	size int64
	buf  []byte
	at   int64 // of buf
}

// peek gives n bytes at a place, n being no more than the window, or nil if
// they are not there. They hold until the next call.
func (s *source) peek(at int64, n int) []byte {
	if at < 0 || n < 0 || n > window || at > s.size-int64(n) {
		return nil
	}
	if at < s.at || at+int64(n) > s.at+int64(len(s.buf)) {
		if cap(s.buf) == 0 {
			s.buf = make([]byte, window)
		}
		s.buf = s.buf[:min(window, s.size-at)]
		s.at = at
		if got, err := s.in.ReadAt(s.buf, at); got < len(s.buf) && err != nil {
			s.buf = s.buf[:0]
			return nil
		}
	}
	return s.buf[at-s.at:][:n]
}

// bytes gives n bytes at a place as a copy, if there are so many and no more
// than limit.
func (s *source) bytes(at, n, limit int64) ([]byte, bool) {
	if at < 0 || n < 0 || n > limit || at > s.size-n {
		return nil, false
	}
	b := make([]byte, n)
	_, err := io.ReadFull(io.NewSectionReader(s.in, at, n), b)
	return b, err == nil
}

// A sink is the file that is written.
type sink struct {
	w *bufio.Writer
	n int64 // bytes written
}

func (s *sink) write(parts ...[]byte) error {
	for _, p := range parts {
		n, err := s.w.Write(p)
		if s.n += int64(n); err != nil {
			return err
		}
	}
	return nil
}

// copy takes n bytes over from in.
func (s *sink) copy(in *source, at, n int64) error {
	got, err := io.Copy(s.w, io.NewSectionReader(in.in, at, n))
	if s.n += got; err == nil && got < n {
		err = broken("the end")
	}
	return err
}

// cover is a picture that may stand for a sound, or nil.
func cover(data []byte) []byte {
	if len(data) == 0 || len(data) > maxCover {
		return nil
	}
	return bytes.Clone(data)
}
