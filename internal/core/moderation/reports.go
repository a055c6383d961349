package moderation

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// maxSame is how many of somebody's last open reports about one account are
// looked at, to see whether a new one says anything new.
const maxSame = 20

// Report tells the staff of an account and of what it posted, as far as by
// can see that. The same again, while it is open, is the report there is. It
// joins the open case about the same subject, or begins one, and is in the log
// of evidence when this returns.
func (s *Service) Report(ctx context.Context, by social.Actor, r social.Report) (social.Report, error) {
	if err := by.MustAct(); err != nil {
		return r, err
	}
	r.Reporter = by.Account
	if r.Channel = cmp.Or(r.Channel, social.ChannelApp); by.Remote {
		r.Channel = social.ChannelFlag
	}
	return s.file(ctx, r)
}

// ReportUnknown is Report for who is not known here: a stranger, who sees what
// everybody sees, or a rule.
func (s *Service) ReportUnknown(ctx context.Context, r social.Report) (social.Report, error) {
	r.Reporter = 0
	if utf8.RuneCountInString(r.Contact) > social.MaxContact {
		return r, errs.Newf(errs.Invalid, "Say how you can be reached in at most %d characters.", social.MaxContact)
	}
	return s.file(ctx, r)
}

func (s *Service) file(ctx context.Context, r social.Report) (made social.Report, err error) {
	r.Comment, r.Contact = text.Clean(r.Comment), strings.TrimSpace(text.Clean(r.Contact))
	r.Posts = slices.Compact(slices.Sorted(slices.Values(r.Posts)))
	r.Collections = slices.Compact(slices.Sorted(slices.Values(r.Collections)))
	if r.Category == "" {
		r.Category = r.Harm.Category()
	}
	if r.Category != social.ReportViolation {
		r.Rules = nil
	}
	if r.Harm == "" {
		r.Harm = social.HarmOf(r.Category)
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		r := r
		if err := s.aboutHiding(ctx, tx, &r); err != nil {
			return err
		}
		made = r
		if err := reportable(ctx, tx, r); err != nil {
			return err
		}
		if r.Reporter != 0 {
			before, err := tx.Reports(ctx, social.ReportQuery{Reporter: r.Reporter, Target: r.Target}, social.Page{Limit: maxSame})
			if err != nil {
				return err
			}
			if i := slices.IndexFunc(before, r.Same); i >= 0 {
				made = before[i]
				return appealed(ctx, tx, r.Hidden, made.ID)
			}
		}
		if err := s.take(ctx, tx, &made); err != nil {
			return err
		}
		return appealed(ctx, tx, r.Hidden, made.ID)
	})
	if err != nil {
		return r, fmt.Errorf("report: %w", err)
	}
	return made, nil
}

// reportable checks r against what there is: the account, its posts and
// collections, and the rules of the house.
func reportable(ctx context.Context, tx *store.Tx, r social.Report) error {
	house, err := tx.House(ctx)
	if err != nil {
		return err
	}
	if err := r.Check(house.Rules); err != nil {
		return err
	}
	target, err := tx.Account(ctx, r.Target)
	if err == nil && target.Standing == social.Pending {
		err = store.NoPost // not here yet
	}
	if err != nil {
		return err
	}
	for _, which := range r.Posts {
		p, err := tx.VisiblePost(ctx, r.Reporter, which)
		if err != nil {
			return err
		}
		if p.Author != r.Target {
			return store.NoPost
		}
	}
	return collected(ctx, tx, r)
}

// collected checks that the collections in r are the target's, and that the
// reporter can see them.
func collected(ctx context.Context, tx *store.Tx, r social.Report) error {
	if len(r.Collections) == 0 {
		return nil
	}
	rel, err := tx.Relation(ctx, r.Reporter, r.Target)
	if err != nil {
		return err
	}
	for _, which := range r.Collections {
		c, err := tx.Collection(ctx, which)
		if err != nil {
			return err
		}
		if c.Owner != r.Target || rel.Apart() && !c.Shows(r.Reporter) {
			return store.NoPost
		}
	}
	return nil
}

