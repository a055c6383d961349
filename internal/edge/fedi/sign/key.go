package sign

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// A Key is what a signature is verified with.
type Key struct {
	ID     string           // its address, as signatures name it
	Owner  string           // the address of the actor whose it is
	Public crypto.PublicKey // *rsa.PublicKey or ed25519.PublicKey
}

// What a key may be. Shorter keys of RSA can be broken, longer ones take their
// time; nobody sane has another exponent than 65537, but some have a larger.
const (
	maxKeyText  = 4096 // bytes of a written key; 8192 bits take 1,500
	maxPrivate  = 8192
	minRSA      = 2048 // bits
	maxRSA      = 8192
	minExponent = 65537
	ourRSA      = 2048 // bits of ours: all servers take it
)

func checkPublic(public crypto.PublicKey) error {
	switch p := public.(type) {
	case *rsa.PublicKey:
		switch {
		case p == nil || p.N == nil || p.N.Sign() <= 0 || p.N.Bit(0) == 0:
			return errors.New("the modulus of the key is none")
		case p.N.BitLen() < minRSA || p.N.BitLen() > maxRSA:
			return fmt.Errorf("the key has %d bits, not %d to %d", p.N.BitLen(), minRSA, maxRSA)
		case p.E < minExponent || p.E&1 == 0 || p.E > 1<<31-1:
			return errors.New("the exponent of the key is not safe")
		}
		return nil
	case ed25519.PublicKey:
		if len(p) != ed25519.PublicKeySize {
			return errors.New("the key has another length than Ed25519 has")
		}
		return nil
	}
	return errors.New("the key is of a kind that is not known")
}

// checkKeyID wants an address that fits between quotes.
func checkKeyID(id string) error {
	switch {
	case id == "":
		return refuse(Malformed, "no keyId")
	case len(id) > maxKeyID:
		return refuse(TooLarge, "keyId has %d bytes, at most %d", len(id), maxKeyID)
	}
	for i := range len(id) {
		if c := id[i]; c <= ' ' || c > '~' || c == '"' || c == '\\' {
			return refuse(Malformed, "keyId is no address")
		}
	}
	return nil
}

// ParsePEM reads a public key as actors publish it: PKIX, or PKCS #1 of RSA.
// There has to be one, and nothing else.
func ParsePEM(text string) (crypto.PublicKey, error) {
	if len(text) > maxKeyText {
		return nil, fmt.Errorf("read key: %d bytes, at most %d", len(text), maxKeyText)
	}
	b := bytes.TrimSpace([]byte(text))
	block, rest := pem.Decode(b)
	if block == nil || !bytes.HasPrefix(b, []byte("-----BEGIN ")) || len(bytes.TrimSpace(rest)) > 0 {
		return nil, errors.New("read key: not one PEM block")
	}
	var public any
	var err error
	switch block.Type {
	case "PUBLIC KEY":
		public, err = x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		public, err = x509.ParsePKCS1PublicKey(block.Bytes)
	default:
		err = fmt.Errorf("a block of type %.40q", block.Type)
	}
	if err == nil {
		err = checkPublic(public)
	}
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	return public, nil
}

// PEM writes a public key as PKIX.
func PEM(public crypto.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return "", fmt.Errorf("write key: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
}

// multicodecEd25519 stands before the bytes of a key in a Multikey.
// https://www.w3.org/TR/cid-1.0/#Multikey
var multicodecEd25519 = []byte{0xed, 0x01}

// ParseMultikey reads the publicKeyMultibase of a Multikey (FEP-521a), which
// has to be of Ed25519.
func ParseMultikey(text string) (ed25519.PublicKey, error) {
	const longest = 64 // 34 bytes take 48 characters with the z
	if len(text) > longest || len(text) < 2 || text[0] != 'z' {
		return nil, errors.New("read key: no multibase in base 58")
	}
	b, err := unbase58(text[1:])
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	key, ok := bytes.CutPrefix(b, multicodecEd25519)
	if !ok || len(key) != ed25519.PublicKeySize {
		return nil, errors.New("read key: not of Ed25519")
	}
	return key, nil
}

// Multikey writes the publicKeyMultibase of a key.
func Multikey(public ed25519.PublicKey) string {
	return "z" + base58(append(multicodecEd25519[:2:2], public...))
}

// GenerateRSA makes a key that all servers can verify with.
func GenerateRSA() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, ourRSA) }

// GenerateEd25519 makes a key that is small and fast, and newer.
func GenerateEd25519() (ed25519.PrivateKey, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	return private, err
}

// MarshalPrivate is a private key as it is kept: PKCS #8.
func MarshalPrivate(private crypto.Signer) ([]byte, error) {
	b, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("write private key: %w", err)
	}
	return b, nil
}

// ParsePrivate reads what MarshalPrivate wrote. Its errors say nothing of it.
func ParsePrivate(b []byte) (crypto.Signer, error) {
	if len(b) > maxPrivate {
		return nil, errors.New("read private key: too long")
	}
	private, err := x509.ParsePKCS8PrivateKey(b)
	signer, ok := private.(crypto.Signer)
	if err != nil || !ok || checkPublic(signer.Public()) != nil {
		return nil, errors.New("read private key: not one of RSA or Ed25519 that is safe")
	}
	return signer, nil
}
