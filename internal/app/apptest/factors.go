package apptest

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"
)

// AppCode is what an app shows at a moment that was given a secret in words.
// https://www.rfc-editor.org/rfc/rfc6238
func AppCode(t testing.TB, words string, at time.Time) string {
	t.Helper()
	secret, err := base32.StdEncoding.DecodeString(strings.ReplaceAll(words, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, secret)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(at.Unix()/30)))
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff%1_000_000)
}

// SecondFactor sets an app up for p, and returns its secret in words, and the
// recovery codes.
func (p *Person) SecondFactor() (words string, codes []string) {
	p.s.t.Helper()
	ctx := p.s.t.Context()
	up, err := p.s.Auth.BeginApp(ctx, p.Actor(), p.Password)
	if err != nil {
		p.s.t.Fatal(err)
	}
	if codes, err = p.s.Auth.FinishApp(ctx, p.Actor(), up.Begun, AppCode(p.s.t, up.Secret, time.Now())); err != nil {
		p.s.t.Fatal(err)
	}
	return up.Secret, codes
}
