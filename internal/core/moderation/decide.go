package moderation

import (
	"cmp"
	"context"
	"fmt"
	"slices"
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

// Decide does d.Action about d.Account, or about posts of it, in the name of by,
// and records who did it, when and why: in our rows and, in the same transaction,
// in the log of evidence. Letter has its owner written to, whom notices reach no
// longer if they cannot sign in.
//
// A decision about a case ends it. One about a whole account ends all that is
// open about it, but for a warning, which ends only the case or the report it is
// about, for what somebody else has, and, unless the account is suspended, for what
// may harm somebody or break a law: somebody looks at that first. What the account or the post is already changes nothing, and is not
// recorded again; a case ends all the same.
//
// Nobody decides about somebody of the same or a higher role, and nobody locks
// the only owner out. Where the house wants a second pair of eyes, a grave
// decision about a case waits for it: Proposed is the error then.
func (s *Service) Decide(ctx context.Context, by social.Actor, d social.Decision, letter bool) error {
	if err := by.MustModerate(); err != nil {
		return err
	}
	d.By = by.Account
	proposed := false
	err := s.store.Write(ctx, func(tx *store.Tx) (err error) {
		proposed, err = s.decide(ctx, tx, by, d, letter)
		return err
	})
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", d.Action, err)
	case proposed:
		return Proposed
	}
	return nil
}

// Proposed is what is answered when a decision waits for somebody else to agree.
var Proposed = errs.New(errs.Conflict, "This is so grave that somebody else has to agree. It is proposed to the others now.")

// DecideFor is Decide for a rule that acts by itself or a jury, within their
// transaction.
func (s *Service) DecideFor(ctx context.Context, tx *store.Tx, d social.Decision, letter bool) error {
	_, err := s.decide(ctx, tx, social.Console, d, letter)
	return err
}

func (s *Service) decide(ctx context.Context, tx *store.Tx, by social.Actor, d social.Decision, letter bool) (proposed bool, err error) {
	d.Text, d.Facts, d.Law = tidy(d.Text), tidy(d.Facts), tidy(d.Law)
	d = d.Grounded()
	d.Decider = cmp.Or(d.Decider, social.ByPerson)
	if err := s.subject(ctx, tx, by, &d); err != nil {
		return false, err
	}
	if err := d.Check(tx.Now); err != nil {
		return false, err
	}
	a, u, err := held(ctx, tx, by, d) // before the case, as reports do
	if err != nil {
		return false, err
	}
	c, err := heldCase(ctx, tx, by, d)
	if err != nil {
		return false, err
	}
	if wait, err := s.secondEyes(ctx, tx, &c, &d); err != nil || wait {
		return wait, err
	}
	if d.Action.OfPost() {
		return false, s.decidePosts(ctx, tx, by, c, d, letter)
	}
	if d.Action == social.Dismiss {
		_, err := s.settle(ctx, tx, by, c, &d)
		return false, err
	}
	a, u, changed := d.Action.Apply(a, u)
	if !changed {
		if changed, err = longer(ctx, tx, d); err != nil {
			return false, err
		}
	}
	if !changed {
		return false, s.closeAll(ctx, tx, by, c, d)
	}
	p, err := s.settle(ctx, tx, by, c, &d)
	if err != nil {
		return false, err
	}
	if err := tx.SetModerated(ctx, a, p); err != nil {
		return false, err
	}
	if u.Account != 0 {
		if err := tx.SetUser(ctx, u); err != nil {
			return false, err
		}
	}
	tx.Record(event.AccessChanged{Account: a.ID})
	s.tell(tx, d, letter)
	return false, recordSignedOut(ctx, tx, d)
}

func tidy(s string) string { return strings.TrimSpace(text.Clean(s)) }

// longer reports whether d, which changes nothing now, ends at another time than
// what is in force: then it takes its place.
func longer(ctx context.Context, tx *store.Tx, d social.Decision) (bool, error) {
	if !d.Action.Sanction() {
		return false, nil
	}
	now, err := tx.InForce(ctx, d.Account, d.Action)
	return err == nil && !now.Until.Equal(d.Until), errs.Absent(err)
}

