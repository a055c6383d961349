package doors

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/social"
)

func recording(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../internal/edge/blob/container/testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestRecordings sends a film, which is made in the background, and a sound,
// whose sender waits, and plays them.
func TestRecordings(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
		var film, sound attached
		a := upload(t, s, ada, "/api/v2/media", recording(t, "film.mp4"), "description", "A test")
		if a.JSON(t, &film); a.Status != 202 || film.URL != "" || film.Type != "video" {
			t.Errorf("a film: %d %s", a.Status, a.Body)
		}
		if a := ben.Call("GET", "/api/v1/media/"+film.ID, nil); a.Status != 404 {
			t.Errorf("another's film: %d", a.Status)
		}
		s.Eventually("the film is made", func() bool {
			a := ada.Call("GET", "/api/v1/media/"+film.ID, nil)
			if a.Status != 200 && a.Status != 206 {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
			a.JSON(t, &film)
			return a.Status == 200
		})
		a = upload(t, s, ada, "/api/v1/media", recording(t, "sound.mp3"))
		if a.JSON(t, &sound); a.Status != 200 || sound.Type != "audio" || !strings.HasSuffix(sound.URL, ".mp3") || sound.PreviewURL == "" {
			t.Errorf("a sound with a cover: %d %s", a.Status, a.Body)
		}
		if film.Type != "video" || film.Meta.Original.Width != 32 || film.Description != "A test" {
			t.Errorf("the film is %+v", film)
		}
		path := strings.TrimPrefix(film.URL, s.Config.URL)
		whole := s.Call("GET", path, "", nil)
		h := whole.Header
		if whole.Status != 200 || h.Get("Content-Type") != "video/mp4" || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || bytes.Contains(whole.Body, []byte("SECRET")) {
			t.Errorf("%s: %d, %v", path, whole.Status, h)
		}
		req, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Range", "bytes=4-7")
		part := s.Do(req)
		if part.Status != 206 || string(part.Body) != "ftyp" {
			t.Errorf("a part of it: %d %q", part.Status, part.Body)
		}
		if a := ada.Call("POST", "/api/v1/statuses", map[string]any{"media_ids": []string{film.ID, sound.ID}}); a.Status != 422 {
			t.Errorf("a film and a sound on one post: %d %s", a.Status, a.Body)
		}
		ada.Must("POST", "/api/v1/statuses", map[string]any{"media_ids": []string{film.ID}}, nil)

		broken := upload(t, s, ada, "/api/v2/media", recording(t, "film.mp4")[:2000])
		var failed attached
		broken.JSON(t, &failed)
		s.Eventually("what breaks off is said to be damaged", func() bool {
			a := ada.Call("GET", "/api/v1/media/"+failed.ID, nil)
			return a.Status == 422 && bytes.Contains(a.Body, []byte("damaged"))
		})
		if a := upload(t, s, ada, "/api/v1/media", recording(t, "film.mp4")[:2000]); a.Status != 422 || !bytes.Contains(a.Body, []byte("damaged")) {
			t.Errorf("what breaks off, waited for: %d %s", a.Status, a.Body)
		}
	})
}

// A video is taken up to the size that the settings say.
func TestVideoLimit(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, func(c *conf.Config) { c.Media.MaxVideo = conf.MinMaxVideo })
	ada := s.Join("ada", social.Member)
	limit := int(s.Config.Media.MaxVideo)
	head := append(append([]byte("RIFF\x00\x00\x00\x00WAVE"), recording(t, "sound.wav")[12:36]...), "data\x00\x00\x00\x00"...) // goes on to the end
	if a := upload(t, s, ada, "/api/v1/media", append(bytes.Clone(head), make([]byte, limit-len(head)+1)...)); a.Status != 422 || !bytes.Contains(a.Body, []byte("Make it smaller")) {
		t.Errorf("a byte more than %d: %d %s", limit, a.Status, a.Body)
	}
	if a := upload(t, s, ada, "/api/v1/media", append(bytes.Clone(head), make([]byte, limit-len(head))...)); a.Status != 200 {
		t.Errorf("%d bytes: %d %s", limit, a.Status, a.Body)
	}
}
