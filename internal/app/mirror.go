package app

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/netsafe"
	"github.com/plaza-social/plaza/internal/core/mirrors"
	"github.com/plaza-social/plaza/internal/edge/mirror"
	"github.com/plaza-social/plaza/internal/edge/web"
	"github.com/plaza-social/plaza/internal/work"
)

// keepMirror keeps the mirror that the settings name, if they do. A place that
// cannot be used is told of; the house is open all the same.
func (a *App) keepMirror(ctx context.Context) {
	if a.Config.Mirror.To == "" {
		return
	}
	k, err := a.MirrorAt(a.Config.Mirror.To)
	if err != nil {
		a.log.ErrorContext(ctx, "the mirror cannot be kept: see mirror.to", "err", err)
		return
	}
	k.Run(ctx)
}

// MirrorAt is what keeps a mirror of this house at a place.
func (a *App) MirrorAt(to string) (*mirror.Keeper, error) {
	place, err := openMirror(a.Config.Mirror.At(to), false)
	if err != nil {
		return nil, err
	}
	return a.MirrorOn(place), nil
}

// MirrorOn is MirrorAt for a place that is open.
func (a *App) MirrorOn(place mirror.Place) *mirror.Keeper {
	pages := chi.NewRouter()
	a.site.Routes(pages)
	build := Version + web.Look() + a.Config.URL
	if a.Config.Mirror.Lead {
		build += " lead"
	}
	return mirror.New(mirror.Config{Address: a.Config.URL, Host: a.Config.HandleHost, Build: build, Place: place,
		Render: func(ctx context.Context, w mirror.Wish) ([]byte, error) { return a.mirrorPage(ctx, pages, w) },
		File: func(ctx context.Context, path string) (io.ReadCloser, int64, error) {
			return a.mirrorFile(ctx, pages, path)
		},
		Mirrors: a.Mirrors, Timelines: a.Timelines, View: a.View, Log: a.log})
}

// mirrorPage is a page of the site as a stranger sees it, made for a mirror.
func (a *App) mirrorPage(ctx context.Context, pages http.Handler, w mirror.Wish) ([]byte, error) {
	if write := a.leads()[w.Page]; write != nil {
		return a.lead(write)
	}
	path, _, _ := strings.Cut(w.Page, mirror.OlderName)
	m := web.Mirror{Part: w.Part, Newer: w.Newer, Older: w.Older, Stamp: w.Stamp, Moment: w.Moment, Key: w.Key}
	m.Moved, m.Lead = a.pageMoved(path), a.Config.Mirror.Lead
	want, handler := http.StatusOK, pages
	switch w.Page {
	case mirrors.StatusPage:
		var err error
		if m.Said, m.Since, err = a.mirrorSaid(ctx); err != nil {
			return nil, err
		}
		handler = http.HandlerFunc(a.site.MirrorStatus)
	case mirror.NotFoundPage:
		want, handler = http.StatusNotFound, http.HandlerFunc(a.site.NotFound)
	}
	return askOurselves(web.ForMirror(ctx, m), handler, path, want)
}

// mirrorSaid is what stands on the status page.
func (a *App) mirrorSaid(ctx context.Context) (string, time.Time, error) {
	said, since, err := a.Mirrors.Said(ctx)
	if said == "" && a.Config.Mirror.Say != "" {
		said = a.Config.Mirror.Say
		if since.IsZero() {
			since = a.Store.Now()
		}
	}
	return said, since, err
}

// mirrorFile is a file that pages show.
func (a *App) mirrorFile(ctx context.Context, pages http.Handler, path string) (io.ReadCloser, int64, error) {
	if name, ok := strings.CutPrefix(path, "media/"); ok {
		f, err := a.blobs.File(ctx, name)
		if err != nil {
			return nil, 0, err
		}
		return f, f.Size, nil
	}
	b, err := askOurselves(ctx, pages, "/"+path, http.StatusOK)
	return io.NopCloser(bytes.NewReader(b)), int64(len(b)), err
}

