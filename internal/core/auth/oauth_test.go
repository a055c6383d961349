package auth_test

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
)

const callback = "app://callback"

func (h *house) app(scopes string, redirects ...string) social.App {
	h.t.Helper()
	app, _, err := h.RegisterApp(h.ctx, social.App{Name: "Tusky", Redirects: redirects, Scopes: social.ParseScopes(scopes)})
	if err != nil {
		h.t.Fatal(err)
	}
	return app
}

func TestRegisterApp(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		app, secret, err := h.RegisterApp(h.ctx, social.App{Name: " Tusky ", Website: "https://tusky.app"})
		if err != nil {
			t.Fatal(err)
		}
		if app.Name != "Tusky" || app.Redirects[0] != auth.OutOfBand || app.Scopes.String() != "read" || len(app.ClientID) != 43 || app.SecretHash == secret {
			t.Errorf("%+v", app)
		}
		for _, get := range []func() (social.App, error){
			func() (social.App, error) { return h.App(h.ctx, app.ID) },
			func() (social.App, error) { return h.AppByClient(h.ctx, app.ClientID) },
			func() (social.App, error) { return h.CheckClient(h.ctx, app.ClientID, secret) },
		} {
			if got, err := get(); err != nil || got.ID != app.ID || got.Website != "https://tusky.app" {
				t.Errorf("%+v, %v", got, err)
			}
		}
		_, err = h.AppByClient(h.ctx, "x\x00\xff")
		wantKind(t, "no such client", err, errs.NotFound)
		for _, try := range [][2]string{{app.ClientID, "x"}, {app.ClientID, ""}, {"x", secret}, {"plaza-command-line", ""}} {
			_, err = h.CheckClient(h.ctx, try[0], try[1])
			wantKind(t, "client "+try[0], err, errs.Unauthenticated)
		}
	})
}

func TestRegisterAppRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		at := func(n int) string { return strings.Repeat("ä", n) }
		try := func(name string, app social.App, want errs.Kind) {
			t.Helper()
			_, _, err := h.RegisterApp(h.ctx, app)
			if (err == nil) != (want == errs.Internal) || err != nil && errs.KindOf(err) != want {
				t.Errorf("%s: %v, want kind %d", name, err, want)
			}
		}
		for _, r := range []string{"https://elk.zone/cb?a=b", "http://localhost:1234/", "com.tapbots.Ivory.219:/request_token", "metatext://oauth.callback", auth.OutOfBand, "https://e.example/" + strings.Repeat("a", auth.MaxAppURL-18)} {
			try(r, social.App{Name: "x", Redirects: []string{r}}, errs.Internal)
		}
		for _, r := range []string{"", "/path", "//host/path", "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x", " javascript:x", "java\nscript:x",
			"https://e.example/#f", "https:", "https:///x", "app://a b", "a\xff://x", "https://e.example/" + strings.Repeat("a", auth.MaxAppURL-17)} {
			try("redirect "+r, social.App{Name: "x", Redirects: []string{callback, r}}, errs.Invalid)
		}
		try("longest name", social.App{Name: at(auth.MaxAppName)}, errs.Internal)
		try("long name", social.App{Name: at(auth.MaxAppName + 1)}, errs.Invalid)
		try("no name", social.App{Name: " "}, errs.Invalid)
		try("name with NUL", social.App{Name: "a\x00"}, errs.Invalid)
		try("website", social.App{Name: "x", Website: "javascript:alert(1)"}, errs.Invalid)
		try("long website", social.App{Name: "x", Website: "https://e.example/" + at(auth.MaxAppURL)}, errs.Invalid)
		try("all scopes", social.App{Name: "x", Scopes: auth.Scopes}, errs.Internal)
		try("no such scope", social.App{Name: "x", Scopes: social.Scopes{"read", "read:minds"}}, errs.Invalid)
		try("most redirects", social.App{Name: "x", Redirects: strings.Fields(strings.Repeat("app://x ", auth.MaxRedirects))}, errs.Internal)
		try("many redirects", social.App{Name: "x", Redirects: strings.Fields(strings.Repeat("app://x ", auth.MaxRedirects+1))}, errs.Invalid)
	})
}

