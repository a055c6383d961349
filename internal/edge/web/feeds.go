package web

import (
	"crypto/sha256"
	"encoding/hex"
	"html"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// Feeds are for programs that look from time to time what is new. Whoever asks is a
// stranger, signed in or not: nothing stands in a feed that is not for everybody.
// A feed is the newest posts and leads to none that are older.

const (
	postsInFeed = 20
	// titleInFeed is how much of a post stands as its title, in characters.
	titleInFeed = 80
)

// feedRule is what strangers' apps have too: a reader has many feeds of ours.
var feedRule = limit.Rule{Name: "feed", Burst: 300, Per: 5 * time.Minute}

// A feedDoc is posts before they are written in one of its forms.
type feedDoc struct {
	ID, Title, About string
	Home, Self       string // the page with the same posts, and its own address
	Icon             string
	Author           *feedAuthor // of all of it; nil where each post says so
	Updated          time.Time
	Items            []feedItem
	Private          bool // its address is a secret
}

type feedAuthor struct{ Name, URL string }

type feedItem struct {
	ID, URL, Title string
	Warned         bool   // the title is the warning
	HTML           string // nothing behind a warning
	At, Updated    time.Time
	Author         feedAuthor
	Language       string
	Tags           []string
	Files          []feedFile
}

type feedFile struct {
	URL, Type, Alt string
	Medium         string // image, video or audio
	Seconds        float64
	Width, Height  int
}

// A feedForm is a way to write feeds: where such a feed is, seen from what it is
// of, and how programs and people call it.
type feedForm struct {
	ext, kind, name string
	write           func(feedDoc) ([]byte, error)
}

// Accounts and posts as ActivityPub end in .json where others have it: the JSON
// Feed has an address of its own.
var feedForms = []feedForm{
	{".rss", "application/rss+xml", "RSS", rssOf}, {".atom", "application/atom+xml", "Atom", atomOf}, {"/feed.json", "application/feed+json", "JSON Feed", jsonFeedOf},
}

func (s *Site) feedRoutes(r *router) {
	for _, form := range feedForms {
		r.Do("GET /@{name}"+form.ext, anyone, s.fed(form, s.accountFeed))
		r.Do("GET /tags/{tag}"+form.ext, anyone, s.fed(form, s.tagFeed))
		r.Do("GET "+feedsPath+"{secret}"+form.ext, anyone, s.fed(form, s.listFeed))
	}
}

// feedsPath is where the feeds of lists are.
const feedsPath = "/feeds/"

// A feedLink leads to a feed of what a page shows.
type feedLink struct{ Href, Kind, Name string }

// feedsOf are the feeds of what stands at a path.
func feedsOf(path string) (out []feedLink) {
	for _, form := range feedForms {
		out = append(out, feedLink{path + form.ext, form.kind, form.name})
	}
	return out
}

// feedsOfAccount are those of an account, if it has any.
func feedsOfAccount(a *view.Face) []feedLink {
	if !a.Mirrored() {
		return nil
	}
	return feedsOf(profileURL(a.Account))
}

// fed answers with a feed in a form.
func (s *Site) fed(form feedForm, of func(q *ask) (feedDoc, error)) handler {
	return func(q *ask) error {
		if err := q.take(feedRule, q.address(), "from your address"); err != nil {
			return err
		}
		if q.mirrored() {
			return nowhere
		}
		q.by, q.page.By, q.page.Me = social.Anyone, social.Anyone, nil
		f, err := of(q)
		if err != nil {
			return err
		}
		f.Self = q.page.absolute(q.URL.EscapedPath())
		body, err := form.write(f)
		if err != nil {
			return err
		}
		q.sendFeed(form, f, body)
		return nil
	}
}

// sendFeed sends a feed, unless whoever asks has it already. It may be kept, and is
// asked for again each time it is used: what is gone here is gone there.
func (q *ask) sendFeed(form feedForm, f feedDoc, body []byte) {
	h := q.w.Header()
	h.Set("Content-Type", form.kind+"; charset=utf-8")
	h.Set("Cache-Control", "public, no-cache")
	if f.Private {
		h.Set("Cache-Control", "private, no-cache")
	}
	h.Set("X-Robots-Tag", "noindex")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox") // where a browser shows it, it shows and loads nothing else
	sum := sha256.Sum256(body)
	tag := `W/"` + hex.EncodeToString(sum[:12]) + `"` // weak: it is the same zipped
	changed := q.site.fedBefore.since(f.Self, tag, q.page.Now)
	h.Set("ETag", tag)
	h.Set("Last-Modified", changed.UTC().Format(http.TimeFormat))
	if had(q.Request, tag, changed) {
		h.Add("Vary", "Accept-Encoding")
		q.w.WriteHeader(http.StatusNotModified)
		return
	}
	q.send(http.StatusOK, body)
}

// had reports whether whoever asks has what has a tag already.
// https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2
func had(r *http.Request, tag string, changed time.Time) bool {
	if have := r.Header.Get("If-None-Match"); have != "" {
		for one := range strings.SplitSeq(have, ",") {
			if one = strings.TrimSpace(one); one == "*" || strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
				return true
			}
		}
		return false
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
	return err == nil && !changed.After(since)
}

// maxFedBefore is how many feeds it is known of when they last changed.
const maxFedBefore = 4096

// fedBefore remembers since when feeds are what they are. That is no moment of a
// post's: a feed changes also when a post goes.
type fedBefore struct {
	mu sync.Mutex
	m  map[string]fedState // by address
}

type fedState struct {
	tag   string
	since time.Time
}

// since is when a feed became what it is, in whole seconds: another one each time.
func (b *fedBefore) since(address, tag string, now time.Time) time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	was, ok := b.m[address]
	if ok && was.tag == tag {
		return was.since
	}
	at := now.Truncate(time.Second)
	if ok && !at.After(was.since) {
		at = was.since.Add(time.Second)
	}
	if b.m == nil {
		b.m = map[string]fedState{}
	}
	if !ok && len(b.m) >= maxFedBefore {
		for other := range b.m { // any: it counts as new the next time
			delete(b.m, other)
			break
		}
	}
	b.m[address] = fedState{tag, at}
	return at
}

