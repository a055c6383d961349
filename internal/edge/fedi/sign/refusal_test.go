package sign

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// craft signs r with what a test wants to be covered, as well as can be: the
// signature itself holds. Params stand before it.
func craft(t testing.TB, r *http.Request, body, covered, params string) {
	t.Helper()
	m := sent(r, []byte(body), now)
	s, err := readCavage(params + `,headers="` + covered + `"`)
	if err != nil {
		t.Fatal(err)
	}
	text, err := m.textCavage(s, m.target())
	if err != nil {
		t.Fatal(err)
	}
	made, err := signText(ours().rsa, text)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Signature", params+`,headers="`+covered+`",signature="`+base64.StdEncoding.EncodeToString(made)+`"`)
}

// craft9421 does so for RFC 9421.
func craft9421(t testing.TB, r *http.Request, body, input string) {
	t.Helper()
	m := sent(r, []byte(body), now)
	stated, err := dictionary(input, maxLabels)
	if err != nil {
		t.Fatal(err)
	}
	text, _, err := m.text9421(stated[0])
	if err != nil {
		t.Fatal(err)
	}
	made, err := signText(ours().rsa, text)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Signature-Input", input)
	r.Header.Set("Signature", stated[0].name+"="+bare{kind: isBytes, bytes: made}.String())
}

const (
	named   = `keyId="` + keyID + `"`
	whole   = "(request-target) host date digest"
	ts      = ";created=1795694400" // now
	id9421  = `;keyid="` + keyID + `"`
	whole21 = `("@method" "@target-uri" "content-digest")`
)

// change is one thing that is done to a good request.
type change struct {
	name string
	want Reason // "" is accepted
	do   func(t testing.TB, r *http.Request)
}

func header(name, value string) func(testing.TB, *http.Request) {
	return func(_ testing.TB, r *http.Request) { r.Header[name] = []string{value} }
}

func without(name string) func(testing.TB, *http.Request) {
	return func(_ testing.TB, r *http.Request) { delete(r.Header, name) }
}

func replace(name, old, with string) func(testing.TB, *http.Request) {
	return func(t testing.TB, r *http.Request) {
		was := r.Header[name][0]
		if r.Header[name][0] = strings.Replace(was, old, with, 1); r.Header[name][0] == was {
			t.Fatalf("%s has no %s: %s", name, old, was)
		}
	}
}

func covering(covered, params string) func(testing.TB, *http.Request) {
	return func(t testing.TB, r *http.Request) { craft(t, r, note, covered, params) }
}

func covering9421(input string) func(testing.TB, *http.Request) {
	return func(t testing.TB, r *http.Request) { craft9421(t, r, note, input) }
}

func dated(at time.Time) func(testing.TB, *http.Request) {
	return func(t testing.TB, r *http.Request) {
		r.Header.Set("Date", at.Format(http.TimeFormat))
		craft(t, r, note, whole, named)
	}
}

// madeFor states times in seconds from now.
func madeFor(created, expires int64, covered string) func(testing.TB, *http.Request) {
	return covering(covered, fmt.Sprintf(`%s,algorithm="hs2019",created=%d,expires=%d`, named, now.Unix()+created, now.Unix()+expires))
}

func madeFor9421(created, expires int64) func(testing.TB, *http.Request) {
	return covering9421(fmt.Sprintf("a=%s;created=%d;expires=%d%s", whole21, now.Unix()+created, now.Unix()+expires, id9421))
}

