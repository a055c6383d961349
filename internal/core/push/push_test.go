package push_test

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/netsafe"
	"github.com/plaza-social/plaza/internal/core/push"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

// ada is told; she follows ben, and cleo follows her. Her apps have the tokens
// 1 and up.
const (
	ada social.AccountID = 3_400_000_000_000_000_001 + iota
	ben
	cleo
	app social.AppID = 3_400_000_000_000_000_100
)

func as(token social.TokenID) social.Actor {
	return social.Actor{Account: ada, Standing: social.Good, Token: token}
}

type house struct {
	*testing.T
	ctx   context.Context
	store *store.Store
	clock *storetest.Clock
	push  *push.Service
}

func each(t *testing.T, fn func(h *house)) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		svc, err := push.New(t.Context(), s, netsafe.Options{})
		if err != nil {
			t.Fatal(err)
		}
		h := &house{t, t.Context(), s, c, svc}
		h.write(func(tx *store.Tx) error {
			for i, name := range []string{"ada", "ben", "cleo"} {
				who := ada + social.AccountID(i)
				if err := tx.AddAccount(h.ctx, social.Account{ID: who, Username: name, Standing: social.Good, CreatedAt: tx.Now}); err != nil {
					return err
				}
				if err := tx.AddUser(h.ctx, social.User{Account: who, Email: name + "@example.com", Role: social.Member, Confirmed: true, Approved: true, Locale: "de", CreatedAt: tx.Now}); err != nil {
					return err
				}
			}
			for _, f := range []social.Follow{{Owner: ada, Target: ben}, {Owner: cleo, Target: ada}} {
				if err := tx.AddFollow(h.ctx, f, true); err != nil {
					return err
				}
			}
			return tx.AddApp(h.ctx, social.App{ID: app, ClientID: "x", CreatedAt: tx.Now})
		})
		for i := range social.TokenID(3) {
			h.token(i + 1)
		}
		fn(h)
	})
}

func (h *house) write(do func(tx *store.Tx) error) {
	h.Helper()
	if err := h.store.Write(h.ctx, do); err != nil {
		h.Fatal(err)
	}
}

func (h *house) token(i social.TokenID) {
	h.Helper()
	h.write(func(tx *store.Tx) error {
		return tx.AddToken(h.ctx, social.Token{ID: i, App: app, Account: ada, CreatedAt: tx.Now}, fmt.Sprint("hash", i), "")
	})
}

func (h *house) kinds(kinds ...social.NoticeKind) social.PushSubscription {
	h.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		h.Fatal(err)
	}
	return social.PushSubscription{Endpoint: "https://push.example/one", Key: key.PublicKey().Bytes(), Secret: make([]byte, 16), Policy: social.PushAll, Alerts: kinds, Standard: true}
}

func (h *house) subscribe(token social.TokenID, p social.PushSubscription) social.PushSubscription {
	h.Helper()
	p, err := h.push.Subscribe(h.ctx, as(token), p)
	if err != nil {
		h.Fatal(err)
	}
	return p
}

func (h *house) notice(kind social.NoticeKind, from social.AccountID) social.NoticeID {
	h.Helper()
	var n social.Notice
	h.write(func(tx *store.Tx) error {
		n = social.Notice{ID: social.NoticeID(id.New(tx.Now)), Owner: ada, Kind: kind, From: from}
		tx.Record(event.NoticeMade{Owner: ada, Notice: n.ID})
		_, err := tx.AddNotice(h.ctx, n)
		return err
	})
	return n.ID
}

func (h *house) has(token social.TokenID) bool {
	h.Helper()
	_, err := h.push.Get(h.ctx, as(token))
	if err != nil && errs.KindOf(err) != errs.NotFound {
		h.Fatal(err)
	}
	return err == nil
}

func TestKeyStaysTheSame(t *testing.T) {
	each(t, func(h *house) {
		again, err := push.New(h.ctx, h.store, netsafe.Options{})
		if err != nil || again.PublicKey() != h.push.PublicKey() || len(social.ParseKey(again.PublicKey())) != 65 {
			h.Errorf("the key was %s and is %s, %v", h.push.PublicKey(), again.PublicKey(), err)
		}
	})
}

