package notices

import (
	"context"
	"strconv"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// reported tells the staff of a new case. Of a stranger's report, and of a
// rule's, it is as if it came from whom it is about: a notice is from somebody.
func (t teller) reported(ctx context.Context, f event.Reported) error {
	if f.Joins {
		return nil
	}
	from := f.Reporter
	if from == 0 {
		from = f.Target
	}
	return t.staff(ctx, social.Notice{Kind: social.NoticeReport, From: from, About: int64(f.Report)}, f.Target)
}

// warned tells somebody what was decided about them, and the log that they were
// told.
func (t teller) warned(ctx context.Context, f event.Decided) error {
	if err := t.tell(ctx, social.Notice{Owner: f.Account, Kind: social.NoticeWarning, From: f.Account, About: int64(f.Decision)}); err != nil {
		return err
	}
	if _, err := t.tx.User(ctx, f.Account); err != nil {
		return errs.Absent(err) // lives elsewhere: their house is told what its software understands
	}
	channel := "notice"
	if f.Letter {
		channel = "notice and letter"
	}
	d, err := t.tx.Decision(ctx, f.Decision)
	if err != nil {
		return errs.Absent(err)
	}
	return t.log(d, f.Account, "author", channel)
}

// maxAnswered is how many who reported are told what came of it.
const maxAnswered = 1000

// answered tells those who reported what came of it.
func (t teller) answered(ctx context.Context, f event.CaseClosed) error {
	rs, err := t.tx.ReportsIn(ctx, f.Case, maxAnswered)
	if err != nil {
		return err
	}
	d, err := t.tx.Decision(ctx, f.Decision)
	if errs.Absent(err) != nil {
		return err
	}
	told := map[social.AccountID]bool{0: true}
	for _, r := range rs {
		if told[r.Reporter] {
			continue
		}
		told[r.Reporter] = true
		if _, err := t.tx.User(ctx, r.Reporter); err != nil {
			if errs.Absent(err) != nil {
				return err
			}
			continue
		}
		if err := t.tell(ctx, social.Notice{Owner: r.Reporter, Kind: social.NoticeAnswer, From: r.Reporter, About: int64(f.Case)}); err != nil {
			return err
		}
		if err := t.log(d, r.Reporter, "reporter", "notice"); err != nil {
			return err
		}
	}
	return nil
}

// log says in the log of evidence that somebody was told of d. Who it was stands
// nowhere in it.
func (t teller) log(d social.Decision, who social.AccountID, as, channel string) error {
	if d.ID == 0 {
		return nil // what was asked for was so already
	}
	_, err := t.tx.AddEvidence(store.Evidence{Type: evidence.TypeNoticeOut, Category: evidence.Category(d.Harm), Outcome: as, Refs: []social.EvidenceID{d.Evidence}, By: who,
		Body: evidence.Told{Decision: strconv.FormatInt(int64(d.ID), 10), To: as, Template: "plaza " + string(d.Action) + " 1", Language: "en", Channel: channel, Delivered: record.Time(t.at)}})
	return err
}
