package moderation

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
)

// An exhibit is a post that is to be shown to by in something.
type exhibit struct {
	post social.PostID
	in   social.CaseID
	ref  social.EvidenceID
}

// exhibits are posts as they are before the staff: all of them. That by is shown one
// which not everybody may read is written down, once a day for each.
func (s *Service) exhibits(ctx context.Context, by social.Actor, why string, all []exhibit) ([]*view.Seen, error) {
	var ids []social.PostID
	for _, e := range all {
		ids = append(ids, e.post)
	}
	seen, err := s.view.Posts(ctx, by, slices.Compact(slices.Sorted(slices.Values(ids))), social.Reported)
	if err != nil {
		return nil, err
	}
	var looks []record.Look
	for _, p := range seen {
		if p.Visibility == social.Public || p.Visibility == social.Unlisted || p.Author.ID == by.Account {
			continue
		}
		e := all[slices.IndexFunc(all, func(e exhibit) bool { return e.post == p.ID })]
		l := record.Look{Outcome: evidence.AccessPost, What: "post", ID: int64(p.ID), Subject: s.view.PostURI(p.ID), About: p.Author.ID, Case: e.in, Ref: e.ref, Why: why}
		if p.URI != "" {
			l.Subject = p.URI
		}
		looks = append(looks, l)
	}
	return seen, record.Looked(ctx, s.store, by, looks...)
}

// remains is exhibits for what cases still say of posts that are gone: nobody else may
// read that either.
func (s *Service) remains(ctx context.Context, by social.Actor, why string, all []File) error {
	var looks []record.Look
	for _, f := range all {
		if f.Subject.Post != 0 && f.Post == nil && f.Text != "" {
			looks = append(looks, record.Look{Outcome: evidence.AccessPost, What: "post that is gone", ID: int64(f.Subject.Post), Subject: s.view.PostURI(f.Subject.Post),
				About: f.Account, Case: f.ID, Ref: f.Evidence, Why: why})
		}
	}
	return record.Looked(ctx, s.store, by, looks...)
}

// listsAddresses is a look at e-mail addresses that a list shows: one for all of them.
func listsAddresses(of string) record.Look {
	return record.Look{Outcome: evidence.AccessAddress, What: "addresses of " + of, Why: "a list"}
}

// Reveal is Account with the address that it has here, and writes down that by is
// shown that.
func (s *Service) Reveal(ctx context.Context, by social.Actor, who social.AccountID) (Dossier, error) {
	d, err := s.Account(ctx, by, who)
	if err != nil || !d.Ours() || who == by.Account {
		return d, err
	}
	return d, record.Looked(ctx, s.store, by, record.Look{Outcome: evidence.AccessAddress, What: "address", ID: int64(who), Subject: s.view.ActorURI(who), About: who, Why: "the account"})
}
