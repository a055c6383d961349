package place

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Names of a mirror in the order of their bytes.
var names = []string{"404.html", "@Ada/1/index.html", "@Ada/feed.atom", "@Ada/index.html", "@ada-b/index.html", "@ada/index.html", "index.html", "index/0", "tags/a+b/index.html",
	"tags/café/index.html", "tags/cafés", "tags/москва/index.html", "tags/می\u200cخواهم/index.html", "tags/日本語/index.html"}

func web(g ground) Config {
	c := g.web()
	c.Served = func(string) (string, string) { return "text/html; charset=utf-8", "no-cache" }
	return c
}

// Files for the web keep their names, wherever they are kept.
func TestNames(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g ground) {
		if g.web == nil {
			t.Skip("it shows nothing to readers")
		}
		p := mustOpen(t, web(g))
		for _, i := range rand.Perm(len(names)) {
			put(t, p, names[i], names[i])
		}
		for _, n := range names {
			if got := read(t, p, n); got != n {
				t.Errorf("%s: %q", n, got)
			}
		}
		for _, prefix := range []string{"", "@Ada/", "@ada", "tags/", "tags/caf", "tags/м", "x"} {
			for _, after := range append([]string{"", "@", "tags/", "tags/é"}, names...) {
				var want []string
				for _, n := range names {
					if strings.HasPrefix(n, prefix) && n > after {
						want = append(want, n)
					}
				}
				if got := keys(t, p, prefix, after); !slices.Equal(got, want) {
					t.Errorf("prefix %q after %q: %v, want %v", prefix, after, got, want)
				}
			}
		}
		if err := p.Remove(t.Context(), names[1:]...); err != nil {
			t.Error(err)
		}
		if got := keys(t, p, "", ""); !slices.Equal(got, names[:1]) || g.junk(t) != 0 {
			t.Errorf("left: %v, and %d more", got, g.junk(t))
		}
		put(t, p, names[3], "again")
		if got := read(t, p, names[3]); got != "again" {
			t.Errorf("again: %q", got)
		}
	})
}

func TestForbiddenNames(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g ground) {
		if g.web == nil {
			t.Skip("it shows nothing to readers")
		}
		p := mustOpen(t, web(g))
		for _, key := range []string{"", "/a", "a/", "a//b", "..", "../a", "@a/../../b", "a b", "a\\..\\b", "a\x00b", "a\nb", "a\xff", unsaved + "/x", strings.Repeat("x", MaxPart+1)} {
			if err := p.Put(t.Context(), key, strings.NewReader("x"), 1); err == nil {
				t.Errorf("put %q", key)
			}
			if _, err := p.Open(t.Context(), key); err == nil || errors.Is(err, fs.ErrNotExist) {
				t.Errorf("open %q: %v", key, err)
			}
			if err := p.Remove(t.Context(), "fine", key); err == nil {
				t.Errorf("remove %q", key)
			}
		}
	})
}

// A folder is not left behind when it is empty: it may be somebody's name. Others
// may read what is there.
func TestNoNameStays(t *testing.T) {
	t.Parallel()
	for name, g := range map[string]ground{"file": fileGround(t), "sftp": sftpGround(t)} {
		p := mustOpen(t, web(g))
		put(t, p, "@gone/1/index.html", "x")
		put(t, p, "@gone/2/index.html", "x")
		put(t, p, "@here/index.html", "x")
		u, err := url.Parse(g.web().URL)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(filepath.Join(u.Path, "@here/index.html")); err != nil || info.Mode().Perm()&0o444 != 0o444 {
			t.Errorf("%s: not for others: %v, %v", name, info, err)
		}
		if err := p.Remove(t.Context(), "@gone/1/index.html", "@gone/2/index.html", "@gone/3/index.html"); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(filepath.Join(u.Path, "@gone")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the folder is still there: %v", name, err)
		}
		put(t, p, "@gone/1/index.html", "back")
		if got := keys(t, p, "", ""); !slices.Equal(got, []string{"@gone/1/index.html", "@here/index.html"}) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// What is only looked at is not changed.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	d := startSSHD(t)
	c := d.conf()
	c.ReadOnly = true
	p := mustOpen(t, c)
	if got := read(t, p, "a"); got != "(nothing)" {
		t.Errorf("a: %q", got)
	}
	if left, err := os.ReadDir(d.dir); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}