func TestAuthorize(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada := h.member("ada", social.Member)
		app := h.app("read write:statuses", callback, "https://e.example/")
		verifier := strings.Repeat("v", 43)
		sum := sha256.Sum256([]byte(verifier))
		challenge := base64.RawURLEncoding.EncodeToString(sum[:])
		code, err := h.Authorize(h.ctx, ada, auth.Grant{App: app, Redirect: callback, Scopes: social.ParseScopes("read:lists write:statuses"), Challenge: challenge})
		if err != nil {
			t.Fatal(err)
		}
		secret, token, err := h.Exchange(h.ctx, app, code, callback, verifier)
		if err != nil {
			t.Fatal(err)
		}
		if token.Account != ada.Account || token.App != app.ID || token.Scopes.String() != "read:lists write:statuses" || token.CreatedAt.IsZero() {
			t.Errorf("%+v", token)
		}
		by, err := h.ByToken(h.ctx, secret)
		if err != nil || by.Account != ada.Account || by.App != app.ID || by.Token != token.ID || by.Session != 0 || by.Scopes.String() != token.Scopes.String() || by.MustAct() != nil {
			t.Errorf("%+v, %v", by, err)
		}
		_, err = h.BySession(h.ctx, secret)
		wantKind(t, "a token as a session", err, errs.Unauthenticated)
		if all, err := h.Tokens(h.ctx, ada); err != nil || len(all) != 1 || all[0].AppName != "Tusky" {
			t.Errorf("%+v, %v", all, err)
		}

		facts := h.facts()
		facts()
		_, _, err = h.Exchange(h.ctx, app, code, callback, verifier)
		wantKind(t, "the code again", err, errs.Invalid)
		if fs := facts(); len(fs) != 1 || fs[0] != (event.AccessChanged{Account: ada.Account}) {
			t.Errorf("recorded %+v", fs)
		}
		_, err = h.ByToken(h.ctx, secret)
		wantKind(t, "the token whose code came again", err, errs.Unauthenticated)
	})
}

func TestAuthorizeRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada := h.member("ada", social.Member)
		app := h.app("read write:statuses", callback)
		for name, tt := range map[string]struct {
			by    social.Actor
			grant auth.Grant
			want  errs.Kind
		}{
			"anyone":               {social.Anyone, auth.Grant{App: app, Redirect: callback}, errs.Unauthenticated},
			"pending":              {social.Actor{Account: ada.Account, Standing: social.Pending}, auth.Grant{App: app, Redirect: callback}, errs.Forbidden},
			"another redirect":     {ada, auth.Grant{App: app, Redirect: callback + "/"}, errs.Invalid},
			"no redirect":          {ada, auth.Grant{App: app}, errs.Invalid},
			"more than registered": {ada, auth.Grant{App: app, Redirect: callback, Scopes: social.Scopes{"write"}}, errs.Invalid},
			"no such scope":        {ada, auth.Grant{App: app, Redirect: callback, Scopes: social.Scopes{"read:minds"}}, errs.Invalid},
			"plain challenge":      {ada, auth.Grant{App: app, Redirect: callback, Challenge: "short"}, errs.Invalid},
		} {
			_, err := h.Authorize(h.ctx, tt.by, tt.grant)
			wantKind(t, name, err, tt.want)
		}
	})
}

func TestExchangeRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada := h.member("ada", social.Member)
		app, other := h.app("read", callback, auth.OutOfBand), h.app("read", callback)
		sum := sha256.Sum256([]byte("verifier"))
		challenge := base64.RawURLEncoding.EncodeToString(sum[:])
		for name, tt := range map[string]struct {
			app                            social.App
			challenge, redirect, verifier  string
			late                           time.Duration
			want                           errs.Kind
			wantScopes, asked, codeInstead string
		}{
			"right":                   {app: app, redirect: callback, wantScopes: "read"},
			"just in time":            {app: app, redirect: callback, late: 10 * time.Minute},
			"too late":                {app: app, redirect: callback, late: 10*time.Minute + time.Millisecond, want: errs.Invalid},
			"another app":             {app: other, redirect: callback, want: errs.Invalid},
			"another redirect of its": {app: app, redirect: auth.OutOfBand, want: errs.Invalid},
			"no verifier":             {app: app, redirect: callback, challenge: challenge, want: errs.Invalid},
			"wrong verifier":          {app: app, redirect: callback, challenge: challenge, verifier: "x", want: errs.Invalid},
			"right verifier":          {app: app, redirect: callback, challenge: challenge, verifier: "verifier"},
			"verifier out of nowhere": {app: app, redirect: callback, verifier: "verifier", want: errs.Invalid},
			"no such code":            {app: app, redirect: callback, codeInstead: "x", want: errs.Invalid},
		} {
			code, err := h.Authorize(h.ctx, ada, auth.Grant{App: app, Redirect: callback, Challenge: tt.challenge})
			if err != nil {
				t.Fatal(err)
			}
			if tt.codeInstead != "" {
				code = tt.codeInstead
			}
			h.clock.Pass(tt.late)
			_, token, err := h.Exchange(h.ctx, tt.app, code, tt.redirect, tt.verifier)
			switch {
			case tt.want != 0:
				wantKind(t, name, err, tt.want)
				_, _, err = h.Exchange(h.ctx, app, code, callback, "")
				wantKind(t, name+", then right", err, errs.Invalid)
			case err != nil || token.Scopes.String() != "read":
				t.Errorf("%s: %+v, %v", name, token, err)
			}
		}
	})
}

