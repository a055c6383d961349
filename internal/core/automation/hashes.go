package automation

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// hashesAtOnce is how many hashes are read or written in one piece.
const hashesAtOnce = 5000

// loadTable reads all lists of hashes into memory.
func loadTable(ctx context.Context, v *store.View) (*social.HashTable, error) {
	var b social.HashTableBuilder
	lists, err := v.HashLists(ctx)
	if err != nil {
		return nil, err
	}
	for _, l := range lists {
		for after := (social.FileHash{}); ; {
			all, err := v.Hashes(ctx, l.ID, after, hashesAtOnce)
			if err != nil {
				return nil, err
			}
			if b.Add(l, all); len(all) < hashesAtOnce {
				break
			}
			after = all[len(all)-1]
		}
	}
	return b.Table(), nil
}

// Hashes are the lists of hashes of files. They are for admins.
func (s *Service) Hashes(ctx context.Context, by social.Actor) (all []social.HashList, err error) {
	if err := by.MustBe(social.Admin); err != nil {
		return nil, err
	}
	err = s.store.Read(ctx, func(v *store.View) (err error) { all, err = v.HashLists(ctx); return err })
	return all, err
}

// Import puts what a file says on its lists, in pieces: who asks again goes on
// where it ended. Lines that cannot be read are left out. It is for admins.
func (s *Service) Import(ctx context.Context, by social.Actor, in social.HashImport) (added int, err error) {
	for _, l := range in.Lists {
		list, err := s.list(ctx, by, l)
		if err != nil {
			return added, err
		}
		for from := 0; from < len(l.Hashes); from += hashesAtOnce {
			some := l.Hashes[from:min(from+hashesAtOnce, len(l.Hashes))]
			if err := s.write(ctx, "import hashes", by, func(tx *store.Tx) error {
				n, err := tx.CountHashes(ctx)
				if err != nil {
					return err
				}
				if n+len(some) > social.MaxHashes {
					return errs.Newf(errs.Invalid, "Validation failed: All lists together have at most %d hashes. Remove one first.", social.MaxHashes)
				}
				tx.Record(event.AutomationChanged{Hashes: true})
				if n, err = tx.AddHashes(ctx, list, some); err != nil {
					return err
				}
				added += n
				return tx.SetSetting(ctx, LookAgain, 0)
			}); err != nil {
				return added, err
			}
		}
	}
	s.table.forget()
	return added, nil
}

// list is the list with a name, made if there is none.
func (s *Service) list(ctx context.Context, by social.Actor, l social.HashImportList) (which social.HashListID, err error) {
	err = s.write(ctx, "make list of hashes", by, func(tx *store.Tx) error {
		was, err := tx.HashListNamed(ctx, l.Name)
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return err
		}
		if which = was.ID; err == nil && was.Class == l.Class {
			return nil
		}
		if was.ID == 0 {
			all, err := tx.HashLists(ctx)
			if err != nil {
				return err
			}
			if len(all) >= social.MaxHashLists {
				return errs.Newf(errs.Invalid, "Validation failed: There are at most %d lists of hashes. Remove one first.", social.MaxHashLists)
			}
			which = social.HashListID(id.New(tx.Now))
		}
		if err := tx.AddHashList(ctx, social.HashList{ID: which, Name: l.Name, Class: l.Class, By: by.Account}); err != nil {
			return err
		}
		return noteList(ctx, tx, was, social.HashList{Name: l.Name, Class: l.Class}, by)
	})
	return which, err
}

// EndHashes removes a list. It is for admins.
func (s *Service) EndHashes(ctx context.Context, by social.Actor, which social.HashListID) error {
	err := s.write(ctx, "remove list of hashes", by, func(tx *store.Tx) error {
		lists, err := tx.HashLists(ctx)
		if err != nil {
			return err
		}
		for _, l := range lists {
			if l.ID != which {
				continue
			}
			tx.Record(event.AutomationChanged{Hashes: true})
			if err := noteList(ctx, tx, l, social.HashList{}, by); err != nil {
				return err
			}
			_, err := tx.EndHashList(ctx, which)
			return err
		}
		return store.NoPost
	})
	s.table.forget()
	return err
}

