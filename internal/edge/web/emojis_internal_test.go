package web

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/core/emojis"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

type drawer struct{}

func (drawer) PutEmoji(context.Context, social.AccountID, io.Reader) (file, still string, size int64, err error) {
	return "a.png", "a.png", 1, nil
}

// Pictures stand in words, and nowhere else in HTML.
func TestEmojisInHTML(t *testing.T) {
	s := storetest.SQLite(t)
	svc, err := emojis.New(t.Context(), s, drawer{})
	if err != nil {
		t.Fatal(err)
	}
	s.Watch(svc.Watch)
	if _, err := svc.Add(t.Context(), social.Actor{Account: 1, Standing: social.Good, Role: social.Owner}, social.Emoji{Shortcode: "cat", Enabled: true}, &bytes.Buffer{}, false); err != nil {
		t.Fatal(err)
	}
	f := &frame{site: &Site{Services: Services{Emojis: svc}, config: Config{Media: func(n string) string { return "/media/" + n }}}}
	ours, theirs := &view.Face{}, &view.Face{Account: social.Account{Host: "far.example"}}
	img := f.picture(svc.All()[0])
	for in, want := range map[string]string{
		"":                          "",
		"<p>:cat:</p>":              "<p>" + img + "</p>",
		"<p>a :cat: b<br>:cat:</p>": "<p>a " + img + " b<br>" + img + "</p>",
		"<p>:dog: :catt:</p>":       "<p>:dog: :catt:</p>",
		`<p title=" :cat: ">x</p>`:  `<p title=" :cat: ">x</p>`,
		`<a href="https://x/:cat:">https://x/ :cat: </a> :cat:`: `<a href="https://x/:cat:">https://x/ :cat: </a> ` + img,
		"<p>:cat: &lt;b&gt; &amp;</p>":                          "<p>" + img + " &lt;b&gt; &amp;</p>",
		"cut <b :cat:":                                          "cut <b :cat:",
	} {
		if got := f.rich(ours, nil, in); got != want {
			t.Errorf("%q\n got %q\nwant %q", in, got, want)
		}
		if got := f.rich(theirs, nil, in); got != in {
			t.Errorf("of somebody elsewhere: %q became %q", in, got)
		}
	}
	if got := f.plain(ours, nil, "<b>:cat:&"); got != "&lt;b&gt;"+img+"&amp;" {
		t.Errorf("plain: %q", got)
	}
	if !strings.Contains(img, `alt=":cat:"`) {
		t.Errorf("%s has no words for who does not see it", img)
	}
}
