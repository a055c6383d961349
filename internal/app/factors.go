package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/replica"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/store"
)

// factorFile has the key by which secrets of apps that make codes, and messages, are sealed
// in the database. It is beside the database and not in it: a dump alone gives no codes and no word.
const factorFile = "factors.key"

// factorMark is the setting with the fingerprint of the key that the house seals
// by: another host must not make one of its own.
const factorMark = "factor_key"

// factorKeys are the keys of the house: the first seals, the others open what they
// sealed before.
type factorKeys [][]byte

// first is the one that seals, or nil.
func (k factorKeys) first() []byte {
	if len(k) == 0 {
		return nil
	}
	return k[0]
}

// before are the others.
func (k factorKeys) before() [][]byte { return k[min(1, len(k)):] }

// known is where the key with a fingerprint is, or -1.
func (k factorKeys) known(mark string) int {
	return slices.IndexFunc(k, func(key []byte) bool { return fingerprint(key) == mark })
}

// and is k with keys that it has not yet.
func (k factorKeys) and(others ...[]byte) factorKeys {
	for _, key := range others {
		if !slices.ContainsFunc(k, func(have []byte) bool { return bytes.Equal(have, key) }) {
			k = append(k, key)
		}
	}
	return k
}

// openFactors reads the keys, or makes one the first time. There is none where the one
// that the house seals by is not among them: then codes of apps are not taken here, and
// recovery codes and passkeys are; messages can neither be read nor be written. If it is,
// but is not the first, whoever serves has the house seal by the first from now on.
func (a *App) openFactors(ctx context.Context, o Options) error {
	keys, err := readFactorKeys(a.Config)
	if err != nil {
		return err
	}
	if o.ReadOnly || a.Store.Gate() != nil { // nobody signs in
		a.factors = keys
		return a.Store.Unlock(keys...)
	}
	mark, err := factorMarked(ctx, a.Store)
	if err != nil {
		return err
	}
	if len(keys) == 0 && mark == "" {
		if keys, err = newFactorKey(a.Config); err != nil {
			return err
		}
	}
	at := keys.known(mark)
	if len(keys) > 0 && (mark == "" || at > 0 && !o.Beside) {
		if mark, err = a.noteFactorKey(ctx, mark, keys.first()); err != nil {
			return err
		}
		at = keys.known(mark)
	}
	if at < 0 {
		a.log.Error("CODES OF APPS CANNOT BE CHECKED HERE, NOR MESSAGES READ: the key that seals them is not the one of this house; plaza doctor says what to do", "file", factorPath(a.Config))
		return a.Store.Unlock()
	}
	a.factors = factorKeys{keys[at]}.and(keys...)
	if err := a.Store.Unlock(a.factors...); err != nil {
		return err
	}
	sealed, err := a.Store.SealMessages(ctx)
	if err != nil {
		return fmt.Errorf("seal what was said in messages: %w", err)
	}
	if sealed > 0 {
		a.log.Info("sealed what was said in messages before", "rows", sealed)
	}
	return nil
}

// unlock gives a database that is only looked at the keys of this house.
func unlock(c conf.Config, s *store.Store) error {
	keys, err := readFactorKeys(c)
	if err != nil {
		return err
	}
	return s.Unlock(keys...)
}

// KeyMissing reports whether the key that a house seals by is not on this machine.
func KeyMissing(ctx context.Context, c conf.Config) bool {
	s, err := store.Open(ctx, store.Options{URL: c.Database(), Clock: clock.System, Follow: true})
	if err != nil {
		return false
	}
	defer s.Close()
	mark, err := factorMarked(ctx, s)
	if err != nil || mark == "" {
		return false
	}
	keys, err := readFactorKeys(c)
	return err != nil || keys.known(mark) < 0
}

// factorMarked is the fingerprint of the key that the house seals by; empty if it never did.
func factorMarked(ctx context.Context, s *store.Store) (mark string, err error) {
	err = s.Read(ctx, func(v *store.View) error { return v.Setting(ctx, factorMark, &mark) })
	return mark, err
}

// noteFactorKey writes down by which key the house seals in place of another one, or of
// none, and returns what stands there: of two hosts that begin at once, one makes the key.
func (a *App) noteFactorKey(ctx context.Context, before string, key []byte) (mark string, err error) {
	err = a.Store.Write(ctx, func(tx *store.Tx) error {
		mark = fingerprint(key)
		if err := tx.FirstSetting(ctx, factorMark, &mark); err != nil || mark != before || before == "" {
			return err
		}
		mark = fingerprint(key)
		return tx.SetSetting(ctx, factorMark, mark)
	})
	return mark, err
}

// Rekey makes a new key, by which the house seals from its next start on. Those before
// stay in the file: they open what they sealed, here until it is sealed anew, and in
// copies that are older.
func Rekey(c conf.Config) error {
	if c.FactorKey.Reveal() != "" {
		return errs.New(errs.Conflict, "The key is in the settings. Write a new one (openssl rand -hex 32) as factor_key, and the one that is there as factor_key_before, and start Plaza again; with several hosts, on one after the other.")
	}
	if Follows(c.Data) {
		return errs.Newf(errs.Conflict, "There is a standby in %s. Make the key where the house writes: it comes here with the copy.", c.Data)
	}
	keys, err := fileFactorKeys(c)
	if err != nil {
		return err
	}
	if len(keys) == 0 {
		return errs.Newf(errs.NotFound, "There is no %s. Put it back; or, if it is lost for good: plaza rekey --lost.", factorPath(c))
	}
	_, err = newFactorKey(c, keys...)
	return err
}

