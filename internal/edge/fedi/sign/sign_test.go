package sign

import (
	"bufio"
	"bytes"
	"crypto"
	"crypto/ed25519"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

const (
	us    = "https://plaza.example"
	keyID = "https://other.example/users/ada#main-key"
	note  = `{"type":"Create"}`
)

var now = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// ours are keys that are made once for all tests.
var ours = sync.OnceValue(func() (keys struct{ rsa, ed crypto.Signer }) {
	r, err := GenerateRSA()
	if err != nil {
		panic(err)
	}
	e, err := GenerateEd25519()
	if err != nil {
		panic(err)
	}
	keys.rsa, keys.ed = r, e
	return keys
})

func keyOf(private crypto.Signer) Key { return Key{ID: keyID, Public: private.Public()} }

func request(t testing.TB, method, url, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/activity+json")
	}
	return r
}

// carry is r as a server reads it.
func carry(t testing.TB, r *http.Request) (*http.Request, []byte) {
	t.Helper()
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	got, err := http.ReadRequest(bufio.NewReader(&b))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got, body
}

func TestRoundTrip(t *testing.T) {
	for _, tt := range []struct{ method, url, body string }{
		{"GET", us + "/ap/users/1", ""},
		{"GET", us + "/ap/users/1/outbox?page=true&min_id=0", ""},
		{"GET", us + "/a%2Fb/%C3%A4?", ""},
		{"GET", us, ""},
		{"HEAD", us + ":443/x", ""},
		{"POST", us + "/ap/inbox", note},
		{"POST", us + "/ap/inbox?x=1", note},
		{"POST", us + "/ap/inbox", ""},
		{"GET", "http://PLAZA.example:8080/x", ""},
	} {
		for _, kind := range []Kind{Cavage, RFC9421} {
			for name, private := range map[string]crypto.Signer{"rsa": ours().rsa, "ed25519": ours().ed} {
				r := request(t, tt.method, tt.url, tt.body)
				if err := Sign(r, []byte(tt.body), keyID, private, kind, now); err != nil {
					t.Fatal(err)
				}
				got, body := carry(t, r)
				c, err := Parse(got, body, []string{"http://plaza.example:8080", us}, now.Add(time.Minute))
				if err == nil {
					err = c.Verify(keyOf(private))
				}
				if err != nil || c.KeyID != keyID || c.Kind != kind || !c.Created.Equal(now) {
					t.Errorf("%s %s, %s with %s: %v, %+v", tt.method, tt.url, kind, name, err, c)
				}
			}
		}
	}
}

// TestSignAgain is the second knock: what one kind set must not stay.
func TestSignAgain(t *testing.T) {
	r := request(t, "POST", us+"/ap/inbox", note)
	for _, kind := range []Kind{Cavage, RFC9421, Cavage, RFC9421} {
		if err := Sign(r, []byte(note), keyID, ours().rsa, kind, now); err != nil {
			t.Fatal(err)
		}
		c, err := Parse(r, []byte(note), []string{us}, now)
		if err == nil {
			err = c.Verify(keyOf(ours().rsa))
		}
		if err != nil || c.Kind != kind {
			t.Errorf("%s: %v, %+v", kind, err, c)
		}
	}
}

func TestSignRefuses(t *testing.T) {
	for name, id := range map[string]string{"none": "", "quote": `https://x/"`, "line": "https://x/\nDate: 1", "long": strings.Repeat("x", maxKeyID+1)} {
		if err := Sign(request(t, "GET", us, ""), nil, id, ours().ed, Cavage, now); err == nil {
			t.Errorf("%s: signed", name)
		}
	}
	if err := Sign(request(t, "GET", us, ""), nil, strings.Repeat("x", maxKeyID), ours().ed, Cavage, now); err != nil {
		t.Errorf("the longest keyId: %v", err)
	}
}

func TestVerifyRefuses(t *testing.T) {
	other, err := GenerateEd25519()
	if err != nil {
		t.Fatal(err)
	}
	r := request(t, "GET", us+"/x", "")
	for _, kind := range []Kind{Cavage, RFC9421} {
		if err := Sign(r, nil, keyID, ours().ed, kind, now); err != nil {
			t.Fatal(err)
		}
		c, err := Parse(r, nil, []string{us}, now)
		if err != nil {
			t.Fatal(err)
		}
		for name, tt := range map[string]struct {
			key  Key
			want Reason
		}{
			"another key":         {keyOf(other), False},
			"another id":          {Key{ID: keyID + "2", Public: ours().ed.Public()}, WrongKey},
			"no key":              {Key{ID: keyID}, WrongKey},
			"a short key":         {Key{ID: keyID, Public: ed25519.PublicKey("short")}, WrongKey},
			"a private key":       {Key{ID: keyID, Public: ours().ed}, WrongKey},
			"of another kind":     {keyOf(ours().rsa), map[Kind]Reason{Cavage: False, RFC9421: Algorithm}[kind]}, // hs2019 leaves it to the key
			"a claim of somebody": {Key{Public: ours().ed.Public()}, WrongKey},
		} {
			if err := c.Verify(tt.key); ReasonOf(err) != tt.want || errs.KindOf(err) != errs.Unauthenticated {
				t.Errorf("%s, %s: %v, want %q", kind, name, err, tt.want)
			}
		}
		if err := (Claim{}).Verify(Key{Public: ours().ed.Public()}); err == nil {
			t.Error("an empty claim holds")
		}
	}
}

func TestEveryReasonHasASentence(t *testing.T) {
	for _, why := range []Reason{Unsigned, Malformed, TooLarge, Ambiguous, Uncovered, Missing, TooOld, TooNew, WrongHost, WrongDigest, Algorithm, WrongKey, False} {
		err := refuse(why, "detail")
		if s := errs.Public(err); !strings.HasSuffix(s, ".") || ReasonOf(err) != why {
			t.Errorf("%s: %q, %v", why, s, err)
		}
	}
	if ReasonOf(nil) != "" || ReasonOf(io.EOF) != "" {
		t.Error("other errors have a reason")
	}
}
