package evidence

import (
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// Limits of time stamps, and of the certificates of who makes them.
const (
	MaxStamp       = 64 << 10 // bytes of an answer (RFC 3161)
	MaxAuthorities = 256 << 10
	maxCerts       = 32
)

// A Stamp says that a checkpoint was there at a moment. Somebody else says it: an
// authority that stamps hashes (RFC 3161), and knows nothing of what they are of.
type Stamp struct {
	At      time.Time
	By      string // whose certificate it is, as that has it
	Trusted bool   // the certificate leads to one that is trusted
}

// The ways in which a stamp does not hold.
var (
	errStamp        = errors.New("it cannot be read")
	errStampOther   = errors.New("it is of something else")
	errStampTrust   = errors.New("its certificate does not lead to one that is trusted")
	errStampRefused = errors.New("the authority refused")
)

// imprint is a hash that is stamped.
type imprint struct {
	Algorithm pkix.AlgorithmIdentifier
	Hash      []byte
}

type stampRequest struct {
	Version int
	Imprint imprint
	Nonce   *big.Int
	Cert    bool
}

type stampResponse struct {
	Status struct {
		Status int
		Text   []string       `asn1:"optional"`
		Fail   asn1.BitString `asn1:"optional"`
	}
	Token asn1.RawValue `asn1:"optional"`
}

// stampInfo is what an authority signs (TSTInfo).
type stampInfo struct {
	Version  int
	Policy   asn1.ObjectIdentifier
	Imprint  imprint
	Serial   *big.Int
	At       time.Time `asn1:"generalized"`
	Accuracy struct {
		Seconds int `asn1:"optional"`
		Millis  int `asn1:"optional,tag:0"`
		Micros  int `asn1:"optional,tag:1"`
	} `asn1:"optional"`
	Ordering   bool          `asn1:"optional"`
	Nonce      *big.Int      `asn1:"optional"`
	Authority  asn1.RawValue `asn1:"optional,tag:0"`
	Extensions asn1.RawValue `asn1:"optional,tag:1"`
}

// StampRequest asks for a stamp of a head: of the text of its checkpoint, without
// signatures, of which more may come later. The nonce is to be in the answer.
func StampRequest(h Head, nonce *big.Int) ([]byte, error) {
	sum := sha256.Sum256([]byte(h.Text()))
	return asn1.Marshal(stampRequest{1, imprint{pkix.AlgorithmIdentifier{Algorithm: oidSHA256, Parameters: asn1.NullRawValue}, sum[:]}, nonce, true})
}

// AnswerStamp reads what an authority answers to a StampRequest. It returns the
// answer as it is kept, which OpenStamp reads.
func AnswerStamp(b []byte, h Head, nonce *big.Int, trusted []*x509.Certificate) (s Stamp, answer []byte, err error) {
	r, err := readStamp(b)
	if err != nil {
		return s, nil, err
	}
	s, info, err := openToken(r.Token.FullBytes, h, trusted)
	switch {
	case err != nil:
		return s, nil, err
	case info.Nonce == nil || info.Nonce.Cmp(nonce) != 0:
		return s, nil, fmt.Errorf("%w: it has not the number that was asked with", errStampOther)
	case len(trusted) > 0 && !s.Trusted:
		return s, nil, errStampTrust
	}
	var kept stampResponse // without what else it may have said
	kept.Token = asn1.RawValue{FullBytes: r.Token.FullBytes}
	answer, err = asn1.Marshal(struct {
		Status struct{ Status int }
		Token  asn1.RawValue
	}{Token: kept.Token})
	return s, answer, err
}

// OpenStamp reads a stamp as it is kept, and believes it only if it is of h. Whose
// it is can be told only if there are trusted certificates.
func OpenStamp(b []byte, h Head, trusted []*x509.Certificate) (Stamp, error) {
	r, err := readStamp(b)
	if err != nil {
		return Stamp{}, err
	}
	s, _, err := openToken(r.Token.FullBytes, h, trusted)
	return s, err
}

func readStamp(b []byte) (r stampResponse, err error) {
	if len(b) > MaxStamp {
		return r, errStamp
	}
	if rest, err := asn1.Unmarshal(b, &r); err != nil || len(rest) > 0 {
		return r, errStamp
	}
	if r.Status.Status > 1 || r.Status.Status < 0 { // granted, or with changes
		why := strings.Join(r.Status.Text, ", ")
		return r, fmt.Errorf("%w: status %d %.100q", errStampRefused, r.Status.Status, why)
	}
	if len(r.Token.FullBytes) == 0 {
		return r, errStamp
	}
	return r, nil
}

// openToken checks a token (RFC 3161, 2.4.2).
func openToken(token []byte, h Head, trusted []*x509.Certificate) (s Stamp, info stampInfo, err error) {
	content, signer, certs, err := openSigned(token, oidStampInfo)
	if err != nil {
		return s, info, err
	}
	if rest, err := asn1.Unmarshal(content, &info); err != nil || len(rest) > 0 || info.Version != 1 {
		return s, info, errStamp
	}
	sum := sha256.Sum256([]byte(h.Text()))
	if !info.Imprint.Algorithm.Algorithm.Equal(oidSHA256) || string(info.Imprint.Hash) != string(sum[:]) {
		return s, info, errStampOther
	}
	if len(signer.ExtKeyUsage) != 1 || signer.ExtKeyUsage[0] != x509.ExtKeyUsageTimeStamping || len(signer.UnknownExtKeyUsage) > 0 {
		return s, info, fmt.Errorf("%w: its certificate is not one for stamping", errStampTrust)
	}
	if info.At.Before(signer.NotBefore) || info.At.After(signer.NotAfter) {
		return s, info, fmt.Errorf("%w: its certificate did not hold at that moment", errStampTrust)
	}
	s = Stamp{At: info.At.UTC(), By: nameOf(signer.Subject), Trusted: leads(signer, certs, trusted, info.At)}
	return s, info, nil
}

// nameOf is what a certificate says whose it is, without what could be mistaken
// for words of ours.
func nameOf(n pkix.Name) string {
	name := n.CommonName
	if len(n.Organization) > 0 && n.Organization[0] != name {
		name += " (" + n.Organization[0] + ")"
	}
	if name == "" {
		name = n.String()
	}
	return fmt.Sprintf("%.120q", name)
}

// leads reports whether a certificate is one of trusted, or was made by one.
func leads(signer *x509.Certificate, certs, trusted []*x509.Certificate, at time.Time) bool {
	if len(trusted) == 0 {
		return false
	}
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	for _, c := range trusted {
		roots.AddCert(c)
	}
	for _, c := range certs {
		between.AddCert(c)
	}
	_, err := signer.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}})
	return err == nil
}

// ParseAuthorities reads certificates in PEM: of authorities that are trusted, or
// of those who vouch for them.
func ParseAuthorities(b []byte) (all []*x509.Certificate, err error) {
	if len(b) > MaxAuthorities {
		return nil, errors.New("these are too many certificates")
	}
	for len(b) > 0 {
		block, rest := pem.Decode(b)
		if block == nil {
			break
		}
		if b = rest; block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		if all = append(all, c); len(all) > maxCerts {
			return nil, errors.New("these are too many certificates")
		}
	}
	if len(all) == 0 {
		return nil, errors.New("there is no certificate in it")
	}
	return all, nil
}
