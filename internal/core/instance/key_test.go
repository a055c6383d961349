package instance_test

import (
	"bytes"
	"testing"

	"github.com/plaza-social/plaza/internal/core/instance"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// A key is made once, also for several hosts, and another for each name.
func TestKey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var keys [][]byte
		for _, name := range []string{"a", "a", "b"} {
			host, err := instance.New(s)
			if err != nil {
				t.Fatal(err)
			}
			k, err := host.Key(t.Context(), name)
			if err != nil || len(k) != 32 {
				t.Fatalf("key %q: %d bytes, %v", name, len(k), err)
			}
			keys = append(keys, k)
		}
		if !bytes.Equal(keys[0], keys[1]) || bytes.Equal(keys[0], keys[2]) {
			t.Error("want the same key for the same name alone")
		}
	})
}
