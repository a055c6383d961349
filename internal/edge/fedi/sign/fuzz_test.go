package sign

import (
	"net/http"
	"testing"
	"time"
)

// FuzzCavage has any headers read. What is accepted must then be of the one
// request that was signed.
func FuzzCavage(f *testing.F) {
	r := request(f, "POST", us+"/ap/inbox", note)
	if err := Sign(r, []byte(note), keyID, ours().ed, Cavage, now); err != nil {
		f.Fatal(err)
	}
	f.Add(r.Header.Get("Signature"), r.Header.Get("Digest"), r.Header.Get("Date"))
	f.Add(`keyId="a",created=1795694400,expires=1795694500,headers="(request-target) host (created) (expires) digest",signature="AAAA"`, "MD5=x,"+digestOf([]byte(note)), "")
	f.Add(`KEYID="a" , headers="(request-target)	host date digest", signature="AAAA"`, digestOf(nil), now.Format(time.RFC850))
	f.Fuzz(func(t *testing.T, signature, digest, date string) {
		r := request(t, "POST", us+"/ap/inbox?a=1", note)
		r.Header["Signature"], r.Header["Digest"], r.Header["Date"] = []string{signature}, []string{digest}, []string{date}
		accepted(t, r, Cavage)
	})
}

// Fuzz9421 does the same with RFC 9421.
func Fuzz9421(f *testing.F) {
	r := request(f, "POST", us+"/ap/inbox", note)
	if err := Sign(r, []byte(note), keyID, ours().ed, RFC9421, now); err != nil {
		f.Fatal(err)
	}
	f.Add(r.Header.Get("Signature-Input"), r.Header.Get("Signature"), r.Header.Get("Content-Digest"))
	f.Add("a="+whole21+ts+`;nonce="\"x\\";n=-1;t=*a/b;b=:AAAA:;f;g=?0`+id9421+`, b=("@path" "@query" "@authority" "@method" "content-digest");created=1795694400;keyid="x";alg="ed25519"`,
		"a=:AAAA:;p=1, b=:AAAA:", "md5=:AAAA:, "+contentDigestOf([]byte(note)))
	f.Fuzz(func(t *testing.T, input, signature, digest string) {
		r := request(t, "POST", us+"/ap/inbox?a=1", note)
		r.Header["Signature-Input"], r.Header["Signature"], r.Header["Content-Digest"] = []string{input}, []string{signature}, []string{digest}
		accepted(t, r, RFC9421)
	})
}

func accepted(t *testing.T, r *http.Request, kind Kind) {
	c, err := Parse(r, []byte(note), []string{us}, now)
	if (err == nil) != (ReasonOf(err) == "") {
		t.Fatalf("%v has no reason", err)
	}
	if err != nil && (c.KeyID != "" || c.texts != nil) {
		t.Fatalf("refused, and claimed: %+v", c)
	}
	if err != nil {
		return
	}
	for _, c := range append(c.Others, c) {
		if c.Kind != kind || checkKeyID(c.KeyID) != nil || len(c.texts) != 1 || len(c.texts[0]) > maxSigned+maxHeader || len(c.signature) == 0 ||
			c.Created.After(now.Add(skew)) || c.Created.Before(now.Add(-longestLife-skew)) {
			t.Fatalf("accepted: %+v", c)
		}
		if err := c.Verify(Key{ID: c.KeyID, Public: ours().ed.Public()}); err == nil {
			t.Fatalf("what nobody signed holds: %+v", c)
		}
	}
}

// FuzzDictionary: what is written again reads the same.
func FuzzDictionary(f *testing.F) {
	f.Add(`a=("x" y;q "\"";p=1);b=-5;c, d=:AAAA:, e=?0, f;g`)
	f.Fuzz(func(t *testing.T, s string) {
		members, err := dictionary(s, 10)
		if err != nil {
			return
		}
		for _, x := range members {
			again := x.name + "=" + x.item.String()
			if x.kind == isList {
				again = x.name + "=" + x.writtenList()
			}
			back, err := dictionary(again, 1)
			if err != nil || len(back) != 1 || back[0].writtenList() != x.writtenList() || back[0].kind != isList && back[0].item.String() != x.item.String() {
				t.Fatalf("%q became %q: %v", s, again, err)
			}
		}
	})
}

func FuzzKeys(f *testing.F) {
	f.Add(testKeyEd25519)
	f.Add("z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")
	f.Fuzz(func(t *testing.T, text string) {
		if public, err := ParsePEM(text); err == nil {
			if err := checkPublic(public); err != nil {
				t.Fatal(err)
			}
		}
		if key, err := ParseMultikey(text); err == nil && Multikey(key) != text {
			t.Fatalf("%q became %q", text, Multikey(key))
		}
	})
}
