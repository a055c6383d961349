package families

import (
	"fmt"
	"slices"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/social"
)

// TestHostileMarkupFromElsewhere has another server send what others were broken
// with, signed as it should be, in everything that can be said of a person and of a
// post, and looks at it wherever it is shown.
func TestHostileMarkupFromElsewhere(t *testing.T) {
	t.Parallel()
	all := apptest.HostileMarkup(t)
	w := newTown(t)
	e := &elsewhere{hostile: &hostile{marked: &marked{t: t, s: w.Server}, all: all, ada: w.ben, ben: w.Join("cleo", social.Member), mona: w.mona}, town: w, host: w.world.Host("far.example")}
	e.zoe = e.host.Actor("zoe")
	e.zoeHere = w.meet(e.zoe, "zoe@far.example")
	e.people()
	e.says()
	e.reports()
	t.Logf("%d pieces of markup from elsewhere, %d answers looked at", len(all), e.n)
}

type elsewhere struct {
	*hostile
	town    *town
	host    *fedtest.Host
	zoe     *fedtest.Actor
	zoeHere string // her number
}

// send is a signed delivery that is taken.
func (e *elsewhere) send(by *fedtest.Actor, activity any) {
	e.t.Helper()
	if status := by.Send(e.town.at, activity); status != 202 {
		e.t.Errorf("it was answered %d: %v", status, activity)
	}
}

// many are as many people elsewhere as there are different ones to look at.
const many = 120

// fromOne is how many of them live at one place: keys of more are not fetched at once.
const fromOne = 200

// people have names and texts like that, and their pages are looked at.
func (e *elsewhere) people() {
	ada := signIn(e.t, e.s, e.ada)
	names, bios := apptest.ShortLines(e.all, 500), apptest.Packed(e.all, 3000)
	post := e.ada.Post("Look", "public")
	uri := base + "/ap/users/" + num(e.ada.ID) + "/posts/" + post.ID
	var seen struct{ URI string }
	e.ada.Must("GET", "/api/v1/statuses/"+post.ID, nil, &seen)
	if seen.URI != "" {
		uri = seen.URI
	}
	n := max(len(bios), min(many, len(names)))
	if apptest.Long() {
		n = len(names)
	}
	at := func(i int) string { return fmt.Sprintf("far%d.example", i/fromOne) }
	var hosts []*fedtest.Host
	for i := 0; i < n; i += fromOne {
		hosts = append(hosts, e.town.world.Host(at(i)))
	}
	for i := range n {
		by := hosts[i/fromOne].Actor(fmt.Sprintf("p%d", i))
		at := func(k int) string { return names[(i*len(names)/n+k)%len(names)] }
		by.Doc["name"], by.Doc["summary"] = at(0), bios[i%len(bios)]
		by.Doc["attachment"] = []fedtest.M{{"type": "PropertyValue", "name": at(1), "value": at(2)}, {"type": "PropertyValue", "name": "x", "value": `<a href="` + at(3) + `">` + at(4) + `</a>`}}
		by.Doc["icon"] = fedtest.M{"type": "Image", "url": at(5), "name": at(5)}
		by.Doc["tag"] = []fedtest.M{{"type": "Emoji", "name": at(6), "icon": fedtest.M{"type": "Image", "url": at(6)}}, {"type": "Hashtag", "name": at(7), "href": at(7)}}
		if i%5 == 0 {
			by.Doc["url"] = at(8)
		}
		by.Publish()
		e.send(by, by.Does("Like", uri, nil))
		e.send(by, by.Does("Announce", uri, fedtest.M{"to": []string{fedtest.Public}}))
		e.send(by, by.Does("EmojiReact", uri, fedtest.M{"content": at(9)}))
	}
	e.town.settle()
	for i := range n {
		e.check("somebody elsewhere", ada.get(fmt.Sprintf("/@p%d@%s", i, at(i))), 200)
		if i%10 == 0 {
			e.check("somebody to be reported", ada.get(fmt.Sprintf("/@p%d@%s/report", i, at(i))), 200)
		}
	}
	for _, path := range []string{"/notifications", "/@" + e.ada.Name + "/" + post.ID, "/@" + e.ada.Name + "/" + post.ID + "/likes", "/@" + e.ada.Name + "/" + post.ID + "/boosts", "/search?q=p1&type=accounts", "/search?q=far0.example"} {
		e.check(path, ada.get(path), 200)
	}
}