// accountFeed is what somebody of ours says, without replies and boosts, as their
// page begins with. Who is not to be met by chance has none.
func (s *Site) accountFeed(q *ask) (f feedDoc, err error) {
	a, err := s.named(q)
	if err == nil && !a.Mirrored() {
		err = nowhere
	}
	if err != nil {
		return f, err
	}
	posts, err := s.Timelines.Account(q.Context(), social.Anyone, a.ID, social.AccountQuery{NoReplies: true, NoBoosts: true}, social.Page{Limit: postsInFeed})
	if err != nil {
		return f, err
	}
	f = feedDoc{ID: s.View.AccountURI(a), Title: titleOf(a), About: "What " + a.Name() + " says in public.", Home: s.View.AccountURL(a), Updated: a.CreatedAt,
		Author: &feedAuthor{a.Name(), s.View.AccountURL(a)}}
	if a.Avatar != "" {
		f.Icon = q.page.absolute(q.page.media(a.Avatar))
	}
	f.add(q.page, posts.Items)
	return f, nil
}

// tagFeed is the public posts with a tag, as its page begins with.
func (s *Site) tagFeed(q *ask) (f feedDoc, err error) {
	tag := social.TagName(q.param("tag"))
	posts, err := s.Timelines.Tag(q.Context(), social.Anyone, social.TagQuery{Any: []string{social.TagKey(tag)}}, social.Page{Limit: postsInFeed})
	if err != nil {
		return f, err
	}
	home := s.View.TagURL(tag)
	f = feedDoc{ID: home, Title: "#" + tag + " – " + q.page.House.Title, About: "Public posts with #" + tag + ".", Home: home, Updated: time.Unix(0, 0)}
	f.add(q.page, posts.Items)
	return f, nil
}