// tell has those told whom a decision is about. Who cannot sign in any more
// learns of it from a letter alone, and so always gets one.
func (s *Service) tell(tx *store.Tx, d social.Decision, letter bool) {
	tx.Record(event.Decided{Decision: d.ID, Account: d.Account, By: d.By, Action: d.Action, Letter: (letter || d.Action.Grave()) && d.Action.Sanction(), Case: d.Case, Posts: d.Posts, Undoes: d.Undoes})
}

// subject finds whom and what d is about, from the case or the report that it
// names.
func (s *Service) subject(ctx context.Context, tx *store.Tx, by social.Actor, d *social.Decision) error {
	if d.Report != 0 {
		r, err := tx.Report(ctx, d.Report)
		if err == nil && d.Account != 0 && r.Target != d.Account {
			err = store.NoPost
		}
		if err != nil {
			return err
		}
		d.Account, d.Case = r.Target, cmp.Or(d.Case, r.Case)
		if len(d.Posts) == 0 {
			d.Posts = r.Posts
		}
	}
	if d.Case == 0 {
		return nil
	}
	c, err := tx.Case(ctx, d.Case)
	if err == nil && d.By != 0 {
		err = hidden(ctx, &tx.View, by, c)
	}
	if err != nil {
		return err
	}
	if d.Account != 0 && d.Account != c.Account {
		return store.NoPost
	}
	d.Account = c.Account
	if d.Harm == "" {
		d.Harm = c.Harm
	}
	if c.Subject.Post != 0 && len(d.Posts) == 0 {
		d.Posts = postsOf(c.Subject.Post)
	}
	return nil
}

var decidedAlready = errs.New(errs.Conflict, "Somebody has decided about this case already.")

// heldCase is the case of d, which nobody else decides meanwhile; zero for none.
// What somebody else has is theirs while they have it. Who reported something does
// not decide about it, but for an owner, who may be alone.
func heldCase(ctx context.Context, tx *store.Tx, by social.Actor, d social.Decision) (c social.Case, err error) {
	if d.Case == 0 {
		return c, nil
	}
	if c, err = tx.HoldCase(ctx, d.Case); err != nil {
		return c, err
	}
	if !c.Open() && d.Report == 0 && d.Undoes == 0 {
		return c, decidedAlready
	}
	if by.Account == 0 {
		return c, nil
	}
	if has := c.ClaimedBy(tx.Now); has != 0 && has != by.Account {
		return c, theirs
	}
	if by.Role.AtLeast(social.Owner) {
		return c, nil
	}
	mine, err := tx.ReportedIn(ctx, c.ID, by.Account)
	if err == nil && mine {
		err = errs.New(errs.Forbidden, "You reported this yourself: somebody else decides about it.")
	}
	return c, err
}

// secondEyes has a grave decision about a case wait, in a house that wants that,
// or notes who agrees to the one that waits.
func (s *Service) secondEyes(ctx context.Context, tx *store.Tx, c *social.Case, d *social.Decision) (wait bool, err error) {
	if !d.Action.SecondEyes() || d.Decider != social.ByPerson || d.By == 0 {
		return false, nil
	}
	house, err := tx.House(ctx)
	if err != nil || !house.SecondEyes {
		return false, err
	}
	if c.ID == 0 || !c.Open() {
		return false, errs.New(errs.Invalid, "In this house somebody else has to agree to that: report it, and decide about the case.")
	}
	first := c.Proposal
	if first.By == 0 || first.By == d.By || first.Decision.Action != d.Action {
		return true, s.propose(ctx, tx, c, *d)
	}
	u, err := tx.User(ctx, first.By)
	if err != nil || !u.Role.AtLeast(social.Moderator) || u.Disabled {
		return true, cmp.Or(errs.Absent(err), s.propose(ctx, tx, c, *d)) // who wanted it is not of the staff any more
	}
	if !d.Seen.IsZero() && id.Time(int64(first.Evidence)).After(d.Seen) {
		return false, errs.New(errs.Conflict, "Somebody else proposed this since you were shown the case: look at what they want, and for how long.")
	}
	second := d.By
	*d = first.Decision // what was proposed, and nothing else
	d.By, d.Second = first.By, second
	if err := d.Check(tx.Now); err != nil {
		return false, err
	}
	return false, s.recordProposal(ctx, tx, *c, agreed, second, "")
}