// Filed is a report as the staff sees it. Who is not known any more, or never was,
// is zero.
type Filed struct {
	social.Report
	Reporter, Target Dossier
	Assigned, Closer *Dossier // nil for nobody
	Posts            []*view.Seen
	Collections      []view.Collection
	Rules            []social.Rule
}

// Reports is a page of reports, without those about by. It is for moderators.
func (s *Service) Reports(ctx context.Context, by social.Actor, q social.ReportQuery, p social.Page) (out view.Slice[Filed], err error) {
	if err := by.MustModerate(); err != nil {
		return out, err
	}
	q.Not = by.Account
	var all []social.Report
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		all, err = v.Reports(ctx, q, p)
		return err
	}); err != nil {
		return out, fmt.Errorf("list reports: %w", err)
	}
	if len(all) == 0 {
		return out, nil
	}
	page := view.Ends(all, p, func(r social.Report) int64 { return int64(r.ID) })
	out.Newest, out.Oldest = page.Newest, page.Oldest
	if err := record.Looked(ctx, s.store, by, listsAddresses("reports")); err != nil {
		return out, err
	}
	out.Items, err = s.filed(ctx, by, "a list of reports", page.Items)
	return out, err
}

// Get is one report, or NotFound, which is also what by gets of one about
// themselves: nobody learns who reported them. It is for moderators.
func (s *Service) Get(ctx context.Context, by social.Actor, which social.ReportID) (Filed, error) {
	if err := by.MustModerate(); err != nil {
		return Filed{}, err
	}
	var r social.Report
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		r, err = v.Report(ctx, which)
		return err
	}); err != nil {
		return Filed{}, err
	}
	if r.Target == by.Account {
		return Filed{}, store.NoPost
	}
	if err := record.Looked(ctx, s.store, by, listsAddresses("reports")); err != nil {
		return Filed{}, err
	}
	cs, err := s.filed(ctx, by, "the report", []social.Report{r})
	if err == nil && len(cs) == 0 {
		err = store.NoPost
	}
	if err != nil {
		return Filed{}, err
	}
	return cs[0], nil
}

// filed loads what reports are about, in a fixed number of queries.
func (s *Service) filed(ctx context.Context, by social.Actor, why string, all []social.Report) ([]Filed, error) {
	var people []social.AccountID
	var posts []exhibit
	for _, r := range all {
		people = append(people, r.Reporter, r.Target, r.Assigned, r.ClosedBy)
		for _, which := range r.Posts {
			posts = append(posts, exhibit{which, r.Case, r.Evidence}) // several reports may name the same
		}
	}
	dossiers, err := s.dossiers(ctx, slices.Compact(slices.Sorted(slices.Values(people))))
	if err != nil {
		return nil, err
	}
	seen, err := s.exhibits(ctx, by, why, posts)
	if err != nil {
		return nil, err
	}
	var house social.Settings
	if err := s.store.Read(ctx, func(v *store.View) (err error) { house, err = v.House(ctx); return err }); err != nil {
		return nil, err
	}
	collections, err := s.collections(ctx, by, all)
	if err != nil {
		return nil, err
	}
	var out []Filed
	for _, r := range all {
		reporter, target := dossiers[r.Reporter], dossiers[r.Target]
		if target.Face == nil {
			continue // deleted just now
		}
		c := Filed{Report: r, Reporter: reporter, Target: target, Assigned: known(dossiers, r.Assigned), Closer: known(dossiers, r.ClosedBy)}
		for _, p := range seen {
			if slices.Contains(r.Posts, p.ID) {
				c.Posts = append(c.Posts, p)
			}
		}
		for _, x := range collections {
			if slices.Contains(r.Collections, x.ID) {
				c.Collections = append(c.Collections, x)
			}
		}
		for _, rule := range house.Rules {
			if slices.Contains(r.Rules, rule.ID) {
				c.Rules = append(c.Rules, rule)
			}
		}
		out = append(out, c)
	}
	return out, nil
}

