package mastoapi

import (
	"embed"
	"net/http"
)

// assets are the pictures of those who have none of their own.
//
//go:embed assets/*.png
var assets embed.FS

func (a *API) picture(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=86400")
		http.ServeFileFS(w, r, assets, "assets/"+name)
	}
}
