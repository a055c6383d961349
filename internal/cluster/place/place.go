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
// there is "a", there is no "a/b". Errors name the key. One that keeps files for
// the web takes letters of all scripts, too: see Config.Served.
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

	// Served is set for files that web hosts serve under their names. It says
	// as what, and for how long readers may keep it; stores that speak S3 pass that
	// on. Keys may then have what stands in addresses, such as @ and letters
	// of all scripts. What is empty after a Remove is taken away, too: its
	// name says something.
	Served func(key string) (kind, caching string)
	// ReadOnly is for one that is only looked at: nothing is made there.
	ReadOnly bool
}

// keys is the rule for what is kept there.
func (c Config) keys() rule {
	if c.Served != nil {
		return fileNames
	}
	return plainKeys
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
