package outward

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const (
	// room is how much of a body that never ends may be asked for: a picture may
	// have some megabytes. So much memory may each kind take besides.
	room = 64 << 20
	// endless is how large the largest bodies are.
	endless = 5 << 30
)

// A villain is a host that answers everything in a way that hurts.
type villain struct {
	name   string
	sent   atomic.Int64 // bytes of bodies
	calls  atomic.Int64
	answer func(v *villain, w http.ResponseWriter, r *http.Request)
}

// villains are what hosts do to those who call them. PORT is the canary's.
func villains(inside string) []*villain {
	sends := func(to string) func(*villain, http.ResponseWriter, *http.Request) {
		return func(_ *villain, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, to, http.StatusTemporaryRedirect)
		}
	}
	return []*villain{
		{name: "inside-by-number", answer: sends("https://127.0.0.1:" + inside + "/x")},
		{name: "inside-by-name", answer: sends("https://four.inside.example:" + inside + "/x")},
		{name: "inside-plain", answer: sends("http://localhost:" + inside + "/x")},
		{name: "inside-in-steps", answer: func(_ *villain, w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/step" {
				http.Redirect(w, r, "https://[::1]:"+inside+"/x", http.StatusFound)
				return
			}
			http.Redirect(w, r, "/step", http.StatusFound)
		}},
		{name: "round", answer: func(_ *villain, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, fmt.Sprintf("/%d?%s", time.Now().UnixNano(), r.URL.RawQuery), http.StatusFound)
		}},
		{name: "slow", answer: func(v *villain, w http.ResponseWriter, r *http.Request) {
			v.begins(w, r)
			v.drip(w, r)
		}},
		{name: "silent", answer: func(_ *villain, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
		{name: "endless", answer: func(v *villain, w http.ResponseWriter, r *http.Request) {
			v.begins(w, r)
			v.pour(w, bytes.Repeat([]byte(" "), 64<<10))
		}},
		{name: "bomb", answer: func(v *villain, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			v.begins(w, r)
			v.pour(w, bomb)
		}},
		{name: "head", answer: func(_ *villain, w http.ResponseWriter, r *http.Request) {
			for i := range 200 {
				w.Header().Set(fmt.Sprint("X-", i), strings.Repeat("x", 10<<10))
			}
		}},
	}
}

// begins says that what comes is what was asked for, and begins so.
func (v *villain) begins(w http.ResponseWriter, r *http.Request) {
	for _, kind := range []string{"application/activity+json", "application/jrd+json", "text/html", "image/"} {
		if strings.Contains(r.Header.Get("Accept"), kind) {
			w.Header().Set("Content-Type", strings.Replace(kind, "image/", "image/png", 1))
			break
		}
	}
	if w.Header().Get("Content-Type") == "image/png" && w.Header().Get("Content-Encoding") == "" {
		w.Write([]byte("\x89PNG\r\n\x1a\n"))
	}
}

// drip sends a byte a second, for longer than anybody waits.
func (v *villain) drip(w http.ResponseWriter, r *http.Request) {
	for range 300 {
		if _, err := w.Write([]byte(" ")); err != nil {
			return
		}
		http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
			return
		case <-time.After(time.Second):
		}
	}
}

// pour sends a chunk again and again, until there are more bytes than fit
// anywhere, packed or not.
func (v *villain) pour(w http.ResponseWriter, chunk []byte) {
	for sent := 0; sent < endless; {
		n, err := w.Write(chunk)
		v.sent.Add(int64(n))
		if err != nil {
			return
		}
		sent += max(n, bombUnpacked*n/len(bomb))
	}
}

const bombUnpacked = 64 << 20

// bomb is 64 MB of nothing in 64 kB; sent again it is twice that.
var bomb = func() []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	nothing := make([]byte, 1<<20)
	for range bombUnpacked / len(nothing) {
		z.Write(nothing)
	}
	z.Close()
	return b.Bytes()
}()

// heap is how much memory is in use while something runs, at most.
func heap(run func()) (most uint64) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		run()
	}()
	var m runtime.MemStats
	for {
		select {
		case <-done:
			return most
		case <-time.After(20 * time.Millisecond):
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse)
		}
	}
}

// Whoever is called cannot have the house call a machine inside, hold it, or
// fill it.
func TestVillains(t *testing.T) {
	c := newCanary(t)
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	most := heap(func() {
		t.Run("kinds", func(t *testing.T) {
			for _, kind := range kinds {
				t.Run(kind.name, func(t *testing.T) { meets(t, kind.call, c.ports[0]) })
			}
		})
	})
	if grew := int64(most) - int64(before.HeapInuse); grew > int64(len(kinds))*room {
		t.Errorf("%d MB of memory", grew>>20)
	} else {
		t.Logf("%d MB more memory", grew>>20)
	}
	if n := c.sung.Load(); n != 0 {
		t.Errorf("the canary was called %d times", n)
	}
}

// meets has a house call every villain in one way.
func meets(t *testing.T, call func(*house, string), inside string) {
	t.Parallel()
	w, reach := world(t)
	h := newHouse(t, reach)
	for _, v := range villains(inside) {
		host := w.Host(v.name + ".example")
		host.Be(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			v.calls.Add(1)
			io.Copy(io.Discard, r.Body) // or nobody would tell that the caller has left
			v.answer(v, rw, r)
		}))
		call(h, host.URL("/x"))
		if n := v.calls.Load(); n == 0 || n > 10 {
			t.Errorf("%s was called %d times", v.name, n)
		}
		if n := v.sent.Load(); n > room {
			t.Errorf("%s sent %d bytes before it was left", v.name, n)
		}
		t.Logf("%-18s called %d times, sent %d kB", v.name, v.calls.Load(), v.sent.Load()>>10)
	}
	if a := h.Call("GET", "/healthz", "", nil); a.Status != http.StatusOK {
		t.Errorf("the house is %d", a.Status)
	}
}

// A name that leads outside when it is looked up first, and inside when it is
// used, is a name that leads inside.
func TestNamesThatChange(t *testing.T) {
	c := newCanary(t)
	w, reach := world(t)
	c.listenAt(t, "127.0.0.1", w.Port())
	t.Run("kinds", func(t *testing.T) {
		for _, kind := range kinds {
			t.Run(kind.name, func(t *testing.T) {
				t.Parallel()
				h := newHouse(t, reach)
				name := "rebind-" + strings.ToLower(kind.name) + ".example"
				outside := w.Host(name)
				outside.HandleAll(func(rw http.ResponseWriter, r *http.Request) {
					rw.Header().Set("Connection", "close")
					http.Redirect(rw, r, "https://"+name+"/again", http.StatusFound)
				})
				for range 3 {
					kind.call(h, outside.URL("/x"))
				}
				if len(outside.Asked()) == 0 {
					t.Error("it was never called")
				}
			})
		}
	})
	if n := c.sung.Load(); n != 0 {
		t.Errorf("the canary was called %d times", n)
	}
}
