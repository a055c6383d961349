package families

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/social"
)

// patience is how long a raw connection is listened to: longer than anything here
// takes, so that it ends only what would never end.
const patience = 30 * time.Second

// raw sends exactly these bytes on a connection of its own and returns the answers,
// and whether the house ended the connection after them.
func raw(t *testing.T, s *apptest.Server, wait time.Duration, bytes string) (answers []*http.Response, ended bool) {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(wait)); err != nil {
		t.Fatal(err)
	}
	go io.WriteString(c, bytes) // what is not read to its end must not stop us from listening
	in := bufio.NewReader(c)
	for {
		r, err := http.ReadResponse(in, nil)
		if err != nil {
			return answers, !errors.Is(err, os.ErrDeadlineExceeded)
		}
		_, err = io.Copy(io.Discard, r.Body)
		if answers = append(answers, r); err != nil {
			return answers, !errors.Is(err, os.ErrDeadlineExceeded)
		}
	}
}

func codes(all []*http.Response) (out []int) {
	for _, r := range all {
		out = append(out, r.StatusCode)
	}
	return out
}

// smuggled is what a proxy would take for a part of the request before it.
const smuggled = "GET /api/v1/instance HTTP/1.1\r\nHost: plaza.example\r\n\r\n"

// A request whose end can be read in two ways is turned away, or is the last that
// is read: whatever follows it is answered to nobody.
func TestNothingIsSmuggled(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	inChunks := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(smuggled), smuggled)
	for what, test := range map[string]struct {
		head, body string
		taken      bool // it may be answered, and nothing after it
	}{
		"a length beside chunks":                   {head: "Content-Length: 6\r\nTransfer-Encoding: chunked", body: "0\r\n\r\nX", taken: true},
		"chunks beside a length":                   {head: "Transfer-Encoding: chunked\r\nContent-Length: 5", body: "0\r\n\r\n", taken: true},
		"chunks alone":                             {head: "Transfer-Encoding: chunked", body: inChunks, taken: true},
		"two lengths":                              {head: "Content-Length: 0\r\nContent-Length: 5", body: "hello"},
		"two lengths in one":                       {head: "Content-Length: 0, 5", body: "hello"},
		"a length with a sign":                     {head: "Content-Length: +5", body: "hello"},
		"a length below nothing":                   {head: "Content-Length: -1"},
		"a length in hex":                          {head: "Content-Length: 0x5", body: "hello"},
		"a length that is too large for a number":  {head: "Content-Length: 18446744073709551621", body: "hello"},
		"a length of nothing":                      {head: "Content-Length:", body: "hello"},
		"a space before the colon of a length":     {head: "Content-Length : 5", body: "hello"},
		"a space before the colon":                 {head: "Transfer-Encoding : chunked", body: inChunks},
		"a line that goes on in the next one":      {head: "X-Nothing: x\r\n\x01Transfer-Encoding: chunked", body: inChunks},
		"another coding":                           {head: "Transfer-Encoding: xchunked", body: inChunks},
		"several codings":                          {head: "Transfer-Encoding: gzip, chunked", body: inChunks},
		"codings twice":                            {head: "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", body: inChunks},
		"chunks, and a tab that is not for spaces": {head: "Transfer-Encoding:\x0bchunked", body: inChunks},
		"a null in a head":                         {head: "X-Nothing: \x00"},
		"two hosts":                                {head: "Host: other.example"},
		"a chunk of no length":                     {head: "Transfer-Encoding: chunked", body: "\r\nhello\r\n0\r\n\r\n"},
		"a chunk with a sign":                      {head: "Transfer-Encoding: chunked", body: "+5\r\nhello\r\n0\r\n\r\n"},
		"a chunk that is longer than it says":      {head: "Transfer-Encoding: chunked", body: "2\r\nhello\r\n0\r\n\r\n"},
		"a chunk that is larger than a number":     {head: "Transfer-Encoding: chunked", body: "ffffffffffffffff5\r\nhello\r\n0\r\n\r\n"},
	} {
		answers, ended := raw(t, s, patience, "POST /api/v1/apps HTTP/1.1\r\nHost: plaza.example\r\nContent-Type: application/json\r\n"+test.head+"\r\n\r\n"+test.body+smuggled)
		if len(answers) != 1 || !ended {
			t.Errorf("%s: answered with %v, ended: %v", what, codes(answers), ended)
		} else if code := answers[0].StatusCode; code < 400 || code > 501 || code == 500 || !test.taken && code != 400 && code != 501 && code != 422 {
			t.Errorf("%s: %d", what, code)
		}
	}
	// What is plain is not ended.
	if answers, _ := raw(t, s, patience, "GET /api/v1/instance HTTP/1.1\r\nHost: plaza.example\r\n\r\n"+strings.Replace(smuggled, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1)); len(answers) != 2 || answers[0].StatusCode != 200 || answers[1].StatusCode != 200 {
		t.Errorf("two that are plain: %v", codes(answers))
	}
}

