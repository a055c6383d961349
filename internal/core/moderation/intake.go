package moderation

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// take stores a new report, in the case it belongs to and in the log; because is
// the records that led to it.
func (s *Service) take(ctx context.Context, tx *store.Tx, r *social.Report, because ...social.EvidenceID) error {
	r.ID, r.At, r.Changed = social.ReportID(id.New(tx.Now)), tx.Now, tx.Now
	if _, err := tx.HoldAccount(ctx, r.Target); err != nil { // one case for all who report the same at once
		return err
	}
	right, wrong, err := s.weigh(ctx, tx, r.Reporter)
	if err != nil {
		return err
	}
	c, err := tx.HoldCaseOf(ctx, social.SubjectOf(*r))
	known := err == nil
	if errs.Absent(err) != nil {
		return err
	}
	refs := because
	if known {
		refs = append(refs, c.Evidence)
	}
	p, err := s.recordReport(ctx, tx, *r, refs)
	if err != nil {
		return err
	}
	r.Evidence = p.ID()
	if known {
		moved := c.Add(r.Harm, social.Accuracy(right, wrong), tx.Now)
		if err := s.sorted(ctx, tx, &c, moved); err != nil {
			return err
		}
	} else if c, err = s.begin(ctx, tx, *r, social.Accuracy(right, wrong)); err != nil {
		return err
	}
	r.Case = c.ID
	tx.Record(event.Reported{Report: r.ID, Reporter: r.Reporter, Target: r.Target, Joins: known, Crowd: r.Crowd})
	return tx.AddReport(ctx, *r)
}

// weigh counts how right somebody's last reports were.
func (s *Service) weigh(ctx context.Context, tx *store.Tx, who social.AccountID) (right, wrong int, err error) {
	if who == 0 {
		return 0, 0, nil
	}
	return tx.Weighed(ctx, who)
}

func (s *Service) recordReport(ctx context.Context, tx *store.Tx, r social.Report, refs []social.EvidenceID) (store.Proof, error) {
	subject, posts, err := s.addresses(ctx, tx, r.Target, r.Posts)
	if err != nil {
		return store.Proof{}, err
	}
	alias, err := tx.Alias(ctx, "report "+strconv.FormatInt(int64(r.ID), 10))
	if err != nil {
		return store.Proof{}, err
	}
	body := evidence.Reported{Report: num(r.ID), Channel: string(r.Channel), Subject: subject, Posts: posts, Category: string(r.Harm), Statement: r.Comment, Reporter: alias, ReceivedAt: record.Time(r.At)}
	rules, err := record.Cited(ctx, tx, r.Rules)
	if err != nil {
		return store.Proof{}, err
	}
	for _, x := range rules {
		body.Rules = append(body.Rules, x.Name())
	}
	by := r.Reporter
	return tx.AddEvidence(store.Evidence{Type: evidence.TypeReport, Category: evidence.Category(r.Harm), Class: r.Harm.Routing().Class, Outcome: string(r.Channel), Refs: refs,
		Body: body, About: r.Target, By: by})
}

// begin opens a case about what r is about.
func (s *Service) begin(ctx context.Context, tx *store.Tx, r social.Report, weight float64) (c social.Case, err error) {
	c = social.Case{ID: social.CaseID(id.New(tx.Now)), Subject: social.SubjectOf(r), At: tx.Now}
	c.Add(r.Harm, weight, tx.Now)
	refs := []social.EvidenceID{r.Evidence}
	if c.Post != 0 {
		p, err := tx.Post(ctx, c.Post)
		if err != nil {
			return c, err
		}
		c.Text = excerpt(p)
		s.guess.sort(&c)
		snap, err := s.snapshot(ctx, tx, p)
		if err != nil {
			return c, err
		}
		refs = append(refs, snap.ID())
	}
	if err := s.sort(ctx, tx, &c, refs, "", c.Signal); err != nil {
		return c, err
	}
	added, err := tx.AddCase(ctx, c)
	if err == nil && !added {
		err = errs.New(errs.Conflict, "Somebody else reported the same at this moment. Try again.")
	}
	return c, err
}

// maxExcerpt is how many characters of a post a case keeps to be found by.
const maxExcerpt = 500

func excerpt(p social.Post) string {
	all := []rune(strings.TrimSpace(p.Warning + " " + words(p)))
	return string(all[:min(len(all), maxExcerpt)])
}

// words is what a post says, without links and marks.
func words(p social.Post) string {
	if p.HTML == "" {
		return p.Text
	}
	return text.FromHTML(p.HTML, func(_, shown string) string { return shown })
}

