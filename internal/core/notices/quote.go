package notices

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
)

// quotes reports whether p quotes something of who's.
func quotes(p social.Post, who social.AccountID) bool {
	return p.Quote.State == social.QuoteAccepted && p.Quote.Author == who && who != p.Author
}

// quoted tells whose post p quotes.
func (t teller) quoted(ctx context.Context, p social.Post) error {
	if !quotes(p, p.Quote.Author) {
		return nil
	}
	return t.tell(ctx, social.Notice{Owner: p.Quote.Author, Kind: social.NoticeQuote, From: p.Author, Post: p.ID})
}

// quotedEdited tells those who quote p that it says something else now. The
// notice shows what they wrote about it.
func (t teller) quotedEdited(ctx context.Context, p social.Post) error {
	quoting, err := t.tx.Quoters(ctx, p.ID, maxBoostersTold)
	if err != nil {
		return err
	}
	for _, q := range quoting {
		n := social.Notice{Owner: q.Author, Kind: social.NoticeQuotedEdit, From: p.Author, Post: q.ID}
		if err := t.tx.EndNotice(ctx, n); err != nil { // the last edit counts
			return err
		}
		if err := t.tell(ctx, n); err != nil {
			return err
		}
	}
	return nil
}
