package browser

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

var pictures = flag.String("pictures", "", "a folder to put pictures of every page into")

// patience is how long a page may take, on a machine that does much else.
const patience = 20 * time.Second

// chromium is the one browser of all tests, started by the first that needs it.
var chromium = sync.OnceValues(func() (context.Context, error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(executable()), chromedp.Flag("headless", "new"))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // it does not start as root otherwise
	}
	ctx, _ := chromedp.NewExecAllocator(context.Background(), options...) // TestMain ends it
	ctx, _ = chromedp.NewContext(ctx)
	running = true
	return ctx, chromedp.Do(ctx)
})

var running bool

// executable is the browser to use, or empty. Pictures are asked for by hand,
// so for them any browser in the path will do.
func executable() string {
	if path := os.Getenv("PLAZA_TEST_CHROMIUM"); path != "" || *pictures == "" {
		return path
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

func TestMain(m *testing.M) {
	code := m.Run()
	if running {
		if ctx, err := chromium(); err == nil {
			ctx, stop := context.WithTimeout(ctx, patience)
			chromedp.Cancel(ctx) // its processes and its folder end with it
			stop()
		}
	}
	os.Exit(code)
}

// needBrowser skips a test where there is none. Call it before anything dear.
func needBrowser(t *testing.T) {
	t.Helper()
	if executable() == "" {
		t.Skip("no browser: set PLAZA_TEST_CHROMIUM to the path of a Chromium, or run scripts/test.sh, which finds one")
	}
}

// A tab is a browser of somebody's own: it shares no cookie with other tabs.
// Whatever goes wrong in it, in silence too, fails the test.
type tab struct {
	t    *testing.T
	ctx  context.Context
	home string // the house's address
	also string // another host that it may go to
	bare bool   // scripts are off

	mu     sync.Mutex
	faults []string
}

func open(t *testing.T, home string) *tab {
	t.Helper()
	needBrowser(t)
	root, err := chromium()
	if err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	b := &tab{t: t, home: home}
	ctx, stop := chromedp.NewContext(root, chromedp.WithNewBrowserContext(), chromedp.WithListener(b.hear))
	t.Cleanup(func() {
		stop()
		b.complain()
	})
	b.ctx = ctx
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	b.size(1280, 900)
	return b
}

// hear notes what must not happen in a page: errors, words on the console, and
// calls to other hosts. That a policy was broken is one of the browser's own log
// entries.
func (b *tab) hear(ev any) {
	switch e := ev.(type) {
	case *runtime.EventExceptionThrown:
		b.fault("exception: %s", e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		b.fault("console: %s", e.Type)
	case *log.EventEntryAdded:
		// EventResponseReceived tells more. That the cache was cleared when somebody signed out is as it should be, and so is that somebody was quicker than a page that gives the focus away.
		if e.Entry.Source != log.EntrySourceNetwork && e.Entry.Level != log.EntryLevelVerbose && !strings.HasPrefix(e.Entry.Text, "Clear-Site-Data header on ") && !strings.HasPrefix(e.Entry.Text, "Autofocus processing was blocked") {
			b.fault("log: %s: %s", e.Entry.Level, e.Entry.Text)
		}
	case *network.EventRequestWillBeSent:
		u, err := url.Parse(e.Request.URL)
		if err != nil || u.Host != strings.TrimPrefix(b.home, "http://") && u.Host != b.also && u.Scheme != "data" {
			b.fault("asked another host: %s", e.Request.URL)
		}
	case *network.EventResponseReceived:
		// What is written is sent by the script first, and the page says why it is not taken.
		written := e.Type == network.ResourceTypeFetch && strings.HasSuffix(e.Response.URL, "/new")
		if e.Type != network.ResourceTypeDocument && !written && e.Response.Status >= 400 {
			b.fault("%d for %s", e.Response.Status, e.Response.URL)
		}
	}
}

func (b *tab) fault(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = append(b.faults, fmt.Sprintf(format, args...))
}

// complain fails the test with what was heard.
func (b *tab) complain() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.faults {
		b.t.Error(f)
	}
	b.faults = nil
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%v\n%s", err, b.sight())
	}
}

func eval[T any](b *tab, js string) (T, error) {
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	return chromedp.Run(ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
}

// sight is what the page says, for a message.
func (b *tab) sight() string {
	s, err := eval[string](b, `location.href + "\n" + document.querySelector("main, body").innerText.replace(/\s*\n\s*/g, " / ").slice(0, 1500)`)
	if err != nil {
		return err.Error()
	}
	return s
}

// until waits for a JavaScript expression to hold.
func (b *tab) until(js string) {
	b.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(15 * time.Millisecond) {
		if ok, err := eval[bool](b, `!!(`+js+`)`); err == nil && ok { // an error is a page on its way out
			return
		}
	}
	b.t.Fatalf("waited in vain for %s\n%s", js, b.sight())
}

// says waits for words on the page; silent for them to be gone.
func (b *tab) says(words ...string) {
	b.t.Helper()
	for _, w := range words {
		b.until(`document.body?.innerText.includes(` + strconv.Quote(w) + `)`)
	}
}

func (b *tab) silent(words string) {
	b.t.Helper()
	b.until(`document.body && !document.body.innerText.includes(` + strconv.Quote(words) + `)`)
}

// visit opens a page of the house, or a whole address.
func (b *tab) visit(path string) {
	b.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = b.home + path
	}
	b.do(chromedp.Navigate(path))
}

// click presses the mouse on the first thing that a selector finds.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// press is click on what leads to another page, and waits for that.
func (b *tab) press(selector string) {
	b.t.Helper()
	b.until(`document.documentElement.dataset.old = "1"`)
	b.click(selector)
	b.until(`document.readyState === "complete" && !document.documentElement.dataset.old`)
}

// stays reports whether the page is the one it was when this was last called.
func (b *tab) stays() bool {
	b.t.Helper()
	was, err := eval[bool](b, `(() => { const was = document.documentElement.dataset.here === "1"; document.documentElement.dataset.here = "1"; return was })()`)
	if err != nil {
		b.t.Fatal(err)
	}
	return was
}

// fill types over what stands in a field.
func (b *tab) fill(selector, text string) {
	b.t.Helper()
	b.do(chromedp.Focus(chromedp.CSS(selector), chromedp.NodeVisible))
	b.until(`(() => { document.activeElement.select(); return true })()`)
	b.write(text)
}

// write types where the cursor is.
func (b *tab) write(text string) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: text})
		return err
	}))
}

func (b *tab) signIn(name, password string) {
	b.t.Helper()
	b.visit("/auth/sign_in")
	b.fill("#user_email", name)
	b.fill("#user_password", password)
	b.press("main form .button")
}

func (b *tab) size(width, height int64) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, height))
}

// scheme is "light" or "dark". Nothing moves, so that nothing is seen half way.
func (b *tab) scheme(name string) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
		return err
	}))
}

// usualLetters is how large text is, in px, for who did not choose.
const usualLetters = 16

// letters has text be of a size, as somebody sets it in their browser.
func (b *tab) letters(px int64) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, cdpage.SetFontSizes, cdpage.SetFontSizesParams{FontSizes: &cdpage.FontSizes{Standard: px, Fixed: px * 13 / 16}})
		return err
	}))
	b.until(fmt.Sprintf(`getComputedStyle(document.documentElement).fontSize == "%dpx"`, px))
}

// script switches the pages' JavaScript on or off; our own questions to the
// page are answered in any case.
func (b *tab) script(on bool) {
	b.t.Helper()
	b.bare = !on
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
		return err
	}))
}
