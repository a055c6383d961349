package sign

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
)

// publicOf reads a key of RSA whatever its size.
func publicOf(t *testing.T, text string) *rsa.PublicKey {
	t.Helper()
	block, _ := pem.Decode([]byte(text))
	public, err := x509.ParsePKCS1PublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return public
}

func TestKeysComeBack(t *testing.T) {
	for name, private := range map[string]crypto.Signer{"rsa": ours().rsa, "ed25519": ours().ed} {
		text, err := PEM(private.Public())
		if err != nil {
			t.Fatal(err)
		}
		public, err := ParsePEM("\n" + strings.ReplaceAll(text, "\n", "\r\n") + " ")
		if err != nil || !public.(interface{ Equal(crypto.PublicKey) bool }).Equal(private.Public()) {
			t.Errorf("%s: %v, %v", name, public, err)
		}
		kept, err := MarshalPrivate(private)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParsePrivate(kept)
		if err != nil || !back.(interface{ Equal(crypto.PrivateKey) bool }).Equal(private) {
			t.Errorf("%s: the private key is another one: %v", name, err)
		}
	}
	public := ours().ed.Public().(ed25519.PublicKey)
	if back, err := ParseMultikey(Multikey(public)); err != nil || !back.Equal(public) {
		t.Errorf("%s: %x, %v", Multikey(public), back, err)
	}
}

// rsaOf is a key, not one that could be used, of some bits.
func rsaOf(bits uint, e int) *rsa.PublicKey {
	n := new(big.Int).Lsh(big.NewInt(1), bits-1)
	return &rsa.PublicKey{N: n.Add(n, big.NewInt(1)), E: e}
}

func TestParsePEM(t *testing.T) {
	of := func(public any) string {
		der, err := x509.MarshalPKIXPublicKey(public)
		if err != nil {
			t.Fatal(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	}
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	private, err := MarshalPrivate(ours().ed)
	if err != nil {
		t.Fatal(err)
	}
	even := rsaOf(2048, 65537)
	even.N.Sub(even.N, big.NewInt(1))
	for name, tt := range map[string]struct {
		text string
		ok   bool
	}{
		"2048 bits":         {of(rsaOf(2048, 65537)), true},
		"8192 bits":         {of(rsaOf(8192, 65537)), true},
		"PKCS #1":           {block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(rsaOf(4096, 65537))), true},
		"largest exponent":  {of(rsaOf(2048, 1<<31-1)), true},
		"2047 bits":         {of(rsaOf(2047, 65537)), false},
		"8193 bits":         {of(rsaOf(8193, 65537)), false},
		"exponent 1":        {of(rsaOf(2048, 1)), false},
		"exponent 3":        {of(rsaOf(2048, 3)), false},
		"even exponent":     {of(rsaOf(2048, 65538)), false},
		"even modulus":      {of(even), false},
		"another curve":     {of(curve.Public()), false},
		"a private key":     {block("PRIVATE KEY", private), false},
		"private as public": {block("PUBLIC KEY", private), false},
		"two keys":          {of(rsaOf(2048, 65537)) + of(rsaOf(2048, 65537)), false},
		"words before":      {"x\n" + of(rsaOf(2048, 65537)), false},
		"words behind":      {of(rsaOf(2048, 65537)) + "x", false},
		"nothing":           {"", false},
		"garbage":           {block("PUBLIC KEY", []byte("garbage")), false},
		"long":              {of(rsaOf(2048, 65537)) + strings.Repeat("\n", maxKeyText), false},
	} {
		if _, err := ParsePEM(tt.text); (err == nil) != tt.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParseMultikey(t *testing.T) {
	// The example of the did:key method.
	const example = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
	key, err := ParseMultikey(example)
	if err != nil || Multikey(key) != example {
		t.Errorf("%x, %v", key, err)
	}
	zeros := make(ed25519.PublicKey, ed25519.PublicKeySize)
	if back, err := ParseMultikey(Multikey(zeros)); err != nil || !back.Equal(zeros) {
		t.Errorf("a key of zeros: %x, %v", back, err)
	}
	for name, text := range map[string]string{
		"nothing":         "",
		"z alone":         "z",
		"another base":    "u" + example[1:],
		"no base 58":      "z0" + example[2:],
		"non-ASCII":       "zé" + example[2:],
		"cut off":         example[:len(example)-1],
		"longer":          example + "1",
		"a zero in front": "z1" + example[1:],
		"long":            "z" + strings.Repeat("2", 1<<20),
		"X25519":          "z" + base58(append([]byte{0xec, 0x01}, zeros...)),
	} {
		if key, err := ParseMultikey(text); err == nil {
			t.Errorf("%s: %x", name, key)
		}
	}
}

func TestBase58(t *testing.T) { // draft-msporny-base58
	for in, want := range map[string]string{
		"Hello World!": "2NEpo7TZRRrLZSi2U",
		"The quick brown fox jumps over the lazy dog.": "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
		"\x00\x00\x28\x7f\xb4\xcd":                     "11233QC4",
		"":                                             "",
		"\x00":                                         "1",
	} {
		if got := base58([]byte(in)); got != want {
			t.Errorf("base58(%q) = %s, want %s", in, got, want)
		}
		if back, err := unbase58(want); err != nil || string(back) != in {
			t.Errorf("unbase58(%s) = %q, %v", want, back, err)
		}
	}
}

func TestParsePrivate(t *testing.T) {
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := MarshalPrivate(curve)
	if err != nil {
		t.Fatal(err)
	}
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	small, err := MarshalPrivate(short)
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"nothing": nil, "garbage": []byte("garbage"), "long": make([]byte, maxPrivate+1), "another curve": ec, "1024 bits": small} {
		if _, err := ParsePrivate(b); err == nil || strings.Contains(err.Error(), "garbage") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
