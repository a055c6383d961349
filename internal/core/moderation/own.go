package moderation

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Own is a report before who made it.
type Own struct {
	social.Report
	About   *view.Face    // nil for somebody who is gone
	Outcome social.Action // of its case; empty while that is open
}

// Own are the reports that by made, newest first, open or not.
func (s *Service) Own(ctx context.Context, by social.Actor, p social.Page) (out view.Slice[Own], err error) {
	if by.Account == 0 {
		return out, errs.New(errs.Unauthenticated, "Sign in first.")
	}
	var all []social.Report
	if err := s.store.Read(ctx, func(v *store.View) (err error) { all, err = v.ReportsBy(ctx, by.Account, p); return err }); err != nil {
		return out, fmt.Errorf("list own reports: %w", err)
	}
	page := view.Ends(all, p, func(r social.Report) int64 { return int64(r.ID) })
	out.Newest, out.Oldest = page.Newest, page.Oldest
	out.Items, err = s.owned(ctx, page.Items)
	return out, err
}

// OwnOne is one of the reports that by made, or NotFound.
func (s *Service) OwnOne(ctx context.Context, by social.Actor, which social.ReportID) (Own, error) {
	if by.Account == 0 {
		return Own{}, errs.New(errs.Unauthenticated, "Sign in first.")
	}
	var r social.Report
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		if r, err = v.Report(ctx, which); err == nil && r.Reporter != by.Account {
			err = store.NoPost
		}
		return err
	}); err != nil {
		return Own{}, err
	}
	all, err := s.owned(ctx, []social.Report{r})
	if err != nil {
		return Own{}, err
	}
	return all[0], nil
}

// owned loads what reports are about and what came of them.
func (s *Service) owned(ctx context.Context, all []social.Report) (out []Own, err error) {
	var people []social.AccountID
	var which []social.CaseID
	for _, r := range all {
		people, which = append(people, r.Target), append(which, r.Case)
	}
	faces, err := s.view.Faces(ctx, people)
	if err != nil {
		return nil, err
	}
	about, outcomes := map[social.AccountID]*view.Face{}, map[social.CaseID]social.Action{}
	for _, f := range faces {
		about[f.ID] = f
	}
	if err := s.store.Read(ctx, func(v *store.View) error {
		cases, err := v.CasesOf(ctx, which)
		for _, c := range cases {
			outcomes[c.ID] = c.Outcome
		}
		return err
	}); err != nil {
		return nil, err
	}
	for _, r := range all {
		out = append(out, Own{r, about[r.Target], outcomes[r.Case]})
	}
	return out, nil
}