// both kinds suffer these alike.
var changesOfBoth = []change{
	{"nothing", "", func(testing.TB, *http.Request) {}},
	{"another method", False, func(_ testing.TB, r *http.Request) { r.Method = "PUT" }},
	{"another path", False, func(_ testing.TB, r *http.Request) { r.URL.Path = "/ap/users/2/inbox" }},
	{"another query", False, func(_ testing.TB, r *http.Request) { r.URL.RawQuery = "a=2" }},
	{"an empty query", False, func(_ testing.TB, r *http.Request) { r.URL.ForceQuery = true }},
	{"another content type", False, header("Content-Type", "text/html")},
	{"another host", WrongHost, func(_ testing.TB, r *http.Request) { r.Host = "evil.example" }},
	{"host below ours", WrongHost, func(_ testing.TB, r *http.Request) { r.Host = "a.plaza.example" }},
	{"another port", WrongHost, func(_ testing.TB, r *http.Request) { r.Host = "plaza.example:8443" }},
	{"no host", WrongHost, func(_ testing.TB, r *http.Request) { r.Host, r.URL.Host = "", "" }},
	{"no signature", Unsigned, func(_ testing.TB, r *http.Request) { r.Header.Del("Signature"); r.Header.Del("Signature-Input") }},
	{"two signatures", Ambiguous, func(_ testing.TB, r *http.Request) { r.Header.Add("Signature", r.Header.Get("Signature")) }},
	{"two ways to sign", Ambiguous, func(_ testing.TB, r *http.Request) {
		r.Header.Add("Authorization", "signature "+r.Header.Get("Signature"))
	}},
	{"other authorization", "", header("Authorization", "Bearer x")},
	{"signature of 1 MB", TooLarge, header("Signature", strings.Repeat("x", 1<<20))},
	{"signature of lines", Malformed, header("Signature", "a\nb")},
	{"signature of nothing", Malformed, header("Signature", "")},
	{"covered header of 1 MB", TooLarge, header("Content-Type", strings.Repeat("x", 1<<20))},
	{"covered header of lines", Malformed, header("Content-Type", "a\ndigest: x")},
	{"covered header gone", Missing, without("Content-Type")},
}

