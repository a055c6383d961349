package finger

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzJRD reads what anybody may send. What comes out is text, bounded, and an
// address that can be called.
func FuzzJRD(f *testing.F) {
	for _, s := range []string{
		`{"subject":"acct:eva@x.example","links":[{"rel":"self","type":"application/activity+json","href":"https://x.example/eva"}]}`,
		`{"subject":"acct:eva@x.example","links":[{"rel":"self","type":"application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"","href":"https://x.example/eva"}]}`,
		`{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.1","href":"https://x.example/nodeinfo/2.1"}]}`,
		`{"subject":"a","subject":"b"}`, `{"subject":"\ud800"}`, `{"links":[{"href":null}]}`, `{"links":[[]]}`, `[]`, `null`, ``, "\xff",
		`{"software":{"name":"plaza","version":"0.1.0"}}`, `{"subject":"acct:%00@x.example"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := readNode(b); err == nil && (!softwareForm.MatchString(s.Name) || utf8.RuneCountInString(s.Version) > maxVersion || strings.ContainsRune(s.Version, 0)) {
			t.Errorf("%+v", s)
		}
		d, err := readJRD(b)
		if err != nil {
			return
		}
		if len(d.Links) > maxLinks || len(b) > maxAnswer || !utf8.ValidString(d.Subject) {
			t.Errorf("%d links of %d bytes, %q", len(d.Links), len(b), d.Subject)
		}
		for _, address := range []string{d.actor(false), d.node("x.example", false)} {
			if u, err := url.Parse(address); address != "" && (err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(address) > maxURL) {
				t.Errorf("%q", address)
			}
		}
		if name, host, ok := acct(d.Subject); ok && (name == "" || host == "") {
			t.Errorf("%q is %q at %q", d.Subject, name, host)
		}
	})
}
