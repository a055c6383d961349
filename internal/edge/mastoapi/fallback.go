package mastoapi

import (
	"html"
	"slices"

	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/social"
)

// A fallback tells in words what an app has no words for: pieces of HTML.
// https://docs.joinmastodon.org/entities/NotificationFallback/
type fallback struct {
	Title   string  `json:"title"`
	Summary *string `json:"summary"`
	Details *string `json:"details"`
}

// deeds are what follows the name of whoever did something.
var deeds = map[social.NoticeKind]string{
	social.NoticeMention:        "mentioned you",
	social.NoticeFollow:         "follows you",
	social.NoticeFollowRequest:  "asks to follow you",
	social.NoticeBoost:          "boosted your post",
	social.NoticeLike:           "likes your post",
	social.NoticeReaction:       "reacted to your post",
	social.NoticeReplyWaits:     "waits for you to approve a reply",
	social.NoticeReplyLet:       "approved your reply",
	social.NoticeKeeperAsked:    "asks you to look after their threads",
	social.NoticeEdit:           "edited a post that you boosted",
	social.NoticePost:           "has posted",
	social.NoticePoll:           "ran a poll that has ended",
	social.NoticeSignUp:         "signed up",
	social.NoticeQuote:          "quotes your post",
	social.NoticeQuotedEdit:     "edited a post that you quote",
	social.NoticeCollected:      "added you to a collection",
	social.NoticeCollectionEdit: "changed a collection that you are in",
	social.NoticeReport:         "sent a report",
	social.NoticeWarning:        "has a word from those who run the house",
	social.NoticeAppeal:         "appeals a decision",
	social.NoticeHeard:          "has an answer to an appeal",
	social.NoticeAnswer:         "has an answer to a report",
	social.NoticeConfirmed:      "is confirmed by this community",
	social.NoticeUnconfirmed:    "is confirmed by this community no more",
}

// fallback is a notice in words, if the app says which types it knows and this
// is none of them; else nil.
func (q *request) fallback(t notices.Told) *fallback {
	known := q.strs("supported_types")
	if len(known) == 0 || slices.Contains(known, noticeType(t.Kind)) {
		return nil
	}
	does := deeds[t.Kind]
	if does == "" {
		does = "has done something that you are told of"
	}
	name := t.From.DisplayName
	if name == "" {
		name = "@" + t.From.Acct()
	}
	link := func(to, text string) string {
		return `<a href="` + html.EscapeString(to) + `">` + html.EscapeString(text) + `</a>`
	}
	out := &fallback{Title: link(q.api.View.AccountURL(t.From), name) + " " + does}
	summary := "This app cannot show notifications of this kind. You find all of them " + link(q.api.BaseURL+"/notifications", "on the website") + "."
	out.Summary = &summary
	if t.Collection != nil {
		details := `<blockquote>` + html.EscapeString(t.Collection.Name) + `</blockquote>` + link(q.api.View.CollectionURL(t.Collection.ID), "Open the collection")
		out.Details = &details
	}
	if t.Post != nil {
		details := t.Post.HTML
		if t.Post.Warning != "" {
			details = html.EscapeString(t.Post.Warning)
		}
		details = `<blockquote>` + details + `</blockquote>` + link(q.api.View.PostURL(t.Post.Author, t.Post.ID), "Open the post")
		out.Details = &details
	}
	return out
}