func TestSubscribe(t *testing.T) {
	each(t, func(h *house) {
		first := h.subscribe(1, h.kinds(social.NoticeMention))
		other := h.subscribe(2, h.kinds())
		second := h.kinds(social.NoticeFollow, social.NoticeLike)
		second.Endpoint, second.Standard, second.Policy = "https://push.example:443/"+strings.Repeat("x", 100), false, social.PushFollower
		second = h.subscribe(1, second)
		got, err := h.push.Get(h.ctx, as(1))
		if err != nil || got.Endpoint != second.Endpoint || got.Standard || got.Policy != social.PushFollower || !slices.Equal(got.Alerts, second.Alerts) ||
			string(got.Key) != string(second.Key) || got.ID == first.ID || got.ID < 1 || got.ID > social.MaxPushID {
			h.Errorf("%+v, %v", got, err)
		}
		policy, alerts := social.PushNone, []social.NoticeKind{social.NoticePost}
		if _, err := h.push.Change(h.ctx, as(1), push.Change{Policy: &policy}); err != nil {
			h.Error(err)
		}
		got, err = h.push.Change(h.ctx, as(1), push.Change{Alerts: &alerts})
		if err != nil || got.Policy != social.PushNone || !slices.Equal(got.Alerts, alerts) {
			h.Errorf("%+v, %v", got, err)
		}
		if wrong := social.PushPolicy("some"); true {
			if _, err := h.push.Change(h.ctx, as(1), push.Change{Policy: &wrong}); errs.KindOf(err) != errs.Invalid {
				h.Errorf("policy %s: %v", wrong, err)
			}
		}
		for range 2 { // none is fine
			if err := h.push.End(h.ctx, as(1)); err != nil {
				h.Error(err)
			}
		}
		if _, err := h.push.Change(h.ctx, as(1), push.Change{}); errs.KindOf(err) != errs.NotFound || h.has(1) {
			h.Errorf("after the end: %v", err)
		}
		if got, err := h.push.Get(h.ctx, as(2)); err != nil || got.ID != other.ID {
			h.Errorf("the other app's: %+v, %v", got, err)
		}
	})
}

func TestSubscribeRefuses(t *testing.T) {
	each(t, func(h *house) {
		good := h.kinds()
		for name, change := range map[string]func(p *social.PushSubscription){
			"no endpoint":     func(p *social.PushSubscription) { p.Endpoint = "" },
			"no address":      func(p *social.PushSubscription) { p.Endpoint = "%zz" },
			"not encrypted":   func(p *social.PushSubscription) { p.Endpoint = "http://push.example/" },
			"another scheme":  func(p *social.PushSubscription) { p.Endpoint = "file:///etc/passwd" },
			"with a password": func(p *social.PushSubscription) { p.Endpoint = "https://ada:x@push.example/" },
			"too long": func(p *social.PushSubscription) {
				p.Endpoint = "https://push.example/" + strings.Repeat("x", social.MaxPushEndpoint-20)
			},
			"this machine":      func(p *social.PushSubscription) { p.Endpoint = "https://127.0.0.1/" },
			"its name":          func(p *social.PushSubscription) { p.Endpoint = "https://localhost/" },
			"this machine in 6": func(p *social.PushSubscription) { p.Endpoint = "https://[::1]/" },
			"in disguise":       func(p *social.PushSubscription) { p.Endpoint = "https://[::ffff:10.0.0.1]/" },
			"as a number":       func(p *social.PushSubscription) { p.Endpoint = "https://2130706433/" },
			"as a short one":    func(p *social.PushSubscription) { p.Endpoint = "https://127.1/" },
			"our network":       func(p *social.PushSubscription) { p.Endpoint = "https://192.168.1.1/" },
			"the cloud":         func(p *social.PushSubscription) { p.Endpoint = "https://169.254.169.254/" },
			"no dot":            func(p *social.PushSubscription) { p.Endpoint = "https://router/" },
			"a private name":    func(p *social.PushSubscription) { p.Endpoint = "https://db.internal/" },
			"another port":      func(p *social.PushSubscription) { p.Endpoint = "https://push.example:6379/" },
			"no key":            func(p *social.PushSubscription) { p.Key = nil },
			"a key of 64":       func(p *social.PushSubscription) { p.Key = p.Key[:64] },
			"not on the curve":  func(p *social.PushSubscription) { p.Key = append([]byte{4}, make([]byte, 64)...) },
			"no secret":         func(p *social.PushSubscription) { p.Secret = nil },
			"a long secret":     func(p *social.PushSubscription) { p.Secret = make([]byte, 17) },
			"a wrong policy":    func(p *social.PushSubscription) { p.Policy = "" },
			"too many alerts": func(p *social.PushSubscription) {
				p.Alerts = slices.Repeat([]social.NoticeKind{"x"}, social.MaxPushAlerts+1)
			},
		} {
			p := good
			change(&p)
			if _, err := h.push.Subscribe(h.ctx, as(1), p); errs.KindOf(err) != errs.Invalid || errs.Public(err) == "" {
				h.Errorf("%s: %v", name, err)
			}
		}
		p := good
		p.Endpoint = "https://push.example/" + strings.Repeat("x", social.MaxPushEndpoint-21)
		p.Alerts = slices.Repeat([]social.NoticeKind{"x"}, social.MaxPushAlerts)
		h.subscribe(1, p)
		for name, by := range map[string]social.Actor{"nobody": social.Anyone, "a browser": as(0), "somebody suspended": {Account: ada, Token: 1, Standing: social.Suspended},
			"a token that ended": as(99)} {
			if _, err := h.push.Subscribe(h.ctx, by, good); err == nil {
				h.Errorf("%s subscribes", name)
			}
		}
	})
}

