package matters

import (
	"cmp"
	"context"
	"encoding/json"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// AlarmJob is the kind of the job that rings.
const AlarmJob = "matter alarm"

// An alarm is for a matter whose time ends at Due: one that has more time since
// has another.
type alarm struct {
	Matter social.MatterID `json:"matter"`
	Due    int64           `json:"due"` // ms
}

const (
	alarmTimeout = 30 * time.Second
	alarmTries   = 1_000 // nobody is spared
	alarmsAtOnce = 4
)

// schedule has the next alarm of m ring, if one is left.
func schedule(ctx context.Context, tx *store.Tx, m social.Matter) error {
	next := m.Span.Next(m.Alarmed)
	if next.IsZero() || !m.Status.Waits() {
		return nil
	}
	return tx.AddJob(ctx, AlarmJob, alarm{m.ID, m.Span.Due.UnixMilli()}, next, "")
}

// Worker rings alarms when they are due.
func (s *Service) Worker() work.Worker {
	return work.Worker{Kind: AlarmJob, AtOnce: alarmsAtOnce, Timeout: alarmTimeout, Tries: alarmTries, Do: func(ctx context.Context, args []byte) error {
		var a alarm
		if err := json.Unmarshal(args, &a); err != nil {
			return errs.Wrap(errs.Invalid, "This job does not hold an alarm.", err)
		}
		return s.store.Write(ctx, func(tx *store.Tx) error { return ring(ctx, tx, a) })
	}}
}

// maxTrayAlarms is of how many alarms in an hour about what is in the tray letters
// tell: the list says the same, and a flood must not hide the others' alarms. What
// is urgent rings whatever else did, and is not counted.
const maxTrayAlarms = 20

func silenced(ctx context.Context, tx *store.Tx, m social.Matter) (bool, error) {
	if !m.Tray || m.Class.Urgent() {
		return false, nil
	}
	n, err := tx.AddMatterAlarms(ctx, tx.Now)
	return n > maxTrayAlarms, err
}

// ring tells of how much time has passed, once each, and of several at once only
// the last.
func ring(ctx context.Context, tx *store.Tx, a alarm) error {
	m, err := tx.HoldMatter(ctx, a.Matter)
	if err != nil {
		return err
	}
	if !m.Status.Waits() || m.Span.Due.UnixMilli() != a.Due {
		return nil
	}
	if p := m.Span.Reached(tx.Now); p > m.Alarmed {
		m.Alarmed = p
		if err := tx.SetMatter(ctx, m); err != nil {
			return err
		}
		if quiet, err := silenced(ctx, tx, m); err != nil || quiet {
			return cmp.Or(err, schedule(ctx, tx, m))
		}
		tx.Record(event.MatterAlarmed{Matter: m.ID, Percent: p})
	}
	return schedule(ctx, tx, m)
}
