package evidence

import (
	"bytes"
	"crypto"
	_ "crypto/sha1" // certificates are named by it in older stamps
	_ "crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
)

// What authorities sign is CMS (RFC 5652), of which this reads as much as RFC 3161
// allows: DER, one signer, whose certificate goes along.

var (
	oidSigned      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidStampInfo   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidContentType = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidDigest      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSignedBy    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12} // SHA-1
	oidSignedByV2  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	oidSHA256      = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidSHA384      = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}
	oidSHA512      = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}
	oidRSA         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidRSA256      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}
	oidRSA384      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 12}
	oidRSA512      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 13}
	oidECDSA256    = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
	oidECDSA384    = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 3}
	oidECDSA512    = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 4}
	oidEd25519     = asn1.ObjectIdentifier{1, 3, 101, 112}
)

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content signedData `asn1:"explicit,tag:0"`
}

type signedData struct {
	Version int
	Digests []pkix.AlgorithmIdentifier `asn1:"set"`
	Content struct {
		Type asn1.ObjectIdentifier
		Text []byte `asn1:"explicit,tag:0"`
	}
	Certificates asn1.RawValue `asn1:"optional,tag:0"`
	Revoked      asn1.RawValue `asn1:"optional,tag:1"`
	Signers      []signerInfo  `asn1:"set"`
}

type signerInfo struct {
	Version   int
	Who       asn1.RawValue
	Digest    pkix.AlgorithmIdentifier
	Signed    asn1.RawValue `asn1:"optional,tag:0"`
	Algorithm pkix.AlgorithmIdentifier
	Signature []byte
	Unsigned  asn1.RawValue `asn1:"optional,tag:1"`
}

type issuerAndSerial struct {
	Issuer asn1.RawValue
	Serial *big.Int
}

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

// signedBy names the certificate of who signed, within what is signed (RFC 5816).
type signedBy struct {
	Certs []struct {
		Algorithm pkix.AlgorithmIdentifier `asn1:"optional"`
		Hash      []byte
		Issuer    asn1.RawValue `asn1:"optional"`
	}
	Policies asn1.RawValue `asn1:"optional"`
}

// openSigned is what somebody signed, if it is of a kind and the signature holds
// under the certificate that goes along, which is returned with the others.
func openSigned(b []byte, kind asn1.ObjectIdentifier) (content []byte, by *x509.Certificate, all []*x509.Certificate, err error) {
	var c contentInfo
	if rest, err := asn1.Unmarshal(b, &c); err != nil || len(rest) > 0 || !c.Type.Equal(oidSigned) || !c.Content.Content.Type.Equal(kind) || len(c.Content.Signers) != 1 {
		return nil, nil, nil, errStamp
	}
	if all, err = certificates(c.Content.Certificates.Bytes); err != nil {
		return nil, nil, nil, err
	}
	content, signer := c.Content.Content.Text, c.Content.Signers[0]
	if by = signer.among(all); by == nil {
		return nil, nil, nil, fmt.Errorf("%w: the certificate of who signed it is not there", errStamp)
	}
	return content, by, all, signer.check(content, kind, by)
}

func certificates(b []byte) (all []*x509.Certificate, err error) {
	for len(b) > 0 {
		var one asn1.RawValue
		if b, err = asn1.Unmarshal(b, &one); err != nil || len(all) == maxCerts {
			return nil, errStamp
		}
		if one.Class != asn1.ClassUniversal || one.Tag != asn1.TagSequence {
			continue // of a kind that is not for this
		}
		c, err := x509.ParseCertificate(one.FullBytes)
		if err != nil {
			return nil, fmt.Errorf("%w: a certificate in it cannot be", errStamp)
		}
		all = append(all, c)
	}
	return all, nil
}

// among is the certificate of who signed.
func (s signerInfo) among(all []*x509.Certificate) *x509.Certificate {
	var by issuerAndSerial
	_, err := asn1.Unmarshal(s.Who.FullBytes, &by)
	for _, c := range all {
		switch {
		case s.Who.Class == asn1.ClassContextSpecific && s.Who.Tag == 0 && len(c.SubjectKeyId) > 0 && bytes.Equal(s.Who.Bytes, c.SubjectKeyId),
			s.Who.Class == asn1.ClassUniversal && err == nil && bytes.Equal(by.Issuer.FullBytes, c.RawIssuer) && by.Serial.Cmp(c.SerialNumber) == 0:
			return c
		}
	}
	return nil
}

