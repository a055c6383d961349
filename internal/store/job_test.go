package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// Who does jobs hears of those that are due, once they are committed, and of no
// others.
func TestWatchJobs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		rung := 0
		watching, stop := context.WithCancel(t.Context())
		s.WatchJobs(watching, "greet", func() { rung++ })
		add := func(kind string, in time.Duration, fails error) {
			t.Helper()
			if err := s.Write(t.Context(), func(tx *store.Tx) error {
				if err := tx.AddJob(t.Context(), kind, 1, tx.Now.Add(in), ""); err != nil {
					return err
				}
				return fails
			}); !errors.Is(err, fails) {
				t.Fatal(err)
			}
		}
		for _, step := range []struct {
			what  string
			kind  string
			in    time.Duration
			fails error
			want  int
		}{
			{"one that is due", "greet", 0, nil, 1},
			{"one of another kind", "wave", 0, nil, 1},
			{"one for later", "greet", time.Minute, nil, 1},
			{"one that was not committed", "greet", 0, context.Canceled, 1},
			{"another", "greet", -time.Second, nil, 2},
		} {
			if add(step.kind, step.in, step.fails); rung != step.want {
				t.Errorf("%s: rung %d times, want %d", step.what, rung, step.want)
			}
		}
		stop()
		for range 1000 { // it is forgotten soon after
			before := rung
			if add("greet", 0, nil); rung == before {
				return
			}
		}
		t.Error("it rings after its end")
	})
}