func TestSubscribeIsBounded(t *testing.T) {
	each(t, func(h *house) {
		for i := range social.TokenID(social.MaxPushes) {
			if i >= 3 {
				h.token(i + 1)
			}
			h.subscribe(i+1, h.kinds())
		}
		h.token(social.MaxPushes + 1)
		if _, err := h.push.Subscribe(h.ctx, as(social.MaxPushes+1), h.kinds()); errs.KindOf(err) != errs.Invalid {
			h.Errorf("one more: %v", err)
		}
		h.subscribe(5, h.kinds()) // in place of its own
	})
}

func TestItGoesWithItsToken(t *testing.T) {
	each(t, func(h *house) {
		h.subscribe(1, h.kinds())
		h.subscribe(2, h.kinds())
		h.write(func(tx *store.Tx) error { return tx.EndToken(h.ctx, 1) })
		if h.has(1) || !h.has(2) {
			h.Errorf("of the token that ended: %v, of the other: %v", h.has(1), h.has(2))
		}
		h.write(func(tx *store.Tx) error { return tx.EndTokensOf(h.ctx, ada) })
		if h.has(2) {
			h.Error("it outlives all tokens")
		}
	})
}

// errands are those queued since the last time.
func (h *house) errands() (out []string) {
	h.Helper()
	if err := work.CatchUp(h.ctx, h.store, push.Follower()); err != nil {
		h.Fatal(err)
	}
	w := work.Worker{Kind: push.Job, AtOnce: 100, Timeout: time.Minute, Tries: 1, Do: func(_ context.Context, args []byte) error {
		out = append(out, string(args))
		return nil
	}}
	w.AtOnce = 1
	for n := 1; n > 0; {
		var err error
		if n, err = work.Once(h.ctx, h.store, w); err != nil {
			h.Fatal(err)
		}
	}
	return out
}

func TestWhoIsToldOfWhat(t *testing.T) {
	each(t, func(h *house) {
		p := h.subscribe(1, h.kinds(social.NoticeMention))
		for _, tt := range []struct {
			policy social.PushPolicy
			kind   social.NoticeKind
			from   social.AccountID
			want   int
		}{
			{social.PushAll, social.NoticeMention, ben, 1}, {social.PushAll, social.NoticeMention, cleo, 1}, {social.PushAll, social.NoticeFollow, ben, 0},
			{social.PushFollowed, social.NoticeMention, ben, 1}, {social.PushFollowed, social.NoticeMention, cleo, 0},
			{social.PushFollower, social.NoticeMention, ben, 0}, {social.PushFollower, social.NoticeMention, cleo, 1},
			{social.PushNone, social.NoticeMention, ben, 0},
		} {
			if _, err := h.push.Change(h.ctx, as(1), push.Change{Policy: &tt.policy}); err != nil {
				h.Fatal(err)
			}
			n := h.notice(tt.kind, tt.from)
			got := h.errands()
			if len(got) != tt.want || tt.want == 1 && got[0] != fmt.Sprintf(`{"push":%d,"notice":%d}`, p.ID, n) {
				h.Errorf("%s, %s from %d: %v, want %d", tt.policy, tt.kind, tt.from-ada, got, tt.want)
			}
			h.write(func(tx *store.Tx) error { return tx.ClearNotices(h.ctx, ada) })
		}
		n := h.notice(social.NoticeMention, ben)
		h.write(func(tx *store.Tx) error { _, err := tx.DeleteNotices(h.ctx, ada, []social.NoticeID{n}); return err })
		if got := h.errands(); len(got) != 0 {
			h.Errorf("of a notice that is gone: %v", got)
		}
	})
}

