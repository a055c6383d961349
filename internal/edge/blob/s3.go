package blob

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
)

// How long a store elsewhere is waited for.
const (
	putWait    = 5 * time.Minute // for a whole file
	askWait    = 20 * time.Second
	answerWait = 15 * time.Second // for the head of an answer
	dialWait   = 5 * time.Second
	s3Tries    = 2
)

// immutable is how long browsers may keep a file: what is under a name never
// changes.
const immutable = "public, max-age=31536000, immutable"

// bucket is the shelf in a store that speaks S3. Its layout is that of folder,
// so that files can be carried over as they are.
type bucket struct {
	client       *minio.Client
	name, prefix string
}

// openBucket does not call the store: one that is away for a while does not
// keep the house from opening. Settings have been checked.
func openBucket(c conf.Media) (bucket, error) {
	u, err := url.Parse(c.Endpoint)
	if err != nil {
		return bucket{}, err
	}
	dial := &net.Dialer{Timeout: dialWait}
	client, err := minio.New(u.Host, &minio.Options{
		Creds:  credentials.NewStaticV4(c.Key, c.Secret.Reveal(), ""),
		Secure: u.Scheme == "https", Region: c.Region, MaxRetries: s3Tries,
		Transport: &http.Transport{DialContext: dial.DialContext, TLSHandshakeTimeout: dialWait, ResponseHeaderTimeout: answerWait,
			MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute, DisableCompression: true},
	})
	if err != nil {
		return bucket{}, err
	}
	prefix := strings.Trim(c.Prefix, "/")
	if prefix != "" {
		prefix += "/"
	}
	return bucket{client, c.Bucket, prefix}, nil
}

func (b bucket) key(name string) string { return b.prefix + name[:2] + "/" + name }

// gone makes an answer of the store ours.
func gone(err error) error {
	if r := minio.ToErrorResponse(err); r.Code == minio.NoSuchKey || r.StatusCode == http.StatusNotFound && r.Code != minio.NoSuchBucket {
		return fs.ErrNotExist
	}
	return err
}

func (b bucket) put(ctx context.Context, name string, data io.Reader, size int64) error {
	_, err := b.client.PutObject(ctx, b.name, b.key(name), data, size, minio.PutObjectOptions{ContentType: types[path.Ext(name)],
		CacheControl: immutable, SendContentMd5: true}) // MD5 is what all of them check
	return err
}

func (b bucket) open(ctx context.Context, name string) (*File, error) {
	o, err := b.client.GetObject(ctx, b.name, b.key(name), minio.GetObjectOptions{})
	if err != nil {
		return nil, gone(err)
	}
	info, err := o.Stat()
	if err != nil {
		return nil, errors.Join(gone(err), o.Close())
	}
	return &File{ReadSeekCloser: o, Size: info.Size, At: info.LastModified}, nil
}

func (b bucket) remove(ctx context.Context, name string) error {
	ctx, stop := context.WithTimeout(ctx, askWait)
	defer stop()
	if err := gone(b.client.RemoveObject(ctx, b.name, b.key(name), minio.RemoveObjectOptions{})); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (b bucket) each(ctx context.Context, visit func(Info) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop() // ends the listing
	for o := range b.client.ListObjects(ctx, b.name, minio.ListObjectsOptions{Prefix: b.prefix, Recursive: true}) {
		if o.Err != nil {
			return o.Err
		}
		name := path.Base(o.Key)
		if !form.MatchString(name) || o.Key != b.key(name) {
			continue
		}
		if err := visit(Info{name, o.Size, o.LastModified}); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// check writes a file, reads it and takes it away again.
func (b bucket) check(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, askWait)
	defer stop()
	there, err := b.client.BucketExists(ctx, b.name)
	if err == nil && !there {
		err = errs.Newf(errs.Unavailable, "There is no bucket %s: make it, or set media.bucket to one that is there.", b.name)
	}
	if err != nil {
		return err
	}
	trial := b.prefix + unsaved + "/" + random()
	if _, err := b.client.PutObject(ctx, b.name, trial, strings.NewReader("."), 1, minio.PutObjectOptions{SendContentMd5: true}); err != nil {
		return err
	}
	_, err = b.client.StatObject(ctx, b.name, trial, minio.StatObjectOptions{})
	return errors.Join(err, b.client.RemoveObject(ctx, b.name, trial, minio.RemoveObjectOptions{}))
}
