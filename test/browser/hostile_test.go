package browser

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// alarms is run before anything else of a page: what markup of others would do
// first is heard. A script of the page's own that called it would fail, too.
const alarms = `for (const name of ["alert", "confirm", "prompt", "print", "open", "eval"]) window[name] = (...with_) => console.error("a script ran: " + name, ...with_)`

// TestHostileMarkupInABrowser says what others were broken with here and from
// elsewhere, and opens all pages in a real browser, whose parser has a mind of
// its own: no script runs, nothing is asked of anybody, nobody's policy is broken.
// What all fields make of it is tried in test/families.
func TestHostileMarkupInABrowser(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	all := apptest.HostileMarkup(t)
	world := fedtest.New(t)
	s := apptest.StartReaching(t, world.Outward())
	h := furnish(t, s.App, s.URL)
	pages := h.pages()
	names := apptest.ShortLines(all, social.MaxDisplayName)
	h.namesAre(names, apptest.Packed(all, social.MaxBio))
	says, owner := h.actor("omar"), h.actor("ada")
	owner.Role = social.Owner
	var posts []social.Post
	for i, text := range apptest.Packed(all, social.MaxText/2) { // links and the like count otherwise than characters
		d := social.Draft{Text: text, Visibility: social.Public}
		if i%3 == 0 {
			d.Warning = text
		}
		p, err := h.Posts.Publish(t.Context(), says, d)
		if err != nil { // too many people or tags in one
			continue
		}
		posts = append(posts, p)
	}
	if len(posts) < 100 {
		t.Fatalf("only %d posts were taken", len(posts))
	}
	h.staffSays(owner, posts, all)
	foreign := elsewhereSays(t, s, world, all)
	tabs := h.sitting(app.DemoPassword, pages)
	for before := int64(0); ; { // whatever is public, to the end
		some, err := h.Timelines.Public(t.Context(), social.Anyone, social.PublicQuery{}, social.Page{Before: before, Limit: 20})
		h.must(err)
		if len(some.Items) == 0 {
			break
		}
		before = int64(some.Items[len(some.Items)-1].ID)
		pages = append(pages, page{"public-old", "", fmt.Sprintf("/public?before=%d", before)})
		if apptest.Long() {
			pages = append(pages, page{"home-old", "ada", fmt.Sprintf("/?before=%d", before)})
		}
	}
	for i, p := range posts {
		if apptest.Long() || i%20 == 0 {
			pages = append(pages, page{"hostile", "", fmt.Sprintf("/@omar/%d", p.ID)})
		}
	}
	pages = append(pages, foreign...)
	for who, b := range tabs {
		b.before(alarms)
		for _, p := range pages {
			if p.who == who {
				b.visit(p.path)
				b.sane(p)
				b.mu.Lock()
				for _, f := range b.faults {
					t.Errorf("%s: %s", p, f)
				}
				b.faults = nil
				b.mu.Unlock()
			}
		}
	}
	noBreaches(t, s)
	t.Logf("%d pieces of markup, %d pages", len(all), len(pages))
}

// namesAre has everybody be called like that, and say so of themselves.
func (h house) namesAre(names, bios []string) {
	h.t.Helper()
	for i, who := range []string{"ada", "juno", "omar", "rosa", "wim", "echo", "ivy", "laila", longName} {
		name, bio := names[i*len(names)/10], bios[i*len(bios)/10]
		fields := []social.Field{{Name: name, Value: name}, {Name: "x", Value: bio[:min(len(bio), 200)]}}
		if _, err := h.Accounts.SetProfile(h.t.Context(), h.actor(who), social.Profile{DisplayName: &name, Bio: &bio, Fields: &fields}); err != nil {
			h.t.Errorf("%q, %q: %v", name, bio, err)
		}
	}
}

// plain leaves out what a line of text may not have.
func plain(r rune) rune {
	if unicode.IsControl(r) {
		return -1
	}
	return r
}

// staffSays has the house, its rules and its news be called like that, and posts be
// reported and noted in such words.
func (h house) staffSays(owner social.Actor, posts []social.Post, all []string) {
	h.t.Helper()
	ctx, long := h.t.Context(), apptest.Packed(all, 900)
	wish := h.Instance.Settings()
	wish.Title, wish.Description = apptest.ShortLines(all, 60)[3], long[0]
	for _, v := range apptest.ShortLines(all, 250)[:30] {
		if v = strings.Map(plain, v); strings.TrimSpace(v) != "" {
			wish.Rules = append(wish.Rules, social.Rule{Text: v, Hint: v})
		}
	}
	h.must(h.Instance.SetSettings(ctx, owner, wish))
	for _, v := range long[:10] {
		_, err := h.Announcements.Tell(ctx, owner, social.Announcement{Text: v})
		h.must(err)
	}
	for i, v := range long {
		p := posts[i%len(posts)]
		r, err := h.Moderation.Report(ctx, h.actor("juno"), social.Report{Target: p.Author, Posts: []social.PostID{p.ID}, Harm: social.HarmSpam, Comment: v})
		h.must(err)
		if i < 20 {
			h.must(h.Moderation.WriteNote(ctx, owner, r.Case, v))
		}
	}
	for i, v := range apptest.ShortLines(all, social.MaxListTitle)[:20] {
		_, err := h.Lists.Add(ctx, h.actor(longName), social.List{Title: fmt.Sprintf("%d %s", i, v[:min(len(v), 240)]), Replies: social.RepliesList})
		h.must(err)
	}
}