var changesOfCavage = []change{
	{"another date", False, header("Date", now.Add(time.Second).Format(http.TimeFormat))},
	{"no date", Missing, without("Date")},
	{"a date of words", Malformed, header("Date", "today")},
	{"two dates", Ambiguous, func(_ testing.TB, r *http.Request) { r.Header.Add("Date", r.Header.Get("Date")) }},
	{"no digest", Missing, without("Digest")},
	{"wrong digest", WrongDigest, header("Digest", digestOf([]byte("other")))},
	{"digest of nothing known", WrongDigest, header("Digest", "MD5=1B2M2Y8AsgTpgAmY7PhCfg==")},
	{"short digest", WrongDigest, header("Digest", "SHA-256=AAAA")},
	{"digest without a value", WrongDigest, header("Digest", "SHA-256")},
	{"digest of garbage", WrongDigest, header("Digest", "SHA-256=%%%")},
	{"a right and a wrong digest", WrongDigest, header("Digest", digestOf([]byte(note))+",SHA-512=AAAA")},
	{"digests of 1 MB", TooLarge, header("Digest", strings.Repeat("a=b,", 1<<18))},
	{"thousands of digests", TooLarge, header("Digest", strings.Repeat("a=b,", 2000))},
	{"later digests", "", func(t testing.TB, r *http.Request) {
		r.Header["Digest"] = []string{"unixsum=1, MD5=x", "sha-256=" + digestOf([]byte(note))[8:], "SHA-512=" + base64.StdEncoding.EncodeToString(sums["sha-512"]([]byte(note)))}
		craft(t, r, note, whole, named)
	}},

	{"target not signed", Uncovered, covering("host date digest", named)},
	{"host not signed", Uncovered, covering("(request-target) date digest", named)},
	{"digest not signed", Uncovered, covering("(request-target) host date", named)},
	{"no time signed", Uncovered, covering("(request-target) host digest", named)},
	{"created stated, not signed", Uncovered, covering("(request-target) host digest", named+`,created=1795694400`)},
	{"nothing listed", Uncovered, func(_ testing.TB, r *http.Request) { r.Header.Set("Signature", named+`,signature="AAAA"`) }},
	{"listed twice", Ambiguous, replace("Signature", "host date", "host host date")},
	{"unknown pseudo-header", Missing, replace("Signature", "host date", "host (nonce) date")},
	{"thousands listed", TooLarge, replace("Signature", "host date", "host date "+strings.Repeat("x ", 2000))},

	{"in Authorization", "", func(_ testing.TB, r *http.Request) {
		r.Header.Set("Authorization", "Signature "+r.Header.Get("Signature"))
		r.Header.Del("Signature")
	}},
	{"keyId twice", Ambiguous, replace("Signature", named, named+`,keyId="https://evil.example/"`)},
	{"keyId twice, in capitals", Ambiguous, replace("Signature", named, named+`,KEYID="https://evil.example/"`)},
	{"unknown parameter twice", Ambiguous, replace("Signature", named, named+`,x="1",x="1"`)},
	{"unknown parameter", "", replace("Signature", named, named+`, opaque="1"`)},
	{"thousands of parameters", TooLarge, func(_ testing.TB, r *http.Request) {
		var b strings.Builder
		for c := 'a'; c <= 'z'; c++ {
			for d := 'a'; d <= 'z'; d++ {
				fmt.Fprintf(&b, `%c%c="",`, c, d)
			}
		}
		r.Header.Set("Signature", b.String()+r.Header.Get("Signature"))
	}},
	{"no keyId", Malformed, replace("Signature", named+",", "")},
	{"a long keyId", TooLarge, replace("Signature", keyID, strings.Repeat("x", maxKeyID+1))},
	{"keyId with a blank", Malformed, replace("Signature", keyID, "a b")},
	{"keyId that escapes", Malformed, replace("Signature", keyID, `a\`)},
	{"open quote", Malformed, replace("Signature", named, `keyId="`+keyID)},
	{"base64 of garbage", Malformed, replace("Signature", `signature="`, `signature="%%%`)},
	{"another signature", False, replace("Signature", `signature="`, `signature="AAAA`)},
	{"no signature in it", Malformed, func(_ testing.TB, r *http.Request) { r.Header.Set("Signature", named+`,headers="`+whole+`"`) }},
	{"algorithm none", Algorithm, replace("Signature", "rsa-sha256", "none")},
	{"algorithm hmac", Algorithm, replace("Signature", "rsa-sha256", "hmac-sha256")},
	{"algorithm rsa-sha1", Algorithm, replace("Signature", "rsa-sha256", "rsa-sha1")},
	{"algorithm of no name", Algorithm, replace("Signature", "rsa-sha256", "")},
	{"algorithm of another key", Algorithm, replace("Signature", "rsa-sha256", "ed25519")},
	{"algorithm hs2019", "", replace("Signature", "rsa-sha256", "hs2019")},
	{"algorithm left to the key", "", replace("Signature", `algorithm="rsa-sha256",`, "")},

	{"an hour and five minutes old", "", dated(now.Add(-life - skew))},
	{"a second older", TooOld, dated(now.Add(-life - skew - time.Second))},
	{"an hour in the future", "", dated(now.Add(skew))},
	{"a second more", TooNew, dated(now.Add(skew + time.Second))},
	{"created and expires", "", madeFor(0, 60, "(request-target) host (created) (expires) digest")},
	{"created with rsa-sha256", Malformed, replace("Signature", "host date", "host (created) date")},
	{"created missing", Missing, func(t testing.TB, r *http.Request) {
		r.Header.Set("Signature", named+`,algorithm="hs2019",headers="(request-target) host (created) digest",signature="AAAA"`)
	}},
	{"created of words", Malformed, replace("Signature", named, named+`,created="now"`)},
	{"created for ever", Malformed, replace("Signature", named, named+`,created=9223372036854775807`)},
	{"long life", "", madeFor(-12*3600, 1, "(request-target) host (created) (expires) digest")},
	{"longest life", TooOld, madeFor(-13*3600-1, 1, "(request-target) host (created) (expires) digest")},
	{"long life not signed", TooOld, madeFor(-12*3600, 1, "(request-target) host (created) digest")},
	{"short life not signed", TooOld, madeFor(-3610, -3601, "(request-target) host (created) digest")},
	{"expired at birth", TooOld, madeFor(0, 0, "(request-target) host (created) (expires) digest")},
	{"created is old, date is not", TooOld, madeFor(-3600*2, 0, whole+" (created)")},
}

var changesOf9421 = []change{
	{"another date", "", header("Date", "today")}, // it is not signed
	{"no digest", Missing, without("Content-Digest")},
	{"wrong digest", WrongDigest, header("Content-Digest", contentDigestOf([]byte("other")))},
	{"digest of nothing known", WrongDigest, header("Content-Digest", "md5=:AAAA:")},
	{"digest that is no sequence", WrongDigest, header("Content-Digest", `sha-256="AAAA"`)},
	{"digest twice", Ambiguous, header("Content-Digest", contentDigestOf([]byte(note))+", "+contentDigestOf([]byte(note)))},
	{"many digests", TooLarge, header("Content-Digest", "a,b,c,d,e,f,g,h,"+contentDigestOf([]byte(note)))},
	{"digests of 1 MB", TooLarge, header("Content-Digest", strings.Repeat("a=?0,", 1<<18))},
	{"later digests", "", func(t testing.TB, r *http.Request) {
		r.Header["Content-Digest"] = []string{"md5=:AAAA:", contentDigestOf([]byte(note)), "sha-512=:" + base64.StdEncoding.EncodeToString(sums["sha-512"]([]byte(note))) + ":"}
		craft9421(t, r, note, "a="+whole21+ts+id9421)
	}},

	{"other components", "", covering9421(`a=("@method" "@authority" "@path" "content-digest" "@scheme")` + ts + id9421)},
	{"one target", "", covering9421(`a=("@method" "@authority" "@request-target" "content-digest" "host")` + ts + id9421)},
	{"method not signed", Uncovered, covering9421(`a=("@target-uri" "content-digest")` + ts + id9421)},
	{"target not signed", Uncovered, covering9421(`a=("@method" "content-digest")` + ts + id9421)},
	{"path not signed", Uncovered, covering9421(`a=("@method" "@authority" "content-digest")` + ts + id9421)},
	{"authority not signed", Uncovered, covering9421(`a=("@method" "@path" "content-digest")` + ts + id9421)},
	{"query not signed", Uncovered, func(t testing.TB, r *http.Request) {
		r.URL.RawQuery = "a=1"
		craft9421(t, r, note, `a=("@method" "@authority" "@path" "content-digest")`+ts+id9421)
	}},
	{"query signed", "", func(t testing.TB, r *http.Request) {
		r.URL.RawQuery = "a=1"
		craft9421(t, r, note, `a=("@method" "@authority" "@path" "@query" "content-digest")`+ts+id9421)
	}},
	{"digest not signed", Uncovered, covering9421(`a=("@method" "@target-uri")` + ts + id9421)},
	{"created not signed", Uncovered, covering9421("a=" + whole21 + id9421)},
	{"nothing signed", Uncovered, covering9421("a=()" + ts + id9421)},
	{"signed twice", Ambiguous, replace("Signature-Input", `"@method"`, `"@method" "@method"`)},
	{"unknown component", Malformed, replace("Signature-Input", `"@method"`, `"@method" "@status"`)},
	{"component in capitals", Malformed, replace("Signature-Input", `"content-type"`, `"Content-Type"`)},
	{"component of the other message", Malformed, replace("Signature-Input", `"@method"`, `"@method";req`)},
	{"component that is none", Malformed, replace("Signature-Input", `"@method"`, `method`)},
	{"thousands signed", TooLarge, replace("Signature-Input", `"@method"`, `"@method" `+strings.Repeat(`"x" `, 1500))},

	{"keyid twice", Ambiguous, replace("Signature-Input", ";keyid", `;keyid="https://evil.example/";keyid`)},
	{"no keyid", Malformed, covering9421("a=" + whole21 + ts)},
	{"keyid that is no string", Malformed, covering9421("a=" + whole21 + ts + ";keyid=abc")},
	{"a long keyid", TooLarge, replace("Signature-Input", keyID, strings.Repeat("x", maxKeyID+1))},
	{"thousands of parameters", TooLarge, func(_ testing.TB, r *http.Request) {
		var b strings.Builder
		for i := range 1200 {
			fmt.Fprintf(&b, ";x%d", i)
		}
		r.Header.Set("Signature-Input", r.Header.Get("Signature-Input")+b.String())
	}},
	{"label twice", Ambiguous, func(_ testing.TB, r *http.Request) {
		r.Header.Set("Signature-Input", r.Header.Get("Signature-Input")+", "+r.Header.Get("Signature-Input"))
	}},
	{"two inputs", Ambiguous, func(_ testing.TB, r *http.Request) { r.Header.Add("Signature-Input", `b=("@method")`) }},
	{"no input", Malformed, without("Signature-Input")}, // the rest is read as the draft
	{"empty input", Malformed, header("Signature-Input", "")},
	{"input alone", Malformed, without("Signature")},
	{"another label", Malformed, replace("Signature-Input", "sig1=", "sig2=")},
	{"thousands of labels", TooLarge, func(_ testing.TB, r *http.Request) {
		var b strings.Builder
		for i := range 1000 {
			fmt.Fprintf(&b, "a%d=(),", i)
		}
		r.Header.Set("Signature-Input", b.String()+r.Header.Get("Signature-Input"))
	}},
	{"input of 1 MB", TooLarge, header("Signature-Input", strings.Repeat("a", 1<<20))},
	{"base64 of garbage", Malformed, replace("Signature", "=:", "=:%%%")},
	{"signature that is no sequence", Malformed, header("Signature", "sig1=abc")},
	{"another signature", False, replace("Signature", "=:", "=:AAAA")},
	{"algorithm none", Algorithm, replace("Signature-Input", algRSA9421, "none")},
	{"algorithm hmac", Algorithm, replace("Signature-Input", algRSA9421, "hmac-sha256")},
	{"algorithm rsa-pss", Algorithm, replace("Signature-Input", algRSA9421, "rsa-pss-sha512")},
	{"algorithm as a token", Algorithm, replace("Signature-Input", `"`+algRSA9421+`"`, "ed25519")},
	{"algorithm of another key", Algorithm, replace("Signature-Input", algRSA9421, "ed25519")},
	{"algorithm left to the key", "", covering9421("a=" + whole21 + ts + id9421)},
	{"tag and nonce", "", covering9421("a=" + whole21 + ts + `;nonce="x";tag="y";new;other=?0;n=-5;b=:AAAA:;t=a/b` + id9421)},
	{"more blanks than needed", "", covering9421(`a=(  "@method"  "@target-uri" "content-digest" );  created=1795694400` + id9421)},

	{"an hour and five minutes old", "", covering9421(fmt.Sprintf("a=%s;created=%d%s", whole21, now.Add(-life-skew).Unix(), id9421))},
	{"a second older", TooOld, covering9421(fmt.Sprintf("a=%s;created=%d%s", whole21, now.Add(-life-skew).Unix()-1, id9421))},
	{"an hour in the future", "", covering9421(fmt.Sprintf("a=%s;created=%d%s", whole21, now.Add(skew).Unix(), id9421))},
	{"a second more", TooNew, covering9421(fmt.Sprintf("a=%s;created=%d%s", whole21, now.Add(skew).Unix()+1, id9421))},
	{"created of words", Malformed, covering9421("a=" + whole21 + `;created="now"` + id9421)},
	{"created before time", Malformed, covering9421("a=" + whole21 + `;created=-1` + id9421)},
	{"created for ever", Malformed, covering9421("a=" + whole21 + `;created=999999999999999` + id9421)},
	{"long life", "", madeFor9421(-12*3600, 1)},
	{"longest life", TooOld, madeFor9421(-13*3600-1, 1)},
	{"expired", TooOld, madeFor9421(-3700, -3601)},
	{"expired at birth", TooOld, madeFor9421(0, 0)},

	{"another label before", "", func(t testing.TB, r *http.Request) {
		r.Header.Set("Signature-Input", `proxy=("@status"), `+r.Header.Get("Signature-Input"))
		r.Header.Set("Signature", "proxy=:AAAA:, "+r.Header.Get("Signature"))
	}},
	{"another label behind", "", func(t testing.TB, r *http.Request) {
		r.Header.Set("Signature-Input", r.Header.Get("Signature-Input")+`, proxy=("@method");created=1`)
		r.Header.Set("Signature", r.Header.Get("Signature")+", proxy=:AAAA:")
	}},
}

func TestRefusals(t *testing.T) {
	for kind, changes := range map[Kind][]change{Cavage: changesOfCavage, RFC9421: changesOf9421} {
		for _, ch := range append(changesOfBoth[:len(changesOfBoth):len(changesOfBoth)], changes...) {
			t.Run(string(kind)+"/"+ch.name, func(t *testing.T) {
				r := request(t, "POST", us+"/ap/inbox", note)
				if err := Sign(r, []byte(note), keyID, ours().rsa, kind, now); err != nil {
					t.Fatal(err)
				}
				ch.do(t, r)
				err := check(r, note)
				if ReasonOf(err) != ch.want || ch.want == "" && err != nil {
					t.Fatalf("got %v, want %q", err, ch.want)
				}
				if err != nil && (errs.KindOf(err) != errs.Unauthenticated || len(err.Error()) > 300) {
					t.Errorf("kind %v, %d bytes: %v", errs.KindOf(err), len(err.Error()), err)
				}
			})
		}
	}
}

func check(r *http.Request, body string) error {
	c, err := Parse(r, []byte(body), []string{us}, now)
	if err != nil {
		return err
	}
	return c.Verify(keyOf(ours().rsa))
}

func TestAnotherBody(t *testing.T) {
	for _, kind := range []Kind{Cavage, RFC9421} {
		r := request(t, "POST", us+"/ap/inbox", note)
		if err := Sign(r, []byte(note), keyID, ours().rsa, kind, now); err != nil {
			t.Fatal(err)
		}
		for _, body := range []string{"", note + " ", strings.Repeat("x", len(note))} {
			if err := check(r, body); ReasonOf(err) != WrongDigest {
				t.Errorf("%s: %q instead: %v", kind, body, err)
			}
		}
		r = request(t, "GET", us+"/ap/inbox", "")
		if err := Sign(r, nil, keyID, ours().rsa, kind, now); err != nil {
			t.Fatal(err)
		}
		if err := check(r, note); ReasonOf(err) != Uncovered {
			t.Errorf("%s: a body put on a GET: %v", kind, err)
		}
	}
	for _, method := range []string{"POST", "DELETE"} { // what may change something owes a digest of nothing too
		r := request(t, method, us+"/ap/inbox", "")
		r.Header.Set("Date", now.Format(http.TimeFormat))
		craft(t, r, "", "(request-target) host date", named)
		if err := check(r, ""); ReasonOf(err) != Uncovered {
			t.Errorf("%s without a body: %v", method, err)
		}
		craft9421(t, r, "", `a=("@method" "@target-uri")`+ts+id9421)
		if err := check(r, ""); ReasonOf(err) != Uncovered {
			t.Errorf("%s without a body: %v", method, err)
		}
	}
}

// TestQueryUnsigned is how Mastodon signed for years.
func TestQueryUnsigned(t *testing.T) {
	for _, tt := range []struct {
		method, body string
		want         Reason
	}{{"GET", "", ""}, {"HEAD", "", ""}, {"POST", note, False}} {
		r := request(t, tt.method, us+"/outbox", tt.body)
		if err := Sign(r, []byte(tt.body), keyID, ours().rsa, Cavage, now); err != nil {
			t.Fatal(err)
		}
		r.URL.RawQuery = "page=true"
		if err := check(r, tt.body); ReasonOf(err) != tt.want {
			t.Errorf("%s: %v, want %q", tt.method, err, tt.want)
		}
	}
}

// TestSeveralLabels: whose key it is, is found out by trying.
func TestSeveralLabels(t *testing.T) {
	r := request(t, "POST", us+"/ap/inbox", note)
	if err := Sign(r, []byte(note), keyID, ours().rsa, RFC9421, now); err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Signature-Input", "proxy="+whole21+ts+`;keyid="https://proxy.example/key", `+r.Header.Get("Signature-Input"))
	r.Header.Set("Signature", "proxy=:AAAA:, "+r.Header.Get("Signature"))
	c, err := Parse(r, []byte(note), []string{us}, now)
	if err != nil || c.Label != "proxy" || len(c.Others) != 1 {
		t.Fatalf("%+v, %v", c, err)
	}
	if err := c.Verify(keyOf(ours().rsa)); ReasonOf(err) != WrongKey {
		t.Errorf("with the other's key: %v", err)
	}
	if err := c.Others[0].Verify(keyOf(ours().rsa)); err != nil {
		t.Errorf("the second: %v", err)
	}
}
