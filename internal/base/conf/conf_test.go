package conf

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
)

func env(pairs ...string) func(string) string {
	m := map[string]string{"PLAZA_DATA": "/nonexistent"} // no test reads a plaza.toml that lies about
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return func(k string) string { return m[k] }
}

func file(t *testing.T, text string) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), "plaza.toml")
	if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	c, err := Load(env("PLAZA_DATA", ""), Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	if c.Data != "./data" || c.Listen != "127.0.0.1:8080" || c.URL != "http://localhost:8080" || c.DB != "" ||
		c.HandleHost != "localhost:8080" || !c.RateLimits || c.MaxPost != 1000 || c.Mail.Port != 587 {
		t.Errorf("defaults: %v", c)
	}
	if got, want := c.Database(), filepath.Join("data", "plaza.db"); got != want {
		t.Errorf("Database() = %q, want %q", got, want)
	}
	if got := fmt.Sprint(c.TrustedProxies); got != "[127.0.0.0/8 ::1/128]" {
		t.Errorf("trusted proxies: %s", got)
	}
}

// Each layer wins over the one before, and Describe says which did.
func TestLayers(t *testing.T) {
	t.Parallel()
	path := file(t, `
data = "/from/file"
listen = "0.0.0.0:1000"
db = "file.db"
max_post = 2000
rate_limits = false
trusted_proxies = ["10.1.2.3/8", "192.0.2.7"]
[mail]
from = "Plaza <plaza@example.org>"
host = "smtp.example.org"
tls = "tls"
[log]
level = "debug"
`)
	c, err := Load(env("PLAZA_CONFIG", path, "PLAZA_DATA", "/from/env", "PLAZA_LISTEN", ":2000", "PLAZA_RATE_LIMITS", "on"),
		Overrides{Data: "/from/flag"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][2]string{
		"data":            {"/from/flag", "flag, --data"},
		"listen":          {":2000", "environment, PLAZA_LISTEN"},
		"url":             {"http://localhost:2000", "default, from listen"},
		"handle_host":     {"localhost:2000", "default, from url"},
		"db":              {"file.db", "file " + path},
		"max_post":        {"2000", "file " + path},
		"rate_limits":     {"on", "environment, PLAZA_RATE_LIMITS"},
		"trusted_proxies": {"10.0.0.0/8,192.0.2.7/32", "file " + path},
		"mail.port":       {"465", "default, from mail.tls"},
		"log.level":       {"debug", "file " + path},
		"log.format":      {"text", "default"},
	}
	for _, s := range c.Describe() {
		if w, ok := want[s.Name]; ok && (s.Value != w[0] || s.Source != w[1]) {
			t.Errorf("%s = %q (%s), want %q (%s)", s.Name, s.Value, s.Source, w[0], w[1])
		}
	}
	if c.Log.Level != slog.LevelDebug || c.Mail.TLS != TLS {
		t.Errorf("log level %v, mail %+v", c.Log.Level, c.Mail)
	}
}

func TestFileIsFoundInTheDataFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Dir(file(t, "max_post = 77"))
	for name, load := range map[string]func() (Config, error){
		"environment": func() (Config, error) { return Load(env("PLAZA_DATA", dir), Overrides{}) },
		"flag":        func() (Config, error) { return Load(env(), Overrides{Data: dir}) },
	} {
		if c, err := load(); err != nil || c.MaxPost != 77 {
			t.Errorf("%s: MaxPost = %d, %v; want 77", name, c.MaxPost, err)
		}
	}
}

func TestFileIsFoundHere(t *testing.T) {
	t.Chdir(filepath.Dir(file(t, "max_post = 78")))
	if c, err := Load(env(), Overrides{}); err != nil || c.MaxPost != 78 {
		t.Errorf("MaxPost = %d, %v; want 78", c.MaxPost, err)
	}
}

