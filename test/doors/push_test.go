package doors

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// A phone is an app that is told by push, and the push service it uses: it
// reads what comes as the RFCs say, with nothing of ours.
type phone struct {
	t      *testing.T
	srv    *httptest.Server
	key    *ecdh.PrivateKey
	secret []byte

	mu     sync.Mutex
	calls  []*http.Request
	bodies [][]byte
	answer int
}

func newPhone(t *testing.T) *phone {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &phone{t: t, key: key, secret: make([]byte, 16), answer: http.StatusCreated}
	rand.Read(p.secret)
	p.srv = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.calls, p.bodies = append(p.calls, r), append(p.bodies, b)
		w.WriteHeader(p.answer)
	}))
	t.Cleanup(p.srv.Close)
	return p
}

func (p *phone) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.calls)
}

func (p *phone) answers(status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = status
}

func (p *phone) wants(alerts ...string) map[string]any {
	all := map[string]bool{}
	for _, a := range alerts {
		all[a] = true
	}
	return map[string]any{"subscription": map[string]any{"endpoint": p.srv.URL + "/device?id=1", "keys": map[string]string{
		"p256dh": base64.URLEncoding.EncodeToString(p.key.PublicKey().Bytes()), "auth": base64.StdEncoding.EncodeToString(p.secret)}},
		"data": map[string]any{"alerts": all}}
}

// kdf is RFC 5869 with SHA-256, for up to 32 bytes.
func kdf(salt, secret []byte, info string, size int) []byte {
	mac := func(key, text []byte) []byte {
		m := hmac.New(sha256.New, key)
		m.Write(text)
		return m.Sum(nil)
	}
	return mac(mac(salt, secret), append([]byte(info), 1))[:size]
}

func field(head, name string) string {
	for _, part := range strings.FieldsFunc(head, func(r rune) bool { return strings.ContainsRune(";, ", r) }) {
		if v, ok := strings.CutPrefix(part, name+"="); ok {
			return v
		}
	}
	return ""
}

func b64(t *testing.T, s string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return b
}

// read opens the call i, and checks who signed it.
func (p *phone) read(i int, serverKey string) (text []byte) {
	p.t.Helper()
	p.mu.Lock()
	r, body := p.calls[i], p.bodies[i]
	p.mu.Unlock()
	if len(body) > 4096 || r.Header.Get("TTL") == "" || r.Header.Get("Urgency") == "" {
		p.t.Errorf("%d bytes, %v", len(body), r.Header)
	}
	auth := r.Header.Get("Authorization")
	if r.Header.Get("Content-Encoding") == "aes128gcm" {
		if k := field(auth, "k"); !strings.HasPrefix(auth, "vapid ") || k != serverKey {
			p.t.Errorf("%s is not signed with %s", auth, serverKey)
		}
		p.verify(field(auth, "t"), serverKey)
		return p.openStandard(body)
	}
	if k := field(r.Header.Get("Crypto-Key"), "p256ecdsa"); k != serverKey {
		p.t.Errorf("signed with %s, want %s", k, serverKey)
	}
	p.verify(strings.TrimPrefix(auth, "WebPush "), serverKey)
	return p.openDraft(body, b64(p.t, field(r.Header.Get("Encryption"), "salt")), b64(p.t, field(r.Header.Get("Crypto-Key"), "dh")))
}

// verify is RFC 8292.
func (p *phone) verify(token, serverKey string) {
	p.t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		p.t.Fatalf("%q is no token", token)
	}
	point, sig := b64(p.t, serverKey), b64(p.t, parts[2])
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		p.t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if len(sig) != 64 || !ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
		p.t.Error("the signature is wrong")
	}
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	if err := json.Unmarshal(b64(p.t, parts[1]), &claims); err != nil {
		p.t.Fatal(err)
	}
	if left := time.Until(time.Unix(claims.Exp, 0)); claims.Aud != p.srv.URL || claims.Sub == "" || left <= 0 || left > 24*time.Hour {
		p.t.Errorf("%+v, for %s", claims, p.srv.URL)
	}
}

