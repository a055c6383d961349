package browser

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	browsing "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/chromedp"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// working holds when the house's worker is in charge of what the browser loads.
const working = `navigator.serviceWorker.ready.then((r) => r.active.state === "activated")`

// comes waits for what a promise comes to to hold.
func (b *tab) comes(js string) {
	b.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(15 * time.Millisecond) {
		if ok, err := eval[bool](b, js); err == nil && ok {
			return
		}
	}
	b.t.Fatalf("waited in vain for %s\n%s", js, b.sight())
}

// allow has the browser let the house show notifications, or refuse it.
func (b *tab) allow(setting browsing.PermissionSetting) {
	b.t.Helper()
	_, err := chromedp.CallBrowser(b.ctx, browsing.SetPermission, browsing.SetPermissionParams{Permission: &browsing.PermissionDescriptor{Name: "notifications"}, Setting: setting,
		Origin: b.home, BrowserContextID: chromedp.FromContext(b.ctx).BrowserContextID})
	if err != nil {
		b.t.Fatal(err)
	}
}

// Who has been here is told so when no page can be loaded, in their language, and goes
// on from there; nothing else is kept.
func TestOffline(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	ada.Post("Only for those who are online", "public")
	b := open(t, s.URL)
	b.visit("/about")
	if n, err := eval[int](b, `navigator.serviceWorker.getRegistrations().then((all) => all.length)`); err != nil || n != 0 {
		t.Errorf("a stranger has %d workers, %v", n, err)
	}
	b.signIn("ada", ada.Password)
	b.comes(working)
	b.visit("/@ada")
	b.says("Only for those who are online")
	kept, err := eval[string](b, `(async () => { const out = []; for (const name of await caches.keys()) for (const r of await (await caches.open(name)).keys()) out.push(new URL(r.url).pathname); return out.join(" ") })()`)
	if err != nil || !strings.HasPrefix(kept, "/offline /assets/plaza.") || strings.Count(kept, " ") != 1 {
		t.Errorf("kept are %s, %v", kept, err)
	}

	s.Stop()
	b.visit("/@ada?again")
	b.says("No connection", "Try again")
	b.silent("Only for those who are online")
	if styled, err := eval[bool](b, `getComputedStyle(document.querySelector("a.button")).borderRadius !== "0px"`); err != nil || !styled {
		t.Errorf("it has no style: %v", err)
	}
	if at, err := eval[string](b, `location.pathname + location.search`); err != nil || at != "/@ada?again" {
		t.Errorf("it is at %s, %v", at, err)
	}
	s.Anew(t)
	b.press("main a.button")
	b.says("Only for those who are online")
}

// What is pushed is shown, with where it leads; a browser that is told says so to the
// house, and nobody else. That a maker's service makes an address is not tried: a
// browser of tests has none, and what would answer for it is put in its place.
func TestPushInABrowser(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	b := open(t, s.URL)
	b.allow(browsing.PermissionSettingGranted)
	b.before(`{
		let made = null;
		const fresh = (options) => { made = { options, toJSON: () => ({ endpoint: "https://push.example/device", keys: { p256dh: "` + point + `", auth: "AAAAAAAAAAAAAAAAAAAAAA" } }),
			unsubscribe: async () => { made = null; return true; } }; sessionStorage.setItem("asked", btoa(String.fromCharCode(...options.applicationServerKey))); return made; };
		PushManager.prototype.subscribe = async (options) => fresh(options);
		PushManager.prototype.getSubscription = async () => made;
	}`)
	b.signIn("ada", ada.Password)
	b.visit("/settings/notices")
	b.until(`document.querySelector("[data-push]").checkVisibility() && !document.querySelector("[data-without]").checkVisibility()`)
	b.click("#push_like")
	b.press("[data-push] .button")
	b.says("Saved.", "Turn off in this browser")
	b.until(`document.querySelector("#push_like").checked && document.querySelector("#push_mention").checked && !document.querySelector("#push_boost").checked`)
	key, err := eval[string](b, `sessionStorage.getItem("asked").replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")`)
	if err != nil || key != s.Push.PublicKey() {
		t.Errorf("asked for the key %s, the house's is %s, %v", key, s.Push.PublicKey(), err)
	}
	b.says("has forgotten") // what was put in its place does not outlive the page
	if all, err := s.Push.Sessions(t.Context(), ada.Actor()); err != nil || len(all) != 1 {
		t.Errorf("told are %v, %v", all, err)
	}
	b.comes(working)
	if got := b.pushed(s, `{"notification_id": 9007199254740993, "notification_type": "mention", "title": "Ben mentioned you", "body": "Come over", "preferred_locale": "en", "icon": "`+s.URL+`/avatar.png", "path": "/@ben/7"}`); got != "Ben mentioned you|Come over|9007199254740993|/@ben/7|en" {
		t.Errorf("shown is %q", got)
	}
	b.press("[data-push-off] .button")
	b.says("Saved.", "Turn on in this browser")
	if all, err := s.Push.Sessions(t.Context(), ada.Actor()); err != nil || len(all) != 0 {
		t.Errorf("told are %v, %v", all, err)
	}

	b.allow(browsing.PermissionSettingDenied)
	b.visit("/settings/notices")
	b.until(`document.querySelector("[data-push]").checkVisibility()`)
	b.click("[data-push] .button")
	b.says("are refused in this browser")

	plain := open(t, s.URL)
	plain.script(false)
	plain.signIn("ada", ada.Password)
	plain.visit("/settings/notices")
	plain.says("Turning that on needs JavaScript")
	plain.silent("Turn on in this browser")
}

