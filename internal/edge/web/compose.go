package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// A draft is a composer and what stands in it.
type draft struct {
	ID, Action, Back, Key string
	Kept, Seen            string // the kept draft that it goes on with, and when that was kept
	Label, Button, Rows   string
	Text, Warning         string
	Media                 []social.Media
	Then                  []box
	Poll                  *social.PollDraft
	When                  social.When
	Language              string
	Visibility            social.Visibility
	Circle                social.ListID // that it is for, if it is for a list
	Lists                 []social.List // that it can be for
	Within                bool          // it answers a post for a circle
	Quotes                social.QuotePolicy
	Replies               social.ReplyPolicy
	Closed, Waits         string // why one cannot reply here, and what becomes of a reply that is not shown at once
	ReplyTo               social.PostID
	To                    *view.Seen // what is answered, where it does not stand on the page
	Quote                 *view.Seen // what is to be quoted, or nil
	Error                 string
	Focus, Editing        bool
	Again                 bool // it holds what was sent and not taken
	Moving                bool // it is a scheduled post
	Remind                bool // of pictures that are not described
	prefs                 social.Prefs
}

// A box is one of the posts that are written in one go.
type box struct {
	N     string // what the names of its fields end with: nothing for the first
	ID    string // of its text
	Text  string
	Media []social.Media
}

// boxes are all that is written: the post, and what is said after it.
func (c draft) boxes() []box {
	return append([]box{{"", c.ID, c.Text, c.Media}}, c.Then...)
}

// rows is how high the text of each is.
func (c draft) rows() string {
	if len(c.Then) > 0 {
		return "3"
	}
	return c.Rows
}

// nth is what the names of the fields of a post end with that is the nth of those
// written in one go, from zero.
func nth(i int) string {
	if i == 0 {
		return ""
	}
	return "-" + itoa(i+1)
}

// here is for everybody who is signed in here, and told to no other server.
const here social.Visibility = "here"

// audiences are whom a post can be for, in people's words, and what that means.
var audiences = []struct {
	is          social.Visibility
	name, means string
}{
	{social.Public, msg("Public"), msg("Everybody can read it and reply, here and on other servers. It stands in public lists.")},
	{social.Unlisted, msg("Quiet public"), msg("Everybody can read it and reply, but it stands in no public list.")},
	{social.Followers, msg("Followers"), msg("Only those who follow you, and whom you mention, can read it and reply.")},
	{social.Direct, msg("Only mentioned"), msg("Only whom you mention can read it and reply. Those who run your server and theirs could read it, too.")},
	{here, msg("Only this community"), msg("Only members who are signed in here can read it and reply. It never leaves this server.")},
}

// quoters are who may quote a post, in people's words.
var quoters = []struct {
	is   social.QuotePolicy
	name string
}{
	{social.QuotePublic, msg("Everybody may quote it")}, {social.QuoteFollowers, msg("Followers may quote it")}, {social.QuoteNobody, msg("Nobody may quote it")},
}

func (s *Site) composeRoutes(r *router) {
	r.Do("GET /new", member, s.newPost)
	r.Do("POST /new", member, s.publish)
	r.Do("POST /new/media", member, s.attach)
	r.Do("GET "+completePage, member, s.sparing(completeRule, s.complete))
}

// blank is a composer with the writer's own defaults.
func (q *ask) blank() draft {
	fresh := itoa(id.New(q.page.Now))
	d := draft{ID: "text", Action: "/new", Back: q.page.Here, Key: fresh, Kept: fresh, Seen: "0", Label: msg("What is on your mind?"),
		Button: msg("Post"), Rows: "3", Visibility: social.Public, Quotes: social.QuotePublic, When: social.When{Zone: "UTC"}}
	d.Lists, _ = q.site.Lists.All(q.Context(), q.by) // without, there are fewer to choose from
	me, err := q.self()
	if err != nil {
		return d // a composer without one's defaults still works
	}
	if me.Prefs.Visibility != "" {
		d.Visibility = me.Prefs.Visibility
	}
	if me.Prefs.Quotes != "" {
		d.Quotes = me.Prefs.Quotes
	}
	d.Replies = me.Prefs.Replies
	if me.Prefs.Zone != "" {
		d.When.Zone = me.Prefs.Zone
	}
	d.Language, d.prefs = me.Prefs.Language, me.Prefs
	return d
}

