package jurysim

import (
	"cmp"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// A result is how one case ended.
type result struct {
	end      social.JuryEnd
	panel    int // which decided
	right    bool
	captured bool
	tipped   bool
	took     time.Duration
	seats    int
}

// play has all cases judged by who is in the pool.
func (w *world) play() Figures {
	r := w.random(1)
	all := make([]result, w.s.Cases)
	for i := range all {
		all[i] = w.judge(r, i)
	}
	return w.figures(all)
}

// judge has one case judged, of which the right verdict is a breach.
func (w *world) judge(r *rand.Rand, n int) (res result) {
	var root [32]byte
	binary.BigEndian.PutUint64(root[:], uint64(n))
	lots := w.key.Seed(strconv.Itoa(n), root).Lots(w.pool)
	q := w.ask(r, false)
	for i, panel := range social.Panels {
		w.panel(r, q, panel, lots, &res)
		res.panel = i
		if res.end != social.JuryHung {
			break
		}
	}
	return res
}

// A said is a vote at a moment, or that nobody voted until then.
type said struct {
	at     time.Duration
	silent bool
	right  bool
	attack bool
}

// panel has one panel judge, from where res has come to.
func (w *world) panel(r *rand.Rand, q question, p social.Panel, lots *social.Lots, res *result) {
	seating := social.Seating{Panel: p, Large: w.large}
	start := res.took
	var waiting []said
	for range p.Seats {
		if s, ok := w.seat(r, q, &seating, lots, start, res); ok {
			waiting = append(waiting, s)
		}
	}
	var tally social.Tally
	attacks := 0
	for len(waiting) > 0 {
		slices.SortFunc(waiting, func(a, b said) int { return cmp.Compare(a.at, b.at) })
		s := waiting[0]
		waiting = waiting[1:]
		if res.took = s.at; s.at >= social.JuryLast {
			res.end, res.took = social.JuryLate, social.JuryLast
			return
		}
		switch {
		case s.silent:
			if next, ok := w.seat(r, q, &seating, lots, s.at, res); ok {
				waiting = append(waiting, next)
			}
			continue
		case s.right:
			tally.Breach++
		default:
			tally.NoBreach++
		}
		if s.attack {
			attacks++
		}
		if res.end = p.Outcome(tally); res.end != "" {
			wrong := res.end == social.JuryNoBreach
			res.right = res.end == social.JuryBreach
			res.captured = wrong && attacks+hostile(waiting) >= p.Quorum
			res.tipped = wrong && tally.NoBreach-attacks < p.Quorum
			return
		}
	}
	res.end = social.JuryShort
}

// hostile is how many of those who have not voted yet will attack.
func hostile(waiting []said) (n int) {
	for _, s := range waiting {
		if s.attack && !s.silent {
			n++
		}
	}
	return n
}

// seat draws the next who may sit, and foresees when and what they say.
func (w *world) seat(r *rand.Rand, q question, seating *social.Seating, lots *social.Lots, now time.Duration, res *result) (said, bool) {
	for res.seats < social.MaxJurySeats && lots.Taken() < social.MaxJuryLots {
		place, ok := lots.Next()
		if !ok {
			break
		}
		member := w.pool.Members[place]
		if seating.Seat(social.Candidate{Place: place, Member: member}) != "" {
			continue
		}
		res.seats++
		j := &w.jurors[member.Account-1]
		after := time.Duration(r.ExpFloat64() * w.s.Minutes * float64(time.Minute))
		says := r.Float64() < w.s.Answer || w.s.Eager && j.side != 0
		s := said{at: now + after}
		s.right, s.attack = w.answer(r, j, q)
		if !says || after >= social.JurySoon {
			return said{at: now + social.JurySoon, silent: true}, true
		}
		return s, true
	}
	return said{}, false
}

// figures sums up.
func (w *world) figures(all []result) Figures {
	var seats, captured, firstCaptured, tipped, first, second, hung, late, right int
	var took []time.Duration
	for _, x := range all {
		seats += x.seats
		captured += one(x.captured)
		firstCaptured += one(x.captured && x.panel == 0)
		tipped += one(x.tipped)
		switch {
		case x.end == social.JuryHung:
			hung++
			continue
		case x.end.Verdict() == "":
			late++
			continue
		case x.panel == 0:
			first++
		default:
			second++
		}
		right += one(x.right)
		took = append(took, x.took)
	}
	of := func(n int) float64 { return float64(n) / float64(len(all)) }
	f := Figures{Pool: len(w.pool.Members), Hostile: w.hostileShare(), First: of(first), Second: of(second), Hung: of(hung), Late: of(late),
		Right: float64(right) / float64(max(len(took), 1)), Captured: of(captured), FirstCap: of(firstCaptured), Tipped: of(tipped), Seats: of(seats)}
	if slices.Sort(took); len(took) > 0 {
		f.Median, f.P95 = took[len(took)/2].Minutes(), took[len(took)*95/100].Minutes()
	}
	return f
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
