package doors

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// attached is a media attachment, as far as tests look.
type attached struct {
	ID, Type, URL, Description, Blurhash string
	PreviewURL                           string `json:"preview_url"`
	Meta                                 struct {
		Original struct{ Width, Height int }
		Focus    struct{ X, Y float64 }
	}
}

// upload sends a file as apps do.
func upload(t *testing.T, s *apptest.Server, as *apptest.Person, path string, file []byte, values ...string) apptest.Answer {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i := 0; i+1 < len(values); i += 2 {
		if err := w.WriteField(values[i], values[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if file != nil {
		f, err := w.CreateFormFile("file", "picture.bin")
		if err != nil {
			t.Fatal(err)
		}
		f.Write(file)
	}
	w.Close()
	req, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+path, &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("Authorization", "Bearer "+as.Token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var out bytes.Buffer
	out.ReadFrom(resp.Body)
	return apptest.Answer{Status: resp.StatusCode, Header: resp.Header, Body: out.Bytes()}
}

func picture(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = byte(i * 7 % 251)
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	return img
}

func pngOf(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, picture(w, h)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegOf(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(w, h), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func movingGIF(t *testing.T) []byte {
	t.Helper()
	g := gif.GIF{}
	for i := range 3 {
		p := image.NewPaletted(image.Rect(0, 0, 20, 10), color.Palette{color.Black, color.White, color.RGBA{uint8(80 * i), 0, 0, 255}})
		p.Pix[i] = 1
		g.Image, g.Delay = append(g.Image, p), append(g.Delay, 5)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestMedia takes pictures through their life: sent, described, put on a post,
// described anew, taken back to be written anew, and gone.
func TestMedia(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
		var one, two, three attached
		for _, x := range []struct {
			path string
			data []byte
			to   *attached
		}{{"/api/v2/media", jpegOf(t, 900, 600), &one}, {"/api/v1/media", pngOf(t, 30, 40), &two}, {"/api/v2/media", movingGIF(t), &three}} {
			a := upload(t, s, ada, x.path, x.data, "description", "A pattern", "focus", "-0.5,0.25")
			if a.Status != 200 {
				t.Fatalf("%s: %d %s", x.path, a.Status, a.Body)
			}
			a.JSON(t, x.to)
		}
		if one.Type != "image" || one.Meta.Original.Width != 900 || one.Meta.Focus.X != -0.5 || one.Description != "A pattern" || len(one.Blurhash) < 6 || !strings.HasSuffix(three.URL, ".gif") {
			t.Errorf("got %+v and %+v", one, three)
		}
		for _, url := range []string{one.URL, one.PreviewURL, two.URL, three.URL} {
			if a := s.Call("GET", strings.TrimPrefix(url, s.Config.URL), "", nil); a.Status != 200 || a.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: %d", url, a.Status)
			}
		}
		if a := ben.Call("GET", "/api/v1/media/"+one.ID, nil); a.Status != 404 {
			t.Errorf("another's attachment: %d %s", a.Status, a.Body)
		}
		if a := ben.Call("POST", "/api/v1/statuses", map[string]any{"status": "mine", "media_ids": []string{one.ID}}); a.Status != 422 {
			t.Errorf("posting another's attachment: %d %s", a.Status, a.Body)
		}
		ada.Must("PUT", "/api/v1/media/"+one.ID, map[string]string{"description": "Waves"}, &one)

		var post struct {
			ID    string
			Media []attached `json:"media_attachments"`
		}
		ada.Must("POST", "/api/v1/statuses", map[string]any{"media_ids": []string{two.ID, one.ID}}, &post)
		if len(post.Media) != 2 || post.Media[0].ID != two.ID || post.Media[1].Description != "Waves" {
			t.Fatalf("got %+v", post)
		}
		if a := ada.Call("DELETE", "/api/v1/media/"+one.ID, nil); a.Status != 422 {
			t.Errorf("deleting what a post has: %d %s", a.Status, a.Body)
		}
		if a := ada.Call("POST", "/api/v1/statuses", map[string]any{"status": "again", "media_ids": []string{one.ID}}); a.Status != 422 {
			t.Errorf("on two posts at once: %d %s", a.Status, a.Body)
		}
		ada.Post("no pictures", "public")
		for _, line := range []string{"/api/v1/timelines/public?only_media=true", fmt.Sprintf("/api/v1/accounts/%d/statuses?only_media=true", ada.ID)} {
			var all []apptest.Status
			ben.Must("GET", line, nil, &all)
			if len(all) != 1 || all[0].ID != post.ID {
				t.Errorf("%s: got %d posts, want the one with pictures", line, len(all))
			}
		}
		ada.Must("PUT", "/api/v1/statuses/"+post.ID, map[string]any{"status": "Both", "media_ids": []string{one.ID},
			"media_attributes": []map[string]string{{"id": one.ID, "description": "Ripples", "focus": "1,1"}}}, &post)
		if len(post.Media) != 1 || post.Media[0].Description != "Ripples" || post.Media[0].Meta.Focus.Y != 1 {
			t.Errorf("after the edit: %+v", post)
		}
		var history []struct {
			Media []attached `json:"media_attachments"`
		}
		ada.Must("GET", "/api/v1/statuses/"+post.ID+"/history", nil, &history)
		if len(history) != 2 || len(history[0].Media) != 2 || history[0].Media[1].Description != "Waves" || len(history[1].Media) != 1 {
			t.Errorf("history: %+v", history)
		}

		gone := post.Media[0].URL
		ada.Must("DELETE", "/api/v1/statuses/"+post.ID, nil, nil)
		s.Eventually("the address is dead", func() bool { return s.Call("GET", strings.TrimPrefix(gone, s.Config.URL), "", nil).Status == 404 })
		var again attached
		ada.Must("GET", "/api/v1/media/"+one.ID, nil, &again)
		ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "anew", "media_ids": []string{one.ID}}, &post)
		if again.URL == gone || again.URL == "" || len(post.Media) != 1 {
			t.Errorf("to be written anew: %+v", again)
		}
		ada.Must("DELETE", "/api/v1/statuses/"+post.ID+"?delete_media=true", nil, nil)
		ada.Must("DELETE", "/api/v1/media/"+three.ID, nil, nil)
		s.Eventually("no file is left", func() bool { return len(files(t, filepath.Join(s.Config.Data, "media"))) == 0 })
	})
}

func files(t *testing.T, dir string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestMediaLimits sends what is just small enough and just too large, and what
// is no picture. What is refused leaves nothing.
func TestMediaLimits(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	good := pngOf(t, 8, 8)
	for _, test := range []struct {
		what   string
		data   []byte
		values []string
		want   int
	}{
		{"nothing", nil, nil, 422},
		{"an empty file", []byte{}, nil, 422},
		{"SVG", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), nil, 422},
		{"a playlist", []byte("#EXTM3U\nfile:///etc/passwd"), nil, 422},
		{"a picture that breaks off", good[:len(good)/2], nil, 422},
		{"a description as long as it may be", good, []string{"description", strings.Repeat("é", social.MaxMediaAlt)}, 200},
		{"a longer one", good, []string{"description", strings.Repeat("é", social.MaxMediaAlt+1)}, 422},
		{"a focus at the edge", good, []string{"focus", "-1,1"}, 200},
		{"a focus outside", good, []string{"focus", "-1.1,1"}, 422},
		{"a focus that is none", good, []string{"focus", "NaN,0"}, 422},
	} {
		a := upload(t, s, ada, "/api/v2/media", test.data, test.values...)
		if a.Status != test.want {
			t.Errorf("%s: got %d %s, want %d", test.what, a.Status, a.Body, test.want)
		}
		if a.Status == 200 {
			var m attached
			a.JSON(t, &m)
			ada.Must("DELETE", "/api/v1/media/"+m.ID, nil, nil)
		} else if !json.Valid(a.Body) || !bytes.Contains(a.Body, []byte(`"error"`)) {
			t.Errorf("%s: the answer says nothing: %s", test.what, a.Body)
		}
	}
	s.Eventually("nothing is left", func() bool { return len(files(t, filepath.Join(s.Config.Data, "media"))) == 0 })
	var ids []string
	for range social.MaxAttachments + 1 {
		var m attached
		upload(t, s, ada, "/api/v2/media", good).JSON(t, &m)
		ids = append(ids, m.ID)
	}
	if a := ada.Call("POST", "/api/v1/statuses", map[string]any{"status": "many", "media_ids": ids}); a.Status != 422 {
		t.Errorf("%d attachments: %d %s", len(ids), a.Status, a.Body)
	}
	ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "as many as may be", "media_ids": ids[1:]}, nil)
}
