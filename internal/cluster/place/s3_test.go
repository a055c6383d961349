package place

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/plaza-social/plaza/internal/base/errs"
)

func init() { grounds["s3"] = s3Ground }

func s3Ground(t *testing.T) ground {
	store := s3mem.New()
	if err := store.CreateBucket("copies"); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(gofakes3.New(store).Server())
	t.Cleanup(s.Close)
	c := Config{URL: "s3://copies/of/plaza?endpoint=" + s.URL, Key: "key", Secret: "hush"}
	return ground{
		open: func(t *testing.T) Place { return mustOpen(t, c) },
		web:  func() Config { return c },
		cut:  s.CloseClientConnections,
		junk: func(t *testing.T) (n int) {
			all, err := store.ListBucket("copies", nil, gofakes3.ListBucketPage{})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range all.Contents {
				if !strings.HasPrefix(c.Key, "of/plaza/") {
					n++
				}
			}
			return n
		},
	}
}

func TestBucketAddresses(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"s3://", "s3:///x?region=x", "s3://copies", "s3://copies?endpoint=host", "s3://copies?endpoint=https://", "s3://copies?endpoint=https://host/path", "s3://copies?endpoint=ftp://host"} {
		if _, err := Open(t.Context(), Config{URL: bad, Key: "key", Secret: "hush"}); !strings.HasSuffix(errs.Public(err), ".") {
			t.Errorf("%q: %v, want a sentence", bad, err)
		}
	}
	for _, good := range []string{"s3://copies?region=eu-central-1", "s3://copies/a/b/?endpoint=https://s3.example.org", "s3://copies?endpoint=https://s3.example.org:9000/&region=x"} {
		mustOpen(t, Config{URL: good, Key: "key", Secret: "hush"})
		if _, err := Open(t.Context(), Config{URL: good}); !strings.HasSuffix(errs.Public(err), ".") {
			t.Errorf("without keys: %v, want a sentence", err)
		}
	}
}

// A bucket tells its readers what an object is.
func TestServedAs(t *testing.T) {
	t.Parallel()
	store := s3mem.New()
	if err := store.CreateBucket("pages"); err != nil {
		t.Fatal(err)
	}
	fake, caching := gofakes3.New(store).Server(), ""
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			caching = r.Header.Get("Cache-Control") // which the fake forgets
		}
		fake.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	p := mustOpen(t, Config{URL: "s3://pages/of/plaza?endpoint=" + s.URL, Key: "key", Secret: "hush",
		Served: func(key string) (string, string) { return "text/html; charset=utf-8", "max-age=" + key[:1] }})
	put(t, p, "6/@ada/index.html", "<p>")
	resp, err := http.Get(s.URL + "/pages/of/plaza/6/@ada/index.html")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if kind := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || kind != "text/html; charset=utf-8" || caching != "max-age=6" {
		t.Errorf("%s, %s, %s", resp.Status, kind, caching)
	}
}
