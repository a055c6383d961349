package web

import (
	"net/http"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// A draft is a composer and what stands in it.
type draft struct {
	ID, Action, Back, Key string
	Label, Button, Rows   string
	Text, Warning         string
	Language              string
	Visibility            social.Visibility
	ReplyTo               social.PostID
	Quote                 *view.Seen // what is to be quoted, or nil
	Error                 string
	Focus, Editing        bool
	Again                 bool // it holds what was sent and not taken
}

// here is for everybody too, but told to no other server.
const here social.Visibility = "here"

// audiences are whom a post can be for, in people's words.
var audiences = []struct {
	is   social.Visibility
	name string
}{
	{social.Public, "Public"}, {social.Unlisted, "Quiet public"}, {social.Followers, "Followers"}, {social.Direct, "Only mentioned"}, {here, "Public, only here"},
}

func (s *Site) composeRoutes(r *router) {
	r.Do("GET /new", member, s.newPost)
	r.Do("POST /new", member, s.sparing(postRule, s.publish))
}

// blank is a composer with the writer's own defaults.
func (q *ask) blank() draft {
	d := draft{ID: "text", Action: "/new", Back: q.page.Here, Key: itoa(id.New(q.page.Now)), Label: "What is on your mind?",
		Button: "Post", Rows: "3", Visibility: social.Public}
	me, err := q.self()
	if err != nil {
		return d // a composer without one's defaults still works
	}
	if me.Prefs.Visibility != "" {
		d.Visibility = me.Prefs.Visibility
	}
	d.Language = me.Prefs.Language
	return d
}

// reply is a composer for an answer to p: it speaks to those who spoke, and
// is for no more people than p.
func (q *ask) reply(p *view.Seen) draft {
	d := q.blank()
	d.ID, d.ReplyTo, d.Label, d.Button, d.Warning = "reply", p.ID, "Write a reply", "Reply", p.Warning
	if p.Visibility.Narrower(d.Visibility) {
		d.Visibility = p.Visibility
	}
	var to []string
	if p.Author.ID != q.by.Account {
		to = append(to, "@"+p.Author.Acct())
	}
	for _, m := range p.Mentions {
		if m.Account != q.by.Account && m.Account != p.Author.ID {
			to = append(to, "@"+m.Acct())
		}
	}
	if len(to) > 0 {
		d.Text = strings.Join(to, " ") + " "
	}
	return d
}

func (s *Site) newPost(q *ask) error {
	d := q.blank()
	d.Text, d.Rows, d.Focus, d.Back = q.URL.Query().Get("text"), "7", true, "/"
	q.page.Tab = "new"
	if err := q.toQuote(&d, q.URL.Query().Get("quote")); err != nil {
		return err
	}
	return q.show("New post", newPage(q.page, d))
}

func (s *Site) publish(q *ask) error {
	replyTo, _ := id.Parse(q.form("reply_to"))
	quote, _ := id.Parse(q.form("quote"))
	wish := social.Draft{Text: q.form("text"), Warning: strings.TrimSpace(q.form("warning")), Language: q.form("language"),
		Visibility: social.Visibility(q.form("visibility")), ReplyTo: social.PostID(replyTo), Key: q.form("key"), Quote: social.PostID(quote)}
	if wish.Visibility == here {
		wish.Visibility, wish.LocalOnly = social.Public, true
	}
	if me, err := s.Auth.Self(q.Context(), q.by); err == nil {
		wish.QuotePolicy = me.Prefs.Quotes
	}
	post, err := s.Posts.Publish(q.Context(), q.by, wish)
	if errs.KindOf(err) == errs.Invalid && err != nil {
		return q.composeAgain(http.StatusUnprocessableEntity, publicly(err))
	}
	if err != nil {
		return err
	}
	q.say("posted")
	back, _, _ := strings.Cut(local(q.form("back"), "/"), "#")
	return q.to(back + "#post-" + itoa(post.ID))
}

// composeAgain shows the composer with what was sent from one, and what was
// wrong. It has the same key, so that what was said after all is not said twice.
func (q *ask) composeAgain(status int, problem string) error {
	replyTo, _ := id.Parse(q.form("reply_to"))
	d := q.blank()
	d.Back, d.Key, d.ReplyTo, d.Rows, d.Error, d.Again = local(q.form("back"), "/"), q.form("key"), social.PostID(replyTo), "7", problem, true
	d.Text, d.Warning, d.Language, d.Visibility = q.form("text"), strings.TrimSpace(q.form("warning")), q.form("language"), social.Visibility(q.form("visibility"))
	if err := q.toQuote(&d, q.form("quote")); err != nil {
		return err
	}
	return q.showAs(status, "New post", newPage(q.page, d))
}

// languages are those offered for posts, each in its own words.
var languages = []struct{ code, name string }{
	{"ar", "العربية"}, {"bg", "Български"}, {"bn", "বাংলা"}, {"ca", "Català"}, {"cs", "Čeština"}, {"da", "Dansk"}, {"de", "Deutsch"},
	{"el", "Ελληνικά"}, {"en", "English"}, {"eo", "Esperanto"}, {"es", "Español"}, {"et", "Eesti"}, {"eu", "Euskara"}, {"fa", "فارسی"},
	{"fi", "Suomi"}, {"fr", "Français"}, {"ga", "Gaeilge"}, {"gl", "Galego"}, {"he", "עברית"}, {"hi", "हिन्दी"}, {"hr", "Hrvatski"},
	{"hu", "Magyar"}, {"id", "Bahasa Indonesia"}, {"is", "Íslenska"}, {"it", "Italiano"}, {"ja", "日本語"}, {"ko", "한국어"}, {"lt", "Lietuvių"},
	{"lv", "Latviešu"}, {"nl", "Nederlands"}, {"no", "Norsk"}, {"pl", "Polski"}, {"pt", "Português"}, {"ro", "Română"}, {"ru", "Русский"},
	{"sk", "Slovenčina"}, {"sl", "Slovenščina"}, {"sr", "Српски"}, {"sv", "Svenska"}, {"ta", "தமிழ்"}, {"th", "ไทย"}, {"tr", "Türkçe"},
	{"uk", "Українська"}, {"vi", "Tiếng Việt"}, {"zh-CN", "简体中文"}, {"zh-TW", "繁體中文"},
}

func knownLanguage(code string) bool {
	for _, l := range languages {
		if l.code == code {
			return true
		}
	}
	return false
}
