package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/cluster/place"
	"github.com/plaza-social/plaza/internal/cluster/replica"
	"github.com/plaza-social/plaza/internal/core/names"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

var next = social.HouseName{URL: "https://new.example", Host: "new.example"}

// TestNamedWhileOpening has a house get a name after it was read what it is called
// and before anybody watches: it is opened anew all the same.
func TestNamedWhileOpening(t *testing.T) {
	t.Parallel()
	old := social.HouseName{URL: "https://old.example", Host: "old.example"}
	s := storetest.SQLite(t)
	is, err := names.Of(t.Context(), s, old)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		what string
		do   func() error
		want bool
	}{{"nothing", func() error { return nil }, false},
		{"a next one", func() error { return is.Prepare(t.Context(), next) }, true},
		{"a new one", func() error { return is.Move(t.Context(), next, "We are elsewhere.") }, true}} {
		a := &App{Config: conf.Config{URL: old.URL, HandleHost: old.Host}, Store: s, Names: is, renamed: make(chan struct{})}
		if err := errors.Join(step.do(), a.sameNames(t.Context())); err != nil || a.hasOtherName() != step.want {
			t.Errorf("%s: opened anew %v, want %v (%v)", step.what, a.hasOtherName(), step.want, err)
		}
	}
}

// TestStandbyNamed has a house answer under another name, too: so does its standby,
// which can be read from all the time, but for a moment.
func TestStandbyNamed(t *testing.T) {
	t.Parallel()
	c, copied := copiedHouse(t)
	a, err := Open(t.Context(), serving(c))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	key, err := drillKey(ReplicaFolder(c))
	if err != nil {
		t.Fatal(err)
	}
	p, err := OpenPlace(t.Context(), conf.Place{URL: "file://" + copied})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	doors, err := NewDoors(l)
	if err != nil {
		t.Fatal(err)
	}
	defer doors.Close()
	data := t.TempDir()
	b := Standby{Source: sourceAt(p, key), Data: data, Every: 100 * time.Millisecond, Log: slog.New(slog.DiscardHandler), Doors: doors,
		Config: func() (conf.Config, error) {
			return conf.Load(func(string) string { return "" }, conf.Overrides{Data: data})
		},
		Serve: func(context.Context, Options) error { return errors.New("it took over") }}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	client := &http.Client{Timeout: time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answers := func(host string, want int) {
		t.Helper()
		for late := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+l.Addr().String()+"/about", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Host = host
			got, err := client.Do(r)
			if err == nil {
				got.Body.Close()
				if got.StatusCode == want {
					return
				}
			}
			if time.Now().After(late) {
				t.Fatalf("the standby does not answer for %s with %d: %v, %v", host, want, got, err)
			}
		}
	}
	answers("127.0.0.1", http.StatusOK)
	if err := a.PrepareName(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	answers(next.Host, http.StatusTemporaryRedirect)
	answers("127.0.0.1", http.StatusOK)
	if _, err := os.Stat(filepath.Join(data, "promoted")); err == nil {
		t.Error("it took over")
	}
}

func sourceAt(p place.Place, key *age.X25519Identity) replica.Source {
	return replica.Source{Place: p, Identities: []age.Identity{key}, Log: slog.New(slog.DiscardHandler)}
}
