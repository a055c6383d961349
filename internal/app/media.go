package app

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"

	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
)

// mediaFolder is where files are, or with a store elsewhere only those that
// are still in the making.
func mediaFolder(c conf.Config) string { return filepath.Join(c.Data, "media") }

// media serves a stored file. Its name is all that is needed, and cannot be
// guessed.
func (a *App) media(w http.ResponseWriter, r *http.Request) {
	name := chi.URLParam(r, "name")
	hidden, err := a.withheld(r, name)
	if err != nil {
		a.noFile(w, r, err)
		return
	}
	f, err := a.blobs.File(r.Context(), name)
	if err != nil {
		a.noFile(w, r, err)
		return
	}
	defer f.Close()
	if asFile(w.Header(), f.Type); hidden {
		w.Header().Set("Cache-Control", "no-store")
	}
	http.ServeContent(w, r, "", f.At, f)
}

// withheld reports whether a file is out of sight, and why who asks may not have
// it then.
func (a *App) withheld(r *http.Request, name string) (bool, error) {
	hidden, err := a.Media.Withheld(r.Context(), name)
	if err == nil && hidden {
		err = a.mayLook(r)
	}
	return hidden, err
}

// mayLook reports why who asks may not have a file that is out of sight, or nil:
// moderators have to see it.
func (a *App) mayLook(r *http.Request) error {
	by, err := a.site.Actor(r)
	if err == nil && by.MustModerate() != nil {
		err = errs.New(errs.NotFound, "There is no such file.")
	}
	return err
}

// asFile has a browser take what follows for a file of one kind, which can do
// nothing and never changes.
func asFile(h http.Header, kind string) {
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Access-Control-Allow-Origin", "*")
}

// noFile tells why there is no file, or no longer, or not now.
func (a *App) noFile(w http.ResponseWriter, r *http.Request, err error) {
	if errs.KindOf(err) != errs.Unavailable {
		a.site.NotFound(w, r)
		return
	}
	a.log.WarnContext(r.Context(), "file", "err", err)
	w.Header().Set("Retry-After", "60")
	a.site.Fail(w, r, http.StatusServiceUnavailable, errs.Public(err))
}

// tryFiles tells in the log when files cannot be kept where they should be.
// The house is open all the same: what is written there is not lost.
func (a *App) tryFiles(ctx context.Context) {
	a.proxy.Use() // looks at its folder before somebody waits for that
	if err := a.blobs.Check(ctx); err != nil && ctx.Err() == nil {
		a.log.ErrorContext(ctx, "files cannot be kept: plaza doctor says more", "err", err)
	}
}

// files looks at where files are kept.
func files(ctx context.Context, c conf.Config) Finding {
	f := Finding{What: "files", Says: "in the data folder"}
	if c.Media.Bucket != "" {
		f.Says = "in the bucket " + c.Media.Bucket + " at " + c.Media.Endpoint
	}
	if n := len(c.MediaStores()); n > 0 {
		f.Says = fmt.Sprintf("in %d stores", n)
	}
	s, err := openFiles(ctx, c)
	if err == nil {
		defer s.Close()
		err = s.Check(ctx)
	}
	if f.OK = err == nil; f.OK {
		f.Says += ", can be written"
		return f
	}
	f.Says += ": " + reason(err)
	f.Mend = "Let the user that plaza runs as write there, on a disk with room."
	if len(c.MediaStores()) > 0 {
		f.Mend = "Look at its url, keys and what they allow. While one store is away, files are in the others, and it gets what it lacks when it is back."
	}
	if c.Media.Bucket != "" {
		f.Mend = "Check media.endpoint, media.bucket, media.key and media.secret, and that the store can be reached from here."
	}
	return f
}
