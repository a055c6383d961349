package mastoapi

import (
	"strconv"
	"sync"

	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// A status is sent in pieces that are made once: what is the same for every
// reader, the author, and what the reader did with it.
//
//	{ head , "account": … , "reblog": … , marks }

// https://docs.joinmastodon.org/entities/Status/
type statusHead struct {
	ID                 string      `json:"id"`
	CreatedAt          string      `json:"created_at"`
	InReplyToID        *string     `json:"in_reply_to_id"`
	InReplyToAccountID *string     `json:"in_reply_to_account_id"`
	Sensitive          bool        `json:"sensitive"`
	SpoilerText        string      `json:"spoiler_text"`
	Visibility         string      `json:"visibility"`
	Language           *string     `json:"language"`
	URI                string      `json:"uri"`
	URL                string      `json:"url"`
	RepliesCount       int         `json:"replies_count"`
	ReblogsCount       int         `json:"reblogs_count"`
	FavouritesCount    int         `json:"favourites_count"`
	QuotesCount        int         `json:"quotes_count"`
	EditedAt           *string     `json:"edited_at"`
	Content            string      `json:"content"`
	Application        *statusApp  `json:"application"`
	MediaAttachments   raw         `json:"media_attachments"`
	Mentions           []mention   `json:"mentions"`
	Tags               []statusTag `json:"tags"`
	Emojis             []emoji     `json:"emojis"`
	LocalOnly          bool        `json:"local_only"` // as glitch-soc and Hometown have it
}

type statusApp struct {
	Name    string  `json:"name"`
	Website *string `json:"website"`
}

type mention struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	URL      string `json:"url"`
	Acct     string `json:"acct"`
}

type statusTag struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// visibility is what Mastodon calls them.
var visibility = map[social.Visibility]string{social.Public: "public", social.Unlisted: "unlisted", social.Followers: "private", social.Circle: "private", social.Direct: "direct"}

// parseVisibility reads Mastodon's word, and ours.
func parseVisibility(s string) social.Visibility {
	if s == "private" { // a circle is called so, too
		return social.Followers
	}
	return social.Visibility(s)
}

func (r renderer) head(s *view.Seen) statusHead {
	h := statusHead{ID: num(s.ID), CreatedAt: stamp(s.At), InReplyToID: numOrNil(s.ReplyTo), InReplyToAccountID: numOrNil(max(s.ReplyAuthor, 0)),
		Sensitive: s.Veiled(), SpoilerText: s.Warning, Visibility: visibility[s.Visibility], URI: r.view.URIOf(s.Post), URL: r.view.OriginURL(s),
		RepliesCount: s.Replies, ReblogsCount: s.Boosts, FavouritesCount: s.Likes, EditedAt: stampOrNil(s.EditedAt), Content: s.HTML,
		QuotesCount: s.Quotes, MediaAttachments: r.attachments(s.Media), Mentions: []mention{}, Tags: []statusTag{}, Emojis: r.emojisOfPost(s), LocalOnly: s.LocalOnly}
	if s.Language != "" {
		h.Language = &s.Language
	}
	if s.AppName != "" {
		h.Application = &statusApp{Name: s.AppName}
		if s.AppSite != "" {
			h.Application.Website = &s.AppSite
		}
	}
	for _, m := range s.Mentions {
		h.Mentions = append(h.Mentions, mention{ID: num(m.Account), Username: m.Username, URL: r.view.MentionURL(m), Acct: m.Acct()})
	}
	for _, t := range s.Tags {
		h.Tags = append(h.Tags, statusTag{Name: social.TagKey(t), URL: r.view.TagURL(t)})
	}
	return h
}

// marksJSON is how each set of marks ends a status, for its reader: own tells
// whether the reader wrote it.
var marksJSON = func() (out [2][32]string) {
	for own := range out {
		for m := range out[own] {
			has := func(x social.Marks) string { return strconv.FormatBool(social.Marks(m).Has(x)) }
			out[own][m] = `,"favourited":` + has(social.Liked) + `,"reblogged":` + has(social.Boosted) + `,"muted":` + has(social.MutedThread) +
				`,"bookmarked":` + has(social.Bookmarked)
			if own == 1 {
				out[own][m] += `,"pinned":` + has(social.Pinned)
			}
		}
	}
	return out
}()

// appendStatus appends a status as reader is given it.
func (r renderer) appendStatus(b []byte, s *view.Seen, reader social.AccountID) []byte {
	head := s.Memo.Get(func() any {
		h := marshal(r.head(s))
		return h[:len(h)-1] // left open
	}).(raw)
	b = append(b, head...)
	b = append(b, `,"account":`...)
	b = append(b, r.accountJSON(s.Author)...)
	b = append(b, `,"reblog":`...)
	if s.Boosted != nil {
		b = r.appendStatus(b, s.Boosted, reader)
	} else {
		b = append(b, `null`...)
	}
	b = r.appendCard(b, s)
	b = r.appendPoll(b, s, reader)
	b = r.appendQuote(b, s, reader)
	b = r.appendCollections(b, s)
	b = r.appendReactions(b, s, reader)
	if reader == 0 {
		return append(b, '}')
	}
	own := 0
	if s.Original().Author.ID == reader {
		own = 1
	}
	b = append(b, marksJSON[own][s.Marks%32]...)
	return append(r.appendHits(b, s.Hits), '}')
}

func (r renderer) status(s *view.Seen, reader social.AccountID) raw {
	return r.appendStatus(make([]byte, 0, 4096), s, reader)
}

// statusSize is what a status takes, to begin with.
const statusSize = 2600

func (r renderer) statuses(all []*view.Seen, reader social.AccountID) raw {
	return r.appendStatuses(make([]byte, 0, 2+statusSize*len(all)), all, reader)
}

// lent is JSON in a buffer that goes back to buffers when it has been sent.
type lent struct{ b *[]byte }

// buffers are for timelines, which are asked for more than anything else:
// without them most of a timeline's cost is memory to be cleared and collected.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// maxLent is the size up to which a buffer is kept.
const maxLent = 1 << 20

func (l lent) giveBack() {
	if cap(*l.b) <= maxLent {
		buffers.Put(l.b)
	}
}

// timeline is statuses in a lent buffer.
func (r renderer) timeline(all []*view.Seen, reader social.AccountID) lent {
	l := lent{buffers.Get().(*[]byte)}
	*l.b = r.appendStatuses((*l.b)[:0], all, reader)
	return l
}

func (r renderer) appendStatuses(b []byte, all []*view.Seen, reader social.AccountID) []byte {
	b = append(b, '[')
	for i, s := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = r.appendStatus(b, s, reader)
	}
	return append(b, ']')
}

// Status is a status as reader is given it, for streams.
func (a *API) Status(s *view.Seen, reader social.AccountID) []byte { return a.render.status(s, reader) }

// Notification is a notification, for streams.
func (a *API) Notification(t notices.Told) []byte { return marshal(a.render.notification(t)) }
