package browser

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// What the first page costs somebody who has nothing of it yet: bytes as they are
// sent, with their heads, without pictures.
const mostFirstPage = 100_000

// weighed is what was sent for a page, and how much of it is script.
const weighed = `(() => {
	const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource").filter((r) => !["img", "video", "audio"].includes(r.initiatorType))];
	return { bytes: all.reduce((n, r) => n + r.transferSize, 0), what: all.map((r) => r.transferSize + " " + new URL(r.name).pathname).join("\n") };
})()`

// The first page is light, for a stranger and for a member who has twenty posts on
// it.
func TestFirstPageIsLight(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	ada.Follow(ben)
	for i := range 25 {
		ben.Post(fmt.Sprintf("Post %d: %s https://example.com/%d #water", i, strings.Repeat("words that somebody wrote ", 10), i), "public")
	}
	weigh := func(who string, b *tab) {
		t.Helper()
		b.visit("/")
		b.until(`document.readyState === "complete" && document.querySelectorAll("article").length >= 20`)
		b.until(`(performance.getEntriesByType("navigation")[0].transferSize > 0)`)
		got, err := eval[struct {
			Bytes int
			What  string
		}](b, weighed)
		if err != nil {
			t.Fatal(err)
		}
		if t.Logf("%s: %d bytes", who, got.Bytes); got.Bytes > mostFirstPage || got.Bytes < 5000 {
			t.Errorf("%s is sent %d bytes, want at most %d:\n%s", who, got.Bytes, mostFirstPage, got.What)
		}
	}
	weigh("a stranger", open(t, s.URL))
	b := open(t, s.URL)
	b.signIn("ada", ada.Password)
	b.comes(`navigator.serviceWorker.ready.then(() => true)`)
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error { // nothing is kept from signing in
		// What comes through a service worker is counted as it is unpacked, and there
		// is one as soon as it is installed.
		if _, err := chromedp.Call(ctx, network.SetBypassServiceWorker, network.SetBypassServiceWorkerParams{Bypass: true}); err != nil {
			return err
		}
		_, err := chromedp.Call(ctx, network.ClearBrowserCache, cdp.Empty{})
		return err
	}))
	weigh("a member", b)
}

// shifts has a page remember by how much something moved that nobody had moved.
const shifts = `addEventListener("DOMContentLoaded", () => { window.moved = 0; window.movers = [];
	new PerformanceObserver((list) => { for (const e of list.getEntries()) { moved += e.value; for (const s of e.sources ?? []) movers.push((s.node?.outerHTML ?? "").slice(0, 120)); } }).observe({ type: "layout-shift" }) })`

// New posts arrive without anything moving that is being read, at the top of a page
// and further down.
func TestNothingMovesWhenPostsArrive(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	ada.Follow(ben)
	for i := range 15 {
		ben.Post(fmt.Sprintf("Post %d", i), "public")
	}
	for name, way := range map[string]struct {
		width int64
		down  int
	}{"at the top, on a telephone": {390, 0}, "further down": {1280, 700}} {
		t.Run(name, func(t *testing.T) {
			b := open(t, s.URL)
			b.size(way.width, 844)
			b.signIn("ada", ada.Password)
			b.before(hurry)
			b.before(shifts)
			b.visit("/")
			b.says("Post 14")
			b.until(fmt.Sprintf(`(scrollTo(0, %d), true)`, way.down))
			b.until(`(window.moved = 0, window.movers = [], true)`)
			ben.Post("Fresh from the oven, "+name, "public")
			b.until(`document.querySelector("[data-newer] button")`)
			b.comes(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`)
			moved, err := eval[string](b, `moved > 0 ? moved + " " + movers.join("\n") : ""`)
			if err != nil {
				t.Fatal(err)
			}
			if moved != "" {
				t.Errorf("when posts arrived, things moved: %s", moved)
			}
		})
	}
}

// manyPosts are scrolled through in the long form, and what the page may take then.
const (
	manyPosts = 2000
	mostNodes = 60_000
	mostHeap  = 80 << 20
)

// Who scrolls through two thousand posts ends with a page that is not much larger
// than it was.
func TestScrollingIsBounded(t *testing.T) {
	if !apptest.Long() {
		t.Skip("two thousand posts take minutes: set PLAZA_TEST_LONG")
	}
	needBrowser(t)
	s := apptest.Start(t)
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	ada.Follow(ben)
	for i := range manyPosts {
		if _, err := s.Posts.Publish(t.Context(), ben.Actor(), social.Draft{Text: fmt.Sprintf("Post %d: %s", i, strings.Repeat("words ", 20)), Visibility: social.Public}); err != nil {
			t.Fatal(err)
		}
	}
	s.Eventually("the home is filled", func() bool {
		var all []apptest.Status
		ada.Must("GET", "/api/v1/timelines/home?limit=1", nil, &all)
		return len(all) == 1 && strings.Contains(all[0].Content, fmt.Sprint("Post ", manyPosts-1))
	})
	b := open(t, s.URL)
	b.signIn("ada", ada.Password)
	for range manyPosts/20 + 20 { // pages that follow each other, or one that grows
		last, err := eval[bool](b, `document.body.innerText.includes("Post 0:")`)
		if err != nil {
			t.Fatal(err)
		}
		if last {
			break
		}
		b.until(`(window.scrollTo(0, document.documentElement.scrollHeight), true)`)
		if older, _ := eval[bool](b, `!!document.querySelector(".pager a[rel=next]")`); older {
			b.press(".pager a[rel=next]")
		}
	}
	b.says("Post 0:")
	heap, nodes := b.burden()
	if t.Logf("%.0f bytes of memory, %.0f nodes", heap, nodes); heap > mostHeap || nodes > mostNodes {
		t.Errorf("after %d posts the page has %.0f bytes of memory and %.0f nodes", manyPosts, heap, nodes)
	}
}

// burden is what the page takes: bytes of its scripts' memory, and nodes.
func (b *tab) burden() (heap, nodes float64) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		if _, err := chromedp.Call(ctx, heapprofiler.CollectGarbage, cdp.Empty{}); err != nil {
			return err
		}
		if _, err := chromedp.Call(ctx, performance.Enable, performance.EnableParams{}); err != nil {
			return err
		}
		got, err := chromedp.Call(ctx, performance.GetMetrics, cdp.Empty{})
		for _, m := range got.Metrics {
			switch m.Name {
			case "JSHeapUsedSize":
				heap = m.Value
			case "Nodes":
				nodes = m.Value
			}
		}
		return err
	}))
	return heap, nodes
}
