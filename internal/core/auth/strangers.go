package auth

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Letters to people without an account who reported something. Anybody can write
// anybody's address into the form: so each is written to once for a report, not
// often in a day, and again only if they say that they want to be.

const (
	keepStrangers = 366 * 24 * time.Hour // for how long the addresses are kept
	strangerDay   = 24 * time.Hour       // of the letters to one address
)

// strangerReported tells somebody who left an address that their report came.
func (s *Service) strangerReported(ctx context.Context, tx *store.Tx, f event.Reported) error {
	if f.Reporter != 0 {
		return nil
	}
	r, err := tx.Report(ctx, f.Report)
	if err != nil {
		return errs.Absent(err)
	}
	email := social.ContactEmail(r.Contact)
	if r.Channel != social.ChannelStranger || email == "" {
		return nil
	}
	of := social.StrangerReport{Report: r.ID, Email: strings.ToLower(email), Asked: tx.Now, Crowd: f.Crowd}
	room, err := strangersRoom(ctx, tx, of.Email)
	if err != nil {
		return err
	}
	if room && !of.Crowd {
		of.Sent = tx.Now
	}
	secret, hash := newSecret()
	if err := tx.AddStrangerReport(ctx, of, hash); err != nil || of.Sent.IsZero() {
		return err
	}
	return s.strangerLetter(ctx, tx, email, r.ID, secret)
}

// strangersRoom reports whether there is room for one more letter to an address.
func strangersRoom(ctx context.Context, tx *store.Tx, email string) (bool, error) {
	own, err := tx.CountStrangerReports(ctx, email, tx.Now.Add(-strangerDay))
	if err != nil || own >= social.MaxStrangerLetters {
		return false, err
	}
	all, err := tx.CountStrangerReports(ctx, "", tx.Now.Add(-time.Hour))
	return err == nil && all < social.MaxStrangerHour, err
}

// writeStrangers writes the letters that waited, as far as there is room now.
func (s *Service) writeStrangers(ctx context.Context, tx *store.Tx) error {
	all, err := tx.HoldStrangersWaiting(ctx, social.MaxStrangerLetters, tx.Now.Add(-strangerDay), tidyAtOnce)
	if err != nil {
		return err
	}
	for _, one := range all {
		room, err := strangersRoom(ctx, tx, one.Email)
		if err != nil {
			return err
		}
		if !room {
			continue
		}
		secret, hash := newSecret()
		if err := tx.SendStrangerReport(ctx, one.Report, tx.Now, hash); err != nil {
			return err
		}
		if err := s.strangerLetter(ctx, tx, one.Email, one.Report, secret); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) strangerLetter(ctx context.Context, tx *store.Tx, to string, which social.ReportID, secret string) error {
	return s.toStranger(ctx, tx, to, "We have your report", fmt.Sprintf(`somebody, we hope you, told us of something here that is wrong, and left this
e-mail address. It has arrived, and people look at it. Its number is %d.

Here you see how it stands, and can have us write to you when it is decided:

%s

Your receipt is there, too: it is signed, and proves that we were told.

Was it not you? Then do nothing. We write to you again only if the button on
that page is pressed.`, which, s.config.BaseURL+"/record/"+secret))
}

// maxStrangersTold is how many of one case are told what came of it.
const maxStrangersTold = 1000

// strangersTold tells those who wanted it what came of their reports. The link in
// the first letter still leads there: who has it is nobody we know, so it is made
// anew for nobody.
func (s *Service) strangersTold(ctx context.Context, tx *store.Tx, f event.CaseClosed) error {
	all, err := tx.HoldStrangersToTell(ctx, f.Case, maxStrangersTold)
	if err != nil || len(all) == 0 {
		return err
	}
	c, err := tx.Case(ctx, f.Case)
	if err != nil {
		return errs.Absent(err)
	}
	d, err := tx.Decision(ctx, f.Decision)
	if errs.Absent(err) != nil {
		return err
	}
	rule, err := cited(ctx, tx, d.Rule)
	if err != nil {
		return err
	}
	for _, one := range all {
		one.Told = tx.Now
		if err := tx.SetStrangerReport(ctx, one); err != nil {
			return err
		}
		if err := s.toldLetter(ctx, tx, one, c.Answer(d, rule)); err != nil {
			return err
		}
		if d.ID == 0 {
			continue
		}
		if _, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeNoticeOut, Category: evidence.Category(d.Harm), Outcome: "reporter", Refs: []social.EvidenceID{d.Evidence},
			Body: evidence.Told{Decision: strconv.FormatInt(int64(d.ID), 10), To: "reporter", Template: "plaza " + string(d.Action) + " 1", Language: "en", Channel: "letter", Delivered: record.Time(tx.Now)}}); err != nil {
			return err
		}
	}
	return nil
}

// toldLetter tells one of them why their report ended as it did.
func (s *Service) toldLetter(ctx context.Context, tx *store.Tx, to social.StrangerReport, why social.Statement) error {
	did, more := "decided", "\n\nThe link in our first letter about it leads to where you can ask for that."
	if why.Redress == "" {
		did, more = "closed", ""
	}
	return s.toStranger(ctx, tx, to.Email, "Your report was "+did, fmt.Sprintf("your report with the number %d was %s.\n\n%s%s", to.Report, did, why.Text(), more))
}

func (s *Service) toStranger(ctx context.Context, tx *store.Tx, to, subject, text string) error {
	house := s.title()
	return tx.AddJob(ctx, LetterJob, Letter{To: to, Subject: subject + " · " + house, Text: fmt.Sprintf("Hello,\n\n%s\n\n%s\n%s\n", text, house, s.config.BaseURL)}, tx.Now, "")
}

// ByReport is the report that the link in a letter to a stranger leads to, or
// NotFound.
func (s *Service) ByReport(ctx context.Context, secret string) (r social.StrangerReport, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		r, err = v.StrangerReport(ctx, hashOf(secret))
		return err
	})
	return r, err
}

// WantAnswer has somebody who holds the link written to when their report is
// decided: it shows that the address is theirs.
func (s *Service) WantAnswer(ctx context.Context, secret string) error {
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		r, err := tx.StrangerReport(ctx, hashOf(secret))
		if err == nil {
			r, err = tx.HoldStrangerReport(ctx, r.Report)
		}
		if err != nil || !r.Confirmed.IsZero() {
			return err
		}
		r.Confirmed = tx.Now
		return tx.SetStrangerReport(ctx, r)
	})
	if err != nil {
		return fmt.Errorf("confirm the address of a report: %w", err)
	}
	return nil
}