func TestDelivery(t *testing.T) {
	each(t, func(h *house) {
		p := h.subscribe(1, h.kinds(social.NoticeFollow))
		e := push.Errand{Push: p.ID, Notice: h.notice(social.NoticeFollow, ben)}
		d, err := h.push.Delivery(h.ctx, e)
		if err != nil || d.Endpoint != p.Endpoint || d.Locale != "de" || d.Owner.Account != ada || d.Life != social.PushLife {
			h.Errorf("%+v, %v", d, err)
		}
		gone := func(what string, e push.Errand) {
			h.Helper()
			if _, err := h.push.Delivery(h.ctx, e); errs.KindOf(err) != errs.NotFound {
				h.Errorf("%s: %v", what, err)
			}
		}
		gone("no such subscription", push.Errand{Push: p.ID + 1, Notice: e.Notice})
		gone("no such notice", push.Errand{Push: p.ID, Notice: e.Notice + 1})
		h.write(func(tx *store.Tx) error { return tx.SetStanding(h.ctx, ada, social.Suspended) })
		gone("somebody suspended", e)
		h.write(func(tx *store.Tx) error { return tx.SetStanding(h.ctx, ada, social.Good) })
		h.clock.Pass(social.PushLife - time.Second)
		if d, err = h.push.Delivery(h.ctx, e); err != nil || d.Life > time.Second+time.Millisecond {
			h.Errorf("at the end of its life: %v, %v", d.Life, err)
		}
		h.clock.Pass(time.Second)
		gone("too late", e)
	})
}

func TestNote(t *testing.T) {
	each(t, func(h *house) {
		p := h.subscribe(1, h.kinds())
		note := func(outcomes ...push.Outcome) {
			h.Helper()
			for _, o := range outcomes {
				now, err := h.push.Get(h.ctx, as(1))
				if err == nil {
					err = h.push.Note(h.ctx, now, o)
				}
				if err != nil {
					h.Fatal(err)
				}
			}
		}
		for range social.MaxPushRefusals - 1 {
			note(push.Refused)
		}
		note(push.Taken) // begins anew
		for range social.MaxPushRefusals - 1 {
			note(push.Refused)
		}
		if note(push.Lost); !h.has(1) {
			h.Fatal("it is forgotten too early")
		}
		if note(push.Refused); h.has(1) {
			h.Error("it may refuse for ever")
		}
		if err := h.push.Note(h.ctx, p, push.Ended); err != nil {
			h.Errorf("one that is gone: %v", err)
		}
		h.subscribe(1, h.kinds())
		note(push.Lost)
		h.clock.Pass(social.MaxPushSilence)
		if note(push.Lost); !h.has(1) {
			h.Error("it is forgotten too early")
		}
		h.clock.Pass(time.Second)
		if note(push.Lost); h.has(1) {
			h.Error("it may be out of reach for ever")
		}
		h.subscribe(1, h.kinds())
		if note(push.Ended); h.has(1) {
			h.Error("it outlives its end")
		}
	})
}