// Every wrong value gives a line that names the setting, the place and a cure.
func TestWrongValues(t *testing.T) {
	t.Parallel()
	mail := []string{"PLAZA_MAIL_HOST", "smtp.example.org", "PLAZA_MAIL_FROM", "plaza@example.org"}
	for _, test := range []struct {
		env  []string
		want string // parts of the one line, "" for no error
	}{
		{[]string{"PLAZA_MAX_POST", "0"}, "max_post (environment, PLAZA_MAX_POST): 0 is out of range|from 1 to 100000"},
		{[]string{"PLAZA_MAX_POST", "1"}, ""},
		{[]string{"PLAZA_MAX_POST", "100000"}, ""},
		{[]string{"PLAZA_MAX_POST", "100001"}, "100001 is out of range"},
		{[]string{"PLAZA_MAX_POST", "many"}, `max_post|"many" is not a whole number|such as 1000`},
		{[]string{"PLAZA_LISTEN", "127.0.0.1:1"}, ""},
		{[]string{"PLAZA_LISTEN", "[::1]:65535"}, ""},
		{[]string{"PLAZA_LISTEN", "127.0.0.1:65536"}, `listen|"65536" is not a port`},
		{[]string{"PLAZA_LISTEN", "127.0.0.1:-1"}, "is not a port"},
		{[]string{"PLAZA_LISTEN", "127.0.0.1:0"}, "whichever is free"},
		{[]string{"PLAZA_LISTEN", "127.0.0.1:0", "PLAZA_URL", "http://localhost"}, ""},
		{[]string{"PLAZA_LISTEN", "8080"}, `listen|"8080" is not an address|host:port`},
		{[]string{"PLAZA_URL", "https://Example.org/"}, ""},
		{[]string{"PLAZA_URL", "https://[::1]:8443"}, ""},
		{[]string{"PLAZA_URL", "https://example.org/plaza"}, "url|a host of its own|write only https://example.org"},
		{[]string{"PLAZA_URL", "https://example.org?x"}, "something after the host"},
		{[]string{"PLAZA_URL", "https://me:pw@example.org"}, "does not belong in it"},
		{[]string{"PLAZA_URL", "example.org"}, "http:// or https://"},
		{[]string{"PLAZA_URL", "ftp://example.org"}, "http:// or https://"},
		{[]string{"PLAZA_URL", "https://exämple.org"}, "xn--"},
		{[]string{"PLAZA_URL", "https://example.org:65536"}, "is not a host"},
		{[]string{"PLAZA_HANDLE_HOST", "https://example.org"}, "handle_host|only the name"},
		{[]string{"PLAZA_DB", "mysql://root:pw@localhost/plaza"}, "db|postgres://|path of a file"},
		{[]string{"PLAZA_DB", "postgres://localhost/plaza"}, ""},
		{[]string{"PLAZA_RATE_LIMITS", "maybe"}, "rate_limits|on or off"},
		{[]string{"PLAZA_LOG_LEVEL", "loud"}, "log.level|debug, info, warn or error"},
		{[]string{"PLAZA_LOG_FORMAT", "xml"}, "log.format|text or json"},
		{[]string{"PLAZA_TRUSTED_PROXIES", "none"}, ""},
		{[]string{"PLAZA_TRUSTED_PROXIES", "loopback, 10.0.0.0/8,2001:db8::/32"}, ""},
		{[]string{"PLAZA_TRUSTED_PROXIES", "10.0.0.0/33"}, "trusted_proxies|10.0.0.0/33|such as 10.0.0.0/8"},
		{[]string{"PLAZA_PRIVATE_NETWORKS", "loopback,10.0.0.0/8"}, ""},
		{[]string{"PLAZA_PRIVATE_NETWORKS", "on"}, "private_networks|\"on\" is not a network"},
		{[]string{"PLAZA_METRICS_TOKEN", "123456789012345"}, "metrics_token|at least 16"},
		{[]string{"PLAZA_METRICS_TOKEN", "1234567890123456"}, ""},
		{[]string{"PLAZA_MAIL_HOST", "smtp.example.org"}, "mail.from|is not a sender"},
		{mail, ""},
		{append(mail, "PLAZA_MAIL_PORT", "65535"), ""},
		{append(mail, "PLAZA_MAIL_PORT", "65536"), "mail.port|65536 is not a port"},
		{append(mail, "PLAZA_MAIL_PORT", "-1"), "-1 is not a port"},
		{append(mail, "PLAZA_MAIL_TLS", "ssl"), "mail.tls|starttls, tls or none"},
		{append(mail, "PLAZA_MAIL_USER", "ada"), "mail.password|a user and no password"},
		{append(mail, "PLAZA_MAIL_PASSWORD", "sesame"), "mail.user|a password and no user"},
		{[]string{"PLAZA_MAIL_HOST", "smtp.example.org:587", "PLAZA_MAIL_FROM", "a@example.org"}, "mail.host|the port in mail.port"},
		{[]string{"PLAZA_MAIL_USER", "a", "PLAZA_MAIL_PASSWORD", "b"}, "mail.host|and no server"},
	} {
		_, err := Load(env(test.env...), Overrides{})
		if test.want == "" {
			if err != nil {
				t.Errorf("%v: %v, want no error", test.env, err)
			}
			continue
		}
		if errs.KindOf(err) != errs.Invalid || strings.Contains(errs.Public(err), "\n") {
			t.Errorf("%v: err = %v, want one Invalid line", test.env, err)
		}
		for _, part := range strings.Split(test.want, "|") {
			if !strings.Contains(errs.Public(err), part) {
				t.Errorf("%v: %q does not say %q", test.env, errs.Public(err), part)
			}
		}
	}
}

