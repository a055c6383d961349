package web

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files anew")

// hostile is what people may write, and what must not end an element.
const hostile = `]]> "quoted" <b> & 'so' ` + "\x00\x0b"

func someFeed() feedDoc {
	at := time.Date(2026, 11, 3, 9, 30, 0, 0, time.UTC)
	ada := feedAuthor{"Ada <Lovelace>", "https://plaza.example/@ada"}
	return feedDoc{ID: "https://plaza.example/ap/users/1", Title: "Ada (@ada)", About: "What Ada says in public.", Home: "https://plaza.example/@ada", Self: "https://plaza.example/@ada.x",
		Icon: "https://plaza.example/media/face.png", Author: &ada, Updated: at.Add(time.Hour), Items: []feedItem{
			{ID: "https://plaza.example/ap/posts/3", URL: "https://plaza.example/@ada/3", Title: hostile, HTML: "<p>" + `Fish &amp; <a href="https://plaza.example/tags/chips">#chips</a>` + "</p>", At: at, Updated: at.Add(time.Hour),
				Author: ada, Language: "en", Tags: []string{"chips"}, Files: []feedFile{
					{URL: "https://plaza.example/media/a.jpg", Type: "image/jpeg", Alt: hostile, Medium: "image", Width: 640, Height: 480},
					{URL: "https://plaza.example/media/b.mp4", Type: "video/mp4", Medium: "video", Seconds: 12.4},
				}},
			{ID: "https://plaza.example/ap/posts/2", URL: "https://plaza.example/@ada/2", Title: "The end of a book", Warned: true, At: at.Add(-time.Hour), Updated: at.Add(-time.Hour), Author: ada},
		}}
}

// TestFeedForms writes a feed in each form, holds it against what its specification
// demands, and against a golden file.
func TestFeedForms(t *testing.T) {
	t.Parallel()
	checks := map[string]func(*testing.T, []byte){"RSS": checkRSS, "Atom": checkAtom, "JSON Feed": checkJSONFeed}
	for _, form := range feedForms {
		t.Run(form.name, func(t *testing.T) {
			got, err := form.write(someFeed())
			if err != nil {
				t.Fatal(err)
			}
			checks[form.name](t, got)
			golden := filepath.Join("testdata", "feed."+strings.ReplaceAll(strings.TrimPrefix(form.ext, "/feed"), ".", ""))
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want, err := os.ReadFile(golden); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s: %v\n%s", golden, err, got)
			}
			empty, err := form.write(feedDoc{ID: "https://plaza.example/tags/x", Title: "#x", About: "Public posts with #x.", Home: "https://plaza.example/tags/x", Self: "https://plaza.example/tags/x.x", Updated: time.Unix(0, 0)})
			if err != nil {
				t.Fatal(err)
			}
			checks[form.name](t, empty)
		})
	}
}

// An element is a piece of XML: its name with its namespace, and what is in it.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []element  `xml:",any"`
}

func (e element) all(name string) (out []element) {
	for _, c := range e.Children {
		if qualified(c.XMLName) == name {
			out = append(out, c)
		}
	}
	return out
}

func (e element) text(name string) string {
	for _, c := range e.all(name) {
		return c.Text
	}
	return ""
}

func (e element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

var namespaces = map[string]string{"http://www.w3.org/2005/Atom": "atom:", "http://purl.org/dc/elements/1.1/": "dc:", "http://search.yahoo.com/mrss/": "media:", "": ""}

func qualified(n xml.Name) string { return namespaces[n.Space] + n.Local }

// hasOne wants an element to have exactly one of each of some children.
func hasOne(t *testing.T, e element, names ...string) {
	t.Helper()
	for _, name := range names {
		if all := e.all(name); len(all) != 1 || strings.TrimSpace(all[0].Text) == "" && len(all[0].Attrs)+len(all[0].Children) == 0 {
			t.Errorf("<%s> has %d <%s>: %+v", qualified(e.XMLName), len(all), name, all)
		}
	}
}

func parsed(t *testing.T, b []byte) (e element) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(b))
	d.Strict = true
	if err := d.Decode(&e); err != nil {
		t.Fatalf("%v in\n%s", err, b)
	}
	return e
}

