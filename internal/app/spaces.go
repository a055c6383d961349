package app

import (
	"context"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
)

// spacesRoute is where others' copies are kept: the name of a space, and a key.
const spacesRoute = place.Root + "{name}/*"

// tenants are the houses whose copies are kept in a data folder.
func tenants(c conf.Config) place.Tenants { return place.TenantsIn(filepath.Join(c.Data, "kept")) }

func openSpaces(c conf.Config) *place.Server {
	return place.Serve(filepath.Join(c.Data, "kept"), tenants(c).Named)
}

// spaces keeps others' copies. They are streamed from and to the disk, of any
// size, by whoever has the token; the database is not asked.
func (a *App) spaces(w http.ResponseWriter, r *http.Request) { a.keeps.ServeHTTP(w, r) }

// forSpaces reports whether a request is about copies of others: those are kept
// also while this house lets nothing in.
func forSpaces(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, place.Root) }

// A Space is room for the copy of another house.
type Space struct {
	Name   string    `json:"name"`
	URL    string    `json:"url"`
	Budget int64     `json:"budget"`
	Used   int64     `json:"used"`
	Made   time.Time `json:"made"`
}

// KeepFor makes room here for the copy of another house. The token is told this
// once.
func KeepFor(c conf.Config, name, budget string) (s Space, token string, err error) {
	bytes := int64(place.DefaultBudget)
	if budget != "" {
		if bytes, err = conf.ParseSize(budget); err != nil {
			return s, "", errs.Wrap(errs.Invalid, "That is not a size. Write a number and KB, MB, GB or TB, such as 10GB.", err)
		}
	}
	now := time.Now()
	secret, err := tenants(c).Add(name, bytes, now)
	return Space{Name: name, URL: spaceURL(c, name), Budget: bytes, Made: now.UTC()}, secret.Reveal(), err
}

// spaceURL is what the other house writes into its settings.
func spaceURL(c conf.Config, name string) string {
	u, err := url.Parse(c.URL)
	if err != nil {
		return ""
	}
	if u.Scheme == "http" {
		return "plaza+http://" + u.Host + "/" + name
	}
	return "plaza://" + u.Host + "/" + name
}

// Spaces are those there are, and what is in them.
func Spaces(ctx context.Context, c conf.Config) (out []Space, err error) {
	all, err := tenants(c).All()
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		used, err := tenants(c).Used(ctx, t.Name)
		if err != nil {
			return nil, err
		}
		out = append(out, Space{Name: t.Name, URL: spaceURL(c, t.Name), Budget: t.Budget, Used: used, Made: t.Made})
	}
	return out, nil
}

// EndSpace no longer keeps a copy, and removes it if that is asked for.
func EndSpace(c conf.Config, name string, files bool) error { return tenants(c).Remove(name, files) }