// Heads without an end are cut off before they fill the memory, whatever they are
// made of, and nobody else notices.
func TestFloodsOfHeaders(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	const much = 4 << 20 // bytes
	flood := func(line string) string { return strings.Repeat(line, much/len(line)) }
	for what, head := range map[string]string{
		"a long line":   "GET / HTTP/1.1\r\nHost: plaza.example\r\nX-Long: " + flood("x") + "\r\n\r\n",
		"many lines":    "GET / HTTP/1.1\r\nHost: plaza.example\r\n" + flood("X-Many: x\r\n") + "\r\n",
		"empty names":   "GET / HTTP/1.1\r\nHost: plaza.example\r\n" + flood("a:\r\n") + "\r\n",
		"many cookies":  "GET / HTTP/1.1\r\nHost: plaza.example\r\n" + flood("Cookie: plaza_session=x\r\n") + "\r\n",
		"a long path":   "GET /" + flood("x") + " HTTP/1.1\r\nHost: plaza.example\r\n\r\n",
		"a long method": flood("G") + " / HTTP/1.1\r\nHost: plaza.example\r\n\r\n",
		"no end":        "GET / HTTP/1.1\r\nHost: plaza.example\r\nX-Long: " + flood("x"),
	} {
		answers, ended := raw(t, s, patience, head+smuggled)
		if !ended || len(answers) > 1 || len(answers) == 1 && answers[0].StatusCode != http.StatusRequestHeaderFieldsTooLarge && answers[0].StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %v, ended: %v", what, codes(answers), ended)
		}
	}
	trailers := "POST /api/v1/apps HTTP/1.1\r\nHost: plaza.example\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n" + flood("X-Late: x\r\n") + "\r\n"
	if answers, ended := raw(t, s, patience, trailers); !ended || len(answers) > 1 || len(answers) == 1 && answers[0].StatusCode < 400 {
		t.Errorf("after the body: %v, ended: %v", codes(answers), ended)
	}
	wantStatus(t, "afterwards", ada.Call("GET", "/api/v1/timelines/home", nil), 200)
}

// The house speaks no HTTP/2 itself, so that nothing of its floods reaches it: not
// when somebody begins with it, nor when they ask for it.
func TestNoHTTP2(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	settings := "\x00\x00\x00\x04\x00\x00\x00\x00\x00"
	reset := strings.Repeat("\x00\x00\x01\x01\x05\x00\x00\x00\x01\x82\x00\x00\x04\x03\x00\x00\x00\x00\x01\x00\x00\x00\x08", 1000)
	answers, ended := raw(t, s, patience, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"+settings+reset)
	if !ended || len(answers) > 1 || len(answers) == 1 && answers[0].StatusCode < 400 {
		t.Errorf("who begins with it: %v, ended: %v", codes(answers), ended)
	}
	answers, _ = raw(t, s, patience, "GET /healthz HTTP/1.1\r\nHost: plaza.example\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n")
	if len(answers) != 1 || answers[0].StatusCode != 200 || answers[0].ProtoMajor != 1 {
		t.Errorf("who asks for it: %v", codes(answers))
	}
}

// Who asks so slowly that it never ends is not waited for, and keeps nobody else
// from being answered.
func TestSlowAskersAreCutOff(t *testing.T) {
	if !apptest.Long() {
		t.Skip("takes minutes: see PLAZA_TEST_LONG")
	}
	t.Parallel()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	const many = 200
	heads, bodies := make(chan error, many), make(chan error, many)
	trickle := func(begin string, limit time.Duration, done chan<- error) {
		c, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
		if err != nil {
			done <- err
			return
		}
		defer c.Close()
		io.WriteString(c, begin)
		gone := make(chan struct{})
		go func() { io.Copy(io.Discard, c); close(gone) }()
		every, end := time.NewTicker(time.Second), time.After(limit)
		defer every.Stop()
		for {
			select {
			case <-gone:
				done <- nil
				return
			case <-end:
				done <- fmt.Errorf("it goes on after %v", limit)
				return
			case <-every.C:
				io.WriteString(c, "x")
			}
		}
	}
	for range many {
		go trickle("GET / HTTP/1.1\r\nHost: plaza.example\r\nX-Slow: ", time.Minute, heads)
		go trickle("POST /api/v1/apps HTTP/1.1\r\nHost: plaza.example\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n", 4*time.Minute, bodies)
	}
	for range many {
		wantStatus(t, "meanwhile", ada.Call("GET", "/api/v1/timelines/home", nil), 200)
		if err := <-heads; err != nil {
			t.Error("a slow head:", err)
		}
	}
	for range many {
		if err := <-bodies; err != nil {
			t.Error("a slow body:", err)
		}
	}
}

// A house that has https tells browsers never to come without, on whatever it
// answers; one that has none does not lock itself out.
func TestHTTPSFromThenOn(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{"https://plaza.example": "max-age=31536000", "": ""} {
		s := apptest.Start(t, func(c *conf.Config) {
			if url != "" {
				c.URL = url
			}
		})
		for _, path := range []string{"/", "/about", "/nowhere", "/api/v1/instance", "/api/nowhere", "/.well-known/nodeinfo", "/healthz", "/media/nothing.png", "/evidence/checkpoint"} {
			if got := s.Call("GET", path, "", nil).Header.Get("Strict-Transport-Security"); got != want {
				t.Errorf("%s at %q: %q, want %q", path, url, got, want)
			}
		}
	}
}
