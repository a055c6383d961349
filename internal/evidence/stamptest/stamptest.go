// Package stamptest is an authority that stamps (RFC 3161) for tests, over a real
// socket, which can be told to lie.
package stamptest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// An Authority stamps whatever it is sent.
type Authority struct {
	*httptest.Server
	Root  *x509.Certificate
	Cert  *x509.Certificate
	Now   func() time.Time
	Lie   func(*Info)                                              // changes what is signed
	Serve func(w http.ResponseWriter, r *http.Request) (done bool) // answers instead

	Asked int
	key   crypto.Signer
	t     testing.TB
}

// Info is what is signed (TSTInfo).
type Info struct {
	Version int
	Policy  asn1.ObjectIdentifier
	Imprint Imprint
	Serial  *big.Int
	At      time.Time `asn1:"generalized"`
	Nonce   *big.Int  `asn1:"optional"`
}

// Imprint is the hash that is.
type Imprint struct {
	Algorithm pkix.AlgorithmIdentifier
	Hash      []byte
}

// New starts one, with a certificate that holds around a moment.
func New(t testing.TB, now func() time.Time) *Authority {
	t.Helper()
	a := &Authority{Now: now, t: t}
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	a.must(err)
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Stamps of the test, root"}, NotBefore: now().AddDate(-1, 0, 0), NotAfter: now().AddDate(10, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	a.Root = a.certify(root, root, rootKey.Public(), rootKey)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	a.must(err)
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	a.must(err)
	a.key = key
	a.Cert = a.certify(&x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Stamps of the test"}, NotBefore: now().AddDate(-1, 0, 0), NotAfter: now().AddDate(10, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: usage}}}, a.Root, key.Public(), rootKey)
	a.Server = httptest.NewServer(a)
	t.Cleanup(a.Close)
	return a
}

func (a *Authority) must(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

func (a *Authority) certify(c, by *x509.Certificate, public crypto.PublicKey, key crypto.Signer) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, c, by, public, key)
	a.must(err)
	out, err := x509.ParseCertificate(der)
	a.must(err)
	return out
}

// PEM is the certificate that its own leads to.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Root.Raw})
}

// ServeHTTP answers.
func (a *Authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.Asked++
	if a.Serve != nil && a.Serve(w, r) {
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || r.Header.Get("Content-Type") != "application/timestamp-query" {
		http.Error(w, "this is no question", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/timestamp-reply")
	w.Write(a.Answer(body))
}

// Answer is what it says to a question.
func (a *Authority) Answer(question []byte) []byte {
	var q struct {
		Version int
		Imprint Imprint
		Nonce   *big.Int `asn1:"optional"`
		Cert    bool     `asn1:"optional"`
	}
	if rest, err := asn1.Unmarshal(question, &q); err != nil || len(rest) > 0 || !q.Cert {
		return a.der(status{2})
	}
	info := Info{1, asn1.ObjectIdentifier{1, 2, 3, 4, 1}, q.Imprint, big.NewInt(int64(a.Asked)), a.Now().UTC().Truncate(time.Second), q.Nonce}
	if a.Lie != nil {
		a.Lie(&info)
	}
	return a.der(struct {
		Status status
		Token  asn1.RawValue
	}{Token: asn1.RawValue{FullBytes: a.token(a.der(info))}})
}

type status struct{ Status int }

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

func (a *Authority) der(v any, params ...string) []byte {
	b, err := asn1.MarshalWithParams(v, append(params, "")[0])
	a.must(err)
	return b
}

func (a *Authority) attribute(kind asn1.ObjectIdentifier, v any) attribute {
	return attribute{kind, []asn1.RawValue{{FullBytes: a.der(v)}}}
}

func (a *Authority) token(info []byte) []byte {
	info0, sha256s := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}, pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}}
	type essCert struct{ Hash []byte }
	digest, mine := sha256.Sum256(info), sha256.Sum256(a.Cert.Raw)
	signed := a.der([]attribute{a.attribute(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}, info0), a.attribute(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}, digest[:]),
		a.attribute(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}, struct{ Certs []essCert }{[]essCert{{mine[:]}}})}, "set")
	sum := sha256.Sum256(signed)
	signature, err := a.key.Sign(rand.Reader, sum[:], crypto.SHA256)
	a.must(err)
	signed[0] = 0xa0
	type signer struct {
		Version int
		Who     struct {
			Issuer asn1.RawValue
			Serial *big.Int
		}
		Digest    pkix.AlgorithmIdentifier
		Signed    asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature []byte
	}
	s := signer{Version: 1, Digest: sha256s, Signed: asn1.RawValue{FullBytes: signed}, Algorithm: pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}}, Signature: signature}
	s.Who.Issuer, s.Who.Serial = asn1.RawValue{FullBytes: a.Cert.RawIssuer}, a.Cert.SerialNumber
	type content struct {
		Type asn1.ObjectIdentifier
		Text []byte `asn1:"explicit,tag:0"`
	}
	type data struct {
		Version      int
		Digests      []pkix.AlgorithmIdentifier `asn1:"set"`
		Content      content
		Certificates asn1.RawValue
		Signers      []signer `asn1:"set"`
	}
	return a.der(struct {
		Type    asn1.ObjectIdentifier
		Content data `asn1:"explicit,tag:0"`
	}{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}, data{3, []pkix.AlgorithmIdentifier{sha256s}, content{info0, info},
		asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: a.Cert.Raw}, []signer{s}}})
}
