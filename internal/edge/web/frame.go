package web

import (
	"hash/fnv"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/locale"
	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// A frame is what every part of a page may need to know.
type frame struct {
	Title   string
	House   social.Settings
	By      social.Actor
	Me      *view.Face // nil for a stranger
	Unread  int
	Talks   int               // conversations with something unread
	Asked   int               // cases in which they were drawn as a juror
	Path    string            // of the page
	Here    string            // the page with its query, to come back to
	Order   social.ReplyOrder // of the replies in a thread
	Tab     string            // which of the main places it is
	Said    string            // a sentence about what was just done
	What    string            // that sentence's name
	Undo    string            // the post that waits for a moment and can be taken back; empty for none
	Shut    string            // why nothing can be changed at the moment; empty while it can be
	Head    meta
	Plain   bool    // no columns beside it: signing in, consent
	SignIn  bool    // it waits for somebody to sign in elsewhere
	Wide    bool    // more room for it, and no column to its right
	Script  string  // one more that it needs; empty for none
	Paged   bool    // it is not the first page of its list
	Max     int     // characters of a post
	Ruling  ruling  // of the page of a thread
	Mirror  *Mirror // nil but for a page that is kept elsewhere
	Refresh string  // seconds after which the page is loaded anew; empty for never
	Now     time.Time
	Look    social.Look // what the reader chose
	Locale  *locale.Locale
	// Language was chosen in this browser; empty for none.
	Language string
	viewed   []*view.Seen // the posts that it shows, gathered while it is written
	// Pictured is set while the page is written, if it shows what can be looked at more closely.
	Pictured bool
	site     *Site
}

// meta is what a page tells of itself to those who show a preview of it.
type meta struct {
	Description, Image, URL string
	Hide                    bool   // from search engines
	Kind                    string // what it is about: article, profile; empty for website
	ImageAlt                string
	Large                   bool      // the picture is what it is about
	Embed                   string    // where its oEmbed answer is
	Creator                 string    // the address of who wrote it
	At                      time.Time // when it was written
	Feeds                   []feedLink
}

// kind is what a page is, in the words of https://ogp.me/#types.
func (m meta) kind() string {
	if m.Kind == "" {
		return "website"
	}
	return m.Kind
}

func (s *Site) frame(q *ask) *frame {
	f := &frame{House: s.Instance.Settings(), By: q.by, Path: q.URL.Path, Here: q.URL.RequestURI(),
		Max: s.config.MaxPost, Now: s.config.Clock(), Mirror: mirrorOf(q.Context()), site: s}
	if f.Mirror != nil { // what it tells of does not become shut, and it is one page for all
		f.Locale = locale.English()
	} else {
		f.Language = s.chosenLanguage(q.Request)
		f.Locale = locale.Match(f.Language, q.Header.Get("Accept-Language"))
		f.Shut = f.shut()
	}
	if q.Method != http.MethodGet && q.Method != http.MethodHead {
		f.Here = "/"
	}
	if q.by.SignedIn() {
		f.Me, _ = s.View.Face(q.Context(), q.by.Account) // a page without it is better than none
	}
	return f
}

// fill loads what only whole pages show. Without it they are shown all the
// same.
func (f *frame) fill(q *ask) {
	f.What, f.Said = q.said()
	f.Said = f.say(f.Said)
	if f.What == "held" {
		f.Undo = q.undo()
	}
	if !q.by.SignedIn() || q.by.Lacks {
		return
	}
	q.dress()
	n, err := f.site.Notices.Unread(q.Context(), q.by, social.NoticeFilter{Groups: social.GroupedKinds}, notices.UsualUnread)
	if err != nil {
		f.site.Log.WarnContext(q.Context(), "unread", "err", err)
	}
	f.Unread = n
	if f.Talks, err = f.site.Conversations.Unread(q.Context(), q.by); err != nil {
		f.site.Log.WarnContext(q.Context(), "unread conversations", "err", err)
	}
	if f.Asked, err = f.site.Jury.Waiting(q.Context(), q.by); err != nil {
		f.site.Log.WarnContext(q.Context(), "cases that wait", "err", err)
	}
}

// dress has the page look as its reader chose.
func (q *ask) dress() {
	if !q.by.SignedIn() {
		return
	}
	if self, err := q.self(); err == nil { // the usual look is better than no page
		q.page.Look = self.Prefs.Look
	}
}

func (f *frame) signedIn() bool { return f.Me != nil }

func (f *frame) mine(a social.AccountID) bool { return f.By.SignedIn() && f.By.Account == a }

func (f *frame) staff() bool { return f.By.Role.AtLeast(social.Moderator) && f.signedIn() }

func (f *frame) admin() bool { return f.By.Role.AtLeast(social.Admin) && f.signedIn() }

func (f *frame) owner() bool { return f.By.Role.AtLeast(social.Owner) && f.signedIn() }

// joinable says whether strangers may sign up, perhaps after a look at them.
func (f *frame) joinable() bool {
	return f.House.SignUps == social.SignUpOpen || f.House.SignUps == social.SignUpApproval
}

func (f *frame) fullTitle() string {
	if f.Title == "" || f.Title == f.House.Title {
		return f.House.Title
	}
	return f.Title + " – " + f.House.Title
}

func (f *frame) media(name string) string { return f.site.config.Media(name) }

// domain is what follows the second @ in the addresses of our people.
func (f *frame) domain() string { return f.site.config.HandleHost }

func (f *frame) absolute(path string) string { return f.site.config.BaseURL + path }

// sayings are the sentences a page can open with after something was done.
var sayings = map[string]string{
	"factor":  "Before you go on, set up a second step.",
	"sign-in": "Please sign in first.", "saved": "Saved.", "posted": "Your post is out.", "posted-waits": "Your reply is sent. Others see it when it is approved.", "helper-asked": "They are asked. They can say yes in their settings, under “Your threads”.", "voted": "Your vote counts.", "let-through": "Approved. Everybody can see it now.", "not-shown": "Refused. Nobody else sees it.", "none-chosen": "Choose a reply first.", "unquoted": "Your post is no longer shown there.", "left": "You have left the collection.", "deleted": "Deleted.",
	"drafted": "It is in your drafts.", "scheduled": "It is sent at its time.", "held": "It is sent in 10 seconds.", "taken-back": "It was not sent. It is a draft now.", "out": "It was sent already, or is not there any more.",
	"edited": "Your post was changed.", "signed-out": "You are signed out. See you soon.", "ended": "Done. That access has ended.",
	"followed": "You follow them now.", "asked": "Your request was sent.", "unfollowed": "You no longer follow them.",
	"blocked": "Blocked. You will not meet each other here any more.", "unblocked": "No longer blocked.",
	"muted": "Muted. Their posts will not come up any more.", "unmuted": "No longer muted.",
	"accepted": "They follow you now.", "refused": "The request was turned down.", "removed": "They no longer follow you.",
	"noted": "Your note is kept. Only you can see it.", "heard": "You are told from now on what they do.", "unheard": "Forgotten. If they come again, it is kept apart again.", "cleared": "All notifications are cleared.",
	"letter": "A letter with a link is on its way.", "password": "Your password was changed. Other browsers were signed out.",
	"email":     "We sent a link to the new address. It takes effect when you open it.",
	"confirmed": "Your address is confirmed. Please sign in.", "confirmed-here": "Your address is confirmed.",
	"confirmed-waiting": "Your address is confirmed. Somebody will look at your request soon.",
	"welcome":           "Welcome! This is your home.",
	"approved":          "Approved. They were told.", "rejected": "Turned down.", "decided": "Somebody has seen to it already.", "gone": "Your account is deleted. Farewell.",
	"leaving": "Nobody else sees your account any more.", "account-kept": "Your account is kept. Good to have you.",
	"moved": "You have moved. Those who follow you are being told.", "stayed": "Welcome back. You live here again.",
	"aliased": "Added. You can have that account moved here now.", "unaliased": "Removed. That account cannot be moved here any more.",
	"case-decided": "Decided.", "proposed": "It is proposed. Somebody else has to agree now.", "case-taken": "It is yours for a quarter of an hour.", "given": "Given back to the others.",
	"sorted": "Sorted anew.", "noted-case": "Your note stands with the case. The others of the staff read it.", "told-outside": "Written down. The records of this case are kept.", "undone": "Taken back.", "heard-appeal": "Answered. They are told.", "appealed": "Somebody who had no part in it looks at it now. You are told what comes of it.",
	"announced": "Everybody who is here is told.",
	"judged":    "Thank you. Here is the next case.", "judged-all": "Thank you. No other case waits for you now.", "quizzed": "All right: you know how we judge.", "jury": "A jury was drawn.", "overridden": "Decided, and written down with your reason.",
	"taken": "It is in, and its clock runs.", "answered": "The answer is on its way.", "together": "Done, for all of them.",
	"fed": "The address is made. Whoever has it can read this list.", "unfed": "That address leads nowhere any more.",
	"list": "Your list is ready.", "tag-followed": "Public posts with this tag come to your home now.", "tag-unfollowed": "Posts with this tag no longer come to your home.", "talk-removed": "Deleted for you. A new message begins the conversation anew.", "talk-accepted": "Accepted. The conversation is in your inbox now.", "talk-refused": "Refused. Nothing of it is shown to you any more, and they are not told.", "talk-muted": "Muted. You are not told of what is said there.", "talk-unmuted": "You are told again of what is said there.", "talk-left": "You have left. The others see it, and you get no more of their messages.", "talk-blocked": "Refused, and blocked.", "not-suggested": "They are not suggested to you again.", "reset": "Your new password is set. Please sign in with it.",
}

// say has a sentence said on the next page.
func (q *ask) say(what string) {
	if sayings[what] != "" {
		q.site.setCookie(q.w, "plaza_said", what, time.Minute)
	}
}

// said is the sentence to say now, once.
func (q *ask) said() (what, sentence string) {
	what = q.site.cookie(q.Request, "plaza_said")
	if sayings[what] == "" {
		return "", ""
	}
	q.site.setCookie(q.w, "plaza_said", "", 0)
	return what, sayings[what]
}

// Which post waits for a moment is told to the next page.
const (
	undoCookie = "plaza_undo"
	undoShown  = social.UndoFor + 50*time.Second // and then what it offers is too late
)

// undo is the post that can be taken back, once.
func (q *ask) undo() string {
	which := q.site.cookie(q.Request, undoCookie)
	q.site.setCookie(q.w, undoCookie, "", 0)
	if _, ok := id.Parse(which); !ok {
		return ""
	}
	return which
}

// profileURL is an account's page here.
func profileURL(a social.Account) string { return "/@" + a.Acct() }

// postURL is a post's page here; a boost's is that of what it passes on.
func postURL(p *view.Seen) string {
	p = p.Original()
	return profileURL(p.Author.Account) + "/" + strconv.FormatInt(int64(p.ID), 10)
}

func anchor(p *view.Seen) string { return "post-" + strconv.FormatInt(int64(p.ID), 10) }

func itoa[T ~int64 | ~int](n T) string { return strconv.FormatInt(int64(n), 10) }

// count is a number short enough to stand on a button.
func count(n int) string {
	switch {
	case n < 1000:
		return strconv.Itoa(n)
	case n < 10_000:
		return strings.TrimSuffix(strconv.FormatFloat(float64(n/100)/10, 'f', 1, 64), ".0") + "k"
	case n < 1_000_000:
		return strconv.Itoa(n/1000) + "k"
	}
	return strings.TrimSuffix(strconv.FormatFloat(float64(n/100_000)/10, 'f', 1, 64), ".0") + "M"
}

// ago is a moment in few words, as seen from now.
func (f *frame) ago(at time.Time) string {
	d := f.Now.Sub(at)
	switch {
	case f.Mirror != nil: // true for as long as it stands there
		return f.date(at, "2 Jan 2006")
	case d < time.Minute:
		return f.say("now")
	case d < time.Hour:
		return f.say("%dm", int(d.Minutes()))
	case d < 24*time.Hour:
		return f.say("%dh", int(d.Hours()))
	case d < 7*24*time.Hour:
		return f.say("%dd", int(d.Hours()/24))
	case at.Year() == f.Now.Year():
		return f.date(at, "2 Jan")
	}
	return f.date(at, "2 Jan 2006")
}

// lately is ago within a sentence.
func (f *frame) lately(at time.Time) string {
	if d := f.Now.Sub(at); f.Mirror == nil && d >= time.Minute && d < 7*24*time.Hour {
		return f.say("%s ago", f.ago(at))
	}
	return f.ago(at)
}

// longDate is a moment to the minute, in words.
func (f *frame) longDate(at time.Time) string { return f.date(at, toTheMinute) }

// date is a moment in the reader's language, as layout has it in English.
func (f *frame) date(at time.Time, layout string) string { return f.locale().Date(at.UTC(), layout) }

func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// tint is the colour of an account without a picture: one of eight.
func tint(a social.Account) string {
	h := fnv.New32a()
	h.Write([]byte(social.UsernameKey(a.Acct())))
	return "tint-" + strconv.Itoa(int(h.Sum32()%8))
}

// initial is the letter that stands for an account without a picture.
func initial(a social.Account) string {
	for _, r := range strings.ToUpper(a.Name()) {
		if r > ' ' && r != '@' && r != '_' {
			return string(r)
		}
	}
	return "·"
}

// turn is this page with another piece of its list.
func (f *frame) turn(way string, at int64) string {
	u, err := url.Parse(f.Here)
	if err != nil {
		return f.Path
	}
	v := u.Query()
	v.Del("before")
	v.Del("after")
	if way != "" {
		v.Set(way, strconv.FormatInt(at, 10))
	}
	u.RawQuery = v.Encode()
	return u.String()
}
