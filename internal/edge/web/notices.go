package web

import (
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
	read, err := s.readUpTo(q, notices.MarkNotices)
	if err != nil {
		return err
	}
	if !q.page.Paged {
		if err := s.hasRead(q, notices.MarkNotices, read.LastID, told.Newest); err != nil {
			return err
		}
	}
	policy, err := s.Notices.Policy(q.Context(), q.by)
	if err != nil {
		return err
	}
	q.page.Tab = "notices"
	return q.show("Notifications", noticesPage(q.page, told, only, read.LastID, policy.Accounts))
}

func (s *Site) clearNotices(q *ask) error {
	if err := s.Notices.Clear(q.Context(), q.by); err != nil {
		return err
	}
	return q.back("/notifications", "cleared")
}
