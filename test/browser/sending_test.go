package browser

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// quick makes the longest waits of a page that sends something shorter.
const quick = `{ const wait = setTimeout; window.setTimeout = (f, ms, ...with_) => wait(f, ms >= 8000 && ms <= 30_000 ? 4000 : ms, ...with_) }`

// A mortal is a server of its own process, to be killed.
type mortal struct {
	*testing.T
	plaza, data, addr, url string
	cmd                    *exec.Cmd
}

func raise(t *testing.T, plaza string) *mortal {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	m := &mortal{T: t, plaza: plaza, data: t.TempDir(), addr: l.Addr().String()}
	m.url = "http://" + m.addr
	t.Cleanup(m.kill)
	path := filepath.Join(m.data, "people.csv")
	if err := os.WriteFile(path, []byte("ada,ada@kill.example,not a secret ada\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(plaza, "account", "create", "--from", path, "--data", m.data).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return m
}

// start returns when it is well.
func (m *mortal) start() {
	m.Helper()
	m.cmd = exec.Command(m.plaza, "serve", "--listen", m.addr, "--url", m.url, "--data", m.data)
	m.cmd.Env = append(os.Environ(), "PLAZA_RATE_LIMITS=off")
	if err := m.cmd.Start(); err != nil {
		m.Fatal(err)
	}
	for late := time.Now().Add(patience); time.Now().Before(late); time.Sleep(10 * time.Millisecond) {
		answer, err := http.Get("http://" + m.addr + "/healthz")
		if err != nil {
			continue
		}
		answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			return
		}
	}
	m.Fatal("the server does not come up")
}

// kill ends it as a power cut would.
func (m *mortal) kill() {
	if m.cmd != nil {
		m.cmd.Process.Kill()
		m.cmd.Wait()
		m.cmd = nil
	}
}

// deafen puts something before the server through which, once armed, the next post
// goes in and no answer comes out: the server is killed before.
func (m *mortal) deafen() (armed *atomic.Bool) {
	m.Helper()
	armed = new(atomic.Bool)
	cut := func(w http.ResponseWriter, _ *http.Request, _ error) { panic(http.ErrAbortHandler) }
	through := &httputil.ReverseProxy{FlushInterval: -1, ErrorHandler: cut,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: m.addr})
			r.Out.Host = r.In.Host
		},
		ModifyResponse: func(answer *http.Response) error {
			if answer.Request.Method == http.MethodPost && answer.Request.URL.Path == "/new" && armed.CompareAndSwap(true, false) {
				if answer.StatusCode >= 400 {
					m.Errorf("the post that was to be lost was not taken: %d", answer.StatusCode)
				}
				m.kill()
				return context.Canceled
			}
			return nil
		}}
	front := httptest.NewUnstartedServer(through)
	through.ErrorLog = log.New(io.Discard, "", 0) // that it is cut off is meant
	front.Start()
	m.Cleanup(front.Close)
	m.url = front.URL
	return armed
}

// posts is how many posts of ada's there are.
func (m *mortal) posts(b *tab, want int) {
	m.Helper()
	b.visit("/@ada/with_replies")
	b.until(`document.readyState === "complete"`)
	if n, err := eval[int](b, `document.querySelectorAll("main article").length`); err != nil || n != want {
		m.Errorf("%d posts, %v; want %d\n%s", n, err, want, b.sight())
	}
}

const post = `[data-composer] button[value="post"]`

// A message that is written while the server restarts is delivered once, after:
// also when it had arrived, and only the answer is lost.
func TestSentOnce(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	if testing.Short() {
		t.Skip("it takes some seconds and a binary")
	}
	plaza := apptest.Binary(t)
	const kept = "It stays here, and is sent as soon as it can be."

	t.Run("while it is away", func(t *testing.T) {
		t.Parallel()
		m := raise(t, plaza)
		m.start()
		b := open(t, m.url)
		b.before(quick)
		b.signIn("ada", "not a secret ada")
		for i, at := range []string{"/new", "/"} {
			b.visit(at)
			b.fill("#text", "Written while nobody is there, at "+at)
			m.kill()
			b.click(post)
			b.says(kept)
			b.until(`document.querySelector("#text").value.startsWith("Written while") && document.querySelector("#text").readOnly`)
			m.start()
			b.says("Your post is out.")
			m.posts(b, i+1)
		}
	})

	t.Run("before the answer", func(t *testing.T) {
		t.Parallel()
		m := raise(t, plaza)
		armed := m.deafen()
		m.start()
		b := open(t, m.url)
		b.before(quick)
		b.signIn("ada", "not a secret ada")
		b.visit("/new")
		b.fill("#text", "Stored, and nobody heard of it")
		armed.Store(true)
		b.click(post)
		b.says(kept)
		if armed.Load() {
			t.Fatal("the post did not arrive")
		}
		m.start()
		b.says("Your post is out.")
		m.posts(b, 1)
	})

	t.Run("never", func(t *testing.T) { // it gives up, and nothing is lost
		t.Parallel()
		m := raise(t, plaza)
		m.start()
		b := open(t, m.url)
		b.before(`{ const wait = setTimeout; window.setTimeout = (f, ms, ...with_) => wait(f, ms >= 1000 && ms <= 30_000 ? 10 : ms, ...with_) }`)
		b.signIn("ada", "not a secret ada")
		b.visit("/new")
		b.fill("#text", "Nobody comes")
		m.kill()
		b.click(post)
		b.says("It still cannot be taken.")
		b.until(`document.querySelector("#text").value === "Nobody comes" && !document.querySelector("#text").readOnly`)
		m.start()
		b.press(post)
		b.says("Your post is out.")
		m.posts(b, 1)
	})
}

// Whoever goes back to a composer that was sent, and sends it again, says it once;
// with other words it is another post.
func TestSentAndBack(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	count := func(want int) {
		t.Helper()
		var all []apptest.Status
		ada.Call("GET", fmt.Sprintf("/api/v1/accounts/%d/statuses", ada.ID), nil).JSON(t, &all)
		if len(all) != want {
			t.Fatalf("%d posts, want %d", len(all), want)
		}
	}
	b := open(t, s.URL)
	b.signIn("ada", ada.Password)
	b.visit("/new")
	b.fill("#text", "Said once")
	b.press(post)
	b.says("Your post is out.")
	count(1)
	for range 2 {
		b.do(chromedp.NavigateBack())
		b.until(`document.readyState === "complete" && document.querySelector("#text")?.value === "Said once"`)
		b.press(post)
		b.says("Your post is out.")
		count(1)
	}
	b.do(chromedp.NavigateBack())
	b.until(`document.readyState === "complete" && document.querySelector("#text")?.value === "Said once"`)
	b.fill("#text", "Said otherwise")
	b.says("Kept in your drafts")
	b.press(post)
	b.says("Your post is out.")
	count(2)
	if all := draftsOf(t, s, ada); len(all) != 0 {
		t.Errorf("both are out, and drafts: %+v", all)
	}
}
