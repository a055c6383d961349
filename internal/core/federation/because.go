package federation

import (
	"context"
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// because tells what follows from a decision of the staff, and writes down in the log
// of evidence for how many servers that is queued, and how long after the decision.
// When each of them takes it is theirs to say. Where nobody is told there is no record.
func (t teller) because(ctx context.Context, of social.DecisionID, what string, tell func(teller) error) error {
	if of == 0 {
		return tell(t)
	}
	t.hosts = map[string]bool{}
	if err := tell(t); err != nil || len(t.hosts) == 0 {
		return err
	}
	d, err := t.tx.Decision(ctx, of)
	if err != nil {
		return errs.Absent(err)
	}
	_, err = t.tx.AddEvidence(store.Evidence{Type: evidence.TypeAction, Outcome: evidence.ServersTold, Refs: []social.EvidenceID{d.Evidence}, About: d.Account,
		Body: evidence.Acted{Decision: strconv.FormatInt(int64(d.ID), 10), Did: "told other servers " + what, Result: "queued", Servers: len(t.hosts), Millis: t.tx.Now.Sub(t.at).Milliseconds()}})
	return err
}

// count notes for which hosts an activity is queued, where somebody asks; following is
// whose followers' hosts it goes on to bit by bit, or zero.
func (t teller) count(ctx context.Context, which social.ActivityID, following social.AccountID) error {
	if t.hosts == nil {
		return nil
	}
	all, err := t.tx.ActivityHosts(ctx, which)
	if err == nil && following != 0 {
		err = t.theirs(ctx, following)
		all = append(all, t.reach.hosts...)
	}
	for _, box := range all {
		t.hosts[box.Host] = true
	}
	return err
}

// A reach is to which hosts it goes what is for the followers of an account.
type reach struct {
	of    social.AccountID
	at    time.Time // of the facts
	hosts []store.Inbox
}

// theirs finds the reach of an account, once for all that was decided at a moment: of
// 50,000 followers it took a quarter of a second, in which nobody else writes.
func (t teller) theirs(ctx context.Context, of social.AccountID) error {
	if t.reach.of == of && t.reach.at.Equal(t.at) {
		return nil
	}
	hosts, err := t.tx.FollowerHosts(ctx, of)
	if err == nil {
		hosts, err = t.welcome(ctx, &t.tx.View, hosts)
	}
	if err == nil {
		t.reach = reach{of, t.at, hosts}
	}
	return err
}
