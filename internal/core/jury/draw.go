package jury

import (
	"context"
	"encoding/hex"
	"slices"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Why lots are drawn, as the log says it.
const (
	whyBegin  = "begin"
	whyHung   = "hung"
	whySilent = "silent"
)

// batch is of how many who come by lot it is looked up at once what speaks
// against them.
const batch = 30

// maxStrata is how many clusters the log tells the sizes of.
const maxStrata = 20

// draw seats up to want more on j, whose seats so far are before, and tells how
// many it seated. It changes j, which the caller stores.
func (s *Service) draw(ctx context.Context, tx *store.Tx, j *social.Jury, pool social.JuryPool, before []social.JurySeat, want int, why string) (int, error) {
	lots := j.Seed.Lots(pool)
	lots.Skip(j.Lots)
	seating := social.Seating{Panel: j.Panel(), Large: pool.Large(), Close: social.Seated(before, j.Round)}
	want = min(want, social.MaxJurySeats-len(before))
	drawn := draw{jury: j, first: j.Lots}
	for len(drawn.seated) < want && lots.Taken() < social.MaxJuryLots {
		next, err := s.candidates(ctx, tx, j, pool, lots, batch)
		if err != nil {
			return 0, err
		}
		if len(next) == 0 {
			break
		}
		for _, c := range next {
			if len(drawn.seated) == want {
				break
			}
			drawn.take(c, seating.Seat(c))
		}
	}
	j.Lots = drawn.first + len(drawn.lots)
	if err := drawn.sit(ctx, tx); err != nil {
		return 0, err
	}
	c, err := tx.Case(ctx, j.Case)
	if err != nil {
		return 0, err
	}
	return len(drawn.seated), drawn.tell(tx, pool, why, c.Evidence)
}

// candidates are the next to come by lot, and what speaks against them.
func (s *Service) candidates(ctx context.Context, tx *store.Tx, j *social.Jury, pool social.JuryPool, lots *social.Lots, n int) ([]social.Candidate, error) {
	var out []social.Candidate
	var ids []social.AccountID
	for range n {
		place, ok := lots.Next()
		if !ok {
			break
		}
		m := pool.Members[place]
		out, ids = append(out, social.Candidate{Place: place, Member: m, Passed: social.PassedUnfit}), append(ids, m.Account)
	}
	jurors, err := tx.Jurors(ctx, ids)
	if err != nil {
		return nil, err
	}
	days, err := tx.JurorDays(ctx, ids, day(tx.Now))
	if err != nil {
		return nil, err
	}
	tied, err := tx.Tied(ctx, ids, j.Ties.Sides())
	if err != nil {
		return nil, err
	}
	for i := range out {
		for _, who := range jurors {
			if who.Account == out[i].Member.Account {
				out[i].Passed = against(tx, j, who, days[who.Account], tied[who.Account])
			}
		}
	}
	return out, nil
}

// against is what speaks against who judging j, or empty.
func against(tx *store.Tx, j *social.Jury, who social.Juror, day social.JurorDay, tied bool) social.Passed {
	switch {
	case !who.Drawn(tx.Now):
		return social.PassedUnfit
	case j.Ties.Bind(who.Account, tied):
		return social.PassedTied
	case !who.Takes(j.Charge):
		return social.PassedRefuse
	case !day.Room(j.Charge.Graphic):
		return social.PassedFull
	}
	return ""
}

// A draw is one drawing of lots.
type draw struct {
	jury   *social.Jury
	first  int
	lots   []evidence.JuryLot
	seated []social.PoolMember
}

func (d *draw) take(c social.Candidate, why social.Passed) {
	d.lots = append(d.lots, evidence.JuryLot{Juror: c.Member.Pseudonym.String(), Passed: string(why)})
	if why == "" {
		d.seated = append(d.seated, c.Member)
	}
}

// sit stores who sits now.
func (d *draw) sit(ctx context.Context, tx *store.Tx) error {
	fact := event.JuryDrawn{Jury: d.jury.ID}
	for _, m := range d.seated {
		if err := tx.AddJurySeat(ctx, social.JurySeat{ID: social.JurySeatID(id.New(tx.Now)), Jury: d.jury.ID, Account: m.Account, Pseudonym: m.Pseudonym.String(),
			Cluster: m.Cluster, Round: d.jury.Round, Graphic: d.jury.Charge.Graphic, Counts: true}); err != nil {
			return err
		}
		fact.Jurors = append(fact.Jurors, m.Account)
	}
	if len(fact.Jurors) > 0 {
		tx.Record(fact)
	}
	return nil
}

// shownLots is how many lots one record holds. There are more only where nearly
// everybody is passed over.
const shownLots = 500

// tell has the log say who came, and what spoke against them.
func (d *draw) tell(tx *store.Tx, pool social.JuryPool, why string, of social.EvidenceID) error {
	commitment, strata := d.jury.Seed.Commitment(), pool.Strata()
	for from := 0; from == 0 || from < len(d.lots); from += shownLots {
		lots := d.lots[from:min(from+shownLots, len(d.lots))]
		passed := evidence.JuryPassed{}
		for _, l := range lots {
			if l.Passed != "" {
				passed[l.Passed]++
			}
		}
		if _, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeJuryDraw, Category: category(d.jury.Charge), Refs: []social.EvidenceID{of}, Body: evidence.JuryDrawn{
			Jury: name(d.jury.ID), Case: name(d.jury.Case), Pool: name(pool.ID), Size: len(pool.Members),
			Strata: strata[:min(len(strata), maxStrata)], Seed: hex.EncodeToString(commitment[:]),
			Tree: d.jury.Tree, Root: hex.EncodeToString(d.jury.Root[:]), Round: d.jury.Round, First: d.first + from, Lots: lots,
			Passed: passed, Why: why}}); err != nil {
			return err
		}
	}
	return nil
}

// category is the gravest that m is about, as the log has it.
func category(m social.Charge) evidence.Category {
	for _, h := range social.Harms {
		if slices.Contains(m.Harms, h) {
			return evidence.Category(h)
		}
	}
	return evidence.CategoryOther
}
