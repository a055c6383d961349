package notices

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// rule is what the owner's policy makes of a notice.
func rule(ctx context.Context, tx *store.Tx, n social.Notice) (social.NoticeRule, error) {
	if n.Owner == n.From || !slices.Contains(social.Filterable, n.Kind) {
		return social.NoticeTold, nil
	}
	if ok, err := tx.NoticesAccepted(ctx, n.Owner, n.From); err != nil || ok {
		return social.NoticeTold, err
	}
	p, err := tx.NoticePolicy(ctx, n.Owner)
	if err != nil {
		return "", err
	}
	c, err := caller(ctx, tx, n)
	return p.Rule(n, c, tx.Now), err
}

// caller is whoever did what a notice tells of.
func caller(ctx context.Context, tx *store.Tx, n social.Notice) (c social.Caller, err error) {
	if c.Account, err = tx.Account(ctx, n.From); err != nil {
		return c, err
	}
	if c.Relation, err = tx.Relation(ctx, n.Owner, n.From); err != nil {
		return c, err
	}
	if !c.Account.Local() && !c.Account.Limited && !c.Relation.Follows { // else the host changes nothing
		on, err := tx.HostBlockOn(ctx, c.Account.Host)
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return c, err
		}
		c.Account.Limited = err == nil && on.Severity == social.HostSilence
	}
	if c.Account.Local() {
		u, err := tx.User(ctx, n.From)
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return c, err
		}
		c.Staff = err == nil && u.Role.AtLeast(social.Moderator)
	}
	if n.Kind != social.NoticeMention && n.Kind != social.NoticeQuote {
		return c, nil
	}
	post, err := tx.Post(ctx, n.Post)
	if err != nil || post.Visibility != social.Direct {
		return c, err
	}
	c.Private = true
	c.Asked, err = tx.Answers(ctx, post.Thread, n.Owner, n.From)
	return c, err
}

// A Policy is what somebody wants to become of notices, and what was kept apart
// by it.
type Policy struct {
	social.NoticePolicy
	Accounts, Notices int // that wait, the accounts up to social.MaxRequestsShown
}

// Policy is by's.
func (s *Service) Policy(ctx context.Context, by social.Actor) (p Policy, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		if p.NoticePolicy, err = v.NoticePolicy(ctx, by.Account); err != nil {
			return err
		}
		p.Accounts, p.Notices, err = v.CountHeld(ctx, by.Account)
		return err
	})
	return p, err
}

// SetPolicy changes by's policy. It is about what comes from now on.
func (s *Service) SetPolicy(ctx context.Context, by social.Actor, change func(*social.NoticePolicy)) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		p, err := tx.NoticePolicy(ctx, by.Account)
		if err != nil {
			return err
		}
		change(&p)
		if err := p.Check(); err != nil {
			return err
		}
		return tx.SetNoticePolicy(ctx, by.Account, p)
	})
	if err != nil {
		return fmt.Errorf("set notice policy: %w", err)
	}
	return nil
}

// A Request is an account whose notices are kept apart, before their owner.
type Request struct {
	social.NoticeRequest
	From      *view.Face
	Post      *view.Seen // of the newest about one; may be nil
	Since, At time.Time  // of the first, and of the newest
}

// Requests is a page of those that by may look through.
func (s *Service) Requests(ctx context.Context, by social.Actor, p social.Page) (out view.Slice[Request], err error) {
	var rs []social.NoticeRequest
	if err := s.store.Read(ctx, func(v *store.View) error {
		rs, err = v.NoticeRequests(ctx, by.Account, p)
		return err
	}); err != nil || len(rs) == 0 {
		return out, err
	}
	if p.Oldest {
		slices.Reverse(rs)
	}
	out.Newest, out.Oldest = int64(rs[0].ID), int64(rs[len(rs)-1].ID)
	out.Items, err = s.asking(ctx, by, rs)
	return out, err
}

// asking puts requests before by.
func (s *Service) asking(ctx context.Context, by social.Actor, rs []social.NoticeRequest) ([]Request, error) {
	var posts []social.PostID
	var from []social.AccountID
	for _, r := range rs {
		from, posts = append(from, r.From), append(posts, r.Post)
	}
	faces, err := s.view.Faces(ctx, from)
	if err != nil {
		return nil, err
	}
	seen, err := s.view.Posts(ctx, by, posts, social.Asked)
	if err != nil {
		return nil, err
	}
	var out []Request
	for _, r := range rs {
		one := Request{NoticeRequest: r, Since: id.Time(int64(r.ID)), At: id.Time(int64(max(r.Newest, social.NoticeID(r.ID))))}
		if i := slices.IndexFunc(seen, func(p *view.Seen) bool { return p.ID == r.Post }); i >= 0 {
			one.Post = seen[i]
		}
		if i := slices.IndexFunc(faces, func(f *view.Face) bool { return f.ID == r.From }); i >= 0 && faces[i].Standing == social.Good {
			one.From = faces[i]
			out = append(out, one)
		}
	}
	return out, nil
}

// Request is one of by's, or NotFound.
func (s *Service) Request(ctx context.Context, by social.Actor, which social.NoticeRequestID) (Request, error) {
	var r social.NoticeRequest
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		r, err = v.NoticeRequest(ctx, by.Account, which)
		return err
	}); err != nil {
		return Request{}, err
	}
	all, err := s.asking(ctx, by, []social.NoticeRequest{r})
	if err == nil && len(all) == 0 {
		err = store.NoPost
	}
	if err != nil {
		return Request{}, err
	}
	return all[0], nil
}

// Accept has by told of what was kept apart of some requests, and of all that
// those accounts do from now on. NotFound if none of them is by's.
func (s *Service) Accept(ctx context.Context, by social.Actor, which []social.NoticeRequestID) error {
	return s.answer(ctx, by, func(tx *store.Tx) (int, error) {
		n, err := tx.AcceptRequests(ctx, by.Account, which)
		if err == nil && n > 0 {
			tx.Record(event.NoticesMerged{Owner: by.Account})
		}
		return n, err
	})
}

// Refuse forgets some requests with what was kept apart; what comes after is
// kept apart again. NotFound if none of them is by's.
func (s *Service) Refuse(ctx context.Context, by social.Actor, which []social.NoticeRequestID) error {
	return s.answer(ctx, by, func(tx *store.Tx) (int, error) { return tx.EndRequests(ctx, by.Account, which) })
}

func (s *Service) answer(ctx context.Context, by social.Actor, do func(*store.Tx) (int, error)) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		n, err := do(tx)
		if err == nil && n == 0 {
			err = store.NoPost
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("answer notice requests: %w", err)
	}
	return nil
}
