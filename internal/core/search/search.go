// Package search finds accounts, tags and posts.
package search

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// Service finds.
type Service struct {
	store *store.Store
	view  *view.View
	own   string // what follows the second @ in the addresses of our own

	Elsewhere Elsewhere // nil asks nobody
}

// New returns a Service.
func New(s *store.Store, v *view.View, handleHost string) *Service {
	return &Service{store: s, view: v, own: handleHost}
}

// Kind says what is looked for.
type Kind string

// The kinds. Empty is all of them.
const (
	Accounts Kind = "accounts"
	Posts    Kind = "statuses"
	Tags     Kind = "hashtags"
)

// Limits of a search.
const (
	MaxQuery  = 500 // bytes
	MaxPage   = 40
	MaxOffset = 1000
)

// Query is what somebody looks for.
type Query struct {
	Text      string
	Kind      Kind
	Following bool             // only accounts that the reader follows
	By        social.AccountID // only this one's posts
	Offset    int
	Page      social.Page // of posts
	Resolve   bool        // also ask the server that Text names
}

// Results is what was found.
type Results struct {
	Accounts    []*view.Face
	Posts       []*view.Seen
	Tags        []store.TagUse
	Collections []view.Collection // named by their address
	Full        bool              // there may be more accounts
	Vague       bool              // operators stand alone: they need a word, or from: with a name, to be looked for
}

// Search finds what q asks for, as by may see it.
func (s *Service) Search(ctx context.Context, by social.Actor, q Query) (r Results, err error) {
	q.Text = strings.TrimSpace(text.Clean(q.Text))
	switch {
	case len(q.Text) > MaxQuery:
		return r, errs.Newf(errs.Invalid, "A search has at most %d characters.", MaxQuery)
	case q.Offset < 0 || q.Offset > MaxOffset:
		return r, errs.Newf(errs.Invalid, "A search goes on for at most %d results. Say more exactly what you look for.", MaxOffset)
	case q.Text == "":
		return r, nil
	}
	if found, err := s.byAddress(ctx, by, q, &r); err != nil || found {
		return r, err
	}
	if found, err := s.elsewhere(ctx, by, q, &r); err != nil || found {
		return r, err
	}
	words, ops := sift(q.Text)
	if r.Vague = vague(words, ops); len(ops) > 0 {
		q.Text = words
	}
	narrowed := len(ops) > 0 // somebody looks for posts
	if (q.Kind == "" && !narrowed || q.Kind == Accounts) && q.Text != "" {
		if r.Accounts, r.Full, err = s.accounts(ctx, by, q); err != nil {
			return r, err
		}
	}
	if (q.Kind == "" && !narrowed || q.Kind == Tags) && !strings.HasPrefix(q.Text, "@") {
		if r.Tags, err = s.tags(ctx, by, q); err != nil {
			return r, err
		}
	}
	if (q.Kind == "" || q.Kind == Posts) && by.SignedIn() && (narrowed || !strings.HasPrefix(q.Text, "@") && !strings.HasPrefix(q.Text, "#")) {
		r.Posts, err = s.posts(ctx, by, q, words, ops)
	}
	return r, err
}

// address cuts what follows the first @ of one; ours has no host.
func (s *Service) address(acct string) (name, host string, ours bool) {
	name, host, _ = strings.Cut(acct, "@")
	if host != "" && strings.EqualFold(host, s.own) {
		return name, "", true
	}
	return name, strings.ToLower(host), false
}

// byAddress finds what one of our own addresses names: a profile, a post
// or a collection.
func (s *Service) byAddress(ctx context.Context, by social.Actor, q Query, r *Results) (bool, error) {
	if which, ok := s.view.CollectionAt(q.Text); ok {
		var err error
		if q.Kind == "" {
			r.Collections, err = s.view.CollectionsOf(ctx, by, []social.CollectionID{which}, social.Asked)
		}
		return true, err
	}
	rest, ok := "", false
	for _, base := range s.view.All() {
		if !ok {
			rest, ok = strings.CutPrefix(q.Text, string(base)+"/@")
		}
	}
	if !ok {
		return false, nil
	}
	acct, number, isPost := strings.Cut(strings.TrimSuffix(rest, "/"), "/")
	if isPost {
		n, _ := id.Parse(number)
		p, err := s.view.Post(ctx, by, social.PostID(n))
		if err == nil && (q.Kind == "" || q.Kind == Posts) {
			r.Posts = []*view.Seen{p}
		}
		return true, errs.Absent(err)
	}
	name, host, _ := s.address(acct)
	f, err := s.view.Named(ctx, name, host)
	if err == nil && (q.Kind == "" || q.Kind == Accounts) {
		r.Accounts = []*view.Face{f}
	}
	return true, errs.Absent(err)
}

