package browser

import (
	"context"
	"strings"
	"testing"

	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// breachCount is how reports about policies are counted in /metrics.
const breachCount = "plaza_policy_breaches_total{"

// breaches is what browsers have told the house of policies that were broken.
func breaches(s *apptest.Server) (all []string) {
	for line := range strings.Lines(string(s.Call("GET", "/metrics", "", nil).Body)) {
		if strings.HasPrefix(line, breachCount) {
			all = append(all, strings.TrimSpace(line))
		}
	}
	return all
}

// noBreaches fails the test if there are any. Where a page broke its policy the
// browser says so in its own log, too, which every tab hears.
func noBreaches(t *testing.T, s *apptest.Server) {
	t.Helper()
	for _, b := range breaches(s) {
		t.Errorf("a page broke its policy: %s", b)
	}
}

// A page that breaks its policy is held back, and the house is told; nobody else
// is. So a log without reports says something.
func TestBreachesAreTold(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	b := open(t, s.URL)
	b.signIn("ada", ada.Password)
	b.visit("/")
	noBreaches(t, s)
	b.until(`(() => { const e = document.createElement("script"); e.textContent = "document.title = 'broken'"; document.body.append(e); return document.title !== "broken" })()`)
	s.Eventually("a report", func() bool { return len(breaches(s)) > 0 })
	b.until(`(() => { const e = document.createElement("img"); e.src = "https://far.example/x.png"; document.body.append(e); return true })()`)
	s.Eventually("another report", func() bool { return len(breaches(s)) > 1 })
	for _, got := range breaches(s) {
		if !strings.Contains(got, `"script-src-elem"} 1`) && !strings.Contains(got, `"img-src"} 1`) {
			t.Errorf("told is %s", got)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.faults {
		if !strings.HasPrefix(f, "log: error:") && f != "asked another host: https://far.example/x.png" { // it was about to
			t.Error(f)
		}
	}
	b.faults = nil // they were meant
}

// before has a script run before those of each page that is opened from now on.
func (b *tab) before(source string) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, cdpage.AddScriptToEvaluateOnNewDocument, cdpage.AddScriptToEvaluateOnNewDocumentParams{Source: source})
		return err
	}))
}
