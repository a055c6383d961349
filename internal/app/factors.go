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
	"strings"

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

// openFactors reads the key, or makes it the first time. There is none where it is
// not the one that the house seals by: then codes of apps are not taken here, and
// recovery codes and passkeys are.
func (a *App) openFactors(ctx context.Context, o Options) error {
	key, given, err := readFactorKey(a.Config)
	if err != nil {
		return err
	}
	if o.ReadOnly || a.Store.Gate() != nil { // nobody signs in
		a.factors = key
		return unlock(a.Config, a.Store)
	}
	var mark string
	if err := a.Store.Read(ctx, func(v *store.View) error { return v.Setting(ctx, factorMark, &mark) }); err != nil {
		return err
	}
	if key == nil && mark == "" {
		if key, err = newFactorKey(a.Config); err != nil {
			return err
		}
	}
	if key != nil && (given || mark == "") && mark != fingerprint(key) {
		if mark, err = a.noteFactorKey(ctx, key, given); err != nil {
			return err
		}
	}
	if key == nil || mark != fingerprint(key) {
		a.log.Error("CODES OF APPS CANNOT BE CHECKED HERE, NOR MESSAGES READ: the key that seals them is not the one of this house; plaza doctor says what to do", "file", factorPath(a.Config))
		return a.Store.Unlock()
	}
	a.factors = key
	if err := unlock(a.Config, a.Store); err != nil {
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

// unlock gives the database the keys of this house: messages are sealed by one that is
// made of the key for secrets of apps. If the settings give that, what the file seals is
// opened still: so a house can change from the one to the other.
func unlock(c conf.Config, s *store.Store) error {
	var keys [][]byte
	for _, read := range []func(conf.Config) ([]byte, bool, error){readFactorKey, fileFactorKey} {
		key, _, err := read(c)
		if err != nil {
			return err
		}
		if key != nil && (len(keys) == 0 || !bytes.Equal(key, keys[0])) {
			keys = append(keys, key)
		}
	}
	return s.Unlock(keys...)
}

// noteFactorKey writes down by which key the house seals, and returns what stands
// there: of two hosts that begin at once, one makes the key. One that the settings
// give stands in any case.
func (a *App) noteFactorKey(ctx context.Context, key []byte, given bool) (mark string, err error) {
	err = a.Store.Write(ctx, func(tx *store.Tx) error {
		mark = fingerprint(key)
		if given {
			return tx.SetSetting(ctx, factorMark, mark)
		}
		return tx.FirstSetting(ctx, factorMark, &mark)
	})
	return mark, err
}

// bringFactorKey writes the key that came with a copy, unless there is one.
func bringFactorKey(ctx context.Context, s replica.Source, data string) error {
	path := filepath.Join(data, factorFile)
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	key, err := s.Key(ctx)
	if err != nil || len(key) == 0 {
		return err
	}
	return writeFactorKey(path, key)
}

func factorPath(c conf.Config) string { return filepath.Join(c.Data, factorFile) }

// fingerprint tells keys apart, and tells nothing of them.
func fingerprint(key []byte) string {
	sum := sha256.Sum256(append([]byte("plaza factor key "), key...))
	return hex.EncodeToString(sum[:8])
}

// readFactorKey reads the key from the settings, or else from its file; nil if it is
// in neither.
func readFactorKey(c conf.Config) (key []byte, given bool, err error) {
	if text := c.FactorKey.Reveal(); text != "" {
		sum := sha256.Sum256([]byte(text))
		return sum[:], true, nil
	}
	return fileFactorKey(c)
}

// fileFactorKey reads it from its file.
func fileFactorKey(c conf.Config) (key []byte, given bool, err error) {
	text, err := os.ReadFile(factorPath(c))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if key, err = hex.DecodeString(strings.TrimSpace(string(text))); err != nil || len(key) != auth.FactorKeyBytes {
		return nil, false, errs.Newf(errs.Invalid, "%s is damaged. Put back a copy of it; without one, write factor_key into plaza.toml: people whose app made codes then come in with recovery codes.", factorPath(c))
	}
	return key, false, nil
}

// newFactorKey makes a key and its file.
func newFactorKey(c conf.Config) ([]byte, error) {
	key := make([]byte, auth.FactorKeyBytes)
	rand.Read(key) // never fails
	return key, writeFactorKey(factorPath(c), key)
}

// writeFactorKey writes the file, which is there whole or not at all.
func writeFactorKey(path string, key []byte) error {
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(hex.EncodeToString(key) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// factorsFinding is whether this host can check codes of apps.
func factorsFinding(ctx context.Context, c conf.Config, s *store.Store) (f Finding, told bool) {
	f = Finding{What: "codes of apps", OK: true, Says: "can be checked"}
	var mark string
	if err := s.Read(ctx, func(v *store.View) error { return v.Setting(ctx, factorMark, &mark) }); err != nil || mark == "" {
		return f, false
	}
	key, _, err := readFactorKey(c)
	if err == nil && key != nil && fingerprint(key) == mark {
		return f, true
	}
	f.OK, f.Says = false, "cannot be checked here: the key that seals their secrets is missing, or is another one"
	f.Mend = "Copy " + factorFile + " of the host that had it to " + factorPath(c) + ", or write its factor_key into plaza.toml, and start Plaza again. " +
		"Messages cannot be read or sent meanwhile. If it is lost everywhere, write a new factor_key (openssl rand -hex 32): people come in with recovery codes or passkeys, and set their app up anew; messages of before stay unreadable."
	return f, true
}