// decidePosts changes how posts stand, or ends them.
func (s *Service) decidePosts(ctx context.Context, tx *store.Tx, by social.Actor, c social.Case, d social.Decision, letter bool) (err error) {
	var posts []social.Post
	changed := false
	for _, which := range d.Posts {
		p, err := tx.HoldPost(ctx, which)
		if err != nil || p.Author != d.Account {
			if errs.Absent(err) == nil && (c.ID != 0 || d.Undoes != 0) {
				continue // deleted since it was reported
			}
			return cmp.Or(err, error(store.NoPost))
		}
		posts = append(posts, p)
		changed = changed || d.Action == social.DeletePost || p.Standing != d.Action.Standing()
	}
	if !changed && len(posts) > 0 {
		if changed, err = longerAbout(ctx, tx, d); err != nil {
			return err
		}
	}
	if !changed {
		return s.closeAll(ctx, tx, by, c, d)
	}
	p, err := s.settle(ctx, tx, by, c, &d)
	if err != nil {
		return err
	}
	for _, post := range posts {
		if d.Action == social.DeletePost {
			if err := s.removePost(ctx, tx, post, d.ID); err != nil {
				return err
			}
			continue
		}
		if err := tx.SetPostStanding(ctx, post.ID, d.Action.Standing(), p); err != nil {
			return err
		}
		f := event.PostJudged{Post: post.ID, Author: post.Author, Was: post.Standing, Standing: d.Action.Standing(), Visibility: post.Visibility, Tags: post.OpenTags(), ReplyTo: post.ReplyTo, ReplyAuthor: post.ReplyAuthor, Audience: post.Audience, Decision: d.ID}
		for _, m := range post.Mentions {
			f.Mentions = append(f.Mentions, m.Account)
		}
		tx.Record(f)
	}
	s.tell(tx, d, letter)
	return nil
}

// longerAbout is longer for posts.
func longerAbout(ctx context.Context, tx *store.Tx, d social.Decision) (bool, error) {
	if !d.Action.Sanction() {
		return false, nil
	}
	all, err := tx.PostDecisions(ctx, d.Account, 0)
	for _, which := range d.Posts {
		if i := slices.IndexFunc(all, func(was social.Decision) bool { return slices.Contains(was.Posts, which) }); i >= 0 && all[i].Action == d.Action && !all[i].Until.Equal(d.Until) {
			return true, err
		}
	}
	return false, err
}

// removePost ends a post with the boosts of it.
func (s *Service) removePost(ctx context.Context, tx *store.Tx, p social.Post, of social.DecisionID) error {
	boosts, err := tx.BoostsOf(ctx, p.ID, maxBoostsRemoved)
	if err != nil {
		return err
	}
	for _, b := range boosts {
		if err := tx.RemovePost(ctx, b); err != nil {
			return err
		}
	}
	return tx.RemovePostFor(ctx, p, of)
}

// maxBoostsRemoved is how many boosts go with a post at once; others show nothing
// any more.
const maxBoostsRemoved = 1000

