package posts

import (
	"context"
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Leave has by be written to no more in one of their conversations. The others get
// words, as by's last message: so that they see it, whatever app and server they use.
// Who writes there again is back. NotFound if the conversation is not by's.
func (s *Service) Leave(ctx context.Context, by social.Actor, thread social.PostID, words string) error {
	said := clean(social.Draft{Text: words, Visibility: social.Direct})
	if err := said.Check(by, length(said), s.config.MaxText); err != nil {
		return err
	}
	return s.store.WriteFor(ctx, by, "leave conversation", func(tx *store.Tx) error {
		c, err := tx.HoldConversation(ctx, by.Account, thread)
		if err != nil || c.State == social.TalkLeft {
			return err
		}
		if c.State == social.TalkRequest || c.State == social.TalkRefused {
			return errs.New(errs.Invalid, "You are not in this conversation yet. Refuse the request.")
		}
		said, err := s.farewell(ctx, tx, by, c, said.Text)
		if err != nil {
			return err
		}
		return tx.LeaveConversation(ctx, by.Account, thread, said)
	})
}

// farewell says words to whoever else is in a conversation, if anybody is: to as many as
// a message of ours may have, where others made it larger.
func (s *Service) farewell(ctx context.Context, tx *store.Tx, by social.Actor, c social.Conversation, words string) (social.PostID, error) {
	last, err := tx.VisiblePost(ctx, by.Account, c.Last)
	if err != nil {
		return 0, errs.Absent(err)
	}
	others := slices.DeleteFunc(last.Parties(), func(who social.AccountID) bool { return who == by.Account })
	others = others[:min(len(others), social.MaxParties-1)]
	accounts, err := tx.Accounts(ctx, others)
	if err != nil || len(accounts) == 0 {
		return 0, err
	}
	slices.SortFunc(accounts, func(a, b social.Account) int {
		return slices.Index(others, a.ID) - slices.Index(others, b.ID)
	})
	var text strings.Builder
	for _, a := range accounts {
		text.WriteString("@" + a.Username)
		if a.Host != "" {
			text.WriteString("@" + a.Host)
		}
		text.WriteString(" ")
	}
	said, err := s.sayOne(ctx, tx, by, social.Draft{Text: text.String() + words, ReplyTo: last.ID, Visibility: social.Direct, Language: last.Language}, social.PostID(id.New(tx.Now)))
	return said.ID, err
}

// maxLeft is how many of those who left a conversation are looked at.
const maxLeft = 1000

// withoutLeft takes out of p's mentions who left the conversation that it is in: it is
// not sent or shown to them.
func withoutLeft(ctx context.Context, tx *store.Tx, p *social.Post) error {
	if p.Visibility != social.Direct || p.Thread == p.ID {
		return nil
	}
	left, err := tx.LeftBy(ctx, p.Thread, maxLeft)
	if err != nil || len(left) == 0 {
		return err
	}
	p.Mentions = slices.DeleteFunc(slices.Clone(p.Mentions), func(m social.Mention) bool { return slices.Contains(left, m.Account) })
	return nil
}
