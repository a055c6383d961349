package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Codes of an app, as every app makes them: SHA-1, six digits, a new one every half
// minute. https://www.rfc-editor.org/rfc/rfc6238
const (
	codeDigits  = 6
	codeModulus = 1_000_000
	codeSeconds = 30
	// codeSkew is how many steps a clock may be off, each way.
	codeSkew    = 1
	secretOfApp = 20 // bytes, as the RFC has them for SHA-1
)

// codeAt is the code of a step, which is the half minute since 1970.
func codeAt(secret []byte, step int64) string {
	var moment [8]byte
	binary.BigEndian.PutUint64(moment[:], uint64(step))
	mac := hmac.New(sha1.New, secret)
	mac.Write(moment[:])
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%0*d", codeDigits, binary.BigEndian.Uint32(sum[at:])&0x7fffffff%codeModulus)
}

// stepOf is the step, around now, of which code is. All are compared, so that how
// long it takes tells nothing.
func stepOf(secret []byte, code string, now time.Time) (step int64, ok bool) {
	at := now.Unix() / codeSeconds
	for s := at - codeSkew; s <= at+codeSkew; s++ {
		if same(codeAt(secret, s), code) {
			step, ok = s, true
		}
	}
	return step, ok
}

func newSecretOfApp() []byte {
	b := make([]byte, secretOfApp)
	rand.Read(b) // never fails
	return b
}

var spelled = base32.StdEncoding.WithPadding(base32.NoPadding)

// An AppSetUp is what somebody's app is to know: as an address that a QR code
// holds, and to be typed.
type AppSetUp struct {
	Begun  string // what it is ended with
	URI    string // https://github.com/google/google-authenticator/wiki/Key-Uri-Format
	Secret string // in base32, four letters at a time
}

func (s *Service) appSetUp(begun, username string, secret []byte) AppSetUp {
	host := s.relyingParty()
	typed := spelled.EncodeToString(secret)
	label := &url.URL{Path: host + ":" + username}
	uri := "otpauth://totp/" + label.EscapedPath() + "?" + url.Values{"secret": {typed}, "issuer": {host}}.Encode()
	var groups []string
	for i := 0; i < len(typed); i += 4 {
		groups = append(groups, typed[i:min(i+4, len(typed))])
	}
	return AppSetUp{Begun: begun, URI: uri, Secret: strings.Join(groups, " ")}
}
