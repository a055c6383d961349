package sign

import (
	"bufio"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func readRequest(t *testing.T, text string) (*http.Request, []byte) {
	t.Helper()
	head, body, _ := strings.Cut(text, "\n\n")
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(strings.ReplaceAll(head, "\n", "\r\n") + "\r\n\r\n" + body)))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r, b
}

// testKeyEd25519 is that of RFC 9421, appendix B.1.4.
const testKeyEd25519 = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----`

// TestRFC9421 are examples of RFC 9421, appendices B.2 and B.4. None covers
// what we demand, so that they are verified without the demands, and refused
// with them.
func TestRFC9421(t *testing.T) {
	const post = `POST /foo?param=Value&Pet=dog HTTP/1.1
Host: example.com
Date: Tue, 20 Apr 2021 02:07:55 GMT
Content-Type: application/json
Content-Digest: sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:
Content-Length: 18
`
	public, err := ParsePEM(testKeyEd25519)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, request string
	}{
		{"B.2.6, Ed25519", post + `Signature-Input: sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"
Signature: sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:

{"hello": "world"}`},
		{"B.4, transformed", `GET /demo?name1=Value1&Name2=value2 HTTP/1.1
Host: example.org
Date: Fri, 15 Jul 2022 14:24:55 GMT
Accept: application/json
Accept: */*
Signature-Input: transform=("@method" "@path" "@authority" "accept");created=1618884473;keyid="test-key-ed25519"
Signature: transform=:ZT1kooQsEHpZ0I1IjCqtQppOmIqlJPeo7DHR3SoMn0s5JZ1eRGS0A+vyYP9t/LXlh5QMFFQ6cpLt2m0pmj3NDA==:

`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, body := readRequest(t, tt.request)
			m, err := received(r, body, []string{"example.com", "example.org"}, time.Unix(1618884473, 0))
			if err != nil {
				t.Fatal(err)
			}
			inputs, err := dictionary(r.Header.Get("Signature-Input"), 1)
			if err != nil {
				t.Fatal(err)
			}
			made, err := dictionary(r.Header.Get("Signature"), 1)
			if err != nil {
				t.Fatal(err)
			}
			c, _, err := m.read9421(inputs[0], made)
			if err == nil {
				err = c.Verify(Key{ID: "test-key-ed25519", Public: public})
			}
			if err != nil {
				t.Errorf("without demands: %v, of\n%s", err, c.texts[0])
			}
			if len(body) > 0 {
				if err := m.checkContentDigest(); err != nil {
					t.Error(err)
				}
			}
			_, err = Parse(r, body, []string{"example.com", "example.org"}, time.Unix(1618884473, 0))
			if ReasonOf(err) != Uncovered {
				t.Errorf("with demands: %v, want %q", err, Uncovered)
			}
		})
	}
}

// TestCavageExamples are those of the draft, appendix C. Their key has 1024
// bits, so that a signature with it holds, and is refused for the key.
func TestCavageExamples(t *testing.T) {
	const pem = `-----BEGIN RSA PUBLIC KEY-----
MIGJAoGBAMIUQ0bDffIaKHL3akONlCGXQLfqs8mP4K99ILz6rbyHEDXrVAU1R3Xf
C4JNRyrRB3aqwF7/aEXJzYMIkmDSHUvvz7pnhQxHsQ5yl91QT0d/eb+Gz4VRHjm4
El4MrUdIUcPxscoPqS/wU8Z8lOi1z7bGMnChiL7WGqnV8h6RrGzJAgMBAAE=
-----END RSA PUBLIC KEY-----`
	public := publicOf(t, pem)
	for _, tt := range []struct{ name, headers, signature string }{
		{"basic", "(request-target) host date", "qdx+H7PHHDZgy4y/Ahn9Tny9V3GP6YgBPyUXMmoxWtLbHpUnXS2mg2+SbrQDMCJypxBLSPQR2aAjn7ndmw2iicw3HMbe8VfEdKFYRqzic+efkb3nndiv/x1xSHDJWeSWkx3ButlYSuBskLu6kd9Fswtemr3lgdDEmn04swr2Os0="},
		{"all", "(request-target) host date content-type digest content-length", "vSdrb+dS3EceC9bcwHSo4MlyKS59iFIrhgYkz8+oVLEEzmYZZvRs8rgOp+63LEM3v+MFHB32NfpB2bEKBIvB1q52LaEUHFv120V01IL+TAD48XaERZFukWgHoBTLMhYS2Gb51gWxpeIq8knRmPnYePbF5MOkR0Zkly4zKH7s1dE="},
	} {
		r, body := readRequest(t, `POST /foo?param=value&pet=dog HTTP/1.1
Host: example.com
Date: Sun, 05 Jan 2014 21:31:40 GMT
Content-Type: application/json
Digest: SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=
Content-Length: 18
Signature: keyId="Test",algorithm="rsa-sha256",headers="`+tt.headers+`",signature="`+tt.signature+`"

{"hello": "world"}`)
		at := time.Date(2014, 1, 5, 21, 31, 40, 0, time.UTC)
		m, err := received(r, body, []string{"example.com"}, at)
		if err != nil {
			t.Fatal(err)
		}
		s, err := readCavage(r.Header.Get("Signature"))
		if err != nil {
			t.Fatal(err)
		}
		c, err := m.claimCavage(s)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256([]byte(c.texts[0]))
		if err := rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], c.signature); err != nil {
			t.Errorf("%s: %v, of\n%s", tt.name, err, c.texts[0])
		}
		c, err = Parse(r, body, []string{"example.com"}, at)
		if want := map[string]Reason{"basic": Uncovered}[tt.name]; ReasonOf(err) != want {
			t.Errorf("%s: %v, want %q", tt.name, err, want)
		}
		if err := c.Verify(Key{ID: "Test", Public: public}); ReasonOf(err) != WrongKey {
			t.Errorf("%s: a key of 1024 bits: %v", tt.name, err)
		}
	}
}