// accounts finds by the beginning of a name, or "@name@host". Who is blocked
// is left out unless it was named in full: to be unblocked, for one.
func (s *Service) accounts(ctx context.Context, by social.Actor, q Query) (shown []*view.Face, full bool, err error) {
	name, host, ours := s.address(strings.TrimPrefix(q.Text, "@"))
	if name == "" {
		return nil, false, nil
	}
	look := store.AccountSearch{Name: name, Host: host, Ours: ours, Limit: q.Page.Limit, Offset: q.Offset}
	if q.Following {
		look.FollowedBy = by.Account
	}
	reader, err := s.view.Reader(ctx, by.Account)
	if err != nil {
		return nil, false, err
	}
	var ids []social.AccountID
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		ids, err = v.FindAccounts(ctx, look)
		return err
	}); err != nil {
		return nil, false, err
	}
	faces, err := s.view.Faces(ctx, ids)
	if err != nil {
		return nil, false, err
	}
	for _, f := range faces {
		rel := reader.RelationTo(f, s.store.Now())
		if f.Standing != social.Good { // its host is kept away from
			continue
		}
		if !rel.Apart() && (!f.Limited || rel.Follows) || social.UsernameKey(f.Username) == social.UsernameKey(name) && f.Host == host {
			shown = append(shown, f)
		}
	}
	return shown, len(ids) == q.Page.Limit, nil
}

func (s *Service) tags(ctx context.Context, by social.Actor, q Query) (tags []store.TagUse, err error) {
	word := strings.TrimPrefix(q.Text, "#")
	if word == "" {
		return nil, nil
	}
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		tags, err = v.FindTags(ctx, word, by.SignedIn(), q.Page.Limit, q.Offset)
		return err
	}); err != nil {
		return nil, err
	}
	rules, err := s.view.TagRules(ctx)
	return slices.DeleteFunc(tags, func(t store.TagUse) bool { return !rules.Listed(t.Tag) }), err
}

const day = 24 * time.Hour

// TagDays is how a tag was used today and on each of the days before.
func (s *Service) TagDays(ctx context.Context, tag string, days int) (out []TagDay, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		end := s.store.Now().Truncate(day).AddDate(0, 0, 1)
		for range days {
			start := end.AddDate(0, 0, -1)
			d, err := v.TagUses(ctx, social.TagKey(tag), id.Floor(start), id.Floor(end))
			if err != nil {
				return err
			}
			out = append(out, TagDay{Day: start.Unix(), TagDay: d})
			end = start
		}
		return nil
	})
	return out, err
}

// TagDay is how a tag was used on the day that began at Day, in Unix seconds.
type TagDay struct {
	Day int64
	store.TagDay
}

// Follower keeps the index of words.
func Follower() work.Follower {
	return work.Follower{Name: "search", Urgent: []event.Fact{event.PostPublished{}, event.PostEdited{}, event.PostDeleted{}}, Follow: func(ctx context.Context, tx *store.Tx, r event.Record) error {
		switch f := r.Fact.(type) {
		case event.PostPublished:
			return index(ctx, tx, f.Post)
		case event.PostImported:
			return index(ctx, tx, f.Post)
		case event.PostEdited:
			return index(ctx, tx, f.Post)
		case event.PostDeleted:
			return tx.UnindexPost(ctx, f.Post)
		}
		return nil
	}}
}

func index(ctx context.Context, tx *store.Tx, which social.PostID) error {
	p, err := tx.Post(ctx, which)
	if err != nil || p.IsBoost() {
		return errs.Absent(err)
	}
	return tx.IndexPost(ctx, p)
}
