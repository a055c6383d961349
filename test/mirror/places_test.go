package mirror

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"image/color"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/cluster/place"
	"github.com/plaza-social/plaza/internal/edge/mirror"
	"github.com/plaza-social/plaza/internal/social"
)

// bucket is a store that speaks S3 and shows everybody what is in it.
func bucket(t *testing.T) (at conf.Place, web string) {
	t.Helper()
	store := s3mem.New()
	if err := store.CreateBucket("pages"); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(gofakes3.New(store).Server())
	t.Cleanup(s.Close)
	return conf.Place{URL: "s3://pages/of/plaza?endpoint=" + s.URL, Key: "key", Secret: "hush"}, s.URL + "/pages/of/plaza"
}

// machine is a machine that speaks SFTP, and a web host that shows the folder.
func machine(t *testing.T) (at conf.Place, web string) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	c := &ssh.ServerConfig{PasswordCallback: func(_ ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
		if string(password) != "hush" {
			return nil, errors.New("no")
		}
		return nil, nil
	}}
	c.AddHostKey(key)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go speak(conn, c)
		}
	}()
	dir := t.TempDir()
	s := httptest.NewServer(http.FileServer(http.Dir(dir)))
	t.Cleanup(s.Close)
	return conf.Place{URL: "sftp://ada@" + l.Addr().String() + dir, HostKey: string(ssh.MarshalAuthorizedKey(key.PublicKey())), Secret: "hush"}, s.URL
}

func speak(conn net.Conn, c *ssh.ServerConfig) {
	defer conn.Close()
	_, channels, requests, err := ssh.NewServerConn(conn, c)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for n := range channels {
		ch, reqs, err := n.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range reqs {
				_ = r.Reply(r.Type == "subsystem", nil)
			}
		}()
		if s, err := sftp.NewServer(ch); err == nil {
			_ = s.Serve()
		}
	}
}

// lying is a mirror at a place that is not a folder here.
type lying struct {
	*testing.T
	at  conf.Place
	web string
	p   place.Place
}

func (l *lying) read(key string) string {
	l.Helper()
	r, err := l.p.Open(l.Context(), key)
	if err != nil {
		return ""
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		l.Fatal(err)
	}
	return string(b)
}

func (l *lying) write(key, text string) {
	l.Helper()
	if err := l.p.Put(l.Context(), key, strings.NewReader(text), int64(len(text))); err != nil {
		l.Fatal(err)
	}
}

func (l *lying) keys() (all []string) {
	l.Helper()
	if err := l.p.Each(l.Context(), "", "", func(i place.Info) error { all = append(all, i.Key); return nil }); err != nil {
		l.Fatal(err)
	}
	return all
}

// verify reads the mirror where it lies, and as the web host shows it.
func (l *lying) verify() (there, shown app.MirrorReport) {
	l.Helper()
	there, err := app.VerifyMirror(l.Context(), l.at, app.MirrorCheck{})
	if err == nil {
		shown, err = app.VerifyMirror(l.Context(), conf.Place{URL: l.web}, app.MirrorCheck{})
	}
	if err != nil {
		l.Fatal(err)
	}
	return there, shown
}

