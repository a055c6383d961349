package accounts

import (
	"context"
	"encoding/json"
	"reflect"
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

const (
	checkTimeout = 4 * time.Minute // for all pages of one account
	checkTries   = 5
	checkAtOnce  = 4
	// dueAtOnce is how many accounts are found to be due at once.
	dueAtOnce = 500
)

// AskBack asks a page whether it links back to one of somebody's addresses. An
// error is for what has nothing to do with the page.
type AskBack func(ctx context.Context, page string, to []string) (social.LinkBack, error)

// AskDomain asks a domain whether its person of a name is one of ours, given by the
// addresses of their actor. An error is for what has nothing to do with the domain.
type AskDomain func(ctx context.Context, username, domain string, actors []string) (social.LinkBack, error)

// answers are what pages and domains said, by the links of fields.
type answers struct{ pages, domains map[string]social.LinkBack }

// FieldsWorker checks which of the links in our people's profiles link back.
func (s *Service) FieldsWorker(ask AskBack) work.Worker {
	return work.Worker{Kind: store.CheckFieldsJob, AtOnce: checkAtOnce, Timeout: checkTimeout, Tries: checkTries, Do: func(ctx context.Context, args []byte) error {
		var who social.AccountID
		if err := json.Unmarshal(args, &who); err != nil {
			return errs.Wrap(errs.Invalid, "This job does not name an account.", err)
		}
		var a social.Account
		err := s.store.Read(ctx, func(v *store.View) (err error) { a, err = v.Account(ctx, who); return err })
		if errs.KindOf(err) == errs.NotFound && err != nil {
			return nil
		}
		if err != nil || !a.Local() || a.Standing != social.Good {
			return err
		}
		said := answers{map[string]social.LinkBack{}, map[string]social.LinkBack{}}
		for _, link := range links(a) {
			if said.pages[link], err = ask(ctx, link, []string{s.config.Base.PageURL(a.Username), s.config.Base.ActorURI(who)}); err != nil {
				return err
			}
			domain := social.Field{Value: link}.Domain()
			if domain == "" || s.Domain == nil {
				continue
			}
			if said.domains[link], err = s.Domain(ctx, a.Username, domain, []string{s.config.Base.ActorURI(who)}); err != nil {
				return err
			}
		}
		return s.checked(ctx, who, said)
	}}
}

// links are those in an account's profile that can be verified, each once.
func links(a social.Account) (out []string) {
	there := map[string]bool{}
	for _, f := range a.Fields {
		if l := f.Link(); l != "" && !there[l] {
			there[l], out = true, append(out, l)
		}
	}
	return out
}

// checked keeps what pages said. A link that came into the profile meanwhile is
// asked for next.
func (s *Service) checked(ctx context.Context, who social.AccountID, said answers) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.HoldAccount(ctx, who)
		if errs.KindOf(err) == errs.NotFound && err != nil {
			return nil
		}
		if err != nil {
			return err
		}
		was, next := a.Fields, tx.Now.Add(social.FieldCheckEvery)
		a.Fields = append([]social.Field{}, was...)
		for i, f := range a.Fields {
			answer, asked := said.pages[f.Link()]
			switch {
			case !asked && f.Link() != "":
				next = tx.Now
			case asked:
				f = f.Checked(answer, tx.Now)
			}
			domain, asked := said.domains[f.Link()]
			if asked {
				f = f.DomainChecked(domain, tx.Now)
			}
			if a.Fields[i] = f; answer == social.Unread && f.Misses < social.MaxFieldMisses || domain == social.Unread && f.DomainMisses < social.MaxFieldMisses {
				next = earlier(next, tx.Now.Add(social.FieldCheckRetry))
			}
		}
		if len(links(a)) == 0 {
			return tx.EndFieldCheck(ctx, who)
		}
		if err := tx.SetFieldCheck(ctx, who, tx.Now, next); err != nil || reflect.DeepEqual(was, a.Fields) {
			return err
		}
		tx.Record(event.FieldsChecked{Account: who})
		return tx.SetProfile(ctx, a)
	})
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// checkSoon has the links in a profile checked that was just changed, if one
// of them, or its domain, is not verified.
func checkSoon(ctx context.Context, tx *store.Tx, a social.Account) error {
	if len(links(a)) == 0 {
		return tx.EndFieldCheck(ctx, a.ID)
	}
	open := false
	for _, f := range a.Fields {
		open = open || f.Link() != "" && f.VerifiedAt == nil || f.Domain() != "" && f.DomainAt == nil
	}
	if !open {
		return nil
	}
	last, err := tx.FieldsChecked(ctx, a.ID)
	if err != nil {
		return err
	}
	due := tx.Now
	if rested := last.Add(social.FieldCheckRest); !last.IsZero() && rested.After(due) {
		due = rested
	}
	// Should a check be under way that does not know of the change, this brings
	// another.
	if err := tx.SetFieldCheck(ctx, a.ID, last, due); err != nil {
		return err
	}
	return wantCheck(ctx, tx, a.ID, due)
}

func wantCheck(ctx context.Context, tx *store.Tx, who social.AccountID, due time.Time) error {
	return tx.AddJob(ctx, store.CheckFieldsJob, who, due, strconv.FormatInt(int64(who), 10))
}

// CheckFields has the links of those checked whose turn it is.
func (s *Service) CheckFields(ctx context.Context) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		due, err := tx.FieldChecksDue(ctx, tx.Now, dueAtOnce)
		if err != nil {
			return err
		}
		for _, who := range due {
			last, err := tx.FieldsChecked(ctx, who)
			if err != nil {
				return err
			}
			// Who cannot be checked now, as they are suspended, comes up again then.
			if err := tx.SetFieldCheck(ctx, who, last, tx.Now.Add(social.FieldCheckEvery)); err != nil {
				return err
			}
			if err := wantCheck(ctx, tx, who, tx.Now); err != nil {
				return err
			}
		}
		return nil
	})
}
