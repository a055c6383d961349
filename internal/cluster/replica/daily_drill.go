package replica

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// drillDailies brings the newest daily copy back, opens it, and compares it with
// what was noted when it was made: there, and here. Of the older ones it reads
// one by lot, or all. Those of earlier epochs were sealed for another house's
// drills.
func (r *Replica) drillDailies(ctx context.Context, s *ship, source Source, all bool, d *Drilled) error {
	whole, _, err := dailiesAt(ctx, source.Place)
	if err != nil {
		return err
	}
	whole = slices.DeleteFunc(whole, func(o Daily) bool { return o.Epoch != r.Epoch.String() })
	r.missingDaily(ctx, s, whole, d)
	if len(whole) == 0 {
		return nil
	}
	newest, older := whole[len(whole)-1], whole[:len(whole)-1]
	if err := r.drillDaily(ctx, s, source, newest, true); err == nil {
		d.Daily = newest.At
	} else if !dailyGone(ctx, source.Place, newest) {
		d.wrong("%s: %v", newest.prefix(), err)
	}
	if len(older) > 1 && !all {
		one := rand.IntN(len(older))
		older = older[one : one+1]
	}
	for _, o := range older {
		if err := r.drillDaily(ctx, s, source, o, false); err != nil && !dailyGone(ctx, source.Place, o) {
			d.wrong("%s: %v", o.prefix(), err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// missingDaily tells if the one is not there that was written last.
func (r *Replica) missingDaily(ctx context.Context, s *ship, whole []Daily, d *Drilled) {
	made := s.progress().daily
	if made.SHA256 == "" || made.Epoch != r.Epoch.String() {
		return
	}
	is := Daily{At: made.At.UTC(), Epoch: made.Epoch, n: r.Epoch.N}
	if !slices.Contains(whole, is) && s.progress().daily == made && dailyGone(ctx, s.Place, is) {
		d.wrong("%s: it was written, and is not there any more", is.prefix())
	}
}

// drillDaily reads one to its end, and opens it if it is to be brought back.
func (r *Replica) drillDaily(ctx context.Context, s *ship, source Source, d Daily, back bool) error {
	n, err := source.note(ctx, d)
	if err != nil {
		return err
	}
	if made := s.progress().daily; made.SHA256 != "" && made.At.Equal(d.At) && made.SHA256 != n.SHA256 {
		return errs.Newf(errs.Conflict, "%s tells of another database than was made here: its hash is %s, and was %s", d.key(dailyNote), n.SHA256, made.SHA256)
	}
	if !back {
		return source.checkParts(ctx, d, n)
	}
	err = source.checkPart(ctx, d.key(dailyFiles), n.List)
	return errors.Join(err, r.openDaily(ctx, source, d, n))
}

// openDaily brings one back into a temporary folder, and looks what is in it.
func (r *Replica) openDaily(ctx context.Context, source Source, d Daily, n DailyNote) error {
	dir, err := os.MkdirTemp(r.Dir, "drill")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "plaza.db")
	if err := source.dailyInto(ctx, d, n, file); err != nil {
		return err
	}
	if err := whole(ctx, file); err != nil {
		return err
	}
	is, err := r.Daily.Look(ctx, file)
	if err == nil && !reflect.DeepEqual(is, n.Contents) {
		err = errs.Newf(errs.Conflict, "%s has %+v in it, and its note says %+v", d.key(dailyDatabase), is, n.Contents)
	}
	return err
}