// A mirror in a bucket or on another machine follows by itself, is read by
// anybody through a host that knows nothing, and whatever is done to it is named.
func TestPlaces(t *testing.T) {
	for name, start := range map[string]func(*testing.T) (conf.Place, string){"s3": bucket, "sftp": machine} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &lying{T: t}
			l.at, l.web = start(t)
			s := apptest.Start(t, func(c *conf.Config) { c.Mirror.To, c.Mirror.Way = l.at.URL, l.at; c.Mirror.Way.URL = "" })
			p, err := place.Open(t.Context(), place.Config{URL: l.at.URL, Key: conf.Secret(l.at.Key), Secret: l.at.Secret, HostKey: l.at.HostKey, Served: mirror.Served})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { p.Close() })
			l.p = p
			ada := s.Join("Ada_B", social.Owner)
			var pictured, gone apptest.Status
			ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "Look #café #москва", "media_ids": []string{upload(t, ada, s, color.RGBA{200, 40, 40, 255})}}, &pictured)
			ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "Not for long", "media_ids": []string{upload(t, ada, s, color.RGBA{1, 40, 40, 255})}}, &gone)
			pictures := func() (n int) {
				for _, k := range l.keys() {
					if strings.HasPrefix(k, "media/") {
						n++
					}
				}
				return n
			}
			s.Eventually("the posts", func() bool { return l.read(page(ada, gone)) != "" && pictures() >= 2 })
			before := pictures()
			ada.Must("DELETE", "/api/v1/statuses/"+gone.ID, nil, nil)
			s.Eventually("one to go with its picture", func() bool {
				return l.read(page(ada, gone)) == "" && pictures() < before && !strings.Contains(l.read("index.html"), "Not for long")
			})
			s.Eventually("the manifest", func() bool {
				there, shown := l.verify()
				return there.OK() && there.Listed && shown.OK() && shown.Checked > 0
			})
			for path, words := range map[string]string{page(ada, pictured): "Look", "tags/caf%C3%A9/index.html": "Look", "tags/%D0%BC%D0%BE%D1%81%D0%BA%D0%B2%D0%B0/index.html": "Look"} {
				if kind, text := fetched(t, l.web+"/"+path); kind != "text/html; charset=utf-8" || !strings.Contains(text, words) {
					t.Errorf("%s: %s, %d bytes", path, kind, len(text))
				}
			}
			s.Close() // nobody mends what is done now
			l.tampered(page(ada, pictured))
		})
	}
}

func fetched(t *testing.T, at string) (kind, text string) {
	t.Helper()
	resp, err := http.Get(at)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.Header.Get("Content-Type"), string(b)
}

// tampered changes a byte of one file of every kind, takes it away, and adds one.
func (l *lying) tampered(post string) {
	l.Helper()
	all := l.keys()
	one := func(prefix string) string {
		i := slices.IndexFunc(all, func(k string) bool { return strings.HasPrefix(k, prefix) && k != "index/root" })
		if i < 0 {
			l.Fatalf("no file begins with %s", prefix)
		}
		return all[i]
	}
	for _, key := range []string{post, one("media/"), one("assets/"), "index/root", "robots.txt"} {
		was := l.read(key)
		b := []byte(was)
		b[len(b)/2] ^= 1
		l.write(key, string(b))
		if there, shown := l.verify(); !slices.Contains(there.Changed, key) || !slices.Contains(shown.Changed, key) {
			l.Errorf("%s: changed %v and %v", key, there.Changed, shown.Changed)
		}
		if err := l.p.Remove(l.Context(), key); err != nil {
			l.Fatal(err)
		}
		if there, shown := l.verify(); !slices.Contains(there.Missing, key) || !slices.Contains(shown.Missing, key) {
			l.Errorf("%s taken away: missing %v and %v", key, there.Missing, shown.Missing)
		}
		l.write(key, was)
	}
	l.write("@Ada_B/more.html", "more")
	if there, _ := l.verify(); !slices.Equal(there.Extra, []string{"@Ada_B/more.html"}) {
		l.Errorf("added: %v", there.Extra)
	}
	if err := l.p.Remove(l.Context(), "@Ada_B/more.html"); err != nil {
		l.Fatal(err)
	}
	l.signature()
	if there, shown := l.verify(); !there.OK() || !shown.OK() {
		l.Errorf("as it was: %+v, %+v", there, shown)
	}
}

// signature changes every byte of the manifest, and the key that is beside it.
func (l *lying) signature() {
	l.Helper()
	for _, key := range []string{"manifest", "mirror.pub"} {
		was := l.read(key)
		for i := range len(was) {
			b := []byte(was)
			b[i] ^= 1
			l.write(key, string(b))
			if r, err := app.VerifyMirror(l.Context(), l.at, app.MirrorCheck{}); err == nil && strings.TrimSpace(r.Key) != strings.TrimSpace(was) || err == nil && key == "manifest" {
				l.Errorf("byte %d of %s is another, and nobody noticed", i, key)
			}
		}
		l.write(key, was)
	}
}