// reply is a composer for an answer to p: it speaks to those who spoke, and
// is for no more people than p.
func (q *ask) reply(p *view.Seen) draft {
	d := q.blank()
	d.ID, d.ReplyTo, d.Label, d.Button, d.Warning = "reply", p.ID, msg("Write a reply"), msg("Reply"), p.Warning
	d.Within = p.Visibility == social.Circle
	if p.Visibility.Narrower(d.Visibility) {
		d.Visibility = p.Visibility
	}
	if p.LocalOnly && d.Visibility == social.Public {
		d.Visibility = here // also if p is gone when this is sent
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
	q.page.Tab = "new"
	if n, ok := id.Parse(q.URL.Query().Get("draft")); ok {
		return s.goOn(q, social.DraftID(n))
	}
	d := q.blank()
	d.Text, d.Rows, d.Focus, d.Back = q.URL.Query().Get("text"), "7", true, "/"
	for _, a := range audiences {
		if string(a.is) == q.URL.Query().Get("visibility") {
			d.Visibility = a.is
		}
	}
	if err := q.toQuote(&d, q.URL.Query().Get("quote")); err != nil {
		return err
	}
	return q.show("New post", newPage(q.page, d))
}

// wish is what stands in a composer that was sent.
func (q *ask) wish() (d social.Draft, when social.When) {
	replyTo, _ := id.Parse(q.form("reply_to"))
	quote, _ := id.Parse(q.form("quote"))
	kept, _ := id.Parse(q.form("draft"))
	d = social.Draft{Text: q.form("text"), Warning: strings.TrimSpace(q.form("warning")), Language: q.form("language"), Poll: q.pollWish(),
		Visibility: social.Visibility(q.form("visibility")), ReplyTo: social.PostID(replyTo), Form: q.form("key"), Quote: social.PostID(quote), Kept: social.DraftID(kept),
		QuotePolicy: social.QuotePolicy(q.form("quotes")), ReplyPolicy: social.ReplyPolicy(q.form("replies"))}
	if d.Visibility == here {
		d.Visibility, d.LocalOnly = social.Public, true
	}
	if list, ok := strings.CutPrefix(string(d.Visibility), toList); ok {
		n, _ := id.Parse(list)
		d.Visibility, d.Circle = social.Circle, social.ListID(n)
	}
	d.Media, d.Describe = q.mediaWish("")
	for i := 1; i <= social.MaxThread && q.PostForm.Has("text"+nth(i)); i++ {
		then := social.Draft{Text: q.form("text" + nth(i))}
		then.Media, then.Describe = q.mediaWish(nth(i))
		d.Then = append(d.Then, then)
	}
	return d, social.When{Date: strings.TrimSpace(q.form("on")), Time: strings.TrimSpace(q.form("at")), Zone: q.form("zone")}
}

// pollWish is what is to be asked, or nil.
func (q *ask) pollWish() *social.PollDraft {
	var p social.PollDraft
	for _, o := range q.PostForm["option"] {
		if o = strings.TrimSpace(o); o != "" {
			p.Options = append(p.Options, o)
		}
	}
	if len(p.Options) == 0 {
		return nil
	}
	minutes, _ := strconv.Atoi(q.form("lasts"))
	p.Multiple, p.HideVotes, p.Lasts = q.ticked("multiple"), q.ticked("hide_votes"), time.Duration(min(max(minutes, 0), 1_000_000))*time.Minute
	return &p
}

// publish is what becomes of a composer that was sent: it is posted, now or
// later, kept as a draft, or given back with something more in it.
func (s *Site) publish(q *ask) error {
	wish, when := q.wish()
	problem := s.takeFiles(q, &wish)
	do, which := q.pressed()
	switch {
	case arranges(do) || problem != nil:
		return q.arrange(wish, when, do, which, problem)
	case do == "draft":
		return s.saveDraft(q, wish, when)
	}
	wish = said(wish)
	if c := q.blank(); do != "anyway" && c.prefs.Alt == social.AltAsked && s.undescribed(q, wish) {
		return q.remind(wish, when)
	}
	for range wish.Posts() {
		if err := q.take(postRule, itoa(q.by.Account), "lately"); err != nil {
			return q.refused(wish, when, err)
		}
	}
	if when.Set() {
		return s.schedule(q, wish, when)
	}
	if me, err := s.Auth.Self(q.Context(), q.by); err == nil && me.Prefs.Hold {
		return s.holdBack(q, wish)
	}
	post, err := s.Posts.Publish(q.Context(), q.by, wish)
	if err != nil {
		return q.refused(wish, when, err)
	}
	what := "posted"
	if wish.ReplyTo != 0 {
		if h, err := s.Posts.Held(q.Context(), q.by, post.ID); err == nil && h.State == social.HeldPending {
			what = "posted-waits"
		}
	}
	q.say(what)
	return q.sent(q.home() + "#post-" + itoa(post.ID))
}

// pressed is the button that a composer was sent with, and what that is about.
func (q *ask) pressed() (do, which string) {
	do, which, _ = strings.Cut(q.form("do"), " ")
	return do, which
}

// home is where a composer stood.
func (q *ask) home() string {
	back, _, _ := strings.Cut(local(q.form("back"), "/"), "#")
	return back
}

// said is d without the boxes that nothing was written in.
func said(d social.Draft) social.Draft {
	d.Then = slices.DeleteFunc(slices.Clone(d.Then), func(p social.Draft) bool { return strings.TrimSpace(p.Text) == "" && len(p.Media) == 0 })
	return d
}

// arranges reports whether a button of the composer only changes the composer.
func arranges(do string) bool {
	return slices.Contains([]string{"look", "more", "attach", "earlier", "later", "drop"}, do)
}

// arrange gives the composer back as a button of it says.
func (q *ask) arrange(wish social.Draft, when social.When, do, which string, problem error) error {
	switch do {
	case "more":
		if 1+len(wish.Then) < social.MaxThread {
			wish.Then = append(wish.Then, social.Draft{})
		} else if problem == nil {
			problem = errs.Newf(errs.Invalid, "At most %d posts can be sent in one go.", social.MaxThread)
		}
	case "earlier", "later", "drop":
		move(&wish, do, which)
	}
	if problem != nil {
		return q.refused(wish, when, problem)
	}
	return q.compose(http.StatusOK, wish, when, "")
}

// refused gives a composer back with why it was not taken. What is a fault of
// ours is told by whoever called.
func (q *ask) refused(wish social.Draft, when social.When, err error) error {
	sentence := q.page.fault(err)
	switch errs.KindOf(err) {
	case errs.Internal, errs.Unavailable:
		return err
	case errs.NotFound:
		sentence = q.page.say("What this answers or shows is gone, or is not for you any more. You can send it as a post of its own.")
		wish.ReplyTo, wish.Quote = 0, 0
	}
	return q.compose(statuses[errs.KindOf(err)], wish, when, sentence)
}

// composeAgain shows the composer with what was sent from one, and what was
// wrong. It has the same key, so that what was said after all is not said twice.
func (q *ask) composeAgain(status int, problem string) error {
	wish, when := q.wish()
	return q.compose(status, wish, when, problem)
}

func (q *ask) compose(status int, wish social.Draft, when social.When, problem string) error {
	d, err := q.composing(wish, when)
	if err != nil {
		return err
	}
	d.Back, d.Key, d.Error, d.Again, d.Focus = local(q.form("back"), "/"), q.form("key"), firstOf(problem, d.Error), true, problem == ""
	d.Kept, d.Seen = itoa(wish.Kept), q.form("seen") // and nothing new: who may not see what they answer learns nothing
	q.page.Tab = "new"
	if which := q.param("scheduled"); which != "" {
		d.move(which)
	}
	return q.showAs(status, "New post", newPage(q.page, d))
}

// composing is a composer with what somebody has begun to write. What it answers
// or quotes and is not there any more is left out, and the composer says so.
func (q *ask) composing(wish social.Draft, when social.When) (draft, error) {
	d := q.blank()
	d.Rows, d.Text, d.Warning, d.Language, d.Poll = "7", wish.Text, wish.Warning, wish.Language, wish.Poll
	if wish.Visibility != "" {
		d.Visibility = wish.Visibility
	}
	d.Circle = wish.Circle
	if wish.LocalOnly {
		d.Visibility = here
	}
	if wish.QuotePolicy != "" {
		d.Quotes = wish.QuotePolicy
	}
	if wish.ReplyPolicy != "" {
		d.Replies = wish.ReplyPolicy
	}
	if when.Set() || when.Zone != "" {
		d.When = when
	}
	if wish.Kept != 0 {
		d.Kept = itoa(wish.Kept)
	}
	media, err := q.site.Posts.DraftMedia(q.Context(), q.by, wish)
	if err != nil {
		return d, err
	}
	for i, p := range wish.Posts() {
		b := box{N: nth(i), ID: d.ID + nth(i), Text: p.Text}
		for _, which := range p.Media {
			if at := slices.IndexFunc(media, func(m social.Media) bool { return m.ID == which }); at >= 0 {
				b.Media = append(b.Media, media[at])
			}
		}
		if i == 0 {
			d.Media = b.Media
		} else {
			d.Then = append(d.Then, b)
		}
	}
	return d, q.linking(&d, wish)
}

// linking puts what is answered and quoted into a composer.
func (q *ask) linking(d *draft, wish social.Draft) error {
	if wish.ReplyTo != 0 {
		p, err := q.site.View.Post(q.Context(), q.by, wish.ReplyTo)
		switch {
		case err == nil:
			d.ReplyTo, d.To, d.Label, d.Button = p.ID, p.Original(), msg("Write a reply"), msg("Reply")
			d.Within = p.Visibility == social.Circle
		case errs.KindOf(err) == errs.NotFound:
			d.Error = q.page.say("What this answered is gone, or is not for you any more. It would be a post of its own now.")
		default:
			return err
		}
	}
	if wish.Quote == 0 {
		return nil
	}
	chosen := d.Visibility
	err := q.toQuote(d, itoa(wish.Quote))
	if chosen == here { // is no wider for what it quotes
		d.Visibility = here
	}
	if k := errs.KindOf(err); err != nil && (k == errs.NotFound || k == errs.Forbidden) {
		d.Error, err = q.page.say("What this quoted cannot be quoted any more. It would be a post without it now."), nil
	}
	return err
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
