package container

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
)

func given(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func rewrite(data []byte) ([]byte, Info, error) {
	var out bytes.Buffer
	info, err := Rewrite(Sniff(data[:min(len(data), HeadSize)]), bytes.NewReader(data), int64(len(data)), &out)
	return out.Bytes(), info, err
}

// kept is what each sample must say of itself. All have titles and comments
// with the word SECRET in them, and films a place.
var kept = map[string]Info{
	"film.mp4":      {Ext: ".mp4", Video: "avc1", Audio: "mp4a", Width: 32, Height: 24, Seconds: 0.4, Frames: 10},
	"film.mov":      {Ext: ".mp4", Video: "avc1", Audio: "mp4a", Width: 32, Height: 24, Seconds: 0.4, Frames: 10},
	"turned.mp4":    {Ext: ".mp4", Video: "avc1", Audio: "mp4a", Width: 24, Height: 32, Seconds: 0.4, Frames: 10},
	"fragments.mp4": {Ext: ".mp4", Video: "avc1", Audio: "mp4a", Width: 32, Height: 24, Seconds: 0.4, Frames: 10},
	"hybrid.mp4":    {Ext: ".mp4", Video: "avc1", Audio: "mp4a", Width: 32, Height: 24, Seconds: 0.4, Frames: 10},
	"film.webm":     {Ext: ".webm", Video: "vp9", Audio: "opus", Width: 32, Height: 24, Seconds: 0.4, Frames: 10},
	"live.webm":     {Ext: ".webm", Video: "vp9", Audio: "opus", Width: 32, Height: 24, Seconds: 0.4, Frames: 10},
	"vorbis.webm":   {Ext: ".weba", Audio: "vorbis", Seconds: 0.4},
	"sound.mp3":     {Ext: ".mp3", Audio: "mp3", Seconds: 0.4},
	"sound.ogg":     {Ext: ".ogg", Audio: "vorbis", Seconds: 0.4},
	"sound.opus":    {Ext: ".opus", Audio: "opus", Seconds: 0.4},
	"sound.flac":    {Ext: ".flac", Audio: "flac", Seconds: 0.4},
	"sound.m4a":     {Ext: ".m4a", Audio: "mp4a", Seconds: 0.4},
	"sound.wav":     {Ext: ".wav", Audio: "pcm", Seconds: 0.1},
}

func TestRewrite(t *testing.T) {
	t.Parallel()
	for name, want := range kept {
		data := given(t, name)
		out, got, err := rewrite(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Ext != want.Ext || got.Video != want.Video || got.Audio != want.Audio || got.Width != want.Width || got.Height != want.Height ||
			math.Abs(got.Seconds-want.Seconds) > 0.12 || math.Abs(got.Frames-want.Frames) > 1 {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
		for _, trace := range []string{"SECRET", "Lav", "48.2082", "SoundHandler", "udta", "covr", "\x89PNG"} {
			if bytes.Contains(out, []byte(trace)) && !(trace == "Lav" && bytes.Contains(out, []byte("LavcSound"))) && !insideSound(name, trace) {
				t.Errorf("%s: %q is still in it", name, trace)
			}
		}
		again, _, err := rewrite(out)
		if err != nil || !bytes.Equal(again, out) {
			t.Errorf("%s: rewritten once more it is another file: %v", name, err)
		}
	}
}

// insideSound are traces that an encoder left in the frames themselves, which
// are not touched.
func insideSound(name, trace string) bool {
	return trace == "Lav" && (filepath.Ext(name) == ".mp4" || filepath.Ext(name) == ".mov" || filepath.Ext(name) == ".m4a" || filepath.Ext(name) == ".mp3")
}

func TestCovers(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"sound.mp3", "sound.flac", "sound.m4a"} {
		if _, info, err := rewrite(given(t, name)); err != nil || !bytes.HasPrefix(info.Cover, []byte("\x89PNG")) {
			t.Errorf("%s: cover %.8q, %v", name, info.Cover, err)
		}
	}
}

// proper reports whether err is one that a person can be told.
func proper(err error) bool {
	return err == nil || errs.KindOf(err) == errs.Invalid || errors.As(err, new(Foreign))
}

// A file that breaks off is Invalid, or is shorter.
func TestBrokenOff(t *testing.T) {
	t.Parallel()
	for name := range kept {
		data := given(t, name)
		for n := 12; n < len(data); n += 37 {
			if _, _, err := rewrite(data[:n]); !proper(err) {
				t.Errorf("%s, %d bytes: %v", name, n, err)
			}
		}
		if _, _, err := rewrite(data[:len(data)/3]); err == nil && filepath.Ext(name) != ".mp3" && filepath.Ext(name) != ".wav" && filepath.Ext(name) != ".ogg" {
			t.Errorf("%s: a third of it is taken", name)
		}
	}
}

// A byte that is wrong never does harm.
func TestWrongBytes(t *testing.T) {
	t.Parallel()
	for name := range kept {
		data := given(t, name)
		for i := 0; i < len(data); i += 31 {
			for _, x := range []byte{0, 0x7f, 0xff} {
				was := data[i]
				data[i] = x
				if out, _, err := rewrite(data); err != nil && !proper(err) && Sniff(data) != "" || len(out) > len(data)+4096 {
					t.Errorf("%s, byte %d is %x: %d bytes, %v", name, i, x, len(out), err)
				}
				data[i] = was
			}
		}
	}
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]Format{
		"": "", "\x00\x00\x00\x18ftypavif": "", "\x00\x00\x00\x18ftypheic": "", "\x00\x00\x00\x18ftypqt  ": MP4, "\x00\x00\x00\x08wide\x00": MP4,
		"#EXTM3U\n": "", "<svg": "", "\xff\xd8\xff\xe0": "", "\xff\xfb\x90\x00": MP3, "\xff\xff\xff\xff": "", "RIFF\x00\x00\x00\x00WEBP": "", "RIFF\x00\x00\x00\x00WAVE": WAV,
		"push graphic-context": "", "\x1a\x45\xdf\xa3": WebM, "GIF89a": "", "%PDF-1.4": "", "PK\x03\x04": "", "ffconcat version 1.0": "",
	} {
		if got := Sniff([]byte(head)); got != want {
			t.Errorf("%q: %q, want %q", head, got, want)
		}
	}
}

func FuzzRewrite(f *testing.F) {
	for name := range kept {
		f.Add(given(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if Sniff(data[:min(len(data), HeadSize)]) == "" {
			return
		}
		out, info, err := rewrite(data)
		if !proper(err) {
			t.Errorf("got %v", err)
		}
		if err == nil && (len(out) > 4*len(data)+4096 || info.Seconds < 0 || math.IsNaN(info.Seconds) || info.Ext == "") {
			t.Errorf("%d bytes became %d, %+v", len(data), len(out), info)
		}
	})
}