// TestHouseMoved has every app of somebody be told that the house is elsewhere,
// whatever else it wants to hear of.
func TestHouseMoved(t *testing.T) {
	each(t, func(h *house) {
		first, second := h.subscribe(1, h.kinds()), h.subscribe(2, h.kinds(social.NoticeMention))
		none := social.PushNone
		if _, err := h.push.Change(h.ctx, as(2), push.Change{Policy: &none}); err != nil {
			h.Fatal(err)
		}
		h.write(func(tx *store.Tx) error {
			for who, name := range map[social.AccountID]string{ada: "ada", ben: "ben"} {
				tx.Record(event.HomeMoved{Account: who, From: "https://old.example", To: "https://new.example", Handle: name + "@new.example"})
			}
			return nil
		})
		got := h.errands()
		if len(got) != 2 {
			h.Fatalf("queued: %q", got)
		}
		for _, p := range []social.PushSubscription{first, second} {
			i := slices.IndexFunc(got, func(e string) bool { return strings.HasPrefix(e, fmt.Sprintf(`{"push":%d,`, p.ID)) })
			if i < 0 {
				h.Fatalf("queued: %q, and nothing for %d", got, p.ID)
			}
			var e push.Errand
			if err := json.Unmarshal([]byte(got[i]), &e); err != nil || e.Notice != 0 || !strings.Contains(e.Words, "https://new.example") || !strings.Contains(e.Words, "@ada@new.example") {
				h.Errorf("queued: %s", got[i])
			}
			d, err := h.push.Delivery(h.ctx, e)
			if err != nil || d.Endpoint != p.Endpoint || d.Title != e.Title || d.Words != e.Words || d.Life != social.PushLife {
				h.Errorf("%+v, %v", d, err)
			}
		}
	})
}

// in has somebody be signed in with a browser.
func (h *house) in(who social.AccountID, session social.SessionID) social.Actor {
	h.Helper()
	h.write(func(tx *store.Tx) error {
		return tx.AddSession(h.ctx, social.Session{ID: session, Account: who, Agent: "Firefox", CreatedAt: tx.Now, UsedAt: tx.Now}, fmt.Sprint("session", session))
	})
	return social.Actor{Account: who, Standing: social.Good, Session: session}
}

// TestBrowsers has browsers be told beside apps, each for as long as somebody is
// signed in there.
func TestBrowsers(t *testing.T) {
	each(t, func(h *house) {
		app := h.subscribe(1, h.kinds(social.NoticeMention))
		hers, other, his := h.in(ada, 1), h.in(ada, 2), h.in(ben, 3)
		sign := func(by social.Actor, at string) social.PushSubscription {
			h.Helper()
			p := h.kinds(social.NoticeMention, social.NoticeLike)
			p.Endpoint = "https://push.example/" + at
			p, err := h.push.Subscribe(h.ctx, by, p)
			if err != nil {
				h.Fatal(err)
			}
			return p
		}
		told := func(by social.Actor) bool {
			h.Helper()
			_, err := h.push.Get(h.ctx, by)
			if err != nil && errs.KindOf(err) != errs.NotFound {
				h.Fatal(err)
			}
			return err == nil
		}
		first, second := sign(hers, "desk"), sign(other, "phone")
		if got, err := h.push.Get(h.ctx, hers); err != nil || got.ID != first.ID || got.Session != hers.Session || got.Token != 0 || got.Endpoint != first.Endpoint {
			h.Errorf("%+v, %v", got, err)
		}
		if got, err := h.push.Get(h.ctx, as(1)); err != nil || got.ID != app.ID || got.Token != 1 || got.Session != 0 {
			h.Errorf("the app's, of the token with the same number: %+v, %v", got, err)
		}
		if all, err := h.push.Sessions(h.ctx, hers); err != nil || len(all) != 2 || !all[1] || !all[2] {
			h.Errorf("%v, %v", all, err)
		}
		h.notice(social.NoticeLike, cleo)
		if got := h.errands(); len(got) != 2 {
			h.Errorf("queued: %q", got)
		}
		again := sign(hers, "desk")
		if _, err := h.push.Delivery(h.ctx, push.Errand{Push: first.ID}); errs.KindOf(err) != errs.NotFound {
			h.Errorf("the one before: %v", err)
		}
		sign(his, "desk") // the same browser, and somebody else has signed in
		if told(hers) || !told(other) || !told(his) || !h.has(1) {
			h.Errorf("told are hers %v, the other %v, his %v, the app %v; she is told where he is: %d", told(hers), told(other), told(his), h.has(1), again.ID)
		}
		if err := h.push.End(h.ctx, his); err != nil || told(his) {
			h.Errorf("after the end: %v", err)
		}
		h.write(func(tx *store.Tx) error { return tx.EndSessions(h.ctx, ada, other.Session, 0) })
		if _, err := h.push.Delivery(h.ctx, push.Errand{Push: second.ID}); errs.KindOf(err) != errs.NotFound || told(other) {
			h.Errorf("it outlives its session: %v", err)
		}
		if _, err := h.push.Subscribe(h.ctx, other, h.kinds()); errs.KindOf(err) != errs.NotFound {
			h.Errorf("signed out: %v", err)
		}
	})
}