func wantAddress(t *testing.T, what, address string) {
	t.Helper()
	if u, err := url.Parse(address); err != nil || u.Scheme != "https" || u.Host == "" {
		t.Errorf("%s is %q, no whole address", what, address)
	}
}

func wantMoment(t *testing.T, form, said string) {
	t.Helper()
	if _, err := time.Parse(form, said); err != nil {
		t.Errorf("%q is no moment: %v", said, err)
	}
}

// https://www.rssboard.org/rss-specification
func checkRSS(t *testing.T, b []byte) {
	t.Helper()
	root := parsed(t, b)
	if qualified(root.XMLName) != "rss" || root.attr("version") != "2.0" {
		t.Errorf("it begins with <%s> %v", qualified(root.XMLName), root.Attrs)
	}
	hasOne(t, root, "channel")
	channel := root.all("channel")[0]
	hasOne(t, channel, "title", "link", "description", "lastBuildDate", "ttl", "atom:link")
	wantAddress(t, "the page", channel.text("link"))
	wantMoment(t, time.RFC1123Z, channel.text("lastBuildDate"))
	if self := channel.all("atom:link")[0]; self.attr("rel") != "self" || self.attr("type") != "application/rss+xml" {
		t.Errorf("the feed itself: %v", self.Attrs)
	}
	known := " title link description atom:link lastBuildDate generator ttl image item guid pubDate atom:updated dc:creator category enclosure media:content "
	ids := map[string]bool{}
	for _, c := range channel.Children {
		if !strings.Contains(known, " "+qualified(c.XMLName)+" ") {
			t.Errorf("a channel has no <%s>", qualified(c.XMLName))
		}
	}
	for _, item := range channel.all("item") {
		hasOne(t, item, "title", "link", "guid", "pubDate", "description", "dc:creator")
		wantAddress(t, "a post", item.text("link"))
		wantMoment(t, time.RFC1123Z, item.text("pubDate"))
		if id := item.text("guid"); ids[id] {
			t.Errorf("%s stands there twice", id)
		} else {
			ids[id] = true
		}
		if all := item.all("enclosure"); len(all) > 1 {
			t.Errorf("%d enclosures in one item", len(all))
		} else if len(all) == 1 {
			wantAddress(t, "a file", all[0].attr("url"))
			if all[0].attr("type") == "" || all[0].attr("length") == "" {
				t.Errorf("enclosure %v", all[0].Attrs)
			}
		}
		for _, c := range item.Children {
			if !strings.Contains(known, " "+qualified(c.XMLName)+" ") {
				t.Errorf("an item has no <%s>", qualified(c.XMLName))
			}
		}
	}
}

// https://www.rfc-editor.org/rfc/rfc4287
func checkAtom(t *testing.T, b []byte) {
	t.Helper()
	root := parsed(t, b)
	if qualified(root.XMLName) != "atom:feed" {
		t.Errorf("it begins with <%s>", qualified(root.XMLName))
	}
	hasOne(t, root, "atom:id", "atom:title", "atom:updated")
	wantAddress(t, "the id", root.text("atom:id"))
	wantMoment(t, time.RFC3339, root.text("atom:updated"))
	rels := map[string]int{}
	for _, l := range root.all("atom:link") {
		rels[l.attr("rel")]++
		wantAddress(t, "a link", l.attr("href"))
	}
	if rels["self"] != 1 || rels["alternate"] != 1 {
		t.Errorf("links: %v", rels)
	}
	ids := map[string]bool{}
	for _, e := range root.all("atom:entry") {
		hasOne(t, e, "atom:id", "atom:title", "atom:updated", "atom:published", "atom:author")
		hasOne(t, e.all("atom:author")[0], "atom:name", "atom:uri")
		wantMoment(t, time.RFC3339, e.text("atom:updated"))
		wantMoment(t, time.RFC3339, e.text("atom:published"))
		if id := e.text("atom:id"); ids[id] {
			t.Errorf("%s stands there twice", id)
		} else {
			ids[id] = true
		}
		if len(e.all("atom:content"))+len(e.all("atom:summary")) != 1 {
			t.Errorf("an entry has %d contents and %d summaries", len(e.all("atom:content")), len(e.all("atom:summary")))
		}
		for _, l := range e.all("atom:link") {
			wantAddress(t, "a link", l.attr("href"))
		}
	}
}

