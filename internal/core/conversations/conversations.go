// Package conversations lists the messages that people exchange, by thread.
// The messages themselves are posts, and who may read them is decided as of
// any other post.
package conversations

import (
	"context"
	"fmt"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
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
func (s *Service) List(ctx context.Context, by social.Actor, p social.Page) (view.Slice[Talk], error) {
	return s.list(ctx, by, social.TalkOpen, p)
}

// Requests is a page of the conversations that people began whom by does not know.
func (s *Service) Requests(ctx context.Context, by social.Actor, p social.Page) (view.Slice[Talk], error) {
	return s.list(ctx, by, social.TalkRequest, p)
}

func (s *Service) list(ctx context.Context, by social.Actor, state social.TalkState, p social.Page) (out view.Slice[Talk], err error) {
	var cs []social.Conversation
	if err := s.store.Read(ctx, func(v *store.View) error {
		cs, err = v.Conversations(ctx, by.Account, state, p)
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
	return s.talk(ctx, by, c)
}

// talk is one of by's conversations, or NotFound.
func (s *Service) talk(ctx context.Context, by social.Actor, c social.Conversation) (Talk, error) {
	all, err := s.show(ctx, by, []social.Conversation{c})
	if err == nil && len(all) == 0 {
		err = store.NoPost
	}
	if err != nil {
		return Talk{}, err
	}
	return all[0], nil
}

// Requested is how many requests wait for by, up to MaxUnread.
func (s *Service) Requested(ctx context.Context, by social.Actor) (n int, err error) {
	err = s.store.Read(ctx, func(v *store.View) (err error) {
		n, err = v.MessageRequests(ctx, by.Account, MaxUnread)
		return err
	})
	return n, err
}

// MayTell reports whether a message may be told to by at once: it is none that asks
// first, nor of a conversation that they refused or left.
func (s *Service) MayTell(ctx context.Context, by social.Actor, which social.PostID) (ok bool, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		p, err := v.Post(ctx, which)
		if err != nil {
			return errs.Absent(err)
		}
		c, err := v.Conversation(ctx, by.Account, p.Thread)
		if err == nil && c.Last < p.ID && c.State == social.TalkGone {
			c.State = social.TalkOpen
		}
		if errs.KindOf(err) == errs.NotFound && err != nil {
			ok, err = knows(ctx, v, by.Account, p)
			return err
		}
		ok = c.State == social.TalkOpen
		return err
	})
	return ok, err
}

// change changes one of by's conversations, for a reason.
func (s *Service) change(ctx context.Context, by social.Actor, thread social.PostID, what string, how func(tx *store.Tx, c *social.Conversation) error) (c social.Conversation, err error) {
	err = s.store.WriteFor(ctx, by, what+" conversation", func(tx *store.Tx) (err error) {
		if c, err = tx.HoldConversation(ctx, by.Account, thread); err != nil {
			return err
		}
		if err := how(tx, &c); err != nil {
			return err
		}
		return tx.SetConversation(ctx, c)
	})
	return c, err
}

// Accept puts a request into by's inbox, and has by told of what those do who ask there
// from now on. What is no request stays as it is. NotFound if it is not by's.
func (s *Service) Accept(ctx context.Context, by social.Actor, thread social.PostID) (Talk, error) {
	c, err := s.change(ctx, by, thread, "accept", func(tx *store.Tx, c *social.Conversation) error {
		if c.State != social.TalkRequest && c.State != social.TalkRefused {
			return nil
		}
		if c.State == social.TalkRefused {
			if _, err := tx.MuteThread(ctx, by.Account, thread, false); err != nil {
				return err
			}
		}
		c.State = social.TalkOpen
		last, err := tx.Post(ctx, c.Last)
		if err != nil || last.Author == by.Account {
			return errs.Absent(err)
		}
		return tx.AcceptNotices(ctx, social.NoticeRequestID(id.New(tx.Now)), by.Account, last.Author)
	})
	if err != nil {
		return Talk{}, err
	}
	return s.talk(ctx, by, c)
}

// Refuse has nothing of a request be shown any more, nor of what is said in it from now
// on. Who asks is not told. What is no request is Invalid, what is not by's NotFound.
func (s *Service) Refuse(ctx context.Context, by social.Actor, thread social.PostID) error {
	_, err := s.change(ctx, by, thread, "refuse", func(tx *store.Tx, c *social.Conversation) error {
		if c.State != social.TalkRequest && c.State != social.TalkRefused {
			return errs.New(errs.Invalid, "This is no request. Leave the conversation, or delete it.")
		}
		c.State, c.Unread = social.TalkRefused, false
		_, err := tx.MuteThread(ctx, by.Account, thread, true)
		return err
	})
	return err
}

// Remove deletes a conversation for by: what was said so far is not shown to them in
// any list or thread. It is back with the next message. NotFound if it is not by's.
func (s *Service) Remove(ctx context.Context, by social.Actor, thread social.PostID) error {
	_, err := s.change(ctx, by, thread, "remove", func(_ *store.Tx, c *social.Conversation) error {
		if c.State == social.TalkGone {
			return store.NoPost
		}
		if c.State == social.TalkOpen {
			c.State = social.TalkGone
		}
		if c.State == social.TalkRequest {
			c.State = social.TalkRefused
		}
		c.Since, c.Unread = c.Last, false
		return nil
	})
	return err
}

// Mute has by not be told of what is said in a conversation, or told again. NotFound if it
// is not by's.
func (s *Service) Mute(ctx context.Context, by social.Actor, thread social.PostID, on bool) error {
	_, err := s.change(ctx, by, thread, "mute", func(tx *store.Tx, c *social.Conversation) error {
		if c.Unread = c.Unread && !on; c.State == social.TalkRefused {
			return store.NoPost
		}
		changed, err := tx.MuteThread(ctx, by.Account, thread, on)
		if err == nil && changed {
			tx.Record(event.Marked{Owner: by.Account, Post: c.Last, Mark: social.MutedThread, Off: !on})
		}
		return err
	})
	return err
}