// listFeed is what stands on a list, as its owner sees it, of what is public.
// Whoever has its address may be anybody: what is not for everybody stays out.
func (s *Site) listFeed(q *ask) (f feedDoc, err error) {
	l, owner, err := s.Lists.ByFeed(q.Context(), q.param("secret"))
	if err != nil {
		return f, err
	}
	posts, err := s.Timelines.ListShared(q.Context(), owner, l.ID, social.Page{Limit: postsInFeed})
	if err != nil {
		return f, err
	}
	home := q.page.absolute(listURL(l.ID))
	f = feedDoc{ID: home, Title: l.Title, About: "Public posts of those on the list “" + l.Title + "”.", Home: home, Updated: time.Unix(0, 0), Private: true}
	f.add(q.page, posts.Items)
	return f, nil
}

// add puts those of posts into a feed that may stand in one, and says when the last
// of them changed.
func (f *feedDoc) add(page *frame, posts []*view.Seen) {
	for _, p := range posts {
		if !fedOn(p) {
			continue
		}
		i := page.feedItem(p)
		f.Items = append(f.Items, i)
		if i.Updated.After(f.Updated) {
			f.Updated = i.Updated
		}
	}
}

// fedOn reports whether a post that strangers may see is passed on in feeds: not
// what its author keeps in this house.
func fedOn(p *view.Seen) bool {
	if p.Boosted != nil && !fedOn(p.Boosted) {
		return false
	}
	return !p.LocalOnly && (p.Visibility == social.Public || p.Visibility == social.Unlisted)
}

func (f *frame) feedItem(p *view.Seen) feedItem {
	o := p.Original()
	i := feedItem{ID: f.site.View.URIOf(p.Post), URL: f.absolute(postURL(p)), Title: firstOf(o.Warning, o.Plain()), At: p.At, Updated: p.At,
		Author: feedAuthor{o.Author.Name(), f.site.View.AccountURL(o.Author)}, Language: o.Language, Tags: o.Tags}
	if o.EditedAt.After(i.Updated) {
		i.Updated = o.EditedAt
	}
	if p.IsBoost() {
		i.Title = p.Author.Name() + " boosted " + o.Author.Name() + ": " + i.Title
	}
	if i.Title = shortTo(titleInFeed, i.Title); i.Title == "" {
		i.Title = "A post of " + o.Author.Name()
	}
	if o.Warning != "" {
		i.Warned = true
		return i
	}
	if i.HTML = o.HTML + choicesOf(o.Poll) + f.quotedIn(o); i.HTML == "" {
		i.HTML = "<p>Open the post to see what it shows.</p>"
	}
	if !o.Veiled() {
		i.Files = f.filesOf(o)
	}
	return i
}

// choicesOf is what can be chosen in a poll, for a feed.
func choicesOf(p *social.Poll) string {
	if p == nil {
		return ""
	}
	var b strings.Builder
	b.WriteString("<ul>")
	for _, title := range p.Titles() {
		b.WriteString("<li>" + html.EscapeString(title) + "</li>")
	}
	b.WriteString("</ul>")
	return b.String()
}

// quotedIn leads to what a post quotes, if everybody may see that.
func (f *frame) quotedIn(p *view.Seen) string {
	if p.Quoted == nil || !fedOn(p.Quoted) {
		return ""
	}
	at := f.absolute(postURL(p.Quoted))
	return `<p>Quotes <a href="` + html.EscapeString(at) + `">@` + html.EscapeString(p.Quoted.Author.Acct()) + `</a></p>`
}

func (f *frame) filesOf(p *view.Seen) (out []feedFile) {
	for _, m := range p.Media {
		if m.File == "" || m.Kind == social.Unknown {
			continue
		}
		medium := string(m.Kind)
		if m.Kind == social.GIFV {
			medium = string(social.Video)
		}
		out = append(out, feedFile{URL: f.absolute(f.media(m.File)), Type: fileType(m), Alt: m.Alt, Medium: medium, Seconds: m.Shape.Seconds, Width: m.Shape.Width, Height: m.Shape.Height})
	}
	return out
}

// fileType is a file's type, or the usual one of its kind where that is not known.
func fileType(m social.Media) string {
	if m.Type != "" {
		return m.Type
	}
	switch m.Kind {
	case social.Image:
		return "image/jpeg"
	case social.Audio:
		return "audio/mpeg"
	}
	return "video/mp4"
}

// tagPath is a tag's page.
func tagPath(tag string) string { return "/tags/" + url.PathEscape(social.TagKey(tag)) }
