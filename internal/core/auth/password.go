package auth

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// How dear it is to try a password. https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
const (
	argonMemory  = 19 << 10 // KiB
	argonTime    = 2
	argonThreads = 1
	saltBytes    = 16
	keyBytes     = 32
)

// hasher hashes as many passwords at a time as there are processors, so that
// people who sign in bound the memory and leave time for the others.
type hasher struct {
	turns        chan struct{}
	memory, time uint32
}

func newHasher() hasher {
	return hasher{make(chan struct{}, runtime.NumCPU()), argonMemory, argonTime}
}

// cost is what went into a hash.
type cost struct {
	memory, time uint32
	threads      uint8
	salt, key    []byte
}

func (h hasher) key(ctx context.Context, password string, c cost, length int) ([]byte, error) {
	select {
	case h.turns <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-h.turns }()
	// The same letters may come composed or not, depending on the keyboard.
	return argon2.IDKey([]byte(norm.NFKC.String(password)), c.salt, c.time, c.memory, c.threads, uint32(length)), nil
}

// hash is password in the form it is kept, a PHC string.
// https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md
func (h hasher) hash(ctx context.Context, password string) (string, error) {
	c := cost{memory: h.memory, time: h.time, threads: argonThreads, salt: make([]byte, saltBytes)}
	rand.Read(c.salt)
	key, err := h.key(ctx, password, c, keyBytes)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.time, c.threads,
		base64.RawStdEncoding.EncodeToString(c.salt), base64.RawStdEncoding.EncodeToString(key)), nil
}

// matches reports whether kept was made from password. Where nothing is kept,
// saying no takes as long as with a password that is wrong.
func (h hasher) matches(ctx context.Context, kept, password string) (bool, error) {
	c, ok := parse(kept)
	if !ok {
		c = cost{memory: h.memory, time: h.time, threads: argonThreads, salt: make([]byte, saltBytes), key: make([]byte, keyBytes)}
	}
	key, err := h.key(ctx, password, c, len(c.key))
	return ok && same(string(key), string(c.key)), err
}

// parse reads what hash wrote, also with other costs.
func parse(kept string) (c cost, ok bool) {
	parts := strings.Split(kept, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return c, false
	}
	var version int
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return c, false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.time, &c.threads); err != nil {
		return c, false
	}
	var errSalt, errKey error
	c.salt, errSalt = base64.RawStdEncoding.DecodeString(parts[4])
	c.key, errKey = base64.RawStdEncoding.DecodeString(parts[5])
	return c, errSalt == nil && errKey == nil && c.time > 0 && c.threads > 0 && len(c.key) > 0
}