func (p *phone) shared(theirs []byte) []byte {
	p.t.Helper()
	public, err := ecdh.P256().NewPublicKey(theirs)
	if err != nil {
		p.t.Fatal(err)
	}
	secret, err := p.key.ECDH(public)
	if err != nil {
		p.t.Fatal(err)
	}
	return secret
}

func (p *phone) unseal(key, nonce, box []byte) []byte {
	p.t.Helper()
	block, err := aes.NewCipher(key)
	if err != nil {
		p.t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		p.t.Fatal(err)
	}
	text, err := gcm.Open(nil, nonce, box, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return text
}

// openStandard is RFC 8188 with the keys of RFC 8291.
func (p *phone) openStandard(body []byte) []byte {
	p.t.Helper()
	salt, size, public, box := body[:16], binary.BigEndian.Uint32(body[16:20]), body[21:21+int(body[20])], body[21+int(body[20]):]
	if len(box) > int(size) {
		p.t.Errorf("a record of %d bytes, said to have at most %d", len(box), size)
	}
	secret := kdf(p.secret, p.shared(public), "WebPush: info\x00"+string(p.key.PublicKey().Bytes())+string(public), 32)
	text := bytes.TrimRight(p.unseal(kdf(salt, secret, "Content-Encoding: aes128gcm\x00", 16), kdf(salt, secret, "Content-Encoding: nonce\x00", 12), box), "\x00")
	if text[len(text)-1] != 2 {
		p.t.Error("the last record does not end")
	}
	return text[:len(text)-1]
}

// openDraft is draft-ietf-webpush-encryption-04.
func (p *phone) openDraft(body, salt, public []byte) []byte {
	p.t.Helper()
	secret := kdf(p.secret, p.shared(public), "Content-Encoding: auth\x00", 32)
	ours := p.key.PublicKey().Bytes()
	keys := "P-256\x00\x00\x41" + string(ours) + "\x00\x41" + string(public)
	text := p.unseal(kdf(salt, secret, "Content-Encoding: aesgcm\x00"+keys, 16), kdf(salt, secret, "Content-Encoding: nonce\x00"+keys, 12), body)
	return text[2+binary.BigEndian.Uint16(text):]
}

type pushed struct {
	Token  *string `json:"access_token"`
	Locale string  `json:"preferred_locale"`
	ID     int64   `json:"notification_id"`
	Type   string  `json:"notification_type"`
	Icon   string  `json:"icon"`
	Title  string  `json:"title"`
	Body   string  `json:"body"`
}

// TestPush has a phone told, in both encodings, by a house with a real key.
func TestPush(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
		var house struct {
			Configuration struct {
				Vapid struct {
					Key string `json:"public_key"`
				}
			}
		}
		send(t, s, "GET", "/api/v2/instance").JSON(t, &house)
		key := house.Configuration.Vapid.Key
		for _, standard := range []bool{true, false} {
			p := newPhone(t)
			wants := p.wants("mention", "favourite")
			wants["subscription"].(map[string]any)["standard"] = standard
			var sub struct {
				ServerKey string `json:"server_key"`
			}
			ada.Must("POST", "/api/v1/push/subscription", wants, &sub)
			if sub.ServerKey != key {
				t.Errorf("the subscription's key is %s, the house's %s", sub.ServerKey, key)
			}
			ben.Follow(ada) // nobody is told of this
			ada.Must("PATCH", "/api/v2/notifications/policy", "for_private_mentions=accept", nil)
			ben.Post("@ada Come over, "+strings.Repeat("please ", 900)[:900], "direct")
			s.Eventually("the push", func() bool { return p.count() == 1 })
			var got pushed
			if err := json.Unmarshal(p.read(0, key), &got); err != nil {
				t.Fatal(err)
			}
			var told struct{ Type string }
			ada.Must("GET", fmt.Sprintf("/api/v1/notifications/%d", got.ID), nil, &told)
			if told.Type != "mention" || got.Type != "mention" || got.Title != "ben mentioned you" || !strings.HasPrefix(got.Body, "@ada Come over, please") || !strings.HasSuffix(got.Body, "…") ||
				got.Token == nil || *got.Token != "" || !strings.HasPrefix(got.Icon, s.URL+"/") || got.Locale != "en" {
				t.Errorf("%+v, and the notice is a %s", got, told.Type)
			}
			ben.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/unfollow", ada.ID), nil, nil)
		}
	})
}

