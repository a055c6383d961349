package notices

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Reported is a report and whom it is about.
type Reported struct {
	social.Report
	Target *view.Face
}

// official fills in what notices of the house are about, and leaves out those
// of which that is gone, which are for staff that by belongs to no longer, or
// which would tell by who reported them.
// Where there are none it reads nothing.
func (s *Service) official(ctx context.Context, by social.Actor, told []Told) ([]Told, error) {
	if !by.Role.AtLeast(social.Moderator) {
		told = slices.DeleteFunc(told, func(t Told) bool {
			return t.Kind == social.NoticeSignUp || t.Kind == social.NoticeReport || t.Kind == social.NoticeAppeal
		})
	}
	reports, decisions, cases := []social.ReportID{}, []social.DecisionID{}, []social.CaseID{}
	for _, t := range told {
		switch t.Kind {
		case social.NoticeReport:
			reports = append(reports, social.ReportID(t.About))
		case social.NoticeWarning, social.NoticeAppeal, social.NoticeHeard:
			decisions = append(decisions, social.DecisionID(t.About))
		case social.NoticeAnswer:
			cases = append(cases, social.CaseID(t.About))
		}
	}
	if len(reports)+len(decisions)+len(cases) == 0 {
		return told, nil
	}
	rs, err := s.reports(ctx, reports)
	if err != nil {
		return nil, err
	}
	ds, err := s.decisions(ctx, decisions)
	if err != nil {
		return nil, err
	}
	cs, err := s.cases(ctx, cases)
	if err != nil {
		return nil, err
	}
	for i, t := range told {
		switch t.Kind {
		case social.NoticeReport:
			told[i].Report = rs[social.ReportID(t.About)]
		case social.NoticeWarning, social.NoticeAppeal, social.NoticeHeard:
			told[i].Decision = ds[social.DecisionID(t.About)]
		case social.NoticeAnswer:
			told[i].Case = cs[social.CaseID(t.About)]
		}
	}
	return slices.DeleteFunc(told, func(t Told) bool {
		return t.Kind == social.NoticeReport && (t.Report == nil || t.Report.Report.Target == by.Account) ||
			(t.Kind == social.NoticeWarning || t.Kind == social.NoticeAppeal || t.Kind == social.NoticeHeard) && t.Decision == nil || t.Kind == social.NoticeAnswer && t.Case == nil
	}), nil
}

func (s *Service) reports(ctx context.Context, ids []social.ReportID) (map[social.ReportID]*Reported, error) {
	var all []social.Report
	if err := s.store.Read(ctx, func(v *store.View) (err error) { all, err = v.ReportsOf(ctx, ids); return err }); err != nil {
		return nil, err
	}
	var about []social.AccountID
	for _, r := range all {
		about = append(about, r.Target)
	}
	faces, err := s.view.Faces(ctx, about)
	out := map[social.ReportID]*Reported{}
	for _, r := range all {
		if i := slices.IndexFunc(faces, func(f *view.Face) bool { return f.ID == r.Target }); i >= 0 {
			out[r.ID] = &Reported{r, faces[i]}
		}
	}
	return out, err
}

func (s *Service) decisions(ctx context.Context, ids []social.DecisionID) (map[social.DecisionID]*social.Decision, error) {
	out := map[social.DecisionID]*social.Decision{}
	return out, s.store.Read(ctx, func(v *store.View) error {
		all, err := v.DecisionsOf(ctx, ids)
		for _, d := range all {
			out[d.ID] = &d
		}
		return err
	})
}

func (s *Service) cases(ctx context.Context, ids []social.CaseID) (map[social.CaseID]*social.Case, error) {
	out := map[social.CaseID]*social.Case{}
	if len(ids) == 0 {
		return out, nil
	}
	return out, s.store.Read(ctx, func(v *store.View) error {
		all, err := v.CasesOf(ctx, ids)
		for _, c := range all {
			out[c.ID] = &c
		}
		return err
	})
}
