package web

import (
	"context"

	"github.com/plaza-social/plaza/internal/core/measures"
)

const jobsPage = adminPage + "/jobs"

func (s *Site) backgroundWork(q *ask) error {
	w, err := s.Measures.Work(q.Context(), q.by)
	if err != nil {
		return err
	}
	q.page.Tab, q.page.Wide = "admin", true
	return q.show("In the background", jobsBody(q.page, w))
}

// overdue is how late the first of the jobs of a kind is.
func overdue(ctx context.Context, f *frame, j measures.JobStat) string {
	if j.Waiting == 0 || !j.Oldest.Before(f.Now) {
		return "–"
	}
	return within(ctx, f.Now.Sub(j.Oldest).Milliseconds())
}

// behind is how much of what happened a follower has not read.
func behind(f *frame, r measures.Reader) string {
	if r.Behind >= measures.MaxBehind {
		return f.say("%d or more", measures.MaxBehind)
	}
	return f.locale().Number(r.Behind)
}