// elsewhereSays has somebody elsewhere say all of it, and returns her pages.
func elsewhereSays(t *testing.T, s *apptest.Server, world *fedtest.World, all []string) (pages []page) {
	t.Helper()
	to := fedtest.Target{Base: s.URL, Listens: s.URL}
	far := world.Host("far.example")
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	far.ServeAs("/a.png", "image/png", 200, picture.Bytes())
	zoe := far.Actor("zoe")
	zoe.Doc["name"], zoe.Doc["summary"] = strings.Join(all[:20], " "), strings.Join(all[:200], "\n")
	zoe.Publish()
	var found struct{ Accounts []struct{ ID string } }
	ada := house{s.App, t, s.URL}.actor("ada")
	token, err := s.Auth.TokenFor(t.Context(), ada.Account, social.ParseScopes(app.AllScopes))
	if err != nil {
		t.Fatal(err)
	}
	if s.Call("GET", "/api/v2/search?q=@zoe@far.example&resolve=true&type=accounts", token, nil).JSON(t, &found); len(found.Accounts) != 1 {
		t.Fatal("zoe is not found")
	}
	id, err := strconv.ParseInt(found.Accounts[0].ID, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Store.Write(t.Context(), func(tx *store.Tx) error { // as if zoe had agreed: our name in this test is none that others write to
		return tx.AddFollow(t.Context(), social.Follow{Owner: ada.Account, Target: social.AccountID(id)}, true)
	}); err != nil {
		t.Fatal(err)
	}
	texts := apptest.Packed(all, 4000)
	for _, v := range texts {
		n := zoe.Note(v, fedtest.M{"attachment": []fedtest.M{{"type": "Document", "mediaType": "image/png", "url": "https://far.example/a.png", "name": v[:min(len(v), 900)]}}})
		if status := zoe.Send(to, zoe.Does("Create", n, nil)); status != 200 && status != 202 {
			t.Fatalf("it was answered %d: %v", status, n)
		}
	}
	var who struct {
		ID       string
		Statuses int `json:"statuses_count"`
	}
	s.Eventually("all of it is here", func() bool {
		a := s.Call("GET", "/api/v1/accounts/lookup?acct=zoe@far.example", "", nil)
		if a.Status == 200 {
			a.JSON(t, &who)
		}
		return who.Statuses >= len(texts)*9/10
	})
	var some []struct{ ID string }
	for more := ""; ; more = "&max_id=" + some[len(some)-1].ID {
		a := s.Call("GET", "/api/v1/accounts/"+who.ID+"/statuses?limit=20"+more, "", nil)
		if a.JSON(t, &some); len(some) == 0 {
			return pages
		}
		pages = append(pages, page{"foreign", "", "/@zoe@far.example?before=" + some[0].ID}, page{"foreign", "ada", "/@zoe@far.example/" + some[0].ID})
	}
}

// strange is what of a page, as the browser has read it, is not ours.
const strange = `[...document.querySelectorAll("*")].flatMap((e) => [...e.attributes]
	.filter((a) => /^on|^style$|^srcdoc$/i.test(a.name) || /^(href|src|action|formaction|xlink:href)$/i.test(a.name) && /^\W*(javascript|vbscript|data:text)/i.test(a.value))
	.map((a) => e.localName + " has " + a.name + "=" + a.value))
	.concat([...document.querySelectorAll("iframe, frame, object, embed, applet, style, base[href], math, marquee, foreignObject, script:not([src^='/assets/'], body > #script-words[type='application/json']), meta[http-equiv]")].map((e) => e.outerHTML.slice(0, 200)))
	.concat([...document.links].filter((a) => /^(javascript|vbscript|data|blob|file):/.test(a.protocol)).map((a) => "leads to " + a.href))`

// sane fails the test for what is on a page and not of our making.
func (b *tab) sane(p page) {
	b.t.Helper()
	found, err := eval[[]string](b, strange)
	if err != nil {
		b.t.Errorf("%s: %v", p, err)
	}
	for _, f := range found {
		b.t.Errorf("%s: %s", p, f)
	}
}
