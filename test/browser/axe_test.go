package browser

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	"github.com/chromedp/cdproto/cdp"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/plaza-social/plaza/internal/app/apptest"
)

// axe is the script of axe-core, which knows the rules of WCAG and more, or empty
// where it is not at hand: scripts/axe.sh gets it.
var axe = sync.OnceValues(func() (string, error) {
	path := os.Getenv("PLAZA_TEST_AXE")
	if path == "" {
		return "", nil
	}
	b, err := os.ReadFile(path)
	return string(b), err
})

// ways are how a page can be looked at.
var ways = []struct {
	width  int64
	scheme string
}{{390, "light"}, {1280, "dark"}, {390, "dark"}, {1280, "light"}}

// turn and looked have pages take turns in how they are looked at where each is only
// once, by axe-core and by us.
var turn, looked atomic.Int64

// axeAsked is what it is asked: all its rules, and what of the page breaks them.
// Contrast is by far the dearest of them, and check.js has measured it in all ways. Films
// are not waited for: what plays by itself is known without that.
const axeAsked = `(async () => {
	const found = await axe.run(document, { preload: { assets: ["cssom"] }, resultTypes: ["violations"], rules: { "color-contrast": { enabled: %t } } });
	return found.violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + v.help + ": " + n.html.slice(0, 300) + " " + (n.failureSummary ?? "").replace(/\s+/g, " ").slice(0, 400)));
})()`

// axed asks axe-core about the page: about each fourth one in one of the ways, or with
// PLAZA_TEST_LONG about all in all ways.
func (b *tab) axed(p page) {
	b.t.Helper()
	script, err := axe()
	if err != nil {
		b.t.Fatal(err)
	}
	if script == "" || b.bare { // it could not wait for anything
		return
	}
	some := ways
	if !apptest.Long() {
		n := int(turn.Add(1)) % (4 * len(ways))
		if n%4 != 0 { // check.js has looked at it
			return
		}
		some = ways[n/4 : n/4+1]
	}
	for _, w := range some {
		b.size(w.width, 900)
		b.scheme(w.scheme)
		for _, wrong := range b.askAxe(script) {
			b.t.Errorf("%s, %d, %s: axe-core: %s", p, w.width, w.scheme, wrong)
		}
	}
}

// askAxe asks beside the page's own scripts: in a world where the page's policy
// does not hold, and of which nothing is left in the page.
func (b *tab) askAxe(script string) []string {
	b.t.Helper()
	var world runtime.ExecutionContextID
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		tree, err := chromedp.Call(ctx, cdpage.GetFrameTree, cdp.Empty{})
		if err != nil {
			return err
		}
		made, err := chromedp.Call(ctx, cdpage.CreateIsolatedWorld, cdpage.CreateIsolatedWorldParams{FrameID: tree.FrameTree.Frame.ID, WorldName: "axe"})
		world = made.ExecutionContextID
		return err
	}))
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	wrong, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](script+";\n"+fmt.Sprintf(axeAsked, apptest.Long()), chromedp.EvalAwaitPromise, func(p *runtime.EvaluateParams) { p.ContextID = world }))
	if err != nil {
		b.t.Fatalf("axe-core: %v", err)
	}
	return wrong
}