// A code that comes twice at the same time gives at most one token, which
// does not last.
func TestExchangeRace(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada := h.member("ada", social.Member)
		app := h.app("read", callback)
		code, err := h.Authorize(h.ctx, ada, auth.Grant{App: app, Redirect: callback})
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		won := make(chan string, 4)
		for range 4 {
			wg.Go(func() {
				if secret, _, err := h.Exchange(h.ctx, app, code, callback, ""); err == nil {
					won <- secret
				}
			})
		}
		wg.Wait()
		if len(won) != 1 {
			t.Fatalf("%d tokens for one code", len(won))
		}
		_, err = h.ByToken(h.ctx, <-won)
		wantKind(t, "its token", err, errs.Unauthenticated)
	})
}

// The first tokens of the command line may be made side by side.
func TestTokenForRace(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var wg sync.WaitGroup
		for _, name := range []string{"ada", "ben", "cleo", "dan"} {
			who := h.member(name, social.Member).Account
			wg.Go(func() {
				if _, err := h.TokenFor(h.ctx, who, social.Scopes{"read"}); err != nil {
					t.Errorf("a token for %s: %v", name, err)
				}
			})
		}
		wg.Wait()
	})
}

func TestCodeEndsWithThePassword(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada, _ := h.signedIn("ada")
		app := h.app("read", callback)
		code, err := h.Authorize(h.ctx, ada, auth.Grant{App: app, Redirect: callback})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.ChangePassword(h.ctx, ada, "correct horse", "battery staple"); err != nil {
			t.Fatal(err)
		}
		_, _, err = h.Exchange(h.ctx, app, code, callback, "")
		wantKind(t, "a code from before", err, errs.Invalid)
	})
}

