package jurysim

import (
	"math/rand/v2"

	"github.com/plaza-social/plaza/internal/social"
)

// side is what a juror is: 0 for those who judge as well as they can, else the
// number of a hostile block.
type side int

type juror struct {
	side  side
	skill social.Skill
	out   bool
}

// A world is made people, of whom all or some are in the pool.
type world struct {
	s      Settings
	jurors []juror // by account id less one
	key    social.JuryKey
	pool   social.JuryPool
	large  map[int]bool
}

func newWorld(s Settings) *world {
	w := &world{s: s, jurors: make([]juror, s.Jurors)}
	r := w.random(0)
	for i := range w.key {
		w.key[i] = byte(r.Uint32())
	}
	hostile := int(s.Hostile*float64(s.Jurors) + 0.5)
	for i, who := range r.Perm(s.Jurors)[:hostile] {
		w.jurors[who].side = side(i%s.Blocks + 1)
	}
	w.gather()
	return w
}

// random is a source of its own for each purpose, so that one that asks more
// does not change what another gets.
func (w *world) random(purpose uint64) *rand.Rand { return rand.New(rand.NewPCG(w.s.Seed, purpose)) }

// gather makes the pool of those who are not out.
func (w *world) gather() {
	names := social.JuryNames(w.key)
	var members []social.PoolMember
	for i, j := range w.jurors {
		if j.out {
			continue
		}
		m := social.PoolMember{Account: social.AccountID(i + 1), Pseudonym: names.Of(social.AccountID(i + 1))}
		if w.s.Seen {
			m.Cluster = int(j.side)
		}
		members = append(members, m)
	}
	w.pool = social.NewJuryPool(1, members)
	w.large = w.pool.Large()
}

func (w *world) hostileShare() float64 {
	n := 0
	for _, m := range w.pool.Members {
		if w.jurors[m.Account-1].side != 0 {
			n++
		}
	}
	return float64(n) / float64(max(len(w.pool.Members), 1))
}

// A question is a case as those in a world think of it.
type question struct {
	common  bool   // whether what everybody thinks of it is right
	attacks []bool // by block, whether it wants a wrong verdict
	gold    bool
}

func (w *world) ask(r *rand.Rand, gold bool) question {
	q := question{common: r.Float64() < w.s.Accuracy, attacks: make([]bool, w.s.Blocks), gold: gold}
	for i := range q.attacks {
		q.attacks[i] = r.Float64() < w.s.Attack
	}
	return q
}

// answer is whether j votes rightly about q, and whether that was an attack.
func (w *world) answer(r *rand.Rand, j *juror, q question) (right, attack bool) {
	if j.side != 0 && !(q.gold && w.s.Cunning) {
		attack = r.Float64() < w.s.Attack
		if r.Float64() < w.s.Correlation {
			attack = q.attacks[j.side-1]
		}
		if attack {
			return false, true
		}
	}
	right = r.Float64() < w.s.Accuracy
	if r.Float64() < w.s.Correlation {
		right = q.common
	}
	return right, false
}

// weed asks everybody GoldEach gold cases, and takes out who is found.
func (w *world) weed() Weeding {
	r := w.random(2)
	var of, out [2]float64 // others, hostile
	for i := range w.jurors {
		j := &w.jurors[i]
		kind := 0
		if j.side != 0 {
			kind = 1
		}
		of[kind]++
		for range GoldEach {
			right, _ := w.answer(r, j, w.ask(r, true))
			if j.skill = j.skill.After(right); j.skill.Out() {
				j.out = true
				out[kind]++
				break
			}
		}
	}
	w.gather()
	return Weeding{Gold: GoldEach, Hostile: out[1] / max(of[1], 1), Others: out[0] / max(of[0], 1)}
}
