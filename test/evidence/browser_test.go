package evidence

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/plaza-social/plaza/internal/evidence"
)

var pictures = flag.String("pictures", "", "a folder to put pictures of the page into")

// patience is how long a page may take, on a machine that does much else.
const patience = 60 * time.Second

// A tab is a browser that has verify.html open, as a file, without a network.
// Whatever goes wrong in it, in silence too, fails the test.
type tab struct {
	ctx    context.Context
	mu     sync.Mutex
	faults []string
}

func (b *tab) fault(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = append(b.faults, fmt.Sprintf(format, args...))
}

func (b *tab) hear(ev any) {
	switch e := ev.(type) {
	case *runtime.EventExceptionThrown:
		b.fault("exception: %s %s", e.ExceptionDetails.Text, e.ExceptionDetails.Exception.Description)
	case *runtime.EventConsoleAPICalled:
		b.fault("console: %s", e.Type)
	case *log.EventEntryAdded:
		b.fault("log: %s: %s", e.Entry.Level, e.Entry.Text)
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, "file://") {
			b.fault("asked for %s", e.Request.URL)
		}
	}
}

func open(t testing.TB) *tab {
	t.Helper()
	path := os.Getenv("PLAZA_TEST_CHROMIUM")
	if path == "" {
		t.Skip("no browser: set PLAZA_TEST_CHROMIUM to the path of a Chromium, or run scripts/test.sh, which finds one")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.Flag("headless", "new"),
		chromedp.Flag("proxy-server", "127.0.0.1:1"), chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND")) // there is no network
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // it does not start as root otherwise
	}
	b := &tab{}
	ctx, end := chromedp.NewExecAllocator(t.Context(), options...)
	ctx, stop := chromedp.NewContext(ctx, chromedp.WithListener(b.hear))
	t.Cleanup(func() { stop(); end() })
	b.ctx = ctx
	page := filepath.Join(t.TempDir(), "verify.html")
	if err := os.WriteFile(page, evidence.Page(), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate("file://"+page)); err != nil {
		t.Fatal(err)
	}
	return b
}

// seen is what the page found.
type seen struct {
	Level, Says string
	Found       []string // code and index of each failure
	Sentences   []string
	Signs       string // of the groups of checks, with their titles
	Millis      float64
}

// check has the page check a bundle, with what somebody has besides.
func (b *tab) check(t testing.TB, bundle []byte, o evidence.Options) seen {
	t.Helper()
	dir := t.TempDir()
	put := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var kept []string
	for _, r := range o.Receipts {
		kept = append(kept, put(r.Report, r.Note))
	}
	for i, c := range o.Checkpoints {
		kept = append(kept, put(fmt.Sprintf("checkpoint-%d", i), c))
	}
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	steps := []chromedp.Action[chromedp.Void]{chromedp.Reload(), chromedp.SetValue(chromedp.CSS("#key"), o.Key)}
	if kept != nil {
		steps = append(steps, chromedp.SetUploadFiles(chromedp.CSS("#kept"), kept), until(fmt.Sprintf(`kept.receipts.length + kept.checkpoints.length === %d`, len(kept))))
	}
	steps = append(steps, chromedp.SetUploadFiles(chromedp.CSS("#bundle"), []string{put("it.evz", bundle)}),
		until(`!!document.querySelector("#result").dataset.level && !document.querySelector("#result").hidden`))
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatalf("%v %v", err, b.faults)
	}
	s, err := chromedp.Run(ctx, chromedp.Evaluate[seen](`({
		level: document.querySelector("#result").dataset.level, millis: Number(document.querySelector("#result").dataset.ms), says: document.querySelector("#level").innerText,
		found: [...document.querySelectorAll("#checks li[data-code]")].map(x => x.dataset.code + " " + x.dataset.index),
		signs: [...document.querySelectorAll("#checks > li > .sign")].map(x => (x.textContent + " " + x.nextSibling.textContent).toLowerCase()).join("\n"),
		sentences: shown ? [...shown.failures, ...shown.notes].map(sentence) : [],
	})`))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// until waits for a JavaScript expression to hold.
func until(js string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		for {
			if ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](js)); ok || ctx.Err() != nil {
				return errors.Join(err, ctx.Err())
			}
			time.Sleep(10 * time.Millisecond)
		}
	})
}