// TestPushOfTheHouse has apps be told where the house is when it has moved.
func TestPushOfTheHouse(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, p := s.Join("ada", social.Member), newPhone(t)
		var sub struct {
			ServerKey string `json:"server_key"`
		}
		ada.Must("POST", "/api/v1/push/subscription", p.wants(), &sub)
		to := social.HouseName{URL: "https://new.example", Host: "new.example"}
		if err := s.MoveHouse(t.Context(), to); err != nil {
			t.Fatal(err)
		}
		s = s.Anew(t)
		s.Eventually("the push", func() bool { return p.count() == 1 })
		var got pushed
		if err := json.Unmarshal(p.read(0, sub.ServerKey), &got); err != nil {
			t.Fatal(err)
		}
		if got.Type != "plaza.house" || got.Title != "This place has a new address" || !strings.Contains(got.Body, "https://new.example") || !strings.Contains(got.Body, "@ada@new.example") {
			t.Errorf("%+v", got)
		}
	})
}

// TestPushEnds is every way in which a phone is told no more.
func TestPushEnds(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
		gone, kept := newPhone(t), newPhone(t)
		other := ada.TokenWith("push")
		wantStatus(t, "subscribe", s.Call("POST", "/api/v1/push/subscription", other, kept.wants("mention")), 200)
		ada.Must("POST", "/api/v1/push/subscription", gone.wants("mention"), nil)
		gone.answers(http.StatusGone)
		ben.Post("@ada One", "public")
		s.Eventually("both to be told", func() bool { return gone.count() == 1 && kept.count() == 1 })
		s.Eventually("the one that is gone to be forgotten", func() bool { return ada.Call("GET", "/api/v1/push/subscription", nil).Status == 404 })
		wantStatus(t, "the other app's", s.Call("GET", "/api/v1/push/subscription", other, nil), 200)
		ben.Post("@ada Two", "public")
		s.Eventually("the other to be told again", func() bool { return kept.count() == 2 })
		if gone.count() != 1 {
			t.Errorf("what is gone was called %d times", gone.count())
		}
		by, err := s.Auth.ByToken(t.Context(), other)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Auth.EndToken(t.Context(), ada.Actor(), by.Token); err != nil {
			t.Fatal(err)
		}
		last := newPhone(t)
		ada.Must("POST", "/api/v1/push/subscription", last.wants("mention"), nil)
		ben.Post("@ada Three", "public")
		s.Eventually("the last to be told", func() bool { return last.count() == 1 })
		if kept.count() != 2 {
			t.Errorf("an app whose token ended was told %d times", kept.count())
		}
	})
}