func TestWrongFiles(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"max_posts = 5":               `max_posts (file FILE): there is no such setting; the nearest is "max_post"`,
		"[mail]\nhots = 'x'":          `mail.hots (file FILE): there is no such setting; the nearest is "mail.host"`,
		"max_post = 1.5":              "max_post (file FILE): this kind of value does not fit",
		"trusted_proxies = [1]":       "trusted_proxies (file FILE): this kind of value does not fit",
		"max_post = 100001":           "max_post (file FILE): 100001 is out of range",
		"data = \"x\"\nmail.password": "FILE, line 2, column ",
	} {
		path := file(t, text)
		_, err := Load(env("PLAZA_CONFIG", path), Overrides{})
		if want = strings.ReplaceAll(want, "FILE", path); !strings.Contains(errs.Public(err), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	_, err := Load(env("PLAZA_CONFIG", "/no/such/file"), Overrides{})
	if !strings.Contains(errs.Public(err), "there is no file /no/such/file") {
		t.Errorf("missing file: %v", err)
	}
	_, err = Load(env("PLAZA_CONFIG", t.TempDir()), Overrides{})
	if !strings.Contains(errs.Public(err), "cannot be read") {
		t.Errorf("a folder: %v", err)
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	path := file(t, "colour = 'red'\nmax_post = 0")
	_, err := Load(env("PLAZA_CONFIG", path, "PLAZA_LOG_FORMAT", "xml"), Overrides{URL: "gopher://x"})
	if lines := strings.Split(errs.Public(err), "\n"); len(lines) != 4 {
		t.Errorf("%d lines, want 4:\n%v", len(lines), err)
	}
}

// A quoted mistake must not quote a secret.
func TestSecretsStayHidden(t *testing.T) {
	t.Parallel()
	const pw = "sesame-0123456789"
	c, err := Load(env("PLAZA_MAIL_USER", "ada", "PLAZA_MAIL_PASSWORD", pw, "PLAZA_MAIL_HOST", "h", "PLAZA_MAIL_FROM", "a@example.org",
		"PLAZA_METRICS_TOKEN", pw, "PLAZA_DB", "postgres://plaza:"+pw+"@db/plaza?sslpassword="+pw), Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	if c.Mail.Password.Reveal() != pw || !strings.Contains(c.Database(), pw) {
		t.Error("the secrets are not there for those who need them")
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("settings", "all", c, "one", c.Mail.Password, "mail", c.Mail)
	asJSON, err := json.Marshal(c.Mail)
	if err != nil {
		t.Fatal(err)
	}
	for how, text := range map[string]string{
		"%v": fmt.Sprintf("%v", c), "%+v": fmt.Sprintf("%+v", c), "%#v": fmt.Sprintf("%#v", c), "%+v of the pointer": fmt.Sprintf("%+v", &c),
		"%+v of mail": fmt.Sprintf("%+v", c.Mail), "%#v of mail": fmt.Sprintf("%#v", c.Mail), "%s": fmt.Sprintf("<%s>", c.Mail.Password),
		"%q": fmt.Sprintf("%q", c.Mail.Password), "JSON": string(asJSON), "slog": log.String(), "Describe": fmt.Sprint(c.Describe()),
	} {
		if strings.Contains(text, pw) || !strings.Contains(text, "hidden") {
			t.Errorf("%s: %s", how, text)
		}
	}
	for _, bad := range []string{"PLAZA_METRICS_TOKEN", "PLAZA_URL", "PLAZA_DB"} {
		if _, err := Load(env(bad, "ftp://me:se same@x"), Overrides{}); err == nil || strings.Contains(err.Error(), "same") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"kitten", "sitting", 3}, {"listen", "silent", 4}, {"db", "bd", 2}} {
		if got := distance(test.a, test.b); got != test.want {
			t.Errorf("distance(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
	}
}

func TestCheckByHand(t *testing.T) {
	t.Parallel()
	c := Default()
	if err := c.Check(); errs.KindOf(err) != errs.Invalid {
		t.Errorf("without a URL: %v", err)
	}
	c.URL, c.HandleHost = "http://localhost", "localhost"
	if err := c.Check(); err != nil {
		t.Errorf("complete: %v", err)
	}
}
