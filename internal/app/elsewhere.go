package app

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"

	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/core/emojis"
	"github.com/plaza-social/plaza/internal/edge/blob"
	"github.com/plaza-social/plaza/internal/edge/proxy"
	"github.com/plaza-social/plaza/internal/social"
)

const (
	proxyRoute = proxy.Prefix + "{signature}/{as}/{address}"
	proxyKey   = "proxy_key" // the setting with the key that signs
)

// remoteFolder is where what other servers show is kept for a while.
func remoteFolder(c conf.Config) string { return filepath.Join(c.Data, "cache", "remote") }

// openProxy finds the key that signs what is shown of other servers, and the
// house's own emojis.
func (a *App) openProxy(o Options) (err error) {
	if a.Emojis, err = emojis.New(context.Background(), a.Store, a.blobs); err != nil {
		return err
	}
	key, err := a.Instance.Key(context.Background(), proxyKey)
	if err != nil {
		return fmt.Errorf("read the key of the proxy: %w", err)
	}
	a.proxy = proxy.New(proxy.Config{Dir: remoteFolder(o.Config), Budget: o.Config.Media.RemoteBudget, Key: key,
		Agent: "Plaza/" + Version + " (+" + o.Config.URL + ")", Reach: o.Outward, Maker: a.blobs, Clock: o.Clock, Log: a.log})
	return nil
}

// filePath is the path of a file by its name: ours, or one of another server.
func (a *App) filePath(name string) string {
	if path, ok := a.proxy.Elsewhere(name); ok {
		return path
	}
	return blob.URL(name)
}

func (a *App) fileURL(name string) string { return a.Config.URL + a.filePath(name) }

// shownElsewhere serves what another server shows. It may change there, but
// not often.
func (a *App) shownElsewhere(w http.ResponseWriter, r *http.Request) {
	signed, as, encoded := chi.URLParam(r, "signature"), chi.URLParam(r, "as"), chi.URLParam(r, "address")
	address, err := a.proxy.Address(signed, as, encoded)
	hidden := false
	if err == nil {
		hidden, err = a.withheld(r, social.FileElsewhere(as, address))
	}
	if err != nil {
		a.noFile(w, r, err)
		return
	}
	f, err := a.proxy.Get(r.Context(), signed, as, encoded)
	if err != nil {
		a.noFile(w, r, err)
		return
	}
	defer f.Close()
	asFile(w.Header(), f.Type)
	w.Header().Set("Cache-Control", "public, max-age=86400")
	if hidden {
		w.Header().Set("Cache-Control", "no-store")
	}
	http.ServeContent(w, r, "", f.At, f)
}
