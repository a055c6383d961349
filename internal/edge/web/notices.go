package web

import (
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) noticeRoutes(r *router) {
	r.Do("GET /notifications", member, s.notices)
	r.Do("POST /notifications/clear", member, s.clearNotices)
}

// notices shows what there is to tell, and notes that it was read.
func (s *Site) notices(q *ask) error {
	only := q.URL.Query().Get("only")
	filter := social.NoticeFilter{Groups: social.GroupedKinds}
	if only != "" {
		only, filter.Kinds = "mentions", []social.NoticeKind{social.NoticeMention}
	}
	told, err := slice(q, postsOnPage, func(p social.Page) (view.Slice[notices.Group], error) {
		return s.Notices.Groups(q.Context(), q.by, filter, p)
	})
	if err != nil {
		return err
	}
	read, err := s.readNotices(q)
	if err != nil {
		return err
	}
	if !q.page.Paged && told.Newest > read {
		if _, err := s.Notices.SetMarker(q.Context(), q.by, notices.MarkNotices, told.Newest); err != nil && errs.KindOf(err) != errs.Unavailable { // that it cannot be noted keeps nobody from reading
			return err
		}
	}
	policy, err := s.Notices.Policy(q.Context(), q.by)
	if err != nil {
		return err
	}
	q.page.Tab = "notices"
	return q.show("Notifications", noticesPage(q.page, told, only, read, policy.Accounts))
}

// readNotices is the last notice that was read before.
func (s *Site) readNotices(q *ask) (int64, error) {
	marks, err := s.Notices.Markers(q.Context(), q.by)
	for _, m := range marks {
		if m.Timeline == notices.MarkNotices {
			return m.LastID, err
		}
	}
	return 0, err
}

func (s *Site) clearNotices(q *ask) error {
	if err := s.Notices.Clear(q.Context(), q.by); err != nil {
		return err
	}
	return q.back("/notifications", "cleared")
}