// says has zoe say every piece, in all that a post consists of, to ada's home.
func (e *elsewhere) says() {
	ada, stranger := signIn(e.t, e.s, e.ada), browser{t: e.t, s: e.s}
	names := apptest.ShortLines(e.all, 300)
	texts := append(apptest.Packed(e.all, 4000), e.all...)
	if !apptest.Long() { // each on its own, too, that is not in a packed one
		texts = append(texts[:len(texts)-len(e.all)], slices.DeleteFunc(slices.Clone(e.all), func(v string) bool { return len(v) < 400 && len(v)%7 != 0 })...)
	}
	for i, v := range texts {
		at := func(k int) string { return names[(i*len(names)/len(texts)+k)%len(names)] }
		more := fedtest.M{"summary": nil, "to": []string{fedtest.Public}, "cc": []string{e.zoe.ID + "/followers"}}
		more["tag"] = []fedtest.M{{"type": "Hashtag", "name": at(0), "href": at(0)}, {"type": "Mention", "name": at(1), "href": at(1)}, {"type": "Emoji", "name": at(2), "icon": fedtest.M{"type": "Image", "url": at(2)}}}
		switch i % 4 {
		case 0:
			more["summary"] = at(3)
		case 1:
			more["attachment"] = []fedtest.M{{"type": "Document", "mediaType": "image/png", "url": "https://far.example/a.png", "name": at(4)}, {"type": "Link", "href": at(5), "name": at(5)}, {"type": "Image", "url": at(6), "name": at(6)}}
		case 2:
			more["url"] = at(7)
			more["name"] = at(7)
		}
		kind, verb := "Note", "Create"
		if i%9 == 3 {
			kind = "Question"
			more["type"], more["oneOf"] = kind, []fedtest.M{{"type": "Note", "name": "1" + at(8), "replies": fedtest.M{"type": "Collection", "totalItems": 1}}, {"type": "Note", "name": "2" + at(9)}}
		}
		e.send(e.zoe, e.zoe.Does(verb, e.zoe.Note(v, more), nil))
	}
	e.town.settle()
	zoe := e.zoeHere
	var page []struct{ ID, Content string }
	seen := 0
	for before, n := "", 0; ; n++ {
		e.ada.Must("GET", "/api/v1/accounts/"+zoe+"/statuses?limit=40"+before, nil, &page)
		if len(page) == 0 {
			break
		}
		for i, p := range page {
			e.html("a post from elsewhere in the API", []byte(p.Content))
			if seen++; i%20 == 0 {
				for _, path := range []string{"", "/embed", "/report"} {
					e.check("a post from elsewhere", ada.get("/@zoe@far.example/"+p.ID+path))
				}
			}
		}
		for _, from := range []string{page[0].ID, page[len(page)/2].ID} {
			e.check("her page", stranger.get("/@zoe@far.example?before="+from), 200)
			e.check("ada's home", ada.get("/?before="+from), 200)
			e.check("what is public", stranger.get("/public?before="+from), 200)
		}
		before = "&max_id=" + page[len(page)-1].ID
	}
	if seen < len(texts)*9/10 {
		e.t.Errorf("only %d of %d posts from elsewhere are here", seen, len(texts))
	}
}

// reports comes from elsewhere and is looked at by the staff.
func (e *elsewhere) reports() {
	mona := signIn(e.t, e.s, e.mona)
	texts := apptest.Packed(e.all, 900)
	for i := 0; i < len(texts); i += max(len(texts)/10, 1) {
		e.send(e.zoe, e.zoe.Does("Flag", fmt.Sprintf("%s/ap/users/%d", base, e.ben.ID), fedtest.M{"content": texts[i]}))
	}
	var c string
	e.s.Eventually("a report from elsewhere", func() bool {
		a := mona.get("/moderation/next")
		c = casePath.FindString(a.Header.Get("Location") + string(a.Body))
		return c != ""
	})
	for _, path := range []string{c, "/moderation/cases", "/moderation/cases?about=@cleo", "/moderation"} {
		e.check("a report from elsewhere", mona.get(path), 200)
	}
}
