package sign

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"strings"
)

// sums are the digests that are known, by their names in lower case.
var sums = map[string]func(body []byte) []byte{
	"sha-256": func(b []byte) []byte { s := sha256.Sum256(b); return s[:] },
	"sha-512": func(b []byte) []byte { s := sha512.Sum512(b); return s[:] },
}

// digestOf is the Digest header for body. RFC 3230.
func digestOf(body []byte) string {
	return "SHA-256=" + base64.StdEncoding.EncodeToString(sums["sha-256"](body))
}

// contentDigestOf is the Content-Digest header for body. RFC 9530.
func contentDigestOf(body []byte) string {
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sums["sha-256"](body)) + ":"
}

// checkDigest compares the Digest header with the body.
func (m message) checkDigest() error {
	value, err := m.boundedField("digest")
	if err != nil {
		return err
	}
	var names []string
	var given [][]byte
	for part := range strings.SplitSeq(value, ",") {
		name, sum, _ := strings.Cut(strings.TrimSpace(part), "=")
		b, err := unbase64(sum)
		if name = strings.ToLower(name); err != nil && sums[name] != nil {
			return refuse(WrongDigest, "the value of %q is no base64", name)
		}
		names, given = append(names, name), append(given, b)
	}
	return m.compare(names, given)
}

// checkContentDigest compares the Content-Digest header with the body.
func (m message) checkContentDigest() error {
	value, err := m.boundedField("content-digest")
	if err != nil {
		return err
	}
	members, err := dictionary(value, maxDigests)
	if err != nil {
		return err
	}
	var names []string
	var given [][]byte
	for _, x := range members {
		if x.kind != isBytes && sums[x.name] != nil {
			return refuse(WrongDigest, "the value of %q is no byte sequence", x.name)
		}
		names, given = append(names, x.name), append(given, x.bytes)
	}
	return m.compare(names, given)
}

func (m message) boundedField(name string) (string, error) {
	value, err := m.field(name)
	if err == nil && len(value) > maxHeader {
		err = refuse(TooLarge, "header %q has %d bytes, at most %d", name, len(value), maxHeader)
	}
	return value, err
}

// compare wants at least one known digest of the body, and no wrong one.
func (m message) compare(names []string, given [][]byte) error {
	if len(names) > maxDigests {
		return refuse(TooLarge, "%d digests, at most %d", len(names), maxDigests)
	}
	known := false
	for i, name := range names {
		sum := sums[name]
		if sum == nil {
			continue
		}
		known = true
		if subtle.ConstantTimeCompare(sum(m.body), given[i]) != 1 {
			return refuse(WrongDigest, "%s is not that of the body of %d bytes", name, len(m.body))
		}
	}
	if !known {
		return refuse(WrongDigest, "no digest that is known")
	}
	return nil
}

// unbase64 is strict, also about the line ends that encoding/base64 skips.
func unbase64(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, base64.CorruptInputError(0)
	}
	return base64.StdEncoding.Strict().DecodeString(s)
}
