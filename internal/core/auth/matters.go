package auth

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// matterChanged writes to whoever told the house of something: that it came, with
// the receipt, and what the answer is. What a machine sent was answered at once.
func (s *Service) matterChanged(ctx context.Context, tx *store.Tx, f event.MatterChanged) error {
	m, err := tx.Matter(ctx, f.Matter)
	if err != nil || !m.From.Known() {
		return errs.Absent(err)
	}
	link := s.config.BaseURL + "/report/notice/" + m.Secret
	switch {
	case f.Status == social.MatterOpen && m.Channel != social.ByAPI:
		return s.sendStranger(ctx, tx, m, "We have your notice", fmt.Sprintf(`what you told us has come in and is being looked at. It is number %d here.
We want to answer by %s.

How it stands, and the answer, can be seen by whoever has this link:

%s

This is your receipt. It is signed: should your notice not be in our log of
evidence a minute after it came, this proves it. Keep it.

%s`, m.ID, m.Span.Due.Format("2 January 2006, 15:04 MST"), link, m.Receipt))
	case f.Status == social.MatterAnswered && m.Status == social.MatterAnswered:
		text := m.Answer
		if m.Bundle != "" {
			text += fmt.Sprintf(evidenceSays, m.Answered.Add(social.BundleLife).Format("2 January 2006"), link, m.Bundle)
		}
		return s.sendStranger(ctx, tx, m, "Answer to your notice", text)
	}
	return nil
}

const evidenceSays = `

The evidence for it comes with this letter, as the file evidence.evz, if mail
takes one of its size. Until %s it can be fetched by whoever has
this link:

%s

Its SHA-256 is %s.
Unpack it and open verify.html in any browser: that checks it without a network.`

// number is what of a stranger's words may stand in a letter that nobody here has
// looked at: anybody can write anybody's address into the form, and have us send
// them an advertisement.
var number = regexp.MustCompile(`^[A-Za-z0-9_/#-]{1,40}$`)

func (s *Service) sendStranger(ctx context.Context, tx *store.Tx, m social.Matter, subject, text string) error {
	house := s.title()
	if m.Ref != "" && (m.Channel == social.ByStaff || m.Status == social.MatterAnswered || number.MatchString(m.Ref)) {
		subject += " " + m.Ref
	}
	l := Letter{To: m.From.Email, Subject: subject + " · " + house, Text: fmt.Sprintf("Hello,\n\n%s\n\n%s\n%s\n", text, house, s.config.BaseURL)}
	if m.Status == social.MatterAnswered && m.Bundle != "" {
		l.Bundle = m.ID
	}
	return tx.AddJob(ctx, LetterJob, l, tx.Now, "")
}

// matterAlarmed writes to everybody who looks after the house that time runs out.
func (s *Service) matterAlarmed(ctx context.Context, tx *store.Tx, f event.MatterAlarmed) error {
	m, err := tx.Matter(ctx, f.Matter)
	if err != nil || !m.Status.Waits() {
		return errs.Absent(err)
	}
	what := "Matter"
	if t, ok := m.Class.Timing(); ok {
		what = t.Name
	}
	about, err := tx.MatterObjects(ctx, m.ID)
	if err != nil {
		return err
	}
	not := func(u social.User) bool { // nobody is told who gave notice of them
		return u.Role != social.Owner && slices.ContainsFunc(about, func(o social.MatterObject) bool { return o.Account == u.Account })
	}
	return s.alarm(ctx, tx, not, f.Percent, what, fmt.Sprintf(`nobody has answered this yet, and %d %% of the time that there is for it has passed.
It is due by %s.

%s/moderation/matters/%s`, f.Percent, dueBy(m.Span), s.config.BaseURL, strconv.FormatInt(int64(m.ID), 10)))
}

// appealsAlarmed does the same about appeals: of those that came together, in one
// letter.
func (s *Service) appealsAlarmed(ctx context.Context, tx *store.Tx, f event.AppealsAlarmed) error {
	all, err := tx.AppealsStill(ctx, f.Appeals)
	if err != nil || len(all) == 0 {
		return err
	}
	what, is := "An appeal", "an appeal waits"
	if len(all) > 1 {
		what = fmt.Sprintf("%d appeals", len(all))
		is = what + " wait"
	}
	not := func(u social.User) bool { // who appealed does not hear it
		return !slices.ContainsFunc(all, func(a social.Appeal) bool { return a.By != u.Account })
	}
	return s.alarm(ctx, tx, not, f.Percent, what, fmt.Sprintf(`%s for an answer, and %d %% of the time that there is for that has passed.
The first is due by %s. Somebody who had no part in the decision answers.

%s/moderation/appeals`, is, f.Percent, dueBy(all[0].Span()), s.config.BaseURL))
}

func dueBy(s social.Span) string { return s.Due.In(time.UTC).Format("2 January 2006, 15:04 MST") }

// alarm writes to everybody who looks after the house that so much of the time for
// what is over, but for some.
func (s *Service) alarm(ctx context.Context, tx *store.Tx, not func(social.User) bool, percent int, what, text string) error {
	staff, err := tx.Staff(ctx)
	if err != nil {
		return err
	}
	users, err := tx.Users(ctx, staff)
	if err != nil {
		return err
	}
	subject := fmt.Sprintf("%d %% of the time is over: %s", percent, what)
	if percent >= 100 {
		subject = "The time is over: " + what
	}
	for _, u := range users {
		if not(u) {
			continue
		}
		a, err := tx.Account(ctx, u.Account)
		if err != nil || u.Disabled || !u.Confirmed {
			if err = errs.Absent(err); err != nil {
				return err
			}
			continue
		}
		if err := s.send(ctx, tx, a, u.Email, subject, text); err != nil {
			return err
		}
	}
	return nil
}
