package sign

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"net/http"
	"strings"
	"testing"
)

// The benchmarks stand beside those of the bare arithmetic on the same text:
// the difference is ours.
func BenchmarkVerify(b *testing.B) {
	body := []byte(strings.Repeat("x", 4<<10))
	for _, kind := range []Kind{Cavage, RFC9421} {
		for name, private := range map[string]crypto.Signer{"rsa": ours().rsa, "ed25519": ours().ed} {
			r := request(b, "POST", us+"/ap/inbox", string(body))
			if err := Sign(r, body, keyID, private, kind, now); err != nil {
				b.Fatal(err)
			}
			b.Run(string(kind)+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					c, err := Parse(r, body, []string{us}, now)
					if err == nil {
						err = c.Verify(keyOf(private))
					}
					if err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
	text := []byte(strings.Repeat("x", 250))
	sum := sha256.Sum256(text)
	made, err := signText(ours().rsa, string(text))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("bare/rsa", func(b *testing.B) {
		for b.Loop() {
			if rsa.VerifyPKCS1v15(ours().rsa.Public().(*rsa.PublicKey), crypto.SHA256, sum[:], made) != nil {
				b.Fatal("false")
			}
		}
	})
	small := ed25519.Sign(ours().ed.(ed25519.PrivateKey), text)
	b.Run("bare/ed25519", func(b *testing.B) {
		for b.Loop() {
			if !ed25519.Verify(ours().ed.Public().(ed25519.PublicKey), text, small) {
				b.Fatal("false")
			}
		}
	})
}

func BenchmarkSign(b *testing.B) {
	body := []byte(strings.Repeat("x", 4<<10))
	for _, kind := range []Kind{Cavage, RFC9421} {
		for name, private := range map[string]crypto.Signer{"rsa": ours().rsa, "ed25519": ours().ed} {
			r := request(b, "POST", us+"/ap/inbox", string(body))
			b.Run(string(kind)+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := Sign(r, body, keyID, private, kind, now); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
	sum := sha256.Sum256(body)
	b.Run("bare/rsa", func(b *testing.B) {
		for b.Loop() {
			if _, err := rsa.SignPKCS1v15(rand.Reader, ours().rsa.(*rsa.PrivateKey), crypto.SHA256, sum[:]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("bare/ed25519", func(b *testing.B) {
		for b.Loop() {
			ed25519.Sign(ours().ed.(ed25519.PrivateKey), body[:250])
		}
	})
}

// BenchmarkRefuse is what a hostile request costs that comes with no key.
func BenchmarkRefuse(b *testing.B) {
	for name, h := range map[string]http.Header{
		"1 MB":       {"Signature": {strings.Repeat("x", 1<<20)}},
		"labels":     {"Signature": {"a=:AAAA:"}, "Signature-Input": {strings.Repeat("a=(),", 1600)}},
		"components": {"Signature": {`keyId="a",headers="` + strings.Repeat("a ", 4000) + `"`}},
		"no key":     {"Signature": {`keyId="a",headers="` + whole + `",signature="AAAA"`}, "Digest": {digestOf([]byte(note))}},
	} {
		r := request(b, "POST", us+"/ap/inbox", note)
		r.Header = h
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Parse(r, []byte(note), []string{us}, now); err == nil {
					b.Fatal("accepted")
				}
			}
		})
	}
}
