package federation_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

func account(t *testing.T, s *store.Store, host string, standing social.Standing) social.AccountID {
	t.Helper()
	a := social.Account{ID: social.AccountID(id.New(s.Now())), Host: host, Kind: social.Person, Standing: standing, CreatedAt: s.Now()}
	a.Username = fmt.Sprint("x", a.ID)
	if host != "" {
		a.URI = "https://" + host + "/" + a.Username
	}
	if err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.AddAccount(t.Context(), a) }); err != nil {
		t.Fatal(err)
	}
	return a.ID
}

// generate makes keys that are small, so that tests are quick.
func generate(made *atomic.Int32) func(social.KeyKind) (crypto.Signer, error) {
	return func(kind social.KeyKind) (crypto.Signer, error) {
		made.Add(1)
		if kind == social.RSA {
			return rsa.GenerateKey(rand.Reader, 1024)
		}
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	}
}

func same(a, b federation.Pair) bool {
	public := func(s crypto.Signer) interface{ Equal(crypto.PublicKey) bool } {
		return s.Public().(interface{ Equal(crypto.PublicKey) bool })
	}
	return public(a.RSA).Equal(b.RSA.Public()) && public(a.Ed25519).Equal(b.Ed25519.Public())
}

func TestKeys(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		var made atomic.Int32
		k := federation.NewKeys(s, generate(&made))
		s.Watch(k.Watch)
		ada := account(t, s, "", social.Good)
		if _, err := k.Known(ctx, ada); errs.KindOf(err) != errs.NotFound {
			t.Errorf("before anybody asked: %v, want NotFound", err)
		}
		pairs := make([]federation.Pair, 8)
		var wg sync.WaitGroup
		for i := range pairs {
			wg.Go(func() {
				var err error
				if pairs[i], err = k.Of(ctx, ada); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, p := range pairs[1:] {
			if !same(p, pairs[0]) {
				t.Error("two who ask at once are given different keys")
			}
		}
		if made.Load() != 2 {
			t.Errorf("%d keys were made, want 2", made.Load())
		}
		again, err := federation.NewKeys(s, generate(&made)).Known(ctx, ada)
		if err != nil || !same(again, pairs[0]) {
			t.Errorf("they are not kept: %v", err)
		}
		for what, id := range map[string]social.AccountID{"remote": account(t, s, "far.example", social.Good), "waiting": account(t, s, "", social.Pending), "suspended": account(t, s, "", social.Suspended), "nobody": 1} {
			if _, err := k.Of(ctx, id); errs.KindOf(err) != errs.NotFound || err == nil {
				t.Errorf("keys of an account that is %s: %v, want NotFound", what, err)
			}
		}
		if _, err := k.Of(ctx, 0); err != nil {
			t.Errorf("the house: %v", err)
		}
	})
}

// TestFirstKeysWin makes keys on two hosts at once.
func TestFirstKeysWin(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		var made atomic.Int32
		ada := account(t, s, "", social.Good)
		var pairs [4]federation.Pair
		var wg sync.WaitGroup
		for i := range pairs {
			wg.Go(func() {
				var err error
				if pairs[i], err = federation.NewKeys(s, generate(&made)).Of(ctx, ada); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, p := range pairs[1:] {
			if !t.Failed() && !same(p, pairs[0]) {
				t.Error("two hosts sign with different keys")
			}
		}
	})
}

func TestRotate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		var made atomic.Int32
		here, there := federation.NewKeys(s, generate(&made)), federation.NewKeys(s, generate(&made))
		s.Watch(here.Watch)
		for _, who := range []social.AccountID{account(t, s, "", social.Good), 0} {
			before, err := here.Of(ctx, who)
			if err != nil {
				t.Fatal(err)
			}
			if err := there.Rotate(ctx, who); err != nil {
				t.Fatal(err)
			}
			after, err := here.Of(ctx, who)
			if err != nil || same(before, after) {
				t.Errorf("account %d signs as before (%v)", who, err)
			}
		}
		if err := there.Rotate(ctx, account(t, s, "far.example", social.Good)); errs.KindOf(err) != errs.NotFound {
			t.Errorf("of a remote account: %v, want NotFound", err)
		}
	})
}

// TestKeysAreHidden prints keys in every way there is.
func TestKeysAreHidden(t *testing.T) {
	var made atomic.Int32
	rsaKey, _ := generate(&made)(social.RSA)
	edKey, _ := generate(&made)(social.Ed25519)
	p := federation.Pair{RSA: rsaKey, Ed25519: edKey}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		fmt.Fprintf(&out, verb+"\n", p)
		fmt.Fprintf(&out, verb+"\n", &p)
	}
	log := slog.New(slog.NewJSONHandler(&out, nil))
	log.Info("keys", "pair", p)
	slog.New(slog.NewTextHandler(&out, nil)).Info("keys", "pair", p)
	if err := json.NewEncoder(&out).Encode(map[string]any{"pair": p}); err != nil {
		t.Fatal(err)
	}
	secret := fmt.Sprintf("%v", edKey)
	if strings.Contains(out.String(), secret[1:20]) || strings.Contains(out.String(), rsaKey.(*rsa.PrivateKey).D.String()[:20]) || strings.Count(out.String(), "[hidden]") < 15 {
		t.Errorf("printed: %s", out.String())
	}
}
