package browser

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
)

// matters puts in what a provider wrote, and what a stranger told and was
// answered; it tells of the first where it is, and of the second where the
// stranger looks.
func (h house) matters() (open, answered, sent string) {
	h.t.Helper()
	ada, err := h.View.Named(h.t.Context(), "ada", "")
	h.must(err)
	staff := social.Actor{Account: ada.ID, Standing: social.Good, Role: social.Owner}
	post := h.url + h.latest("omar", "Jupiter")
	m, err := h.Matters.Take(h.t.Context(), staff, social.MatterDraft{Class: social.ClassHost, Channel: social.ByStaff, Category: social.HarmViolence, From: social.Sender{Org: "Northwind Hosting", Email: "abuse@northwind.example"},
		Ref: "NW-2026-0815", Subject: "Abuse notice for your server: threats", Text: strings.Repeat("We were told of threats at the addresses below. Please answer within 24 hours. ", 9),
		Addresses: []string{post, h.url + "/@" + longName, h.url + "/@nobody-who-is-here-with-a-long-name"}, Raw: []byte("From: abuse@northwind.example\r\n\r\n…"), Received: h.Store.Now().Add(-19 * 3600e9)})
	h.must(err)
	for n := range 12 {
		_, err := h.Matters.Take(h.t.Context(), social.Anyone, social.MatterDraft{Class: social.ClassHost, Channel: social.ByAPI, Category: social.HarmSpam, From: social.Sender{Org: "A scanner that tells everybody of everything", Email: "abuse@scanner.example"},
			Ref: fmt.Sprintf("SC-%d", n), Text: "We saw this.", Addresses: []string{fmt.Sprintf("%s/@juno/%d", h.url, n/2)}})
		h.must(err)
	}
	s, err := h.Matters.Take(h.t.Context(), social.Anyone, social.MatterDraft{Class: social.ClassNotice, Channel: social.ByForm, Category: social.HarmHate, From: social.Sender{Name: "Nora", Email: "nora@example.org"},
		Text: "It incites to hatred.", Addresses: []string{post}, GoodFaith: true})
	h.must(err)
	h.must(h.Matters.Answer(h.t.Context(), staff, s.ID, "Thank you. It was looked at, and does not break the law."))
	return fmt.Sprintf("/moderation/matters/%d", m.ID), fmt.Sprintf("/moderation/matters/%d", s.ID), "/report/notice/" + s.Secret
}

// From the list of what waits it takes two clicks to answer a notice, with words and
// with evidence: from a notice that just came by mail one, after it was put in. What
// it names is decided about from its page, which is where one is led back to.
func TestAnswerInClicks(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	mona, ben := s.Join("mona", social.Moderator), s.Join("ben", social.Member)
	post := ben.Post("Bring torches.", "public")
	if _, err := s.Matters.Take(t.Context(), social.Anyone, social.MatterDraft{Class: social.ClassHost, Channel: social.ByAPI, Category: social.HarmViolence, From: social.Sender{Org: "Northwind", Email: "abuse@northwind.example"},
		Ref: "NW-1", Text: "Threats.", Addresses: []string{s.URL + "/@ben/" + post.ID}}); err != nil {
		t.Fatal(err)
	}
	b := open(t, s.URL)
	b.signIn("mona", mona.Password)
	b.visit("/moderation/matters")
	b.says("Notice of the house's own provider", "NW-1")
	clicks := 0
	press := func(selector string) { clicks++; b.press(selector) }
	press(`a[href^="/moderation/matters/1"], a[href^="/moderation/matters/2"], a[href^="/moderation/matters/3"], a[href^="/moderation/matters/4"]`)
	b.until(`document.getElementById("evidence").checked && document.getElementById("answer").value.includes("NW-1")`)

	toAnswer := clicks // deciding is three clicks more
	clicks = 0
	b.says("It was looked at, and is still there.")
	press(`form[action$="/case"] .button`)
	b.says("A post of ben", "A notice with a clock names this", "NW-1", "Bring torches.", "Nobody has this case.")
	clicks++
	b.click(`label[for="way-4"]`)
	press(`#bench button[data-does="enter"]`)
	b.says("It is hidden: nobody can reach it.", "The case about it is decided")
	if clicks > 3 {
		t.Errorf("deciding took %d clicks, want three at most", clicks)
	}
	if r := s.Call("GET", "/api/v1/statuses/"+post.ID, "", nil); r.Status != 404 {
		t.Errorf("the post that was taken down answers %d", r.Status)
	}
	clicks = toAnswer
	b.until(`document.getElementById("answer").value.includes("It is hidden: nobody can reach it.")`)
	press(`form[action$="/answer"] .button`)
	b.says("was answered", "evidence")
	if clicks > 3 {
		t.Errorf("the answer took %d clicks, want three at most", clicks)
	}
	t.Logf("%d clicks from the list of notices", clicks)
	l := s.Letter("abuse@northwind.example")
	if !strings.Contains(l.Text, "NW-1") || !strings.Contains(l.Text, "It is hidden: nobody can reach it.") || len(l.File) == 0 {
		t.Errorf("with %d bytes of evidence went\n%s", len(l.File), l.Text)
	}
	v, err := evidence.Verify(bytes.NewReader(l.File), int64(len(l.File)), evidence.Options{})
	if err != nil || v.Total > 0 {
		t.Errorf("%v\n%s", err, v.Text())
	}
}