// agrees reports in what the page and the program differ.
func (s seen) agrees(v evidence.Verdict) string {
	var want, words []string
	for _, f := range v.Failures {
		want, words = append(want, fmt.Sprintf("%s %d", f.Code, f.Index)), append(words, f.String())
	}
	for _, n := range v.Notes {
		words = append(words, n.String())
	}
	for _, list := range [][]string{want, words, s.Found, s.Sentences} {
		sort.Strings(list)
	}
	if s.Level != string(v.Level) || strings.Join(s.Found, "\n") != strings.Join(want, "\n") {
		return fmt.Sprintf("the page says %s: %s\n%q\nthe program says %s:\n%q", s.Level, s.Says, s.Found, v.Level, want)
	}
	if strings.Join(s.Sentences, "\n") != strings.Join(words, "\n") {
		return fmt.Sprintf("the page says\n%s\nthe program says\n%s", strings.Join(s.Sentences, "\n"), strings.Join(words, "\n"))
	}
	var signs []string
	for line := range strings.Lines(strings.Split(v.Text(), "\n\n")[1]) {
		if !strings.HasPrefix(line, " ") {
			signs = append(signs, strings.ToLower(strings.Join(strings.Fields(line), " ")))
		}
	}
	if want := strings.Join(signs, "\n"); s.Signs != want {
		return fmt.Sprintf("the page shows\n%s\nthe program\n%s", s.Signs, want)
	}
	if first, _, _ := strings.Cut(v.Text(), "\n"); s.Says != first {
		return fmt.Sprintf("the page says %q, the program %q", s.Says, first)
	}
	return ""
}

// The page finds what the program finds, says it in the same words, and asks
// nobody.
func TestPage(t *testing.T) {
	b := open(t)
	h := lived(t, 12)
	o := evidence.Options{Key: h.signer.Public()}
	sources := []evidence.Source{h.part(t, 0, 1, 2, 3, 4, 5, 6, 7), h.part(t, 1, 5), h.notice(t)}
	for _, p := range []evidence.Profile{evidence.Court, evidence.Public, evidence.Party, evidence.Host} {
		sources = append(sources, h.source(t, p))
	}
	for _, s := range sources {
		x := h.bundle(t, s)
		if wrong := b.check(t, x, o).agrees(verify(t, x, o)); wrong != "" {
			t.Errorf("%s, %s: %s", s.Scope.Kind, s.Profile, wrong)
		}
	}
	after := later(t)
	for _, p := range []evidence.Profile{evidence.Court, evidence.Public, evidence.Host} {
		x, o := after.bundle(t, after.source(t, p)), evidence.Options{Key: after.signer.Public()}
		if wrong := b.check(t, x, o).agrees(verify(t, x, o)); wrong != "" {
			t.Errorf("later, %s: %s", p, wrong)
		}
	}
	first, key := after.first(t), evidence.Options{Key: after.signer.Public()}
	if wrong := b.check(t, first, key).agrees(verify(t, first, key)); wrong != "" {
		t.Errorf("later, as it was counted first: %s", wrong)
	}
	for _, x := range tamperings() {
		bundle, o := x.do(t)
		v := verify(t, bundle, o)
		if wrong := b.check(t, bundle, o).agrees(v); wrong != "" {
			t.Errorf("%s: %s", x.name, wrong)
		}
	}
	for _, x := range edits {
		bundle, key := x.do(t)
		o := evidence.Options{Key: key}
		if wrong := b.check(t, bundle, o).agrees(verify(t, bundle, o)); wrong != "" {
			t.Errorf("in the database, %s: %s", x.name, wrong)
		}
	}
	for _, f := range b.faults {
		t.Error(f)
	}
}

// BenchmarkPage is how long the page takes for 10,000 records.
func BenchmarkPage(b *testing.B) {
	t := open(b)
	h := newHouse(b, "quick")
	for i := range 10_000 {
		h.decide(i)
	}
	h.sign()
	x := h.bundle(b, h.source(b, evidence.Court))
	took := 0.0
	for b.Loop() {
		s := t.check(b, x, evidence.Options{Key: h.signer.Public()})
		if s.Level != string(evidence.Verified) {
			b.Errorf("it is %s: %s %q", s.Level, s.Says, s.Found)
		}
		took += s.Millis
	}
	b.ReportMetric(took/float64(b.N), "ms/10000-records")
}

// Pictures of the page, to be looked at.
func TestPictures(t *testing.T) {
	if *pictures == "" {
		t.Skip("no folder to put pictures into: -pictures FOLDER")
	}
	b := open(t)
	h := lived(t, 12)
	bad, o := tamperings()[0].do(t)
	for _, x := range []struct {
		name string
		b    []byte
	}{{"incomplete", h.bundle(t, h.source(t, evidence.Public))}, {"failed", bad}, {"verified", h.bundle(t, h.part(t, 0, 1, 2, 3, 4, 5, 6, 7))}} {
		b.check(t, x.b, o)
		for _, scheme := range []string{"light", "dark"} {
			for _, wide := range []int64{390, 1280} {
				err := chromedp.Do(b.ctx, chromedp.EmulateViewport(wide, 900), chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
					_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
					return err
				}))
				if err != nil {
					t.Fatal(err)
				}
				shot, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
				if err == nil {
					err = os.WriteFile(filepath.Join(*pictures, fmt.Sprintf("%s-%s-%d.png", x.name, scheme, wide)), shot, 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}