// RekeyLost has the house seal by the key that is here, or a new one, because the one of
// before is lost for good. It returns how much had to be given up of what waited to be
// sent or applied. Nobody may be serving.
func (a *App) RekeyLost(ctx context.Context) (lost int64, err error) {
	if err := a.Store.Gate(); err != nil {
		return 0, err
	}
	keys, err := readFactorKeys(a.Config)
	if err != nil {
		return 0, err
	}
	mark, err := factorMarked(ctx, a.Store)
	if err != nil {
		return 0, err
	}
	if keys.known(mark) >= 0 {
		return 0, errs.New(errs.Conflict, "The key is here, and not lost. To have another one: plaza rekey.")
	}
	if len(keys) == 0 {
		if keys, err = newFactorKey(a.Config); err != nil {
			return 0, err
		}
	}
	if err := a.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetSetting(ctx, factorMark, fingerprint(keys.first())) }); err != nil {
		return 0, err
	}
	if err := a.Store.Unlock(keys...); err != nil {
		return 0, err
	}
	return a.Store.GiveUpSealed(ctx)
}

// bringFactorKey writes the keys that came with a copy, before those that are here, and
// tells whether that changed anything.
func bringFactorKey(ctx context.Context, s replica.Source, data string) (changed bool, err error) {
	came, err := s.Key(ctx)
	if err != nil || len(came) == 0 || len(came)%auth.FactorKeyBytes != 0 {
		return false, err
	}
	c := conf.Config{Data: data}
	here, err := fileFactorKeys(c)
	if err != nil {
		return false, err
	}
	keys := factorKeys{}.and(slices.Collect(slices.Chunk(came, auth.FactorKeyBytes))...).and(here...)
	if slices.EqualFunc(keys, here, bytes.Equal) {
		return false, nil
	}
	return true, writeFactorKeys(factorPath(c), keys)
}

func factorPath(c conf.Config) string { return filepath.Join(c.Data, factorFile) }

// fingerprint tells keys apart, and tells nothing of them.
func fingerprint(key []byte) string {
	sum := sha256.Sum256(append([]byte("plaza factor key "), key...))
	return hex.EncodeToString(sum[:8])
}

// readFactorKeys reads the keys from the settings and from the file; none if there is
// none in either.
func readFactorKeys(c conf.Config) (keys factorKeys, err error) {
	for _, text := range []conf.Secret{c.FactorKey, c.FactorBefore} {
		if text.Reveal() != "" {
			sum := sha256.Sum256([]byte(text.Reveal()))
			keys = keys.and(sum[:])
		}
	}
	file, err := fileFactorKeys(c)
	return keys.and(file...), err
}

// fileFactorKeys reads them from the file, one a line.
func fileFactorKeys(c conf.Config) (keys factorKeys, err error) {
	text, err := os.ReadFile(factorPath(c))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(strings.TrimSpace(string(text)) + "\n") {
		key, err := hex.DecodeString(strings.TrimSpace(line))
		if err != nil || len(key) != auth.FactorKeyBytes {
			return nil, errs.Newf(errs.Invalid, "%s is damaged. Put back a copy of it. Without one, move it away, and if the key is in no copy and on no other host: plaza rekey --lost.", factorPath(c))
		}
		keys = keys.and(key)
	}
	return keys, nil
}

// newFactorKey makes a key, and a file with it and those before it.
func newFactorKey(c conf.Config, before ...[]byte) (factorKeys, error) {
	key := make([]byte, auth.FactorKeyBytes)
	rand.Read(key) // never fails
	keys := factorKeys{key}.and(before...)
	return keys, writeFactorKeys(factorPath(c), keys)
}

// writeFactorKeys writes the file, which is there whole or not at all.
func writeFactorKeys(path string, keys factorKeys) error {
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if _, err = f.WriteString(hex.EncodeToString(key) + "\n"); err != nil {
			break
		}
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder has what was renamed in a folder be there after a power cut: what a key
// sealed must not outlive it.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// factorsFinding is whether this host can check codes of apps.
func factorsFinding(ctx context.Context, c conf.Config, s *store.Store) (f Finding, told bool) {
	f = Finding{What: "codes of apps", OK: true, Says: "can be checked"}
	mark, err := factorMarked(ctx, s)
	if err != nil || mark == "" {
		return f, false
	}
	keys, err := readFactorKeys(c)
	if err != nil || keys.known(mark) < 0 {
		f.OK, f.Says = false, "cannot be checked here: the key that seals their secrets is missing, or is another one"
		f.Mend = "Copy " + factorFile + " of the host that had it to " + factorPath(c) + ", or write its factor_key into plaza.toml, and start Plaza again. " +
			"Messages cannot be read or sent meanwhile. If it is lost everywhere, stop Plaza and run plaza rekey --lost: people come in with recovery codes or passkeys, and set their app up anew; messages of before stay unreadable."
		return f, true
	}
	if err := s.Unlock(keys...); err != nil {
		return f, false
	}
	talks, waiting, err := s.SealedElsewhere(ctx)
	if err == nil && talks+waiting > 0 {
		f.OK, f.Says = false, fmt.Sprintf("can be checked; but %d conversations and %d things that wait to be sent or applied are sealed by a key that is not here", talks, waiting)
		f.Mend = "Write that key back, as factor_key_before into plaza.toml or as a line at the end of " + factorPath(c) + ", and start Plaza again. If it is lost for good, those messages stay unreadable."
	}
	return f, true
}
