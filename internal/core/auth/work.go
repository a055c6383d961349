package auth

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"

	"github.com/altcha-org/altcha-lib-go"

	"github.com/plaza-social/plaza/internal/store"
)

// Limits of the work that a browser does before somebody joins: hashes at most,
// half of them on average, which takes an old phone a few seconds; how long there
// is for it, with filling in the form; and bytes of the answer.
const (
	MaxWork    = 10_000
	workLife   = time.Hour
	maxAnswer  = 2048
	workSalt   = 12
	workKey    = "sign_up_work"
	workFormat = altcha.SHA256
)

// A Task is what a browser works on: to find the number of which, behind the
// salt, the SHA-256 is the challenge. It is ALTCHA's, https://altcha.org.
type Task = altcha.Challenge

// Task sets one.
func (s *Service) Task(ctx context.Context) (Task, error) {
	key, err := s.workKey(ctx)
	if err != nil {
		return Task{}, err
	}
	expires := s.store.Now().Add(workLife)
	return altcha.CreateChallenge(altcha.ChallengeOptions{Algorithm: workFormat, MaxNumber: MaxWork, SaltLength: workSalt, HMACKey: key, Expires: &expires})
}

// workKey signs tasks: one key for all hosts of the house, made the first time.
func (s *Service) workKey(ctx context.Context) (key string, err error) {
	if err := s.store.Read(ctx, func(v *store.View) error { return v.Setting(ctx, workKey, &key) }); err != nil || key != "" {
		return key, err
	}
	fresh := make([]byte, 32)
	rand.Read(fresh) // never fails
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		key = hex.EncodeToString(fresh)
		return tx.FirstSetting(ctx, workKey, &key)
	})
	return key, err
}

// An effort is what a browser did before somebody joins: ok if it solves a task of
// ours that has not ended. It counts once, under its mark.
type effort struct {
	ok    bool
	mark  string
	until time.Time
}

// worked reads an answer.
func (s *Service) worked(ctx context.Context, answer string) (w effort, err error) {
	var p altcha.Payload
	b, wrong := base64.StdEncoding.DecodeString(answer)
	if answer == "" || len(answer) > maxAnswer || wrong != nil || json.Unmarshal(b, &p) != nil || altcha.Algorithm(p.Algorithm) != workFormat {
		return w, nil
	}
	key, err := s.workKey(ctx)
	if err != nil {
		return w, err
	}
	ends, err := strconv.ParseInt(altcha.ExtractParams(p).Get("expires"), 10, 64)
	if err != nil || s.store.Now().Unix() > ends { // ours always end; the library would ask the machine's clock
		return w, nil
	}
	ok, err := altcha.VerifySolutionSafe(p, key, false)
	return effort{ok && err == nil, p.Challenge, time.Unix(ends+1, 0)}, nil
}

// spend reports whether w counts, which it does once.
func (w effort) spend(ctx context.Context, tx *store.Tx) (bool, error) {
	if !w.ok {
		return false, nil
	}
	return tx.SpendWork(ctx, w.mark, w.until)
}
