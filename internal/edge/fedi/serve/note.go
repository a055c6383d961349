package serve

import (
	"cmp"
	"context"
	"html"
	"slices"
	"strconv"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
)

// surroundings are what posts name besides themselves.
type surroundings struct {
	spots  map[social.PostID]view.Spot
	faces  map[social.AccountID]*view.Face
	stamps map[social.PostID]string // of quotes, by the post that quotes
	// replyStamps are the consents to replies, by the reply.
	replyStamps map[social.PostID]string
}

// around loads what posts name, of all of them at once.
func (s scribe) around(ctx context.Context, posts ...*view.Seen) (a surroundings, err error) {
	var near []social.PostID
	var people []social.AccountID
	for _, p := range posts {
		near = append(near, p.ReplyTo, p.Thread, p.Post.Quote.Of, p.BoostOf)
		for _, m := range p.Mentions {
			people = append(people, m.Account)
		}
	}
	near = slices.DeleteFunc(near, func(id social.PostID) bool { return id == 0 })
	if a.spots, err = s.View.Spots(ctx, near); err != nil {
		return a, err
	}
	if a.stamps, err = s.stamps(ctx, posts, a.spots); err != nil {
		return a, err
	}
	if a.replyStamps, err = s.replyStampsOf(ctx, posts); err != nil {
		return a, err
	}
	faces, err := s.View.Faces(ctx, people)
	a.faces = make(map[social.AccountID]*view.Face, len(faces))
	for _, f := range faces {
		a.faces[f.ID] = f
	}
	return a, err
}

