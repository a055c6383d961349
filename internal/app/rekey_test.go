package app

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/conf"
)

// Of two nodes of a house one is given another key: that is refused, until it is given
// the one of before, too. From then on it is the other that is refused. Who only looks
// after something beside them changes nothing.
func TestAnotherKeyOnOneNode(t *testing.T) {
	t.Parallel()
	first := conf.Default()
	first.Data, first.URL, first.HandleHost = t.TempDir(), "https://plaza.example", "plaza.example"
	first.DB = filepath.Join(t.TempDir(), "shared.db")
	first.FactorKey = conf.Secret(strings.Repeat("a", conf.MinFactorKey))
	second := first
	second.Data = t.TempDir()
	keyOf := func(c conf.Config, open func(context.Context, Options) (*App, error)) (key []byte, says string) {
		t.Helper()
		var log bytes.Buffer
		a, err := open(t.Context(), Options{Config: c, Clock: clock.System, Log: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		return a.factors.first(), log.String()
	}
	one, _ := keyOf(first, Open)
	if two, _ := keyOf(second, Open); !bytes.Equal(one, two) {
		t.Error("the same key is another")
	}
	second.FactorKey = conf.Secret(strings.Repeat("b", conf.MinFactorKey))
	if key, says := keyOf(second, Open); key != nil || !strings.Contains(says, "MESSAGES READ") {
		t.Errorf("with another key: %x, %q", key, says)
	}
	if again, says := keyOf(first, Open); !bytes.Equal(again, one) {
		t.Errorf("the first then: %q", says)
	}
	second.FactorBefore = first.FactorKey
	if key, _ := keyOf(second, OpenBeside); !bytes.Equal(key, one) {
		t.Error("a command changed the key")
	}
	if two, says := keyOf(second, Open); two == nil || bytes.Equal(two, one) {
		t.Errorf("with both keys: %x, %q", two, says)
	}
	if key, says := keyOf(first, Open); key != nil {
		t.Errorf("the first with the key of before: %q", says)
	}
}