func noteList(ctx context.Context, tx *store.Tx, was, is social.HashList, by social.Actor) error {
	who, err := record.Staff(ctx, tx, by)
	if err != nil {
		return err
	}
	said := func(l social.HashList) string {
		if l.Name == "" {
			return ""
		}
		return fmt.Sprintf("%s, of %s", l.Name, l.Class)
	}
	_, err = tx.AddEvidence(store.Evidence{Type: evidence.TypeConfig, Category: evidence.CategoryRules,
		Body: evidence.Configured{What: "list of hashes", From: said(was), To: said(is), By: who}})
	return err
}

// LookAgain is the setting that says up to which attachment those that came before
// a list have been held against it; it is not there when all have.
const LookAgain = "hashes look again"

// Abuse reports whether an attachment is on a list of what nobody may see.
func (s *Service) Abuse(ctx context.Context, v *store.View, m social.Media) (bool, error) {
	l, err := s.abuse(ctx, v, m)
	return l.Name != "", err
}

func (s *Service) abuse(ctx context.Context, v *store.View, m social.Media) (social.HashList, error) {
	table, err := s.table.get(ctx, v)
	if err != nil {
		return social.HashList{}, err
	}
	for _, p := range pictures([]social.Media{m}) {
		if l, ok := table.Find(p); ok && l.Class == social.HashAbuse {
			return l, nil
		}
	}
	return social.HashList{}, nil
}

// Seal reports whether an attachment is on a list of what nobody may see, and
// brings that before the staff: who sent it, and never what it is. It is asked
// when an attachment was made, in that transaction.
func (s *Service) Seal(ctx context.Context, tx *store.Tx, m social.Media) (bool, error) {
	l, err := s.abuse(ctx, &tx.View, m)
	if err != nil || l.Name == "" {
		return false, err
	}
	if s.config.Act == nil {
		return true, nil
	}
	if m.Owner == 0 {
		return true, s.tellOfEmoji(ctx, tx, l)
	}
	return true, s.tellOf(ctx, tx, m.Owner, fmt.Sprintf("attachment %d is on the list %s, and sealed", m.ID, l.Name))
}

// tellOfEmoji writes to those who look after the house that one of its emojis was
// something that nobody may see, if nobody knows who sent it. The log says so, too.
func (s *Service) tellOfEmoji(ctx context.Context, tx *store.Tx, l social.HashList) error {
	if _, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeConfig, Category: evidence.CategoryRules,
		Body: evidence.Configured{What: "emoji", From: "one on a list of " + string(l.Class), By: "list of known files"}}); err != nil || s.config.Tell == nil {
		return err
	}
	return s.config.Tell(ctx, tx, "An emoji was taken away", fmt.Sprintf(
		"An emoji of this house is on the list %s of files that nobody may see. It was taken away by itself. It is from before Plaza kept who sent one: who that was, and whether somebody has to be told, is for you to find out.", l.Name))
}

// tellOf brings before the staff that somebody sent what nobody may see.
func (s *Service) tellOf(ctx context.Context, tx *store.Tx, who social.AccountID, what string) error {
	r := social.AutoRule{Name: "list of known files", Version: 1, Terms: social.AutoTerms{Actions: []social.AutoAction{social.AutoReport},
		Priority: social.AutoUrgent, Category: social.HarmMinors}}
	h := social.AutoHit{Version: 1, Account: who, Acted: true, Why: []string{what}}
	return s.config.Act(ctx, tx, r, h, social.AutoReport)
}

// Known is Invalid for a picture on a list of what nobody may see, before it becomes
// a portrait, a header or an emoji, or is shown from elsewhere: nothing of it is
// kept. Who sent it is brought before the staff, unless that is nobody here.
func (s *Service) Known(ctx context.Context, who social.AccountID, m social.Media) error {
	var l social.HashList
	if err := s.store.Read(ctx, func(v *store.View) (err error) { l, err = s.abuse(ctx, v, m); return err }); err != nil || l.Name == "" {
		return err
	}
	if who != 0 && s.config.Act != nil {
		if err := s.store.Write(ctx, func(tx *store.Tx) error {
			return s.tellOf(ctx, tx, who, fmt.Sprintf("a picture for a profile or an emoji is on the list %s, and was not taken", l.Name))
		}); err != nil {
			return fmt.Errorf("report a known file: %w", err)
		}
	}
	return errs.New(errs.Invalid, "This file cannot be used here.")
}
