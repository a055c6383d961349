package push

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

func bytesOf(t *testing.T, s string) []byte {
	t.Helper()
	b := social.ParseKey(s)
	if b == nil {
		t.Fatalf("%q is no base64", s)
	}
	return b
}

// TestStandardExample is the example of RFC 8291, section 5 and appendix A.
func TestStandardExample(t *testing.T) {
	key, err := ecdh.P256().NewPrivateKey(bytesOf(t, "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
	if err != nil {
		t.Fatal(err)
	}
	to := social.PushSubscription{Key: bytesOf(t, "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
		Secret: bytesOf(t, "BTBZMqHH6r4Tts7J_aSIgg")}
	box, err := standard(to, []byte("When I grow up, I want to be a watermelon"), once{key, bytesOf(t, "DGv6ra1nlYgDCS1FRnbzlw")})
	if err != nil {
		t.Fatal(err)
	}
	const want = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_" +
		"yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
	if got := social.FormatKey(box.body); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestSealedFits(t *testing.T) {
	theirs, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	to := social.PushSubscription{Key: theirs.PublicKey().Bytes(), Secret: make([]byte, 16)}
	text := bytes.Repeat([]byte("x"), maxText)
	for name, encrypt := range map[string]func(social.PushSubscription, []byte, once) (sealed, error){"standard": standard, "legacy": legacy} {
		o, err := newOnce()
		if err != nil {
			t.Fatal(err)
		}
		box, err := encrypt(to, text, o)
		if err != nil || len(box.body) > maxBody {
			t.Errorf("%s: %d bytes, %v; at most %d are taken", name, len(box.body), err, maxBody)
		}
		if bytes.Contains(box.body, []byte("xxxx")) {
			t.Errorf("%s: it can be read", name)
		}
	}
}

func TestComposeFits(t *testing.T) {
	loud := strings.Repeat("👩‍👩‍👧‍👧", 3000) // 25 bytes each
	for name, told := range map[string]notices.Told{
		"a long post":    {Notice: social.Notice{ID: 7, Kind: social.NoticeMention}, From: &view.Face{}, Post: &view.Seen{Card: &view.Card{Post: social.Post{Text: loud}}}},
		"a long name":    {Notice: social.Notice{Kind: social.NoticeFollow}, From: &view.Face{Account: social.Account{DisplayName: loud, Bio: loud}}},
		"a kind unknown": {Notice: social.Notice{Kind: "sung"}, From: &view.Face{Account: social.Account{Username: "ada"}}},
	} {
		b, err := compose(told, "", strings.Repeat("https://x.example/", 300), "/@ada/7")
		if err != nil || len(b) > maxText || !utf8.Valid(b) || bytes.Contains(b, []byte(`�`)) {
			t.Errorf("%s: %d bytes of at most %d, %v", name, len(b), maxText, err)
		}
	}
	b, err := compose(notices.Told{Notice: social.Notice{ID: 7, Kind: social.NoticeMention}, From: &view.Face{Account: social.Account{Username: "ada"}},
		Post: &view.Seen{Card: &view.Card{Post: social.Post{Text: "secret", Warning: "spoilers"}}}}, "en-GB", "https://x.example/a.png", "")
	const want = `{"access_token":"","preferred_locale":"en-GB","notification_id":7,"notification_type":"mention","icon":"https://x.example/a.png","title":"ada mentioned you","body":"spoilers"}`
	if err != nil || string(b) != want {
		t.Errorf("%s, %v\nwant %s", b, err, want)
	}
}

func TestShort(t *testing.T) {
	for _, tt := range []struct{ in, want string }{{"", ""}, {"abc", "abc"}, {"abcd", "ab…"}, {"👩‍👩‍👧‍👧äbc", "👩‍👩‍👧‍👧ä…"}} {
		if got := short(tt.in, 3); got != tt.want {
			t.Errorf("short(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
	for n, want := range map[int]string{0: "", 1: "", 2: "ä", 3: "äb", 9: "äb", -1: ""} {
		if got := cut("äb", n); got != want {
			t.Errorf("cut(%d) = %q, want %q", n, got, want)
		}
	}
}