// settle stores d, in the log first, and ends what it ends.
func (s *Service) settle(ctx context.Context, tx *store.Tx, by social.Actor, c social.Case, d *social.Decision) (p store.Proof, err error) {
	d.ID, d.Expires = social.DecisionID(id.New(tx.Now)), d.Strike(tx.Now)
	if c.ID != 0 && !d.Machine {
		if d.Machine, err = tx.CameBy(ctx, c.ID, social.ChannelRule); err != nil {
			return p, err
		}
	}
	if d.Undoes == 0 {
		if d.Undoes, err = undone(ctx, tx, *d); err != nil {
			return p, err
		}
	}
	if p, err = s.recordDecision(ctx, tx, by, c, d); err != nil {
		return p, err
	}
	d.Evidence = p.ID()
	if err := tx.AddDecision(ctx, *d, p); err != nil {
		return p, err
	}
	if !d.Until.IsZero() {
		if err := tx.AddJob(ctx, endJob, d.ID, d.Until, num(d.ID)); err != nil {
			return p, err
		}
	}
	return p, s.closeAll(ctx, tx, by, c, *d)
}

// undone is the last decision that d takes back, if it takes one back.
func undone(ctx context.Context, tx *store.Tx, d social.Decision) (social.DecisionID, error) {
	for _, was := range []social.Action{social.Veil, social.Disable, social.Limit, social.Suspend} {
		if was.Inverse() == d.Action {
			old, err := tx.InForce(ctx, d.Account, was)
			return old.ID, errs.Absent(err)
		}
	}
	return 0, nil
}

func (s *Service) recordDecision(ctx context.Context, tx *store.Tx, by social.Actor, c social.Case, d *social.Decision) (p store.Proof, err error) {
	subject, posts, err := s.addresses(ctx, tx, d.Account, d.Posts)
	if err != nil {
		return p, err
	}
	who, err := record.Staff(ctx, tx, by)
	if err != nil {
		return p, err
	}
	if d.Decider != social.ByPerson {
		who = string(d.Decider)
	}
	body := evidence.Decided{Decision: num(d.ID), Subject: subject, Posts: posts, Action: string(d.Action), Rule: d.Rule, Ground: string(d.Ground), Law: d.Law, Facts: d.Facts,
		Detected: "person", Decider: string(d.Decider), By: who, Until: record.Time(d.Until)}
	if d.Machine {
		body.Detected = "machine"
	}
	e := store.Evidence{Type: evidence.TypeDecision, Category: evidence.Category(d.Harm), Outcome: string(d.Action), About: d.Account}
	if c.ID != 0 {
		body.Case, e.Class, e.Refs = num(c.ID), d.Harm.Routing().Class, append(e.Refs, c.Evidence)
	}
	if d.Second != 0 {
		if body.By, err = tx.Pseudonym(ctx, d.By, tx.Now); err != nil {
			return p, err
		}
		body.Second = who
	}
	if d.Undoes != 0 {
		old, err := tx.Decision(ctx, d.Undoes)
		if err != nil {
			return p, err
		}
		body.Undoes, e.Refs = num(old.ID), append(e.Refs, old.Evidence)
	}
	if d.Rule != "" {
		if err := s.cite(ctx, tx, d, &body, &e); err != nil {
			return p, err
		}
	}
	e.Body = body
	return tx.AddEvidence(e)
}

// cite names the version of the rule that d rests on.
func (s *Service) cite(ctx context.Context, tx *store.Tx, d *social.Decision, body *evidence.Decided, e *store.Evidence) error {
	rule, _, _ := strings.Cut(d.Rule, "@")
	cited, err := record.Cited(ctx, tx, []string{rule})
	if err != nil {
		return err
	}
	d.Rule, body.Rule = cited[0].Name(), cited[0].Name()
	e.Refs = append(e.Refs, cited[0].Evidence)
	return nil
}

// dismiss ends a case in which there was no breach.
func (s *Service) dismiss(ctx context.Context, tx *store.Tx, by social.Actor, which social.CaseID) error {
	c, err := tx.HoldCase(ctx, which)
	if err != nil || !c.Open() {
		return errs.Absent(err)
	}
	d := social.Decision{By: by.Account, Account: c.Account, Case: c.ID, Posts: postsOf(c.Post), Action: social.Dismiss, Harm: c.Harm, Ground: social.GroundRules, Decider: social.ByPerson}
	if _, err := heldCase(ctx, tx, by, d); err != nil {
		return err
	}
	_, err = s.settle(ctx, tx, by, c, &d)
	return err
}

