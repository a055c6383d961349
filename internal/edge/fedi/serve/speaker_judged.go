package serve

import (
	"context"

	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
)

// Judged implements federation.Speaker. What is hidden is told as a post that
// says so: that can be taken back, as a deletion could not.
func (s *Speaker) Judged(ctx context.Context, post social.PostID) (federation.Said, error) {
	at := s.anew().of(post)
	ps, err := at.View.Posts(ctx, social.Console, []social.PostID{post}, social.Reported)
	if err != nil {
		return federation.Said{}, err
	}
	if len(ps) == 0 || ps[0].IsBoost() || !ps[0].Author.Local() || !told(ps[0]) {
		return federation.Said{}, nothing
	}
	near, err := at.around(ctx, ps[0])
	if err != nil {
		return federation.Said{}, err
	}
	n := at.note(ps[0], near)
	n.Updated = as2.Date(at.View.Now()) // others take no change without
	if ps[0].Standing == social.PostHidden {
		at.blank(n, ps[0])
	}
	return at.tells(ctx, as2.ActivityDocument{Context: contextOf(ps[0]), ID: n.ID + "#updates/" + moment(at.View.Now()), Type: "Update", Actor: n.AttributedTo,
		Published: n.Updated, To: n.To, Cc: n.Cc, Object: n}, ps[0])
}

// blank leaves of a note where it is and for whom.
func (s scribe) blank(n *as2.NoteDocument, p *view.Seen) {
	n.Summary, n.Content = "", "<p>This post was hidden by the moderators of its server.</p>"
	n.ContentMap = as2.Languages{Language: "en", Text: n.Content}
	n.Attachment, n.Tag = []as2.AttachmentDocument{}, s.people(n.Tag)
	n.Quote, n.QuoteURL, n.QuoteURI, n.MisskeyQuote, n.QuoteAuthorization = "", "", "", "", ""
	n.Type, n.OneOf, n.AnyOf, n.EndTime, n.Closed, n.VotersCount = "Note", nil, nil, as2.Date{}, as2.Date{}, nil
}

// people are the tags that say whom a note is for.
func (s scribe) people(all []as2.TagDocument) []as2.TagDocument {
	out := []as2.TagDocument{}
	for _, t := range all {
		if t.Type == "Mention" {
			out = append(out, t)
		}
	}
	return out
}
