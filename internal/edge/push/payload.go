package push

import (
	"cmp"
	"encoding/json"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"github.com/plaza-social/plaza/internal/base/locale"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/social"
)

// payload is what Mastodon sends, and its apps read. Notification ids are
// numbers there. AccessToken is empty: we do not know it, only its hash; see
// docs/decisions/0012-push.md. Path is for browsers alone: the page of the house to
// open.
type payload struct {
	AccessToken      string `json:"access_token"`
	PreferredLocale  string `json:"preferred_locale"`
	NotificationID   int64  `json:"notification_id"`
	NotificationType string `json:"notification_type"`
	Icon             string `json:"icon"`
	Title            string `json:"title"`
	Body             string `json:"body"`
	Path             string `json:"path,omitempty"`
}

// How much of a text is sent, in characters.
const (
	maxTitle = 120
	maxWords = 140
)

// a wording is how a kind of notice is told: Mastodon's name for it, and a sentence
// with a place for the name of whoever did it.
type wording struct{ name, says string }

// msg marks a sentence that is said elsewhere, for whoever collects them.
func msg(sentence string) string { return sentence }

var wordings = map[social.NoticeKind]wording{
	social.NoticeMention:        {"mention", msg("%s mentioned you")},
	social.NoticeFollow:         {"follow", msg("%s follows you")},
	social.NoticeFollowRequest:  {"follow_request", msg("%s asks to follow you")},
	social.NoticeBoost:          {"reblog", msg("%s boosted your post")},
	social.NoticeLike:           {"favourite", msg("%s likes your post")},
	social.NoticeReplyWaits:     {"pending.reply", msg("%s waits for you to approve a reply")},
	social.NoticeReplyLet:       {"plaza:reply_approved", msg("%s approved your reply")},
	social.NoticeKeeperAsked:    {"plaza:thread_keeper_asked", msg("%s asks you to look after their threads")},
	social.NoticeReaction:       {"pleroma:emoji_reaction", msg("%s reacted to your post")},
	social.NoticeEdit:           {"update", msg("%s edited a post that you boosted")},
	social.NoticePost:           {"status", msg("%s has posted")},
	social.NoticePoll:           {"poll", msg("%s ran a poll that has ended")},
	social.NoticeSignUp:         {"admin.sign_up", msg("%s signed up")},
	social.NoticeQuote:          {"quote", msg("%s quotes your post")},
	social.NoticeQuotedEdit:     {"quoted_update", msg("%s edited a post that you quote")},
	social.NoticeCollected:      {"added_to_collection", msg("%s added you to a collection")},
	social.NoticeCollectionEdit: {"collection_update", msg("%s changed a collection that you are in")},
	social.NoticeReport:         {"admin.report", msg("%s sent a report")},
	social.NoticeWarning:        {"moderation_warning", msg("%s has a word from those who run the house")},
	social.NoticeAppeal:         {"appeal", msg("%s appeals a decision")},
	social.NoticeHeard:          {"heard", msg("%s has an answer to an appeal")},
	social.NoticeAnswer:         {"answer", msg("%s has an answer to a report")},
	social.NoticeConfirmed:      {"plaza:confirmed", msg("%s is confirmed by this community")},
	social.NoticeUnconfirmed:    {"plaza:unconfirmed", msg("%s is confirmed by this community no more")},
}

// compose is a notice as JSON of at most maxText bytes, in a language.
func compose(t notices.Told, language, icon, path string) ([]byte, error) {
	w, known := wordings[t.Kind]
	if !known {
		w = wording{string(t.Kind), msg("%s has done something that you are told of")}
	}
	name := t.From.DisplayName
	if name == "" {
		name = t.From.Acct()
	}
	p := payload{PreferredLocale: cmp.Or(language, "en"), NotificationID: int64(t.ID), NotificationType: w.name, Icon: icon,
		Title: locale.Match(language).Say(w.says, short(name, maxTitle)), Body: short(says(t), maxWords), Path: path}
	return fit(p)
}

// houseWord is the kind of what the house says of itself.
const houseWord = "plaza.house"

// fit is a payload as JSON of at most maxText bytes.
func fit(p payload) ([]byte, error) {
	for {
		b, err := json.Marshal(p)
		if err != nil || len(b) <= maxText {
			return b, err
		}
		switch over := len(b) - maxText; { // characters may have many bytes
		case p.Body != "":
			p.Body = cut(p.Body, len(p.Body)-over)
		case p.Icon != "":
			p.Icon = ""
		default:
			p.Title = cut(p.Title, len(p.Title)-over)
		}
	}
}

// says is what a notice is about, in words: a warning stands for its post.
func says(t notices.Told) string {
	switch {
	case t.Collection != nil:
		return t.Collection.Name
	case t.Decision != nil:
		return t.Decision.Text
	case t.Report != nil:
		return t.Report.Comment
	case t.Post != nil && t.Post.Warning != "":
		return t.Post.Warning
	case t.Post != nil:
		return plain(t.Post.Text, t.Post.Post.HTML)
	case t.From.Local():
		return t.From.Bio
	}
	return plain("", t.From.Bio)
}

// plain is what was typed, or what HTML from elsewhere says.
func plain(typed, html string) string {
	if html == "" {
		return typed
	}
	return text.FromHTML(html, func(_, shown string) string { return shown })
}

// short is the first n characters of s.
func short(s string, n int) string {
	g := uniseg.NewGraphemes(s)
	for i := 0; g.Next(); i++ {
		if from, _ := g.Positions(); i == n-1 {
			if rest := s[from:]; uniseg.GraphemeClusterCount(rest) > 1 {
				return s[:from] + "…"
			}
			return s
		}
	}
	return s
}

// cut is s without what goes beyond n bytes, at the end of a character.
func cut(s string, n int) string {
	n = min(max(n, 0), len(s))
	for n > 0 && n < len(s) && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