func TestOtherTokens(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada := h.member("ada", social.Member)
		app := h.app("read write", callback)
		secret, token, err := h.AppToken(h.ctx, app, social.Scopes{"write"})
		if err != nil || token.Account != 0 {
			t.Fatal(token, err)
		}
		by, err := h.ByToken(h.ctx, secret)
		if err != nil || by.Account != 0 || by.App != app.ID || by.Token != token.ID || by.Scopes.String() != "write" {
			t.Errorf("%+v, %v", by, err)
		}
		wantKind(t, "an app acts", by.MustAct(), errs.Unauthenticated)
		_, _, err = h.AppToken(h.ctx, app, social.Scopes{"push"})
		wantKind(t, "more than registered", err, errs.Invalid)
		if _, token, err := h.AppToken(h.ctx, h.app("write:media"), nil); err != nil || token.Scopes.String() != "write:media" {
			t.Errorf("without asking: %+v, %v", token, err)
		}

		if _, token, err := h.PasswordToken(h.ctx, app, "ada@example.org", "correct horse", nil); err != nil || token.Account != ada.Account || token.Scopes.String() != "read" {
			t.Errorf("%+v, %v", token, err)
		}
		_, _, err = h.PasswordToken(h.ctx, app, "ada", "wrong", nil)
		wantKind(t, "wrong password", err, errs.Unauthenticated)
		_, _, err = h.PasswordToken(h.ctx, app, "ada", "correct horse", social.Scopes{"follow"})
		wantKind(t, "more than registered", err, errs.Invalid)

		for range 2 { // one app for all
			if _, err := h.TokenFor(h.ctx, ada.Account, social.Scopes{"read", "admin:read"}); err != nil {
				t.Fatal(err)
			}
		}
		_, err = h.TokenFor(h.ctx, 99, social.Scopes{"read"})
		wantKind(t, "nobody", err, errs.NotFound)
		_, err = h.TokenFor(h.ctx, ada.Account, social.Scopes{"read:minds"})
		wantKind(t, "no such scope", err, errs.Invalid)
		if all, err := h.Tokens(h.ctx, ada); err != nil || len(all) != 3 || all[0].App == app.ID && all[1].App == app.ID {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

func TestTokenAfterSignUp(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		app := h.app("read write", callback)
		appToken, _, err := h.AppToken(h.ctx, app, social.Scopes{"read", "write"})
		if err != nil {
			t.Fatal(err)
		}
		by, err := h.ByToken(h.ctx, appToken)
		if err != nil {
			t.Fatal(err)
		}
		a, err := h.SignUp(h.ctx, form("ada"))
		if err != nil {
			t.Fatal(err)
		}
		secret, _, err := h.TokenOfApp(h.ctx, by, a.ID)
		if err != nil {
			t.Fatal(err)
		}
		ada, err := h.ByToken(h.ctx, secret)
		if err != nil || ada.Account != a.ID || ada.App != app.ID || ada.Standing != social.Pending || ada.Scopes.String() != "read write" {
			t.Errorf("%+v, %v", ada, err)
		}
		if _, err := h.Confirm(h.ctx, h.secret(h.letters()[0], "/auth/confirmation")); err != nil {
			t.Fatal(err)
		}
		if ada, err := h.ByToken(h.ctx, secret); err != nil || ada.MustAct() != nil {
			t.Errorf("confirmed: %+v, %v", ada, err)
		}
		_, _, err = h.TokenOfApp(h.ctx, by, a.ID)
		wantKind(t, "for somebody who is here", err, errs.Forbidden)
		_, _, err = h.TokenOfApp(h.ctx, social.Anyone, a.ID)
		wantKind(t, "without an app", err, errs.NotFound)
	})
}

func TestEndToken(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada, ben := h.member("ada", social.Member), h.member("ben", social.Member)
		app, other := h.app("read", callback), h.app("read", callback)
		get := func() (string, social.Token) {
			t.Helper()
			secret, token, err := h.PasswordToken(h.ctx, app, "ada", "correct horse", nil)
			if err == nil {
				_, err = h.ByToken(h.ctx, secret)
			}
			if err != nil {
				t.Fatal(err)
			}
			return secret, token
		}
		secret, token := get()
		if err := h.EndToken(h.ctx, ben, token.ID); err != nil {
			t.Error(err)
		}
		if _, err := h.ByToken(h.ctx, secret); err != nil {
			t.Error("ended by somebody else:", err)
		}
		facts := h.facts()
		facts()
		if err := h.EndToken(h.ctx, ada, token.ID); err != nil {
			t.Error(err)
		}
		if fs := facts(); len(fs) != 1 || fs[0] != (event.AccessChanged{Account: ada.Account}) {
			t.Errorf("recorded %+v", fs)
		}
		_, err := h.ByToken(h.ctx, secret)
		wantKind(t, "ended", err, errs.Unauthenticated)
		if err := h.EndToken(h.ctx, ada, token.ID); err != nil {
			t.Error("ended again:", err)
		}

		secret, token = get()
		wantKind(t, "revoked by another app", h.Revoke(h.ctx, other, secret), errs.Forbidden)
		facts()
		if err := h.Revoke(h.ctx, app, secret); err != nil {
			t.Error(err)
		}
		if fs := facts(); len(fs) != 1 || fs[0] != (event.AccessChanged{Account: ada.Account, Token: token.ID}) {
			t.Errorf("recorded %+v", fs)
		}
		_, err = h.ByToken(h.ctx, secret)
		wantKind(t, "revoked", err, errs.Unauthenticated)
		if err := h.Revoke(h.ctx, app, secret); err != nil {
			t.Error("revoked again:", err)
		}
		if errs.Public(err) != "The access token is invalid" {
			t.Error(err)
		}

		secret, _, err = h.AppToken(h.ctx, app, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.ByToken(h.ctx, secret); err != nil {
			t.Fatal(err)
		}
		if err := h.Revoke(h.ctx, app, secret); err != nil {
			t.Fatal(err)
		}
		_, err = h.ByToken(h.ctx, secret)
		wantKind(t, "an app's own, revoked", err, errs.Unauthenticated)
	})
}
