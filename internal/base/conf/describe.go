package conf

import (
	"log/slog"
	"regexp"
	"strings"
)

// A Setting is one effective setting, to be shown to a person.
type Setting struct {
	Name   string
	Value  string // [hidden] for a secret
	Source string // "default", "file …", "environment, …", "flag, …"
}

// Describe lists all settings, always in the same order, secrets hidden;
// replicas that are not set are left out.
func (c Config) Describe() []Setting {
	var out []Setting
	for _, s := range settings {
		if s.unset != nil && s.unset(c) {
			continue
		}
		d := Setting{Name: s.name, Value: s.get(c), Source: c.from[s.name]}
		if s.secret && d.Value != "" {
			d.Value = hidden
		}
		if d.Source == "" {
			d.Source = "default"
		}
		out = append(out, d)
	}
	return out
}

// String is what Describe says, on one line: a Config that is printed by
// mistake does not show the database's password.
func (c Config) String() string {
	var b strings.Builder
	for i, s := range c.Describe() {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(s.Name + "=" + s.Value)
	}
	return b.String()
}

// GoString is String.
func (c Config) GoString() string { return c.String() }

// LogValue is String.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

var (
	passwordInURL = regexp.MustCompile(`(://[^:/?#@]*):.*@`)
	passwordParam = regexp.MustCompile(`(?i)(password=)[^&\s]*`)
)

// hidePassword takes the passwords out of a database's URL. It would rather
// hide too much than parse: a mistyped URL is shown too.
func hidePassword(db string) string {
	return passwordParam.ReplaceAllString(passwordInURL.ReplaceAllString(db, "$1:"+hidden+"@"), "${1}"+hidden)
}
