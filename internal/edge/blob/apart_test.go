package blob

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

func film(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("container", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func attach(t *testing.T, s *Store, data []byte) (social.Media, error) {
	t.Helper()
	spool, _, _, err := s.Receive(t.Context(), bytes.NewReader(data))
	if err != nil {
		return social.Media{}, err
	}
	return s.Make(t.Context(), spool)
}

// Without ffmpeg a film is kept and has no still; what only it could make
// playable is refused, and says what to do.
func TestWithoutFFmpeg(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	s.ffmpeg = ""
	m, err := attach(t, s, film(t, "film.mp4"))
	if err != nil || m.Kind != social.Video || m.Preview != "" || m.Blurhash != "" || m.Small != (social.Shape{}) || m.Shape.Width != 32 {
		t.Errorf("got %+v, %v", m, err)
	}
	foreign := bytes.Replace(film(t, "film.webm"), []byte("V_VP9"), []byte("V_XXX"), 1)
	if _, err := attach(t, s, foreign); errs.KindOf(err) != errs.Invalid || !bytes.Contains([]byte(errs.Public(err)), []byte("MP4 with H.264")) {
		t.Errorf("what browsers do not play: %v", err)
	}
	if got := files(t, dir); len(got) != 1 {
		t.Errorf("left: %v", got)
	}
}

func TestWithFFmpeg(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	if s.ffmpeg == "" {
		t.Skip("ffmpeg is not here")
	}
	for _, name := range []string{"film.mp4", "film.webm"} {
		m, err := attach(t, s, film(t, name))
		if err != nil || m.Preview == "" || len(m.Blurhash) < 6 || m.Small.Width != 32 || m.Shape.Width != 32 {
			t.Errorf("%s: got %+v, %v", name, m, err)
		}
	}
	if got := files(t, dir); len(got) != 4 {
		t.Errorf("left: %v", got)
	}
}

// What a process that makes files must not be able to do, and what becomes of
// one that uses too much.
func TestMakersAreShutIn(t *testing.T) {
	t.Parallel()
	has, missing := Confinement()
	t.Logf("here: %v; missing: %v", has, missing)
	small := order{cell{Memory: 64 << 20, Seconds: 5, Bytes: 1 << 20, Files: openOfMaker}, task{Do: "attach"}}
	in := filepath.Join(t.TempDir(), "in")
	if err := os.WriteFile(in, asPNG(t, corners(4000, 3000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for what, o := range map[string]order{
		"too little memory": small,
		"no time":           {cell{Memory: memoryOfMaker, Seconds: 0, Bytes: 1 << 20, Files: openOfMaker}, small.Task},
		"no room":           {cell{Memory: memoryOfMaker, Seconds: 60, Bytes: 10, Files: openOfMaker}, small.Task},
		"to open a file":    {cell{Memory: memoryOfMaker, Seconds: 60, Bytes: 1 << 20, Files: openOfMaker}, task{Do: "try open"}},
		"to call somebody":  {cell{Memory: memoryOfMaker, Seconds: 60, Bytes: 1 << 20, Files: openOfMaker}, task{Do: "try call"}},
		"to run something":  {cell{Memory: memoryOfMaker, Seconds: 60, Bytes: 1 << 20, Files: openOfMaker}, task{Do: "try run"}},
	} {
		f, err := os.Open(in)
		if err != nil {
			t.Fatal(err)
		}
		var out [2]*os.File
		for i := range out {
			if out[i], err = os.Create(filepath.Join(t.TempDir(), "out")); err != nil {
				t.Fatal(err)
			}
		}
		said, err := apart(context.Background(), making, o, f, out[0], out[1])
		var a answer
		if err == nil {
			if err := json.Unmarshal(said, &a); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
		if errs.KindOf(err) != errs.Invalid && a.Kind != errs.Invalid {
			t.Errorf("%s: %+v, %v", what, a, err)
		}
		if o.Task.Do != "attach" && len(missing) == 0 && a.Cause != tried {
			t.Errorf("%s: %q, want %q", what, a.Cause, tried)
		}
		f.Close()
		out[0].Close()
		out[1].Close()
	}
}
