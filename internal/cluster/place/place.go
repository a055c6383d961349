// Package place keeps objects elsewhere: in a folder of another disk, in a
// bucket that speaks S3, on a machine that speaks SFTP, or with another Plaza.
// All four promise the same, as far as they can: an object is there whole or
// not at all, and of those who want a free key at the same time one gets it.
//
// A place is not trusted: it may read, forget, swap or invent what it keeps.
// What must not be read or changed is sealed first (package seal). It is not
// for the pictures that browsers load: those are edge/blob.
package place

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
)

// The bounds of what a place keeps.
const (
	MaxKey  = 512     // bytes of a key
	MaxPart = 200     // bytes between two slashes: a file's name has at most 255 everywhere
	MaxNew  = 1 << 20 // bytes that PutNew takes
)

// A Place keeps objects elsewhere, under keys of [a-z0-9._/-], parts between
// slashes never empty, "." or "..". No key is the folder of another: where
// there is "a", there is no "a/b". Errors name the key.
//
// A call that breaks off may have done its work: the answer was lost, not the
// object. That holds for PutNew above all, and whoever must know who won
// writes something of their own into data and reads it back.
type Place interface {
	// Put keeps size bytes under key, whole or not at all, instead of what was there.
	Put(ctx context.Context, key string, data io.Reader, size int64) error
	// PutNew is Put for a key that is free; the error is fs.ErrExist if it is not. Of those who try at the same time one gets it.
	PutNew(ctx context.Context, key string, data []byte) error
	// Open reads what is under key; fs.ErrNotExist if nothing is.
	Open(ctx context.Context, key string) (io.ReadCloser, error)
	// Each visits what is under keys that begin with prefix and come after the given key, in the order of their bytes.
	Each(ctx context.Context, prefix, after string, visit func(Info) error) error
	// Remove takes objects away. One that is not there is no error.
	Remove(ctx context.Context, keys ...string) error
	Close() error
	fmt.Stringer // the address, without secrets
}

// Info is what is known of an object from outside.
type Info struct {
	Key  string
	Size int64
	At   time.Time // when it was kept, by the place's own clock
}

// Config says where a place is and how we are let in.
type Config struct {
	// URL is file:///folder, s3://bucket/prefix?endpoint=https://host&region=name,
	// sftp://user@host:port/folder or plaza://host/name. plaza+http:// is
	// for tests and closed networks.
	URL     string
	Key     conf.Secret // S3: the access key
	Secret  conf.Secret // S3: the secret key. SFTP: the password, or that of KeyFile. Plaza: the token
	HostKey string      // SFTP: the server's key, as in known_hosts or a .pub file: "ssh-ed25519 AAAA…"
	KeyFile string      // SFTP: the file of our private key
}

// Open makes a place ready. Only a folder is looked at: a place that is away
// for a while does not keep a house from opening, and Check finds out.
func Open(ctx context.Context, c Config) (Place, error) {
	u, err := url.Parse(c.URL)
	if err != nil { // the error shows the address, which may hold a password
		return nil, errs.New(errs.Invalid, "The address of this place cannot be read. Write it like s3://bucket/folder?endpoint=https://host.")
	}
	if _, ok := u.User.Password(); ok {
		return nil, errs.Newf(errs.Invalid, "There is a password in %s. Take it out, and write it into secret.", u.Redacted())
	}
	if open, ok := kinds[u.Scheme]; ok {
		return open(ctx, u, c)
	}
	return nil, errs.Newf(errs.Invalid, "%q is not a place we know. Write file:///folder, s3://bucket, sftp://user@host/folder or plaza://host/name.", c.URL)
}

type opener func(context.Context, *url.URL, Config) (Place, error)

var kinds = map[string]opener{
	"file":  openFolder,
	"s3":    openBucket,
	"sftp":  openMachine,
	"plaza": openNeighbour, "plaza+http": openNeighbour,
}

// CheckKey reports why an object cannot be under key, or nil.
func CheckKey(key string) error {
	if len(key) > MaxKey {
		return errs.Newf(errs.Invalid, "A key has %d bytes, and at most %d fit.", len(key), MaxKey)
	}
	for part := range strings.SplitSeq(key, "/") {
		if part == "" || part == "." || part == ".." || len(part) > MaxPart || !plain(part) {
			return errs.Newf(errs.Invalid, "%q is not a key: between its slashes are 1 to %d of a-z, 0-9, dot, dash and underscore.", key, MaxPart)
		}
	}
	return nil
}

func plain(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '.' && r != '-' && r != '_'
	})
}

// checkKeys is CheckKey for several.
func checkKeys(keys []string) error {
	for _, k := range keys {
		if err := CheckKey(k); err != nil {
			return err
		}
	}
	return nil
}

// checkPrefix reports why no key could begin with prefix, or nil: it is cut
// anywhere, but nothing in it leads out of the place.
func checkPrefix(prefix string) error {
	folder, rest := cutFolder(prefix)
	if folder != "" {
		if err := CheckKey(strings.TrimSuffix(folder, "/")); err != nil {
			return err
		}
	}
	if len(prefix) > MaxKey || len(rest) > MaxPart || !plain(rest) {
		return errs.Newf(errs.Invalid, "No key begins with %q.", prefix)
	}
	return nil
}

// cutFolder cuts a key or prefix behind its last slash.
func cutFolder(s string) (folder, rest string) {
	i := strings.LastIndexByte(s, '/') + 1
	return s[:i], s[i:]
}

func checkNew(key string, data []byte) error {
	if len(data) > MaxNew {
		return errs.Newf(errs.Invalid, "%s: %d bytes are too many to be put only where nothing is; at most %d.", key, len(data), MaxNew)
	}
	return CheckKey(key)
}
