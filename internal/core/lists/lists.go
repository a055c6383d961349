// Package lists is the sets of accounts that people read together.
package lists

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Service keeps them.
type Service struct {
	store *store.Store
	view  *view.View
}

// New returns a Service.
func New(s *store.Store, v *view.View) *Service { return &Service{store: s, view: v} }

func check(l social.List) error {
	switch {
	case strings.TrimSpace(l.Title) == "":
		return errs.New(errs.Invalid, "Validation failed: Title can't be blank")
	case utf8.RuneCountInString(l.Title) > social.MaxListTitle:
		return errs.Newf(errs.Invalid, "Validation failed: Title is too long (maximum is %d characters)", social.MaxListTitle)
	}
	_, err := social.ParseRepliesPolicy(string(l.Replies))
	return err
}

// Add makes a list of by's.
func (s *Service) Add(ctx context.Context, by social.Actor, l social.List) (social.List, error) {
	l.Title = text.Clean(l.Title)
	if err := by.MustAct(); err != nil {
		return l, err
	}
	if err := check(l); err != nil {
		return l, err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.HoldAccount(ctx, by.Account); err != nil { // counting and adding is for one at a time
			return err
		}
		all, err := tx.Lists(ctx, by.Account)
		if err != nil {
			return err
		}
		if len(all) >= social.MaxLists {
			return errs.Newf(errs.Invalid, "Validation failed: You have reached the limit of lists (%d)", social.MaxLists)
		}
		l.ID, l.Owner = social.ListID(id.New(tx.Now)), by.Account
		tx.Record(event.ListChanged{Owner: l.Owner, List: l.ID})
		return tx.AddList(ctx, l)
	})
	if err != nil {
		return l, fmt.Errorf("add list: %w", err)
	}
	return l, nil
}

// change runs do on a list of by's, and tells that it changed.
func (s *Service) change(ctx context.Context, by social.Actor, which social.ListID, do func(tx *store.Tx, l social.List) error) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.HoldAccount(ctx, by.Account); err != nil { // counting and adding is for one at a time
			return err
		}
		l, err := tx.List(ctx, by.Account, which)
		if err != nil {
			return err
		}
		tx.Record(event.ListChanged{Owner: by.Account, List: which})
		return do(tx, l)
	})
	if err != nil {
		return fmt.Errorf("change list: %w", err)
	}
	return nil
}

// Change gives by's list l.ID a new title and new ways.
func (s *Service) Change(ctx context.Context, by social.Actor, l social.List) (social.List, error) {
	l.Title = text.Clean(l.Title)
	if err := check(l); err != nil {
		return l, err
	}
	l.Owner = by.Account
	return l, s.change(ctx, by, l.ID, func(tx *store.Tx, _ social.List) error { return tx.SetList(ctx, l) })
}

// Delete removes a list.
func (s *Service) Delete(ctx context.Context, by social.Actor, which social.ListID) error {
	return s.change(ctx, by, which, func(tx *store.Tx, _ social.List) error { return tx.DeleteList(ctx, which) })
}

// MakeFeed gives by's list a new address at which its feed is, and ends the one it
// had. The secret in it is all that is needed to read it.
func (s *Service) MakeFeed(ctx context.Context, by social.Actor, which social.ListID) (secret string, err error) {
	secret = rand.Text()
	return secret, s.change(ctx, by, which, func(tx *store.Tx, _ social.List) error { return tx.SetListFeed(ctx, which, secret) })
}

// EndFeed has a list's feed be nowhere any more.
func (s *Service) EndFeed(ctx context.Context, by social.Actor, which social.ListID) error {
	return s.change(ctx, by, which, func(tx *store.Tx, _ social.List) error { return tx.SetListFeed(ctx, which, "") })
}

// ByFeed is the list whose feed has a secret, and its owner; or NotFound, also
// while the owner may do nothing here.
func (s *Service) ByFeed(ctx context.Context, secret string) (l social.List, owner social.Actor, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		if l, err = v.ListByFeed(ctx, secret); err != nil {
			return err
		}
		owner, err = v.Actor(ctx, l.Owner)
		return err
	})
	if err == nil && owner.MustAct() != nil {
		err = store.NoPost // the same words for all that is not there
	}
	return l, owner, err
}

// AddMembers puts accounts that by follows on a list.
func (s *Service) AddMembers(ctx context.Context, by social.Actor, which social.ListID, members []social.AccountID) error {
	return s.change(ctx, by, which, func(tx *store.Tx, _ social.List) error {
		there, err := tx.Members(ctx, which, social.Page{Limit: social.MaxMembers + 1})
		if err != nil {
			return err
		}
		count := len(there)
		for _, m := range members {
			if err := mayAdd(ctx, tx, by, m); err != nil {
				return err
			}
			added, err := tx.AddMember(ctx, which, m)
			if err != nil {
				return err
			}
			if !added {
				return errs.New(errs.Invalid, "Validation failed: Account has already been taken")
			}
			if count++; count > social.MaxMembers {
				return errs.Newf(errs.Invalid, "Validation failed: A list has at most %d members", social.MaxMembers)
			}
		}
		return nil
	})
}

func mayAdd(ctx context.Context, tx *store.Tx, by social.Actor, member social.AccountID) error {
	if member == by.Account {
		return nil
	}
	if _, err := tx.Account(ctx, member); err != nil {
		return store.NoPost
	}
	rel, err := tx.Relation(ctx, by.Account, member)
	if err == nil && !rel.Follows && !rel.Requested {
		err = errs.New(errs.NotFound, "You can only add people you follow to a list.")
	}
	return err
}

// EndMembers takes accounts off a list.
func (s *Service) EndMembers(ctx context.Context, by social.Actor, which social.ListID, members []social.AccountID) error {
	return s.change(ctx, by, which, func(tx *store.Tx, _ social.List) error {
		for _, m := range members {
			if err := tx.EndMember(ctx, which, m); err != nil {
				return err
			}
		}
		return nil
	})
}

// All is by's lists, oldest first.
func (s *Service) All(ctx context.Context, by social.Actor) (ls []social.List, err error) {
	err = s.store.Read(ctx, func(v *store.View) (err error) { ls, err = v.Lists(ctx, by.Account); return err })
	return ls, err
}

// Get is one of by's lists, or NotFound.
func (s *Service) Get(ctx context.Context, by social.Actor, which social.ListID) (l social.List, err error) {
	err = s.store.Read(ctx, func(v *store.View) (err error) { l, err = v.List(ctx, by.Account, which); return err })
	return l, err
}

// With is those of by's lists that hold an account.
func (s *Service) With(ctx context.Context, by social.Actor, member social.AccountID) (ls []social.List, err error) {
	err = s.store.Read(ctx, func(v *store.View) (err error) { ls, err = v.ListsWith(ctx, by.Account, member); return err })
	return ls, err
}

// Members is a page of a list's members. The slice's ends are account ids.
func (s *Service) Members(ctx context.Context, by social.Actor, which social.ListID, p social.Page) (out view.Slice[*view.Face], err error) {
	var ids []social.AccountID
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		if _, err = v.List(ctx, by.Account, which); err != nil {
			return err
		}
		ids, err = v.Members(ctx, which, p)
		return err
	}); err != nil {
		return out, err
	}
	if p.Oldest { // pages are shown newest first
		slices.Reverse(ids)
	}
	for _, m := range ids {
		out.Newest, out.Oldest = max(out.Newest, int64(m)), int64(m)
	}
	out.Items, err = s.view.Faces(ctx, ids)
	return out, err
}