// sorted stores a case, and says in the log when it went elsewhere.
func (s *Service) sorted(ctx context.Context, tx *store.Tx, c *social.Case, moved bool) error {
	if moved {
		if err := s.sort(ctx, tx, c, []social.EvidenceID{c.Evidence}, "", "more was reported"); err != nil {
			return err
		}
	}
	return tx.SetCase(ctx, *c)
}

// sorter is the version of the rule that sorts cases (social.Case.Add).
const sorter = "plaza sorting 1"

// sort says in the log how a case is sorted.
func (s *Service) sort(ctx context.Context, tx *store.Tx, c *social.Case, refs []social.EvidenceID, by, why string) error {
	subject, posts, err := s.addresses(ctx, tx, c.Account, postsOf(c.Post))
	if err != nil {
		return err
	}
	if len(posts) == 1 {
		subject = posts[0]
	}
	if by == "" {
		by = sorter
	}
	p, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeTriage, Category: evidence.Category(c.Harm), Class: c.Harm.Routing().Class, Outcome: string(c.Queue), Refs: refs, About: c.Account,
		Body: evidence.Triage{Case: num(c.ID), Subject: subject, Queue: string(c.Queue), Priority: c.Priority, By: by, Due: record.Time(c.Due), Reason: why}})
	c.Evidence = p.ID()
	return err
}

// snapshot keeps a post as it stands now.
func (s *Service) snapshot(ctx context.Context, tx *store.Tx, p social.Post) (store.Proof, error) {
	_, posts, err := s.addresses(ctx, tx, p.Author, postsOf(p.ID))
	if err != nil {
		return store.Proof{}, err
	}
	body := evidence.Snapshot{Subject: posts[0], Address: p.Page, Text: words(p), Warning: p.Warning, Visibility: string(p.Visibility), Published: record.Time(p.At), Edited: record.Time(p.EditedAt),
		Reach: &evidence.Reach{Likes: p.Likes, Boosts: p.Boosts, Replies: p.Replies}}
	for _, m := range p.Media {
		one, err := tx.Alias(ctx, "media "+num(m))
		if err != nil {
			return store.Proof{}, err
		}
		body.Media = append(body.Media, one)
	}
	body.Text, body.Warning = cut(body.Text, maxSnapshot), cut(body.Warning, maxSnapshot/4)
	return tx.AddEvidence(store.Evidence{Type: evidence.TypeSnapshot, Body: body, About: p.Author, By: p.Author, Closed: p.Visibility == social.Direct})
}

// maxSnapshot is how many bytes of a text are kept, and maxNamed of the addresses
// of posts: a record has no more room.
const (
	maxSnapshot = evidence.MaxBody / 4
	maxNamed    = evidence.MaxBody / 4
)

// cut is at most the first n bytes of s, in whole characters.
func cut(s string, n int) string {
	return strings.ToValidUTF8(s[:min(len(s), n)], "")
}

// named are as many addresses as there is room for.
func named(all []string) []string {
	size := 0
	for i, a := range all {
		if size += len(a); size > maxNamed {
			return append(all[:i:i], fmt.Sprintf("and %d more", len(all)-i))
		}
	}
	return all
}

// addresses are what an account and posts are called in the log: their ids in the
// fediverse.
func (s *Service) addresses(ctx context.Context, tx *store.Tx, who social.AccountID, posts []social.PostID) (account string, _ []string, err error) {
	a, err := tx.Account(ctx, who)
	if err != nil {
		return "", nil, err
	}
	if account = a.URI; a.Local() {
		account = s.view.ActorURI(a.ID)
	}
	if len(posts) == 0 {
		return account, nil, nil
	}
	ps, err := tx.Posts(ctx, posts)
	if err != nil {
		return "", nil, err
	}
	known := map[social.PostID]social.Post{}
	for _, p := range ps {
		known[p.ID] = p
	}
	var out []string
	for _, which := range posts {
		if p, ok := known[which]; ok && p.URI != "" {
			out = append(out, p.URI)
		} else {
			out = append(out, s.view.PostURI(which))
		}
	}
	return account, named(out), nil
}

func postsOf(which social.PostID) []social.PostID {
	if which == 0 {
		return nil
	}
	return []social.PostID{which}
}

func num[ID ~int64](id ID) string { return strconv.FormatInt(int64(id), 10) }

// reopen puts a report that was closed into the open case about its subject.
func (s *Service) reopen(ctx context.Context, tx *store.Tx, r *social.Report) error {
	c, err := tx.HoldCaseOf(ctx, social.SubjectOf(*r))
	switch {
	case err == nil:
		c.Reports++
		r.Case = c.ID
		return tx.SetCase(ctx, c)
	case errs.Absent(err) != nil:
		return err
	}
	c, err = s.begin(ctx, tx, *r, social.Accuracy(0, 0))
	r.Case = c.ID
	return err
}