// An answer is what a handler of ours answers when we ask ourselves.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}

// askOurselves asks a handler for a page, as a stranger who sends nothing about himself.
// What leads on to another address is not found.
func askOurselves(ctx context.Context, h http.Handler, path string, want int) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, (&url.URL{Path: path}).EscapedPath(), nil)
	if err != nil {
		return nil, err
	}
	a := &answer{header: http.Header{}}
	h.ServeHTTP(a, r)
	switch {
	case a.status == want:
		return a.body.Bytes(), nil
	case a.status < http.StatusInternalServerError:
		return nil, errs.New(errs.NotFound, "Record not found")
	}
	return nil, fmt.Errorf("%s is answered with %d", path, a.status)
}

// Mirroring is what keeps a mirror.
type Mirroring = mirror.Keeper

// MirrorOnce brings the mirror at a place up to date, or writes it anew.
func (a *App) MirrorOnce(ctx context.Context, to string, again bool) (*Mirroring, error) {
	k, err := a.MirrorAt(to)
	if err != nil {
		return nil, err
	}
	if again {
		if err := k.Again(ctx); err != nil {
			return k, err
		}
	}
	if err := a.FollowMirrors(ctx); err != nil {
		return k, err
	}
	return k, k.Once(ctx)
}

// FollowMirrors finds out which pages have changed. A server that runs does that
// by itself.
func (a *App) FollowMirrors(ctx context.Context) error {
	return work.CatchUp(ctx, a.Store, mirrors.Follower())
}

// ForgetMirror has a mirror no longer kept. Its files stay.
func (a *App) ForgetMirror(ctx context.Context, to string) error {
	place, err := openMirror(a.Config.Mirror.At(to), false)
	if err != nil {
		return err
	}
	m, err := a.Mirrors.Mirror(ctx, place.String())
	if err != nil {
		return err
	}
	return a.Mirrors.Forget(ctx, m.ID)
}

// SayOnMirrors puts words on the status page of every mirror.
func (a *App) SayOnMirrors(ctx context.Context, words string) error {
	if _, err := a.MirrorKey(ctx); err != nil {
		return err
	}
	return a.Mirrors.Say(ctx, words)
}

// MirrorKey is what mirrors of this house are checked with.
func (a *App) MirrorKey(ctx context.Context) (string, error) {
	_, public, err := mirror.Key(ctx, a.Mirrors, a.Config.HandleHost)
	return public, err
}

// mirrorKeyMade is MirrorKey, or empty if it was never needed.
func (a *App) mirrorKeyMade(ctx context.Context) (string, error) {
	if made, err := a.Mirrors.HasKey(ctx); err != nil || !made {
		return "", err
	}
	return a.MirrorKey(ctx)
}

// MirrorCheck and MirrorReport are what a mirror is held against, and what came
// of it.
type (
	MirrorCheck  = mirror.Check
	MirrorReport = mirror.Report
)

// everywhere is reached when somebody at the keyboard names an address.
var everywhere = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}

// fileWait is how long one file of a mirror on the web may take.
const fileWait = 10 * time.Minute

// VerifyMirror reads all of a mirror: one at a place, or on the web.
func VerifyMirror(ctx context.Context, at conf.Place, c MirrorCheck) (MirrorReport, error) {
	if strings.HasPrefix(at.URL, "http://") || strings.HasPrefix(at.URL, "https://") {
		client := netsafe.Client(netsafe.Options{Private: everywhere, Timeout: fileWait})
		return mirror.Verify(ctx, mirror.OpenSite(at.URL, client), c)
	}
	place, err := openMirror(at, true)
	if err != nil {
		return MirrorReport{}, err
	}
	return mirror.Verify(ctx, place, c)
}

// MirrorHandler serves a mirror that lies at a place: only what is as it was
// signed, if r says what came of verifying it.
func MirrorHandler(at conf.Place, r *MirrorReport) (http.Handler, error) {
	place, err := openMirror(at, true)
	if err != nil {
		return nil, err
	}
	return mirror.Handler(place, r), nil
}
