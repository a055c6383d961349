package conf

import (
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// The bounds of what can be set.
const (
	MinPost         = 1
	MaxPost         = 100_000
	MaxPort         = 65535
	MinFactorKey    = 32
	MinMetricsToken = 16
)

func checkData(c Config) string {
	if c.Data == "" {
		return "it is empty; write the path of a folder"
	}
	return ""
}

func checkListen(c Config) string {
	_, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Sprintf("%q is not an address; write host:port, such as 127.0.0.1:8080", c.Listen)
	}
	n, err := strconv.Atoi(port)
	switch {
	case err != nil || n < 0 || n > MaxPort:
		return fmt.Sprintf("%q is not a port; write one from 1 to %d, such as 127.0.0.1:8080", port, MaxPort)
	case n == 0 && c.from["url"] == derived("listen"):
		return "port 0 means whichever is free, and nobody could find us there; write a port, or set url too"
	}
	return ""
}

// hostForm is a name or an IPv4 address, or an IPv6 address in brackets.
var hostForm = regexp.MustCompile(`^(?:[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?$`)

func hostAndPort(s string) bool {
	m := hostForm.FindStringSubmatch(s)
	if m == nil {
		return false
	}
	port := m[len(m)-1]
	n, _ := strconv.Atoi(port) // the form has digits only
	return port == "" || n >= 1 && n <= MaxPort
}

func checkURL(c Config) string {
	if c.URL == "" {
		return "it is empty; write the address people type, such as https://example.org"
	}
	u, err := url.Parse(c.URL)
	switch {
	case err != nil:
		return "this is not an address; write it as people type it, such as https://example.org"
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Sprintf("%q does not start with http:// or https://; write it as people type it, such as https://example.org", u.Redacted())
	case u.User != nil:
		return "a name or password does not belong in it; write only https:// and the host"
	case u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return fmt.Sprintf("%q has something after the host, and Plaza needs a host of its own; write only %s://%s", c.URL, u.Scheme, u.Host)
	case !hostAndPort(u.Host):
		return fmt.Sprintf("%q is not a host; write its name, with letters of other scripts in their xn-- form, such as https://example.org", u.Host)
	}
	return ""
}

func checkHandleHost(c Config) string {
	if !hostAndPort(c.HandleHost) {
		return fmt.Sprintf("%q is not a host; write only the name, such as example.org", c.HandleHost)
	}
	return ""
}

func checkDB(c Config) string {
	scheme, _, ok := strings.Cut(c.DB, "://")
	if ok && scheme != "postgres" && scheme != "postgresql" {
		return fmt.Sprintf("%q is not a database we know; write postgres://user:password@host/name, or the path of a file for SQLite", scheme+"://")
	}
	return ""
}

func checkMaxPost(c Config) string {
	if c.MaxPost < MinPost || c.MaxPost > MaxPost {
		return fmt.Sprintf("%d is out of range; write a number from %d to %d", c.MaxPost, MinPost, MaxPost)
	}
	return ""
}

func checkFactorBefore(c Config) string {
	if c.FactorBefore.Reveal() != "" && c.FactorKey.Reveal() == "" {
		return "there is no factor_key; write the key that seals now into that, and here only the one of before it"
	}
	return ""
}

func checkFactorKey(c Config) string {
	if k := c.FactorKey.Reveal(); k != "" && len(k) < MinFactorKey {
		return fmt.Sprintf("it could be guessed; write at least %d letters and digits that nobody knows (openssl rand -hex 32), the same on all hosts", MinFactorKey)
	}
	return ""
}

func checkMetricsToken(c Config) string {
	t := c.MetricsToken.Reveal()
	if t == "" {
		return ""
	}
	if len(t) < MinMetricsToken || strings.ContainsFunc(t, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return fmt.Sprintf("it could be guessed or cannot be sent; write at least %d letters and digits, without spaces", MinMetricsToken)
	}
	return ""
}

func checkMailFrom(c Config) string {
	if c.Mail.From == "" && c.Mail.Host == "" {
		return ""
	}
	if _, err := mail.ParseAddress(c.Mail.From); err != nil || strings.ContainsAny(c.Mail.From, "\r\n") {
		return fmt.Sprintf("%q is not a sender; write an address such as plaza@example.org, or Plaza <plaza@example.org>", c.Mail.From)
	}
	return ""
}

func checkMailHost(c Config) string {
	m := c.Mail
	if m.Host == "" && (m.User != "" || m.Password != "") {
		return "there is a user or a password for a mail server, and no server; write its name, such as smtp.example.org"
	}
	if strings.ContainsAny(m.Host, "/: \t\r\n") && net.ParseIP(m.Host) == nil {
		return fmt.Sprintf("%q is not a host; write only its name, such as smtp.example.org, and the port in mail.port", m.Host)
	}
	return ""
}

func checkMailPort(c Config) string {
	if c.Mail.Host != "" && (c.Mail.Port < 1 || c.Mail.Port > MaxPort) {
		return fmt.Sprintf("%d is not a port; write one from 1 to %d, often 587, or leave it out", c.Mail.Port, MaxPort)
	}
	return ""
}

func checkMailUser(c Config) string {
	if c.Mail.User == "" && c.Mail.Password != "" {
		return "there is a password and no user; write the name to sign in with at the mail server"
	}
	return ""
}

func checkMailPassword(c Config) string {
	if c.Mail.User != "" && c.Mail.Password == "" {
		return "there is a user and no password; write the password of that user, or leave both out"
	}
	return ""
}

func checkMailTLS(c Config) string {
	switch c.Mail.TLS {
	case StartTLS, TLS, NoTLS:
		return ""
	}
	return fmt.Sprintf("%q is not a way to send; write %s, %s or %s", c.Mail.TLS, StartTLS, TLS, NoTLS)
}

func checkLogFormat(c Config) string {
	if c.Log.Format != "text" && c.Log.Format != "json" {
		return fmt.Sprintf("%q is not a format; write text or json", c.Log.Format)
	}
	return ""
}
