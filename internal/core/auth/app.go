package auth

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Limits of what an app says about itself.
const (
	MaxAppName   = 255 // characters
	MaxAppURL    = 2000
	MaxRedirects = 20
)

// OutOfBand is the redirect of apps that have the code typed in.
const OutOfBand = "urn:ietf:wg:oauth:2.0:oob"

// RegisterApp makes an app known by what it says of itself (name, website,
// redirects, scopes) and returns it with the client secret.
func (s *Service) RegisterApp(ctx context.Context, app social.App) (social.App, string, error) {
	app.Name, app.Website = strings.TrimSpace(app.Name), strings.TrimSpace(app.Website)
	if len(app.Redirects) == 0 {
		app.Redirects = []string{OutOfBand}
	}
	if len(app.Scopes) == 0 {
		app.Scopes = social.Scopes{defaultScope}
	}
	if err := checkApp(app); err != nil {
		return social.App{}, "", err
	}
	secret, hash := newSecret()
	app.ClientID, _ = newSecret()
	app.SecretHash = hash
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		app.ID, app.CreatedAt = social.AppID(id.New(tx.Now)), tx.Now
		return tx.AddApp(ctx, app)
	})
	if err != nil {
		return social.App{}, "", fmt.Errorf("register app: %w", err)
	}
	return app, secret, nil
}

func checkApp(app social.App) error {
	switch {
	case app.Name == "":
		return errs.New(errs.Invalid, "Validation failed: Name can't be blank")
	case !printable(app.Name) || utf8.RuneCountInString(app.Name) > MaxAppName:
		return errs.Newf(errs.Invalid, "Validation failed: Name is too long (maximum is %d characters)", MaxAppName)
	case app.Website != "" && !validWebsite(app.Website):
		return errs.New(errs.Invalid, "Validation failed: Website is not an address that begins with https:// or http://")
	case len(app.Redirects) > MaxRedirects:
		return errs.Newf(errs.Invalid, "Validation failed: There are more than %d redirect URIs", MaxRedirects)
	case !known(app.Scopes):
		return errs.New(errs.Invalid, "Validation failed: Scopes doesn't match configured on the server.")
	}
	for _, r := range app.Redirects {
		if !validRedirect(r) {
			return errs.New(errs.Invalid, "Validation failed: Redirect URI must be an absolute URI.")
		}
	}
	return nil
}

func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

func validWebsite(s string) bool {
	u, err := url.Parse(s)
	return err == nil && printable(s) && len(s) <= MaxAppURL && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// unsafeSchemes are those that run in the page they are opened from.
var unsafeSchemes = []string{"javascript", "data", "vbscript"}

// validRedirect takes any scheme an app may have on its device.
// https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2
func validRedirect(s string) bool {
	u, err := url.Parse(s)
	if err != nil || !printable(s) || strings.Contains(s, " ") || len(s) > MaxAppURL {
		return false
	}
	web := u.Scheme == "http" || u.Scheme == "https"
	return u.Scheme != "" && !strings.Contains(s, "#") && !slices.Contains(unsafeSchemes, u.Scheme) && (!web || u.Host != "")
}

// App returns an app, or NotFound.
func (s *Service) App(ctx context.Context, which social.AppID) (app social.App, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		app, err = v.App(ctx, which)
		return err
	})
	return app, err
}

// AppByClient returns the app with a client id, or NotFound.
func (s *Service) AppByClient(ctx context.Context, client string) (app social.App, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		app, err = v.AppByClient(ctx, plain(client, MaxAppURL))
		return err
	})
	return app, err
}

// CheckClient returns the app with a client id and secret; it is
// Unauthenticated if they do not belong together.
func (s *Service) CheckClient(ctx context.Context, client, secret string) (social.App, error) {
	app, err := s.AppByClient(ctx, client)
	if errs.KindOf(err) == errs.NotFound || err == nil && !same(app.SecretHash, hashOf(secret)) {
		return social.App{}, errs.New(errs.Unauthenticated,
			"Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.")
	}
	return app, err
}
