package push

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// tokenLife is how long a push service may take what we sign for ours, less
// than the day that is allowed. https://www.rfc-editor.org/rfc/rfc8292#section-2
const tokenLife = 12 * time.Hour

// house is who sends.
type house struct {
	key     *ecdsa.PrivateKey
	public  string
	subject string // where a push service can reach whoever runs the house
}

// request is the call that brings text to an app.
func (h house) request(ctx context.Context, to social.PushSubscription, text []byte, life time.Duration, now time.Time) (*http.Request, error) {
	o, err := newOnce()
	if err != nil {
		return nil, err
	}
	encrypt := legacy
	if to.Standard {
		encrypt = standard
	}
	box, err := encrypt(to, text, o)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to.Endpoint, bytes.NewReader(box.body))
	if err != nil {
		return nil, err
	}
	token, err := h.token(r.URL, now)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/octet-stream")
	r.Header.Set("TTL", strconv.Itoa(int(life/time.Second)))
	r.Header.Set("Urgency", "normal")
	if to.Standard {
		r.Header.Set("Content-Encoding", "aes128gcm")
		r.Header.Set("Authorization", "vapid t="+token+",k="+h.public)
		return r, nil
	}
	r.Header.Set("Content-Encoding", "aesgcm")
	r.Header.Set("Encryption", "salt="+social.FormatKey(box.salt))
	r.Header.Set("Crypto-Key", "dh="+social.FormatKey(box.public)+";p256ecdsa="+h.public)
	r.Header.Set("Authorization", "WebPush "+token)
	return r, nil
}

// token says who sends, to one push service only.
func (h house) token(to *url.URL, now time.Time) (string, error) {
	claims, err := json.Marshal(map[string]any{"aud": to.Scheme + "://" + to.Host, "exp": now.Add(tokenLife).Unix(), "sub": h.subject})
	if err != nil {
		return "", err
	}
	signed := base64.RawURLEncoding.EncodeToString([]byte(`{"typ":"JWT","alg":"ES256"}`)) + "." + base64.RawURLEncoding.EncodeToString(claims)
	sum := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, h.key, sum[:])
	if err != nil {
		return "", err
	}
	var both [64]byte
	r.FillBytes(both[:32])
	s.FillBytes(both[32:])
	return signed + "." + base64.RawURLEncoding.EncodeToString(both[:]), nil
}