// check reports why s did not sign content with the key of a certificate, or nil.
func (s signerInfo) check(content []byte, kind asn1.ObjectIdentifier, by *x509.Certificate) error {
	hash, ok := hashes(s.Digest.Algorithm)
	signed := bytes.Clone(s.Signed.FullBytes)
	if !ok || len(signed) == 0 {
		return errStamp
	}
	signed[0] = asn1.TagSet | 0x20 // it is signed as the set that it is
	var attributes []attribute
	if rest, err := asn1.UnmarshalWithParams(signed, &attributes, "set"); err != nil || len(rest) > 0 {
		return errStamp
	}
	var is asn1.ObjectIdentifier
	var digest []byte
	if !only(attributes, oidContentType, &is) || !only(attributes, oidDigest, &digest) || !is.Equal(kind) || !names(attributes, by) {
		return errStamp
	}
	h := hash.New()
	h.Write(content)
	if !bytes.Equal(h.Sum(nil), digest) {
		return fmt.Errorf("%w: what it says was altered", errStamp)
	}
	algorithm := signatures(s.Algorithm.Algorithm, hash, by.PublicKeyAlgorithm)
	if err := by.CheckSignature(algorithm, signed, s.Signature); err != nil {
		return fmt.Errorf("%w: the signature does not hold", errStamp)
	}
	return nil
}

// only reads the one value of the one attribute of a kind.
func only(all []attribute, kind asn1.ObjectIdentifier, into any) bool {
	n := 0
	for _, a := range all {
		if !a.Type.Equal(kind) {
			continue
		}
		n++
		if len(a.Values) != 1 {
			return false
		}
		if rest, err := asn1.Unmarshal(a.Values[0].FullBytes, into); err != nil || len(rest) > 0 {
			return false
		}
	}
	return n == 1
}

// names reports whether what is signed says that it is by this certificate: else
// another of the same key could be put in its place.
func names(all []attribute, by *x509.Certificate) bool {
	for _, kind := range []asn1.ObjectIdentifier{oidSignedByV2, oidSignedBy} {
		var s signedBy
		if !only(all, kind, &s) || len(s.Certs) == 0 {
			continue
		}
		hash, ok := crypto.SHA1, true
		if kind.Equal(oidSignedByV2) {
			hash = crypto.SHA256
			if a := s.Certs[0].Algorithm.Algorithm; len(a) > 0 {
				hash, ok = hashes(a)
			}
		}
		if !ok {
			return false
		}
		h := hash.New()
		h.Write(by.Raw)
		return bytes.Equal(h.Sum(nil), s.Certs[0].Hash)
	}
	return false
}

func hashes(algorithm asn1.ObjectIdentifier) (crypto.Hash, bool) {
	switch {
	case algorithm.Equal(oidSHA256):
		return crypto.SHA256, true
	case algorithm.Equal(oidSHA384):
		return crypto.SHA384, true
	case algorithm.Equal(oidSHA512):
		return crypto.SHA512, true
	}
	return 0, false
}

// signatures is the algorithm of a signature; zero, which none is checked by, for
// those that are too old or too rare.
func signatures(algorithm asn1.ObjectIdentifier, hash crypto.Hash, key x509.PublicKeyAlgorithm) x509.SignatureAlgorithm {
	rsa := map[crypto.Hash]x509.SignatureAlgorithm{crypto.SHA256: x509.SHA256WithRSA, crypto.SHA384: x509.SHA384WithRSA, crypto.SHA512: x509.SHA512WithRSA}
	switch {
	case algorithm.Equal(oidRSA) && key == x509.RSA:
		return rsa[hash]
	case algorithm.Equal(oidRSA256):
		return x509.SHA256WithRSA
	case algorithm.Equal(oidRSA384):
		return x509.SHA384WithRSA
	case algorithm.Equal(oidRSA512):
		return x509.SHA512WithRSA
	case algorithm.Equal(oidECDSA256):
		return x509.ECDSAWithSHA256
	case algorithm.Equal(oidECDSA384):
		return x509.ECDSAWithSHA384
	case algorithm.Equal(oidECDSA512):
		return x509.ECDSAWithSHA512
	case algorithm.Equal(oidEd25519):
		return x509.PureEd25519
	}
	return x509.UnknownSignatureAlgorithm
}