// stamps are the consents by which posts quote others: ours, and what other
// servers gave.
func (s scribe) stamps(ctx context.Context, posts []*view.Seen, spots map[social.PostID]view.Spot) (map[social.PostID]string, error) {
	out := map[social.PostID]string{}
	for _, p := range posts {
		of, ok := spots[p.Post.Quote.Of]
		if !ok || p.Post.Quote.State != social.QuoteAccepted {
			continue
		}
		if out[p.ID] = s.View.StampURI(p.ID); of.Author.Local() {
			continue
		}
		var err error
		if out[p.ID], err = s.View.QuoteStamp(ctx, p.ID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// mentioned are whom a post mentions, in its order, without who is gone.
func (a surroundings) mentioned(p *view.Seen) (out []*view.Face) {
	for _, m := range p.Mentions {
		if f := a.faces[m.Account]; f != nil {
			out = append(out, f)
		}
	}
	return out
}

// note is a post of ours.
func (s scribe) note(p *view.Seen, near surroundings) *as2.NoteDocument {
	s = s.of(p.ID)
	id := s.View.PostURI(p.ID)
	d := &as2.NoteDocument{ID: id, Type: "Note", Summary: p.Warning, Published: as2.Date(p.At), Updated: as2.Date(p.EditedAt), URL: s.View.PostURL(p.Author, p.ID),
		AttributedTo: s.View.ActorURI(p.Post.Author), Sensitive: p.Veiled(), Content: s.words(p, near),
		InteractionPolicy: &as2.PolicyDocument{CanReply: s.repliable(p, near), CanQuote: s.quotable(p)}, Attachment: []as2.AttachmentDocument{}, Tag: s.tags(p, near),
		Replies: id + "/replies", Likes: id + "/likes", Shares: id + "/shares"}
	to := s.audience(p.Post.Author, p.Visibility, s.uris(near.mentioned(p)))
	d.To, d.Cc = to.to, to.cc
	if parent, ok := near.spots[p.ReplyTo]; ok {
		d.InReplyTo = s.uriOf(parent)
	}
	if first, ok := near.spots[p.Thread]; ok && first.Author.Local() && !first.LocalOnly {
		d.Thread = s.View.ThreadURI(p.Thread)
	}
	for _, m := range p.Card.Media {
		if m.File != "" {
			d.Attachment = append(d.Attachment, s.attachment(m))
		}
	}
	if p.Visibility == social.Circle {
		d.Scope = as2.ScopeCircle
	}
	s.ask(d, p)
	s.quote(d, p, near)
	d.ReplyAuthorization = near.replyStamps[p.ID]
	d.ApprovedBy = d.ReplyAuthorization
	d.ContentMap = as2.Languages{Language: p.Language, Text: d.Content}
	return d
}

// words are what a post says. Whom it mentions is linked to where they live:
// that is what other servers know them by.
func (s scribe) words(p *view.Seen, near surroundings) string {
	mentions := slices.Clone(p.Mentions)
	for i, m := range mentions {
		if f := near.faces[m.Account]; f != nil {
			mentions[i].URL = cmp.Or(f.Page, s.View.AccountURL(f))
		}
	}
	return s.View.HTML(p.Text, p.Post.HTML, mentions)
}

// quotable says who may quote a post without asking.
func (s scribe) quotable(p *view.Seen) *as2.RuleDocument {
	switch p.Quotable() {
	case social.QuotePublic:
		return rule(as2.Public)
	case social.QuoteFollowers:
		return rule(s.View.ActorURI(p.Post.Author) + "/followers")
	}
	return rule(s.View.ActorURI(p.Post.Author))
}

// tags are whom and what a post refers to.
func (s scribe) tags(p *view.Seen, near surroundings) []as2.TagDocument {
	out := []as2.TagDocument{}
	for _, f := range near.mentioned(p) {
		out = append(out, as2.TagDocument{Type: "Mention", Href: s.View.AccountURI(f), Name: "@" + s.handle(f)})
	}
	for _, t := range p.Tags {
		out = append(out, as2.TagDocument{Type: "Hashtag", Href: s.View.TagURL(t), Name: "#" + t})
	}
	texts := []string{p.Warning, p.Text}
	if p.Card.Poll != nil {
		texts = append(texts, p.Card.Poll.Titles()...)
	}
	return append(out, s.emojis(texts...)...)
}

// handle is an account's name with its host, also if that is ours.
func (s scribe) handle(f *view.Face) string {
	if f.Local() {
		return f.Username + "@" + s.HandleHost
	}
	return f.Acct()
}

func (s scribe) attachment(m social.Media) as2.AttachmentDocument {
	d := as2.AttachmentDocument{Type: "Document", MediaType: m.Type, URL: s.File(m.File), Name: m.Alt, Blurhash: m.Blurhash, Width: m.Shape.Width, Height: m.Shape.Height}
	if m.FocusX != 0 || m.FocusY != 0 {
		d.FocalPoint = &[2]float64{m.FocusX, m.FocusY}
	}
	if m.Shape.Seconds > 0 {
		d.Duration = "PT" + strconv.FormatFloat(m.Shape.Seconds, 'f', -1, 64) + "S"
	}
	if m.Kind != social.Image && m.Preview != "" {
		d.Icon = s.picture(m.Preview, "")
	}
	return d
}

// ask puts a post's poll on its document. Votes that are hidden until it ends
// are none.
func (s scribe) ask(d *as2.NoteDocument, p *view.Seen) {
	poll := p.Card.Poll
	if poll == nil {
		return
	}
	d.Type, d.EndTime = "Question", as2.Date(poll.EndsAt)
	ended := poll.Ended(s.View.Now())
	if ended {
		d.Closed = as2.Date(poll.EndsAt)
	}
	shown := !poll.HideVotes || ended
	options := make([]as2.OptionDocument, len(poll.Options))
	for i, o := range poll.Options {
		options[i] = as2.OptionDocument{Type: "Note", Name: o.Title, Replies: as2.CountDocument{Type: "Collection"}}
		if shown {
			options[i].Replies.TotalItems = int64(o.Votes)
		}
	}
	if shown {
		voters := int64(poll.Voters)
		d.VotersCount = &voters
	}
	if d.OneOf = options; poll.Multiple {
		d.OneOf, d.AnyOf = nil, options
	}
}

// quote puts on a document what the post quotes: in all the ways there are,
// and with the stamp if there is one.
func (s scribe) quote(d *as2.NoteDocument, p *view.Seen, near surroundings) {
	q := p.Post.Quote
	of, ok := near.spots[q.Of]
	if !ok || of.LocalOnly || q.State != social.QuoteAccepted && q.State != social.QuotePending {
		return
	}
	uri := s.uriOf(of)
	d.Quote, d.QuoteURL, d.QuoteURI, d.MisskeyQuote = uri, uri, uri, uri
	d.Content = s.inline(of) + d.Content
	d.QuoteAuthorization = near.stamps[p.ID]
}

// inline is the link to what is quoted for those who show no quotes. Who does
// leaves out what has its class.
func (s scribe) inline(of view.Spot) string {
	page := s.View.PostURL(of.Author, of.Post)
	if of.URI != "" {
		page = cmp.Or(of.Page, of.URI)
	}
	page = html.EscapeString(page)
	return `<p class="quote-inline">RE: <a href="` + page + `">` + page + `</a></p>`
}

func (s scribe) uris(faces []*view.Face) (out []string) {
	for _, f := range faces {
		out = append(out, s.View.AccountURI(f))
	}
	return out
}

// An audience is whom something is for, as documents say it.
type audience struct{ to, cc []string }

// audience is that of something of an account's, with those who are named.
// https://docs.joinmastodon.org/spec/activitypub/#properties-used
func (s scribe) audience(author social.AccountID, v social.Visibility, named []string) audience {
	followers := s.View.ActorURI(author) + "/followers"
	if named == nil {
		named = []string{}
	}
	switch v {
	case social.Public:
		return audience{[]string{as2.Public}, append([]string{followers}, named...)}
	case social.Unlisted:
		return audience{[]string{followers}, append([]string{as2.Public}, named...)}
	case social.Followers:
		return audience{[]string{followers}, named}
	case social.Circle: // each of whom it is for is named to themselves alone, see address
		return audience{[]string{}, []string{}}
	}
	return audience{named, []string{}}
}
