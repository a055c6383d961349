package place

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// How often a store that speaks S3 is asked.
const (
	s3Tries       = 3
	conflictTries = 5 // when it cannot say yet who was first
	conflictWait  = 50 * time.Millisecond
)

// bucket is a place in a store that speaks S3. A free key is claimed with
// If-None-Match: *, which Check tries out: not all of them know it.
type bucket struct {
	client       minio.Core
	once         minio.Core // tries once only, on a fresh connection: a claim that is tried again may meet itself
	http         *http.Transport
	name, prefix string // the prefix is empty or ends in a slash
	address      string
	keys         rule
	served       func(key string) (kind, caching string)
}

func openBucket(_ context.Context, u *url.URL, c Config) (Place, error) {
	endpoint, region, err := s3Host(u)
	if err != nil {
		return nil, err
	}
	if c.Key == "" || c.Secret == "" {
		return nil, errs.Newf(errs.Invalid, "There is no key for %s. Write its access key into key and its secret key into secret.", u)
	}
	b := &bucket{http: transport(), name: u.Host, prefix: strings.Trim(u.Path, "/"), address: u.String(), keys: c.keys(), served: c.Served}
	if b.prefix != "" {
		b.prefix += "/"
	}
	fresh := transport()
	fresh.DisableKeepAlives = true
	for _, way := range []struct {
		core  *minio.Core
		http  *http.Transport
		tries int
	}{{&b.client, b.http, s3Tries}, {&b.once, fresh, 1}} {
		core, err := minio.NewCore(endpoint.Host, &minio.Options{Creds: credentials.NewStaticV4(c.Key.Reveal(), c.Secret.Reveal(), ""),
			Secure: endpoint.Scheme == "https", Region: region, MaxRetries: way.tries, Transport: way.http})
		if err != nil {
			return nil, errs.Wrap(errs.Invalid, "The endpoint of "+b.address+" is not a host. Write it like https://s3.example.org.", err)
		}
		*way.core = *core
	}
	return b, nil
}

// s3Host reads where the store is. Without an endpoint it is Amazon's of the
// region.
func s3Host(u *url.URL) (endpoint *url.URL, region string, err error) {
	q := u.Query()
	region = q.Get("region")
	if u.Host == "" || u.User != nil || u.Fragment != "" {
		return nil, "", errs.Newf(errs.Invalid, "%s is not a bucket. Write s3://bucket/folder?endpoint=https://host&region=name.", u.Redacted())
	}
	address := q.Get("endpoint")
	switch {
	case address == "" && region == "":
		return nil, "", errs.Newf(errs.Invalid, "%s does not say where the store is. Add ?endpoint=https://host, or ?region=name for Amazon's.", u)
	case address == "":
		address = "https://s3." + region + ".amazonaws.com"
	case region == "":
		region = "us-east-1" // what stores that have none expect
	}
	endpoint, err = url.Parse(address)
	if err != nil || endpoint.Scheme != "https" && endpoint.Scheme != "http" || endpoint.Host == "" || strings.Trim(endpoint.Path, "/") != "" || endpoint.User != nil {
		return nil, "", errs.Newf(errs.Invalid, "The endpoint of s3://%s is not a host. Write it like https://s3.example.org.", u.Host)
	}
	return endpoint, region, nil
}

func (b *bucket) String() string { return b.address }

func (b *bucket) Close() error {
	b.http.CloseIdleConnections()
	return nil
}

// tell says of which place and key an error is, in our words.
func (b *bucket) tell(what, key string, err error) error {
	if err == nil {
		return nil
	}
	switch r := minio.ToErrorResponse(err); {
	case r.Code == minio.NoSuchBucket:
		err = errs.Wrap(errs.Unavailable, "There is no bucket "+b.name+". Make it, or write one that is there.", err)
	case r.Code == minio.NoSuchKey || r.StatusCode == http.StatusNotFound:
		err = fs.ErrNotExist
	case r.StatusCode == http.StatusPreconditionFailed:
		err = fs.ErrExist
	}
	return fmt.Errorf("%s %s in %s: %w", what, key, b, err)
}

// Put sends what is large in parts: one is in memory at a time, and what is
// broken off is taken back. A bucket should forget unfinished uploads by rule
// all the same: the host may die before it takes them back.
func (b *bucket) Put(ctx context.Context, key string, data io.Reader, size int64) error {
	if err := b.keys.check(key); err != nil {
		return err
	}
	e, err := exactly(ctx, key, data, size)
	if err == nil {
		_, err = b.client.Client.PutObject(ctx, b.name, b.prefix+key, e, size, b.putOptions(key))
	}
	return b.tell("put", key, err)
}

// putOptions have the content checked on its way by the one sum that all stores
// know. It is signed, so the content need not be signed piece by piece.
func (b *bucket) putOptions(key string) minio.PutObjectOptions {
	o := minio.PutObjectOptions{ContentType: "application/octet-stream", SendContentMd5: true, DisableContentSha256: true}
	if b.served != nil {
		o.ContentType, o.CacheControl = b.served(key)
	}
	return o
}

func (b *bucket) PutNew(ctx context.Context, key string, data []byte) error {
	if err := b.keys.fresh(key, data); err != nil {
		return err
	}
	o := b.putOptions(key)
	o.SetMatchETagExcept("*")
	for try := 1; ; try++ {
		_, err := b.once.Client.PutObject(ctx, b.name, b.prefix+key, bytes.NewReader(data), int64(len(data)), o)
		if minio.ToErrorResponse(err).StatusCode != http.StatusConflict || try == conflictTries {
			return b.tell("put", key, err)
		}
		select { // several wrote at once and this was not the one: ask again whether anything is there
		case <-time.After(conflictWait):
		case <-ctx.Done():
			return b.tell("put", key, ctx.Err())
		}
	}
}

func (b *bucket) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := b.keys.check(key); err != nil {
		return nil, err
	}
	r, _, _, err := b.client.GetObject(ctx, b.name, b.prefix+key, minio.GetObjectOptions{})
	if err != nil {
		return nil, b.tell("open", key, err)
	}
	return r, nil
}

// Each refuses an order that is not that of bytes, in which some stores list
// (S3 Express does): what comes after a key could not be found by it.
func (b *bucket) Each(ctx context.Context, prefix, after string, visit func(Info) error) error {
	if err := errors.Join(b.keys.prefix(prefix), ctx.Err()); err != nil {
		return err
	}
	o := minio.ListObjectsOptions{Prefix: b.prefix + prefix, Recursive: true}
	if after != "" {
		o.StartAfter = b.prefix + after
	}
	last := ""
	for found := range b.client.ListObjectsIter(ctx, b.name, o) {
		if found.Err != nil {
			return b.tell("list", prefix, found.Err)
		}
		key, ours := strings.CutPrefix(found.Key, b.prefix)
		if !ours || !strings.HasPrefix(key, prefix) || b.keys.check(key) != nil || key <= after {
			continue
		}
		if key <= last {
			return errs.Newf(errs.Unavailable, "%s lists its keys in no order. Use another place.", b)
		}
		last = key
		if err := visit(Info{key, found.Size, found.LastModified}); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (b *bucket) Remove(ctx context.Context, keys ...string) error {
	if err := errors.Join(b.keys.all(keys), ctx.Err()); err != nil {
		return err
	}
	for _, key := range keys {
		err := b.client.RemoveObject(ctx, b.name, b.prefix+key, minio.RemoveObjectOptions{})
		if err = b.tell("remove", key, err); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