// collections loads those that reports are about. Most are about none.
func (s *Service) collections(ctx context.Context, by social.Actor, all []social.Report) ([]view.Collection, error) {
	var ids []social.CollectionID
	for _, r := range all {
		ids = append(ids, r.Collections...)
	}
	return s.view.CollectionsOf(ctx, by, ids, social.Reported)
}

func known(all map[social.AccountID]Dossier, who social.AccountID) *Dossier {
	d, ok := all[who]
	if !ok {
		return nil
	}
	return &d
}

// Sort changes what a report is for; nil leaves a part as it is.
func (s *Service) Sort(ctx context.Context, by social.Actor, which social.ReportID, category *social.ReportCategory, rules *[]string) error {
	return s.change(ctx, "sort report", by, which, func(tx *store.Tx, r *social.Report) error {
		if category != nil {
			r.Category = *category
		}
		if rules != nil {
			r.Rules = *rules
		}
		if r.Category != social.ReportViolation {
			r.Rules = nil
		}
		house, err := tx.House(ctx)
		if err != nil {
			return err
		}
		return r.Check(house.Rules)
	})
}

// Assign gives a report to by or, if mine is false, to nobody.
func (s *Service) Assign(ctx context.Context, by social.Actor, which social.ReportID, mine bool) error {
	return s.change(ctx, "assign report", by, which, func(_ *store.Tx, r *social.Report) error {
		if r.Assigned = 0; mine {
			r.Assigned = by.Account
		}
		return nil
	})
}

// Close resolves a report or opens it again. The last report of a case that is
// resolved so ends the case: there was no breach. Who made it does not say so.
func (s *Service) Close(ctx context.Context, by social.Actor, which social.ReportID, closed bool) error {
	return s.change(ctx, "close report", by, which, func(tx *store.Tx, r *social.Report) error {
		switch {
		case r.Closed() == closed:
			return nil
		case !closed:
			r.ClosedBy, r.ClosedAt = 0, time.Time{}
			if err := s.reopen(ctx, tx, r); err != nil {
				return err
			}
			return recordClosing(tx, *r, evidence.ReportReopened)
		}
		r.ClosedBy, r.ClosedAt = by.Account, tx.Now
		if open, err := tx.OpenIn(ctx, r.Case); err != nil {
			return err
		} else if open > 1 || r.Case == 0 {
			return recordClosing(tx, *r, evidence.ReportClosed)
		}
		return s.dismiss(ctx, tx, by, r.Case)
	})
}

// change runs do on a report, which nobody else changes meanwhile, and stores
// it. It is for moderators, of a higher role than that of whom it is about.
func (s *Service) change(ctx context.Context, what string, by social.Actor, which social.ReportID, do func(tx *store.Tx, r *social.Report) error) error {
	if err := by.MustModerate(); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		r, err := tx.HoldReport(ctx, which)
		if err == nil {
			err = mayChange(ctx, tx, by, r.Target)
		}
		if err != nil {
			return err
		}
		if err := do(tx, &r); err != nil {
			return err
		}
		return tx.SetReport(ctx, r)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func mayChange(ctx context.Context, tx *store.Tx, by social.Actor, about social.AccountID) error {
	if about == by.Account {
		return store.NoPost // as if it were not there
	}
	u, err := tx.User(ctx, about)
	if errs.Absent(err) != nil {
		return err
	}
	if u.Account == 0 { // lives elsewhere, or is being deleted
		return nil
	}
	return by.MayJudge(u.Role)
}

// Open counts the open reports that by may see, up to limit. It is for
// moderators.
func (s *Service) Open(ctx context.Context, by social.Actor, limit int) (n int, err error) {
	if err := by.MustModerate(); err != nil {
		return 0, err
	}
	err = s.store.Read(ctx, func(v *store.View) (err error) { n, err = v.OpenReports(ctx, by.Account, limit); return err })
	return n, err
}