// point is a public key of nobody's: what lies at the base of P-256.
const point = "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"

// pushed has the browser give the worker what a service of its maker would, until
// something is shown: what is shown twice under one tag stands there once.
func (b *tab) pushed(s *apptest.Server, data string) (shown string) {
	b.t.Helper()
	var mu sync.Mutex
	var which serviceworker.RegistrationID
	if err := chromedp.Listen(b.ctx, func(ev any) {
		switch e := ev.(type) {
		case *serviceworker.EventWorkerErrorReported:
			b.fault("worker: %s", e.ErrorMessage.ErrorMessage)
		case *serviceworker.EventWorkerRegistrationUpdated:
			mu.Lock()
			defer mu.Unlock()
			for _, r := range e.Registrations {
				if r.ScopeURL == b.home+"/" && !r.IsDeleted {
					which = r.RegistrationID
				}
			}
		}
	}); err != nil {
		b.t.Fatal(err)
	}
	known := func() serviceworker.RegistrationID {
		mu.Lock()
		defer mu.Unlock()
		return which
	}
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, serviceworker.Enable, cdp.Empty{})
		return err
	}))
	s.Eventually("the browser tells of the worker", func() bool { return known() != "" })
	var last time.Time
	s.Eventually("something is shown", func() bool {
		if time.Since(last) > time.Second { // a browser that has much to do may drop one
			last = time.Now()
			b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
				_, err := chromedp.Call(ctx, serviceworker.DeliverPushMessage, serviceworker.DeliverPushMessageParams{Origin: b.home, RegistrationID: known(), Data: data})
				return err
			}))
		}
		var err error
		shown, err = eval[string](b, `navigator.serviceWorker.ready.then((r) => r.getNotifications()).then((all) => all.map((n) => [n.title, n.body, n.tag, n.data.path, n.lang].join("|")).join("\n"))`)
		return err == nil && shown != ""
	})
	return shown
}

// Who touches what was shown comes to what it tells of: to the page that is open, or
// to a new one.
func TestNotificationLeads(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	b := open(t, s.URL)
	b.visit("/about")
	code := string(s.Call("GET", "/sw.js", "", nil).Body)
	for _, tt := range []struct{ path, want string }{{"/about", "focused " + s.URL + "/about#rules"}, {"/privacy", "opened " + s.URL + "/privacy"}, {"https://far.example/", ""}} {
		// The worker's own code, in a page, with what workers have put in place.
		got, err := eval[string](b, `(async () => {
			const heard = {}, done = [];
			const page = { url: location.origin + "/about#rules", focus: async () => done.push("focused " + page.url) };
			((addEventListener, clients, registration, skipWaiting) => {`+code+`})((kind, f) => { heard[kind] = f; },
				{ matchAll: async () => [page], openWindow: async (to) => done.push("opened " + to) }, {}, () => {});
			let wait = null;
			heard.notificationclick({ notification: { data: { path: `+strconv.Quote(tt.path)+` }, close: () => {} }, waitUntil: (p) => { wait = p; } });
			await wait;
			return done.join(" ");
		})()`)
		if err != nil || got != tt.want {
			t.Errorf("%s: %q, want %q, %v", tt.path, got, tt.want, err)
		}
	}
}
