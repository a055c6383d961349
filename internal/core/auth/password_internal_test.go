package auth

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestPasswords(t *testing.T) {
	t.Parallel()
	h, ctx := newHasher(), t.Context()
	kept, err := h.hash(ctx, "Ångström 1")
	if err != nil || !strings.HasPrefix(kept, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%q, %v", kept, err)
	}
	if again, _ := h.hash(ctx, "Ångström 1"); again == kept {
		t.Error("the same salt twice")
	}
	for name, tt := range map[string]struct {
		kept, password string
		want           bool
	}{
		"right":              {kept, "Ångström 1", true},
		"typed in pieces":    {kept, "A\u030angstro\u0308m 1", true},
		"wrong":              {kept, "Ångström 2", false},
		"empty":              {kept, "", false},
		"none is kept":       {"", "", false},
		"other costs":        {"$argon2id$v=19$m=64,t=1,p=2$c29tZXNhbHQ$s0tUq94vJFoZdxLOl8qqm2Kg3a8ptkX92rDR4Yj3V/s", "nothing", false},
		"another kind":       {"$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy", "x", false},
		"no salt":            {"$argon2id$v=19$m=64,t=1,p=1$!$AAAA", "x", false},
		"nothing to compare": {"$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$", "", false},
	} {
		if got, err := h.matches(ctx, tt.kept, tt.password); got != tt.want || err != nil {
			t.Errorf("%s: %v, %v; want %v", name, got, err, tt.want)
		}
	}
}

func TestHashingWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	h := newHasher()
	h.turns = make(chan struct{}, 1)
	h.turns <- struct{}{} // somebody else hashes
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.hash(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("hash: %v, want to be cancelled while waiting", err)
	}
	<-h.turns
	if _, err := h.hash(t.Context(), "x"); err != nil {
		t.Error(err)
	}
}

func BenchmarkHash(b *testing.B) {
	h := newHasher()
	for b.Loop() {
		if _, err := h.hash(b.Context(), "correct horse"); err != nil {
			b.Fatal(err)
		}
	}
}