// https://www.jsonfeed.org/version/1.1/
func checkJSONFeed(t *testing.T, b []byte) {
	t.Helper()
	var f struct {
		Version, Title string
		Home           string `json:"home_page_url"`
		Self           string `json:"feed_url"`
		Items          *[]struct {
			ID, URL     *string
			HTML        *string `json:"content_html"`
			Text        *string `json:"content_text"`
			Published   string  `json:"date_published"`
			Modified    *string `json:"date_modified"`
			Attachments []struct {
				URL  string
				Type string `json:"mime_type"`
			}
		}
	}
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatalf("%v in\n%s", err, b)
	}
	if f.Version != "https://jsonfeed.org/version/1.1" || f.Title == "" || f.Items == nil {
		t.Errorf("it begins with %+v", f)
	}
	wantAddress(t, "the page", f.Home)
	wantAddress(t, "the feed", f.Self)
	ids := map[string]bool{}
	for _, i := range *f.Items {
		if i.ID == nil || *i.ID == "" || ids[*i.ID] || i.URL == nil || (i.HTML == nil) == (i.Text == nil) {
			t.Errorf("item %+v", i)
			continue
		}
		ids[*i.ID] = true
		wantAddress(t, "a post", *i.URL)
		wantMoment(t, time.RFC3339, i.Published)
		if i.Modified != nil {
			wantMoment(t, time.RFC3339, *i.Modified)
		}
		for _, a := range i.Attachments {
			if wantAddress(t, "a file", a.URL); a.Type == "" {
				t.Errorf("a file without a type: %+v", a)
			}
		}
	}
}

// What was kept elsewhere is good while it is the same, and is asked for by tag before
// by time.
func TestWhoHasAFeedAlready(t *testing.T) {
	var b fedBefore
	noon := time.Date(2026, 11, 3, 12, 0, 0, 5e8, time.UTC)
	first := b.since("/a", `W/"1"`, noon)
	if again := b.since("/a", `W/"1"`, noon.Add(time.Hour)); !again.Equal(first) || first.Nanosecond() != 0 {
		t.Errorf("the same feed changed at %v and %v", first, again)
	}
	second := b.since("/a", `W/"2"`, noon)
	if !second.After(first) {
		t.Errorf("another feed within the second is of %v, the one before of %v", second, first)
	}
	for i := range maxFedBefore + 10 {
		b.since(fmt.Sprint("/", i), "x", noon)
	}
	if len(b.m) > maxFedBefore {
		t.Errorf("%d feeds are remembered", len(b.m))
	}
	form := "Mon, 02 Jan 2006 15:04:05 GMT"
	for _, tt := range []struct {
		none, since string
		want        bool
	}{
		{"", "", false}, {`W/"2"`, "", true}, {`"2"`, "", true}, {`"x", W/"2"`, "", true}, {"*", "", true}, {`W/"1"`, "", false},
		{"", second.Format(form), true}, {"", second.Add(time.Hour).Format(form), true}, {"", first.Format(form), false}, {"", "yesterday", false},
		{`W/"1"`, second.Add(time.Hour).Format(form), false},
	} {
		r := httptest.NewRequest("GET", "/a", nil)
		r.Header.Set("If-None-Match", tt.none)
		r.Header.Set("If-Modified-Since", tt.since)
		if got := had(r, `W/"2"`, second); got != tt.want {
			t.Errorf("If-None-Match %q, If-Modified-Since %q: %v, want %v", tt.none, tt.since, got, tt.want)
		}
	}
}
