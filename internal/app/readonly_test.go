package app

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A house that nobody has served yet can be read all the same: there are none
// of the keys that are made at the first start.
func TestReadOnlyMakesNothing(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	c, err := conf.Load(func(string) string { return "" }, conf.Overrides{Data: data})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.Options{URL: c.Database(), Clock: clock.System})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(c.Database())
	if err != nil {
		t.Fatal(err)
	}
	a, err := Open(t.Context(), Options{Config: c, Clock: clock.System, Log: slog.New(slog.DiscardHandler), ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Resume(t.Context()); err != nil {
		t.Errorf("resume: %v", err)
	}
	if link, err := a.OwnerLink(t.Context()); link != "" || err != nil {
		t.Errorf("owner link: %q, %v; want none", link, err)
	}
	if a.Push.PublicKey() == "" {
		t.Error("apps are told of no key for push")
	}
	if err := a.Decide(t.Context(), func(*social.Settings) {}); errs.KindOf(err) != errs.Unavailable || !strings.Contains(errs.Public(err), "a copy that follows") {
		t.Errorf("a change of the settings: %v", err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	if after, err := os.ReadFile(c.Database()); err != nil || string(after) != string(before) {
		t.Errorf("the file was changed: %v", err)
	}
}

// What runs in the background runs while the gate is open, and only then.
func TestWhileOpen(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), store.Options{URL: filepath.Join(t.TempDir(), "plaza.db"), Clock: clock.System})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	a := &App{Store: s}
	ctx, stop := context.WithCancel(t.Context())
	begun, ended, over := make(chan bool), make(chan bool), make(chan bool)
	s.Shut(errs.New(errs.Unavailable, "Closed."))
	go func() {
		a.whileOpen(ctx, func(ctx context.Context) {
			begun <- s.Gate() == nil
			<-ctx.Done()
			ended <- true
		})
		close(over)
	}()
	for range 3 {
		select {
		case <-begun:
			t.Fatal("it began while the gate was shut")
		default:
		}
		s.OpenGate()
		if open := <-begun; !open {
			t.Error("it began before the gate was open")
		}
		s.Shut(errs.New(errs.Unavailable, "Closed."))
		<-ended
	}
	s.OpenGate()
	<-begun
	stop()
	<-ended
	<-over
}