// held is the account that d is about and what we know of it, if by may
// decide about it.
func held(ctx context.Context, tx *store.Tx, by social.Actor, d social.Decision) (a social.Account, u social.User, err error) {
	u, err = tx.HoldUser(ctx, d.Account)
	if errs.Absent(err) != nil {
		return a, u, err
	}
	if a, err = tx.HoldAccount(ctx, d.Account); err != nil {
		return a, u, store.NoPost // the same words for all that is not there
	}
	role := social.Member
	switch {
	case u.Account != 0:
		role = u.Role
	case a.Local():
		return a, u, errs.New(errs.Conflict, "This account is being deleted.")
	case d.Action.Local():
		return a, u, errs.New(errs.Invalid, "Nobody signs in here with an account that lives elsewhere: suspend or limit it.")
	}
	if err := by.MayJudge(role); err != nil {
		return a, u, err
	}
	if d.Action.Grave() && role == social.Owner {
		err = spareOwner(ctx, tx)
	}
	return a, u, err
}

// spareOwner keeps a house from being left without an owner: it would belong
// to whoever opens its next set-up link.
func spareOwner(ctx context.Context, tx *store.Tx) error {
	owners, err := tx.Owners(ctx, 2)
	if err == nil && len(owners) < 2 {
		err = errs.New(errs.Forbidden, "This is the only owner of the house. Make another account an owner first.")
	}
	return err
}

// DecideAll does the same about many cases in one step, a hundred at a time, and
// returns about how many it is decided now, and about how many it waits for somebody
// else to agree. Those that somebody else has, or decided meanwhile, are passed over.
func (s *Service) DecideAll(ctx context.Context, by social.Actor, which []social.CaseID, d social.Decision, letter bool) (n, proposed int, err error) {
	if err := by.MustModerate(); err != nil {
		return 0, 0, err
	}
	if len(which) > social.MaxBatch {
		return 0, 0, errs.Newf(errs.Invalid, "Decide about at most %d cases in one step.", social.MaxBatch)
	}
	d.By = by.Account
	for some := range slices.Chunk(slices.Compact(slices.Sorted(slices.Values(which))), batch) {
		done, wait := 0, 0
		if err := s.store.Write(ctx, func(tx *store.Tx) error {
			done, wait = 0, 0
			if err := holdAll(ctx, tx, some); err != nil {
				return err
			}
			for _, c := range some {
				one := d
				one.Case = c
				waits, err := s.decide(ctx, tx, by, one, letter)
				switch errs.KindOf(err) {
				case errs.Conflict, errs.NotFound:
					if err != nil {
						continue
					}
				}
				if err != nil {
					return err
				}
				if waits {
					wait++
				} else {
					done++
				}
			}
			return nil
		}); err != nil {
			return n, proposed, fmt.Errorf("%s %d cases: %w", d.Action, len(which), err)
		}
		n, proposed = n+done, proposed+wait
	}
	return n, proposed, nil
}

// batch is how many cases are decided in one transaction.
const batch = 100

// holdAll has whomever cases are about stay as they are until the commit: all of
// them at once, as who holds one after the other could meet somebody who holds
// them the other way round.
func holdAll(ctx context.Context, tx *store.Tx, cases []social.CaseID) error {
	var who []social.AccountID
	for _, which := range cases {
		c, err := tx.Case(ctx, which)
		if errs.Absent(err) != nil {
			return err
		}
		who = append(who, c.Account)
	}
	return tx.HoldPeople(ctx, who...)
}

// Decisions is the last of what was decided about an account. It is for
// moderators.
func (s *Service) Decisions(ctx context.Context, by social.Actor, about social.AccountID, p social.Page) (all []social.Decision, err error) {
	if err := by.MustModerate(); err != nil {
		return nil, err
	}
	err = s.store.Read(ctx, func(v *store.View) (err error) { all, err = v.Decisions(ctx, about, p); return err })
	return all, err
}
