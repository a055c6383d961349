package app_test

import (
	"bytes"
	"image"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/social"
)

// Pictures are in two stores at once, are shown when one of them is spoiled, and
// leave both with their post.
func TestMediaStores(t *testing.T) {
	t.Parallel()
	store := s3mem.New()
	if err := store.CreateBucket("files"); err != nil {
		t.Fatal(err)
	}
	objects := httptest.NewServer(gofakes3.New(store).Server())
	t.Cleanup(objects.Close)
	folder := t.TempDir()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := s.Config
		ada := s.Join("ada", social.Owner)
		var made struct{ ID, URL string }
		ada.Must("GET", "/api/v1/media/"+s.SendPicture(t, ada, image.NewRGBA(image.Rect(0, 0, 60, 40))), nil, &made)
		var post apptest.Status
		ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "Look", "media_ids": []string{made.ID}}, &post)
		at := strings.TrimPrefix(made.URL, s.URL)
		name := at[len("/media/"):]
		inFolder := filepath.Join(folder, name[:2], name)
		inBucket := func() bool {
			_, err := store.HeadObject("files", name[:2]+"/"+name)
			return err == nil
		}
		s.Eventually("both to have it", func() bool {
			_, err := os.Stat(inFolder)
			return err == nil && inBucket()
		})
		b, err := os.ReadFile(inFolder)
		if err != nil {
			t.Fatal(err)
		}
		b[len(b)-3] ^= 1
		if err := os.WriteFile(inFolder, b, 0o600); err != nil {
			t.Fatal(err)
		}
		shown := s.Call("GET", at, "", nil)
		if _, _, err := image.Decode(bytes.NewReader(shown.Body)); shown.Status != http.StatusOK || err != nil {
			t.Errorf("shown: %d, %v", shown.Status, err)
		}
		s.Eventually("the damaged one to be mended", func() bool {
			now, err := os.ReadFile(inFolder)
			return err == nil && !bytes.Equal(now, b)
		})
		ada.Must("DELETE", "/api/v1/statuses/"+post.ID, nil, nil)
		s.Eventually("both to lose it", func() bool {
			_, err := os.Stat(inFolder)
			return os.IsNotExist(err) && !inBucket() && s.Call("GET", at, "", nil).Status == http.StatusNotFound
		})
		var left int
		if err := fs.WalkDir(os.DirFS(filepath.Join(c.Data, "media")), ".", func(p string, d fs.DirEntry, err error) error {
			if strings.HasSuffix(p, name) && !strings.HasPrefix(p, "removed/") {
				left++
			}
			return err
		}); err != nil || left > 0 {
			t.Errorf("%d files are still on this machine, %v", left, err)
		}
		for _, f := range app.Examine(t.Context(), c, s.Store.Now) {
			if f.What == "files" && (!f.OK || !strings.Contains(f.Says, "2 stores")) {
				t.Errorf("the doctor says %+v", f)
			}
		}
	}, func(c *conf.Config) {
		c.Stores[0] = conf.Place{URL: "file://" + folder}
		c.Stores[1] = conf.Place{URL: "s3://files?endpoint=" + objects.URL, Key: "key", Secret: "hush"}
	})
}
