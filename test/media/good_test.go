package media

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	_ "image/jpeg"
	"io"
	"math"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// attached is a media attachment, as far as tests look.
type attached struct {
	ID, Type, URL, Error string
	PreviewURL           string `json:"preview_url"`
	Meta                 struct {
		Original struct {
			Width, Height int
			Duration      float64
		}
	}
}

// upload sends a file as an app would that waits.
func upload(t *testing.T, s *apptest.Server, as *apptest.Person, name string, data []byte) (status int, m attached) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	f, err := w.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	f.Write(data)
	w.Close()
	req, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/api/v1/media", &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("Authorization", "Bearer "+as.Token)
	a := s.Do(req)
	if err := json.Unmarshal(a.Body, &m); err != nil {
		t.Fatalf("%s: %d %s", name, a.Status, a.Body)
	}
	return a.Status, m
}

// get is a file that the server shows.
func get(t *testing.T, s *apptest.Server, url string) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+strings.TrimPrefix(url, s.Config.URL), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if h := resp.Header; err != nil || resp.StatusCode != 200 || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("%s: %d, %v, %v", url, resp.StatusCode, h, err)
	}
	return data
}

// TestGoodFiles sends a folder of files that other programs made and labelled.
// What is seen and heard stays; of what was written into them nothing does.
func TestGoodFiles(t *testing.T) {
	tools(t)
	dir, out := fill(t), t.TempDir()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	begin := time.Now()
	stills := 0
	for _, g := range folder {
		data, err := os.ReadFile(filepath.Join(dir, g.name))
		if err != nil {
			t.Fatal(err)
		}
		status, m := upload(t, s, ada, "holiday.bin", data)
		if status != 200 || m.Type != g.kind {
			t.Errorf("%s: %d, %+v", g.name, status, m)
			continue
		}
		made := get(t, s, m.URL)
		path := filepath.Join(out, g.name+filepath.Ext(m.URL))
		if err := os.WriteFile(path, made, 0o600); err != nil {
			t.Fatal(err)
		}
		if m.PreviewURL != "" {
			still := get(t, s, m.PreviewURL)
			if _, _, err := image.DecodeConfig(bytes.NewReader(still)); err != nil {
				t.Errorf("%s: its still: %v", g.name, err)
			}
			if strings.HasPrefix(g.name, "cover") {
				upright(t, g.name+", its cover", still)
			}
			if err := os.WriteFile(filepath.Join(out, g.name+".still"+filepath.Ext(m.PreviewURL)), still, 0o600); err != nil {
				t.Fatal(err)
			}
			stills++
		} else if g.kind != "audio" || strings.HasPrefix(g.name, "cover") {
			t.Errorf("%s: there is no still", g.name)
		}
		if g.still {
			upright(t, g.name, made)
			continue
		}
		played(t, g, dir, path, m)
	}
	told(t, dir, out)
	t.Logf("%d files, %d stills, %v for all", len(folder), stills, time.Since(begin).Round(time.Second))
	if len(folder) < 60 {
		t.Errorf("there are only %d files", len(folder))
	}
}

// played compares what a player decodes of a recording before and after.
func played(t *testing.T, g good, dir, path string, m attached) {
	t.Helper()
	if d := m.Meta.Original.Duration; math.Abs(d-g.second) > 0.15 {
		t.Errorf("%s: it is said to last %.2f s, want %.2f", g.name, d, g.second)
	}
	says := strings.Fields(run(t, dir, "ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path))
	if d, err := strconv.ParseFloat(says[0], 64); err != nil || math.Abs(d-g.second) > 0.15 {
		t.Errorf("%s: it lasts %v, want %.2f s", g.name, says, g.second)
	}
	tracks := map[string]string{"video": "va", "gifv": "v", "audio": "a"}[g.kind]
	for _, track := range tracks {
		hash := func(p string) string {
			return run(t, dir, "ffmpeg", "-v", "fatal", "-i", p, "-map", fmt.Sprintf("0:%c:0", track), "-f", "md5", "-")
		}
		before, after := hash(g.name), hash(path)
		if g.same && before != after {
			t.Errorf("%s: track %c is another: %s, was %s", g.name, track, after, before)
		}
	}
}

// groups are those of labels; structure are those that say how a file is laid
// out, in which there may be no text and no time.
var groups = []string{"EXIF", "XMP", "IPTC", "Photoshop", "MakerNotes", "ID3", "APE", "ICC_Profile", "PNG-tEXt", "ItemList", "UserData", "Keys", "Lyrics3"}

// told looks for labels in what was made, and makes sure that they were found
// in what it was made of.
func told(t *testing.T, before, after string) {
	t.Helper()
	read := func(dir string) (all []map[string]any) {
		out := run(t, dir, "exiftool", "-q", "-m", "-ee", "-a", "-G0:1", "-json", "-r", dir)
		if err := json.Unmarshal([]byte(out), &all); err != nil {
			t.Fatal(err)
		}
		return all
	}
	labelled := 0
	for _, f := range read(before) {
		if text, err := json.Marshal(f); err == nil && bytes.Contains(text, []byte("SECRET")) {
			labelled++
		}
	}
	if labelled < len(folder)*8/10 {
		t.Errorf("only %d of %d files were labelled", labelled, len(folder))
	}
	for _, f := range read(after) {
		for tag, value := range f {
			text := fmt.Sprint(value)
			for _, g := range groups {
				if strings.HasPrefix(tag, g+":") || strings.Contains(tag, ":"+g+":") {
					t.Errorf("%v: %s is %s", f["SourceFile"], tag, text)
				}
			}
			if strings.Contains(text, "SECRET") || strings.Contains(text, "2031") || strings.Contains(tag, "GPS") ||
				strings.Contains(tag, "Comment") || strings.HasSuffix(tag, ":Vendor") && text != "" || strings.HasSuffix(tag, "CreateDate") && !strings.HasPrefix(text, "0000") {
				t.Errorf("%v: %s is %s", f["SourceFile"], tag, text)
			}
		}
	}
	t.Logf("%d files had labels", labelled)
}
