package app_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// TestAskPeers asks each server what it runs, and none too often.
func TestAskPeers(t *testing.T) {
	t.Parallel()
	w := fedtest.New(t)
	s := apptest.StartReaching(t, w.Outward())
	ctx := t.Context()
	runs := func(host, software string) {
		w.Host(host).ServeAs("/.well-known/nodeinfo", "application/json", http.StatusOK, fedtest.M{"links": []fedtest.M{
			{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": w.Host(host).URL("/nodeinfo")}}})
		w.Host(host).ServeAs("/nodeinfo", "application/json", http.StatusOK, fedtest.M{"version": "2.0", "software": fedtest.M{"name": software, "version": "4.5.0"}})
	}
	write := func(do func(ctx context.Context, tx *store.Tx) error) {
		t.Helper()
		if err := s.Store.Write(ctx, func(tx *store.Tx) error { return do(ctx, tx) }); err != nil {
			t.Fatal(err)
		}
	}
	meet := func(host string) {
		t.Helper()
		write(func(ctx context.Context, tx *store.Tx) error { return tx.MeetPeer(ctx, host) })
	}
	ask := func() {
		t.Helper()
		if err := s.AskPeers(ctx); err != nil {
			t.Fatal(err)
		}
	}
	peer := func(host string) (p social.Peer) {
		t.Helper()
		if err := s.Store.Read(ctx, func(v *store.View) (err error) { p, err = v.Peer(ctx, host); return err }); err != nil {
			t.Fatal(err)
		}
		return p
	}
	askedAt := func(host string, ago time.Duration) {
		t.Helper()
		write(func(ctx context.Context, tx *store.Tx) error { return tx.AskPeerAt(ctx, host, tx.Now.Add(-ago)) })
	}

	runs("garden.example", "garden")
	w.Host("mute.example")
	meet("garden.example")
	meet("mute.example")
	ask()
	if p := peer("garden.example"); p.Software != "garden" || p.Version != "4.5.0" || p.AskedAt.IsZero() {
		t.Errorf("%+v", p)
	}
	if p, soon := peer("mute.example"), s.Store.Now().Add(social.AskSooner-social.AskAgain); p.Software != "" || p.AskedAt.IsZero() || p.AskedAt.After(soon) {
		t.Errorf("who does not say: %+v", p)
	}
	runs("garden.example", "orchard")
	askedAt("garden.example", social.AskAgain-time.Hour)
	ask()
	if p := peer("garden.example"); p.Software != "garden" {
		t.Errorf("asked within a week: %+v", p)
	}
	askedAt("garden.example", social.AskAgain)
	ask()
	if p := peer("garden.example"); p.Software != "orchard" {
		t.Errorf("not asked after a week: %+v", p)
	}
	// One that does not answer keeps what is known of it.
	w.Host("garden.example").Gone("/.well-known/nodeinfo")
	askedAt("garden.example", social.AskAgain)
	ask()
	if p := peer("garden.example"); p.Software != "orchard" {
		t.Errorf("when it did not answer: %+v", p)
	}

	// Many are asked bit by bit; those that are kept away are not asked at all.
	write(func(ctx context.Context, tx *store.Tx) error {
		tx.Record(event.HostsChanged{})
		return tx.AddHostBlock(ctx, social.HostBlock{ID: 1, Host: "bad.example", Severity: social.HostSuspends, CreatedAt: tx.Now})
	})
	meet("bad.example")
	ask()
	if n := len(w.Host("bad.example").Asked()); n != 0 {
		t.Errorf("a suspended server was asked %d times", n)
	}
	for i := range federation.MaxAsked + 1 {
		host := fmt.Sprintf("many%d.example", i)
		runs(host, "garden")
		meet(host)
	}
	count := func() (n int) {
		for i := range federation.MaxAsked + 1 {
			if peer(fmt.Sprintf("many%d.example", i)).Software != "" {
				n++
			}
		}
		return n
	}
	for _, want := range []int{federation.MaxAsked, federation.MaxAsked + 1} {
		if ask(); count() != want {
			t.Errorf("%d were asked, want %d", count(), want)
		}
	}
}