// TestPushSubscription is the route in the forms in which apps call it.
func TestPushSubscription(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada, p := s.Join("ada", social.Member), newPhone(t)
	key, secret := base64.RawURLEncoding.EncodeToString(p.key.PublicKey().Bytes()), base64.RawURLEncoding.EncodeToString(p.secret)
	pairs := []string{"subscription[endpoint]", p.srv.URL, "subscription[keys][p256dh]", key, "subscription[keys][auth]", secret,
		"data[alerts][mention]", "true", "data[alerts][admin.sign_up]", "1", "data[alerts][follow]", "false", "data[policy]", "followed"}
	for name, o := range map[string]option{"form": form(pairs...), "query": query(pairs...), "parts": parts(t, pairs...)} {
		a := send(t, s, "POST", "/api/v1/push/subscription", bearer(ada.Token), o)
		wantStatus(t, name, a, 200)
		var got struct {
			ID       int32
			Endpoint string
			Standard *bool
			Alerts   map[string]bool
			Policy   string
		}
		a.JSON(t, &got)
		if got.ID <= 0 || got.Endpoint != p.srv.URL || got.Standard == nil || *got.Standard || !got.Alerts["mention"] || !got.Alerts["admin.sign_up"] ||
			got.Alerts["follow"] || len(got.Alerts) < 10 || got.Policy != "followed" {
			t.Errorf("%s: %s", name, a.Body)
		}
	}
	a := ada.Call("PUT", "/api/v1/push/subscription", map[string]any{"policy": "none", "data": map[string]any{"alerts": map[string]bool{"poll": true, "unknown": true}}})
	var got struct {
		Alerts map[string]bool
		Policy string
	}
	if a.JSON(t, &got); a.Status != 200 || got.Policy != "none" || !got.Alerts["poll"] || got.Alerts["mention"] {
		t.Errorf("PUT: %d %s", a.Status, a.Body)
	}
	for _, endpoint := range []string{"https://10.0.0.1/", "https://169.254.169.254/latest", "https://[fd00::1]/", "http://push.example/", "push.example", ""} {
		pairs[1] = endpoint
		wantStatus(t, endpoint, send(t, s, "POST", "/api/v1/push/subscription", bearer(ada.Token), form(pairs...)), 422)
	}
	wantStatus(t, "DELETE", ada.Call("DELETE", "/api/v1/push/subscription", nil), 200)
	for _, method := range []string{"GET", "PUT"} {
		wantStatus(t, method, ada.Call(method, "/api/v1/push/subscription", nil), 404)
	}
	wantStatus(t, "without the scope", s.Call("GET", "/api/v1/push/subscription", ada.TokenWith("read write"), nil), 403)
}

// TestPushToABrowser has a browser be told of what to open, for as long as somebody is
// signed in there.
func TestPushToABrowser(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben, p := s.Join("ada", social.Member), s.Join("ben", social.Member), newPhone(t)
		secret, err := s.Auth.StartSession(t.Context(), ada.ID, "Firefox")
		if err != nil {
			t.Fatal(err)
		}
		const page = "/settings/notices/push"
		wants := []string{"endpoint", p.srv.URL + "/device", "p256dh", base64.RawURLEncoding.EncodeToString(p.key.PublicKey().Bytes()), "auth", base64.RawURLEncoding.EncodeToString(p.secret), "push_policy", "all"}
		wantStatus(t, "without a session", send(t, s, "POST", page, form(wants...)), 303)
		wantStatus(t, "with it", send(t, s, "POST", page, session(secret), form(append(wants, "push_mention", "1", "push_follow", "1")...)), 303)
		post := ben.Post("@ada Come over, please", "public")
		s.Eventually("the push", func() bool { return p.count() == 1 })
		var got struct {
			pushed
			Path string
		}
		if err := json.Unmarshal(p.read(0, s.Push.PublicKey()), &got); err != nil {
			t.Fatal(err)
		}
		if got.Path != "/@ben/"+post.ID || got.Title != "ben mentioned you" {
			t.Errorf("%+v", got)
		}
		ben.Must("POST", "/api/v1/statuses/"+ada.Post("Hello", "public").ID+"/favourite", nil, nil) // of which it did not ask to be told
		wantStatus(t, "another address", send(t, s, "POST", page, session(secret), form(append(wants[2:6:6], "renew", "1", "endpoint", p.srv.URL+"/new")...)), 303)
		ben.Follow(ada)
		s.Eventually("the push at the new address", func() bool { return p.count() == 2 })
		if err := json.Unmarshal(p.read(1, s.Push.PublicKey()), &got); err != nil || got.Path != "/@ben" || p.calls[1].URL.Path != "/new" {
			t.Errorf("%+v, %v", got, err)
		}
		wantStatus(t, "sign out", send(t, s, "POST", "/auth/sign_out", session(secret), form()), 303)
		if all, err := s.Push.Sessions(t.Context(), ada.Actor()); err != nil || len(all) != 0 {
			t.Errorf("signed out, and told: %v, %v", all, err)
		}
		wantStatus(t, "signed out", send(t, s, "POST", page, session(secret), form(append(wants, "push_mention", "1")...)), 303)
		if all, err := s.Push.Sessions(t.Context(), ada.Actor()); err != nil || len(all) != 0 {
			t.Errorf("told without a session: %v, %v", all, err)
		}
	})
}
