package sign

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// ourLabel names our signature in RFC 9421.
const ourLabel = "sig1"

// Sign signs r, with body, in the name of keyID. It sets the digest and the
// date too, and takes away what was signed before, so that a request can be
// signed again in the other kind.
func Sign(r *http.Request, body []byte, keyID string, private crypto.Signer, kind Kind, now time.Time) error {
	if err := checkKeyID(keyID); err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	if err := checkPublic(private.Public()); err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	for _, name := range []string{"Signature", "Signature-Input", "Digest", "Content-Digest"} {
		r.Header.Del(name)
	}
	r.Header.Set("Date", now.UTC().Format(http.TimeFormat))
	m := sent(r, body, now)
	if kind == RFC9421 {
		return m.sign9421(keyID, private)
	}
	return m.signCavage(keyID, private)
}

func (m message) signCavage(keyID string, private crypto.Signer) error {
	s := cavage{covered: []string{requestTarget, "host", "date"}}
	algorithm := algHS2019
	if _, ok := private.(*rsa.PrivateKey); ok {
		algorithm = algRSA // which everybody knows
	}
	if m.owesDigest() {
		m.r.Header.Set("Digest", digestOf(m.body))
		s.covered = append(s.covered, "digest")
		s.covered = append(s.covered, m.besides()...)
	}
	text, err := m.textCavage(s, m.target())
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	signature, err := signText(private, text)
	if err != nil {
		return err
	}
	m.r.Header.Set("Signature", fmt.Sprintf(`keyId="%s",algorithm="%s",headers="%s",signature="%s"`,
		keyID, algorithm, strings.Join(s.covered, " "), base64.StdEncoding.EncodeToString(signature)))
	return nil
}

// besides are headers that are signed along if they are there, as they say what
// a body is, or something that others act on.
func (m message) besides() (out []string) {
	for _, name := range []string{"content-type", "collection-synchronization"} {
		if m.r.Header.Get(name) != "" {
			out = append(out, name)
		}
	}
	return out
}

func (m message) sign9421(keyID string, private crypto.Signer) error {
	algorithm := algEd25519
	if _, ok := private.(*rsa.PrivateKey); ok {
		algorithm = algRSA9421
	}
	s := member{name: ourLabel}
	covered := []string{"@method", "@target-uri"}
	if m.owesDigest() {
		m.r.Header.Set("Content-Digest", contentDigestOf(m.body))
		covered = append(covered, "content-digest")
		covered = append(covered, m.besides()...)
	}
	for _, name := range covered {
		s.list = append(s.list, item{bare: bare{kind: isString, text: name}})
	}
	s.params = []param{
		{"created", bare{kind: isNumber, number: m.now.Unix()}},
		{"keyid", bare{kind: isString, text: keyID}},
		{"alg", bare{kind: isString, text: algorithm}},
	}
	text, _, err := m.text9421(s)
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	signature, err := signText(private, text)
	if err != nil {
		return err
	}
	m.r.Header.Set("Signature-Input", s.name+"="+s.writtenList())
	m.r.Header.Set("Signature", s.name+"="+bare{kind: isBytes, bytes: signature}.String())
	return nil
}

func signText(private crypto.Signer, text string) ([]byte, error) {
	message, opts := []byte(text), crypto.Hash(0)
	if _, ok := private.Public().(ed25519.PublicKey); !ok {
		sum := sha256.Sum256(message)
		message, opts = sum[:], crypto.SHA256
	}
	signature, err := private.Sign(rand.Reader, message, opts)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return signature, nil
}
