package federation

import (
	"context"
	"strconv"

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
	all, err := t.tx.ActivityHosts(ctx, which, following)
	if err == nil {
		all, err = t.welcome(ctx, &t.tx.View, all)
	}
	for _, box := range all {
		t.hosts[box.Host] = true
	}
	return err
}
