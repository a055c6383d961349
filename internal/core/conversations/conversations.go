// Package conversations lists the messages that people exchange, by thread.
// The messages themselves are posts, and who may read them is decided as of
// any other post.
package conversations

import (
	"context"
	"fmt"
	"slices"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// MaxPage is how many conversations a page has, at most.
const MaxPage = 40

// Service gives them.
type Service struct {
	store *store.Store
	view  *view.View
}

// New returns a Service.
func New(s *store.Store, v *view.View) *Service { return &Service{store: s, view: v} }

// A Talk is a conversation before its owner.
type Talk struct {
	social.Conversation
	Others []*view.Face // who else takes part in the last message
	Last   *view.Seen
}

// List is a page of by's conversations, those with the newest messages first.
// One whose last message by may not read is left out.
func (s *Service) List(ctx context.Context, by social.Actor, p social.Page) (out view.Slice[Talk], err error) {
	var cs []social.Conversation
	if err := s.store.Read(ctx, func(v *store.View) error {
		cs, err = v.Conversations(ctx, by.Account, p)
		return err
	}); err != nil || len(cs) == 0 {
		return out, err
	}
	page := view.Ends(cs, p, func(c social.Conversation) int64 { return int64(c.Last) })
	out.Newest, out.Oldest = page.Newest, page.Oldest
	out.Items, err = s.show(ctx, by, page.Items)
	return out, err
}

// show puts conversations before by.
func (s *Service) show(ctx context.Context, by social.Actor, cs []social.Conversation) ([]Talk, error) {
	ids := make([]social.PostID, len(cs))
	for i, c := range cs {
		ids[i] = c.Last
	}
	seen, err := s.view.Posts(ctx, by, ids, social.Asked)
	if err != nil {
		return nil, err
	}
	var parties []social.AccountID
	for _, p := range seen {
		parties = append(parties, p.Parties()...)
	}
	faces, err := s.view.Faces(ctx, parties)
	if err != nil {
		return nil, err
	}
	named := map[social.AccountID]*view.Face{}
	for _, f := range faces {
		named[f.ID] = f
	}
	var out []Talk
	for _, c := range cs {
		i := slices.IndexFunc(seen, func(p *view.Seen) bool { return p.ID == c.Last })
		if i < 0 {
			continue
		}
		t := Talk{Conversation: c, Last: seen[i]}
		for _, who := range seen[i].Parties() {
			if f := named[who]; f != nil && who != by.Account {
				t.Others = append(t.Others, f)
			}
		}
		out = append(out, t)
	}
	return out, nil
}

// MaxUnread is how far Unread counts.
const MaxUnread = 100

// Unread is in how many conversations by has something to read, up to MaxUnread.
func (s *Service) Unread(ctx context.Context, by social.Actor) (n int, err error) {
	err = s.store.Read(ctx, func(v *store.View) (err error) {
		n, err = v.UnreadConversations(ctx, by.Account, MaxUnread)
		return err
	})
	return n, err
}

// Read notes that by has read a conversation. NotFound if it is not by's.
func (s *Service) Read(ctx context.Context, by social.Actor, thread social.PostID) (Talk, error) {
	if err := by.MustAct(); err != nil {
		return Talk{}, err
	}
	var c social.Conversation
	err := s.store.Write(ctx, func(tx *store.Tx) (err error) {
		if c, err = tx.Conversation(ctx, by.Account, thread); err != nil || !c.Unread {
			return err
		}
		c.Unread = false
		return tx.ReadConversation(ctx, by.Account, thread)
	})
	if err != nil {
		return Talk{}, fmt.Errorf("read conversation: %w", err)
	}
	all, err := s.show(ctx, by, []social.Conversation{c})
	if err == nil && len(all) == 0 {
		err = store.NoPost
	}
	if err != nil {
		return Talk{}, err
	}
	return all[0], nil
}

// Remove takes a conversation off by's list, until the next message. NotFound
// if it is not by's.
func (s *Service) Remove(ctx context.Context, by social.Actor, thread social.PostID) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		was, err := tx.DeleteConversation(ctx, by.Account, thread)
		if err == nil && !was {
			err = store.NoPost
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("remove conversation: %w", err)
	}
	return nil
}
