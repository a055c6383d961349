package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/social"
)

const (
	draftsPage    = "/drafts"
	scheduledPage = "/scheduled"
)

// draftRule bounds how often a composer keeps by itself what is written in it.
var draftRule = limit.Rule{Name: "draft", Burst: 1500, Per: time.Hour}

func (s *Site) draftRoutes(r *router) {
	r.Do("GET "+draftsPage, member, s.drafts)
	r.Do("POST "+draftsPage, member, s.sparing(draftRule, s.keepDraft))
	r.Do("POST "+draftsPage+"/{draft}/delete", member, s.dropDraft)
}

func (s *Site) drafts(q *ask) error {
	all, err := s.Posts.Drafts(q.Context(), q.by)
	if err != nil {
		return err
	}
	q.page.Tab = "new"
	return q.show("Drafts", draftsList(q.page, all))
}

// goOn shows a composer with a draft in it.
func (s *Site) goOn(q *ask, which social.DraftID) error {
	k, err := s.Posts.Draft(q.Context(), q.by, which)
	if err != nil {
		return err
	}
	d, err := q.composing(k.Draft, k.When)
	if err != nil {
		return err
	}
	d.Seen, d.Focus, d.Back = strconv.FormatInt(k.At.UnixMilli(), 10), true, "/"
	return q.show("New post", newPage(q.page, d))
}

// keeping is a draft of what was sent from a composer.
func (s *Site) keeping(q *ask, wish social.Draft, when social.When) (social.KeptDraft, error) {
	seen, _ := strconv.ParseInt(q.form("seen"), 10, 64)
	if !when.Set() { // where they are is no part of it
		when = social.When{}
	}
	return s.Posts.KeepDraft(q.Context(), q.by, social.KeptDraft{ID: wish.Kept, Pen: q.form("pen"), Draft: wish, When: when}, seen)
}

// keepDraft is for the script, which keeps what is written while it is.
func (s *Site) keepDraft(q *ask) error {
	wish, when := q.wish()
	k, err := s.keeping(q, wish, when)
	if err != nil {
		return err
	}
	q.w.Header().Set("Plaza-Draft", itoa(k.ID))
	q.w.Header().Set("Plaza-Seen", strconv.FormatInt(k.At.UnixMilli(), 10))
	q.w.WriteHeader(http.StatusNoContent)
	return nil
}

// saveDraft is for who wants to go on another time.
func (s *Site) saveDraft(q *ask, wish social.Draft, when social.When) error {
	k, err := s.keeping(q, wish, when)
	if err == nil && k.ID == 0 && wish.Blank() {
		err = errs.New(errs.Invalid, "There is nothing to keep yet. Write something first.")
	}
	if err != nil {
		return q.refused(wish, when, err)
	}
	if k.ID == 0 {
		q.say("posted")
	} else {
		q.say("drafted")
	}
	return q.to(draftsPage)
}

func (s *Site) dropDraft(q *ask) error {
	if err := s.Posts.DropDraft(q.Context(), q.by, social.DraftID(q.number("draft"))); errs.Absent(err) != nil {
		return err
	}
	q.say("deleted")
	return q.to(draftsPage)
}
