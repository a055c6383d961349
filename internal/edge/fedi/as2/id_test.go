package as2

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://a.example/users/Ada":              "https://a.example/users/Ada",
		"HTTPS://A.Example/users/Ada":              "https://a.example/users/Ada",
		"https://a.example:443/u":                  "https://a.example/u",
		"https://a.example./u":                     "https://a.example/u",
		"https://A.EXAMPLE.:443/u?b=c&d#e":         "https://a.example/u?b=c&d#e",
		"https://a.example":                        "https://a.example/",
		"https://a.example?x":                      "https://a.example/?x",
		"https://a.example#x":                      "https://a.example/#x",
		"https://a.example:8443/u":                 "https://a.example:8443/u",
		"https://a.example:80/u":                   "https://a.example:80/u",
		"https://a.example:/u":                     "https://a.example/u",
		"https://münchen.example/ü":                "https://xn--mnchen-3ya.example/ü",
		"https://MÜNCHEN.example/":                 "https://xn--mnchen-3ya.example/",
		"https://xn--mnchen-3ya.example/":          "https://xn--mnchen-3ya.example/",
		"https://a.example/a%2Fb":                  "https://a.example/a%2Fb",
		"https://a.example/.well-known/x..y":       "https://a.example/.well-known/x..y",
		"https://a.example/?next=../x":             "https://a.example/?next=../x",
		"https://127.0.0.1/u":                      "https://127.0.0.1/u",
		"":                                         "",
		"a.example/u":                              "",
		"//a.example/u":                            "",
		"/users/ada":                               "",
		"acct:ada@a.example":                       "",
		"as:Public":                                "",
		"javascript://a.example/%0aalert(1)":       "",
		"ftp://a.example/u":                        "",
		"http://a.example/u":                       "",
		"https:a.example/u":                        "",
		"https:///u":                               "",
		"https://":                                 "",
		"https://ada@a.example/u":                  "",
		"https://a.example@evil.example/u":         "",
		"https://ada:pw@a.example/u":               "",
		"https://a.example\\@evil.example/u":       "",
		"https://a.example\\.evil.example/u":       "",
		"https://a.example:443:443/u":              "",
		"https://a.example:port/u":                 "",
		"https://a.example:+443/u":                 "",
		"https://a.example:0443/u":                 "",
		"https://a.example:999999/u":               "",
		"https://a.example../u":                    "",
		"https://.a.example/u":                     "",
		"https://a..example/u":                     "",
		"https://a_b.example/u":                    "",
		"https://-a.example/u":                     "",
		"https://localhost/u":                      "",
		"https://[::1]/u":                          "",
		"https://a.ex%61mple/u":                    "",
		"https://a.example%2f.evil.example/u":      "",
		"https://a.example%00.evil.example/u":      "",
		"https://a.example /u":                     "",
		" https://a.example/u":                     "",
		"https://a.example/u ":                     "",
		"https://a.example/u\n":                    "",
		"https://a.exa\tmple/u":                    "",
		"https://a.example/u\x00":                  "",
		"https://a.example/\u202eu":                "",
		"https://a.example\u2028/u":                "",
		"https://a\u200b.example/u":                "",
		"https://a\u00ad.example/u":                "",
		"https://a.example/../u":                   "",
		"https://a.example/x/%2e%2E/u":             "",
		"https://a.example/./u":                    "",
		"https://a.example/u/..":                   "",
		"https://a.example/%zz":                    "",
		"https://a.example/<b>":                    "",
		`https://a.example/"x`:                     "",
		"https://a.example/" + long("x", MaxID-17): "",
	} {
		got, err := Rules{}.Clean(in)
		if got != want || (err == nil) != (want != "") || err != nil && errs.KindOf(err) != errs.Invalid {
			t.Errorf("Clean(%q) = %q, %v; want %q", in, got, err, want)
		}
		if again, _ := (Rules{}).Clean(got); again != got {
			t.Errorf("Clean(%q) = %q and then %q", in, got, again)
		}
	}
	for in, want := range map[string]string{"HTTP://A.example:80/u": "http://a.example/u", "http://a.example:443/u": "http://a.example:443/u", "http://127.0.0.1:4000/u": "http://127.0.0.1:4000/u", "https://a.example/u": "https://a.example/u"} {
		if got, err := (Rules{PlainHTTP: true}).Clean(in); got != want || err != nil {
			t.Errorf("with plain HTTP Clean(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
}

func long(s string, n int) string { return strings.Repeat(s, n) }

func TestSameOrigin(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		a, b string
		want bool
	}{
		{"https://a.example/x", "https://a.example/y", true},
		{"https://a.example/x", "HTTPS://A.Example.:443/y#z", true},
		{"https://münchen.example/x", "https://xn--mnchen-3ya.example/y", true},
		{"https://a.example:8443/x", "https://a.example:8443/y", true},
		{"https://a.example/x", "https://b.example/x", false},
		{"https://a.example/x", "https://b.a.example/x", false},
		{"https://a.example/x", "https://a.example.evil.example/x", false},
		{"https://a.example/x", "https://a.example:8443/x", false},
		{"https://a.example/x", "http://a.example/x", false},
		{"https://a.example/x", "http://a.example:443/x", false},
		{"https://a.example/x", "https://а.example/x", false}, // the second а is Cyrillic
		{"https://a.example/x", "https://a.example@b.example/x", false},
		{"", "", false},
		{"x", "x", false},
		{Public, Public, true},
	} {
		if got := SameOrigin(one.a, one.b); got != one.want {
			t.Errorf("SameOrigin(%q, %q) = %v", one.a, one.b, got)
		}
		if got := SameOrigin(one.b, one.a); got != one.want {
			t.Errorf("SameOrigin(%q, %q) = %v", one.b, one.a, got)
		}
	}
	for in, want := range map[string]string{"https://A.example.:443/x": "a.example", "http://a.example:4000/x": "a.example:4000", "x": "", "": ""} {
		if got := Host(in); got != want {
			t.Errorf("Host(%q) = %q, want %q", in, got, want)
		}
	}
	if id := "https://a.example/u#main-key"; !Fragment(id) || Whole(id) != "https://a.example/u" || Fragment(Whole(id)) {
		t.Error("the document of a key is", Whole(id))
	}
}

// checkID is what holds for every id.
func checkID(t *testing.T, in string) {
	t.Helper()
	rules := Rules{PlainHTTP: true}
	id, err := rules.Clean(in)
	if err != nil {
		return
	}
	if again, err := rules.Clean(id); again != id || err != nil {
		t.Errorf("%q is cleaned to %q and then to %q", in, id, again)
	}
	host, _, _ := strings.Cut(Host(in), ":")
	if clean, err := social.CleanHost(host); clean != host || err != nil {
		t.Errorf("%q is of %q, which is %q elsewhere (%v)", in, host, clean, err)
	}
	if !SameOrigin(in, id) {
		t.Errorf("%q is of another origin than %q", in, id)
	}
}

// TestIDsOfCorpus takes the hosts and addresses that browsers are tested with.
func TestIDsOfCorpus(t *testing.T) {
	t.Parallel()
	const corpus = "../../../../../shared/corpora/url/"
	b, err := os.ReadFile(corpus + "url/tests/urltestdata.json")
	if err != nil {
		t.Skip("there are no addresses at", corpus)
	}
	var all []json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	for _, raw := range all {
		var one struct {
			Input, Username, Password string
			Failure                   bool
		}
		if json.Unmarshal(raw, &one) != nil {
			continue // a remark
		}
		checkID(t, one.Input)
		if id, err := (Rules{PlainHTTP: true}).Clean(one.Input); err == nil && (one.Failure || one.Username+one.Password != "") {
			t.Errorf("%q is an id, %q, and a browser would not go there", one.Input, id)
		}
	}
	f, err := os.Open(corpus + "idna/tests/IdnaTestV2.txt")
	if err != nil {
		t.Skip("there are no hosts at", corpus)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		source, _, _ := strings.Cut(lines.Text(), ";")
		if source = strings.TrimSpace(source); source != "" && source[0] != '#' {
			checkID(t, "https://"+source+"/x")
		}
	}
}
