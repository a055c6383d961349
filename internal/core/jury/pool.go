package jury

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Times and limits of pools.
const (
	poolLasts = 24 * time.Hour
	// smallLasts is how long a pool lasts that is too small to draw from.
	smallLasts = time.Hour
	// tellAfter is how old a pool is before its key is told: no jury takes longer.
	tellAfter = poolLasts + 2*social.JuryLast
	// keepPools is how long it is known who was in a pool: as long as somebody
	// may appeal.
	keepPools = 200 * 24 * time.Hour

	maxPool    = 200_000
	poolBatch  = 1000
	maxFollows = 1_000_000
	untold     = 20
	// MaxLooks is of how many it is counted on how many days they were active, each
	// time a pool is made.
	maxLooks = 2000
)

// Tidy makes the pool of the day, tells the keys of those that are over, and
// forgets who was in old ones. It is a chore.
func (s *Service) Tidy(ctx context.Context) error {
	if err := s.tellKeys(ctx); err != nil {
		return err
	}
	if err := s.store.Write(ctx, func(tx *store.Tx) error { return tx.TrimPools(ctx, tx.Now.Add(-keepPools)) }); err != nil {
		return err
	}
	if !s.config.Settings().Juries {
		return nil
	}
	var last social.JuryPoolID
	var size int
	if err := s.store.Read(ctx, func(v *store.View) (err error) { last, size, err = v.JuryPoolSize(ctx); return err }); err != nil {
		return err
	}
	lasts := poolLasts
	if size < social.MinJuryPool {
		lasts = smallLasts
	}
	if last != 0 && s.store.Now().Sub(id.Time(int64(last))) < lasts {
		return nil
	}
	return s.Pool(ctx)
}

// Pool makes a new pool of all who can be drawn now, and has the log commit to
// it and to the key by which lots will be drawn.
func (s *Service) Pool(ctx context.Context) error {
	var k store.PoolKeys
	for _, b := range [][]byte{k.Lots[:], k.Names[:]} {
		if _, err := rand.Read(b); err != nil {
			return err
		}
	}
	members, err := s.fit(ctx, k.Names)
	if err != nil {
		return fmt.Errorf("look for jurors: %w", err)
	}
	return s.store.Write(ctx, func(tx *store.Tx) error {
		pool := social.NewJuryPool(social.JuryPoolID(id.New(tx.Now)), members)
		if err := tx.AddJuryPool(ctx, pool, k); err != nil {
			return err
		}
		list, key, strata := pool.Hash(), k.Lots.Commitment(), pool.Strata()
		_, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeJuryPool, Body: evidence.JuryPooled{Pool: name(pool.ID), Size: len(members),
			List: hex.EncodeToString(list[:]), Key: hex.EncodeToString(key[:]), Strata: strata[:min(len(strata), maxStrata)]}})
		return err
	})
}

// fit are those who can be drawn now, and who of them belong together.
func (s *Service) fit(ctx context.Context, names social.JuryNames) (members []social.PoolMember, err error) {
	place := map[social.AccountID]int{}
	looks := 0
	for after := social.AccountID(0); len(members) < maxPool; {
		var some []social.Juror
		if err := s.store.Read(ctx, func(v *store.View) (err error) { some, err = v.Willing(ctx, after, poolBatch); return err }); err != nil {
			return nil, err
		}
		if len(some) == 0 {
			break
		}
		for _, j := range some {
			after = j.Account
			if j.Days < social.JurorDays && looks < maxLooks {
				looks++
				if j, err = s.countDays(ctx, j); err != nil {
					return nil, err
				}
			}
			if j.Drawn(s.store.Now()) {
				place[j.Account] = len(members)
				members = append(members, social.PoolMember{Account: j.Account, Pseudonym: names.Of(j.Account)})
			}
		}
	}
	return members, s.cluster(ctx, members, place)
}

// countDays counts on how many days j was active, and keeps that it was enough.
func (s *Service) countDays(ctx context.Context, j social.Juror) (social.Juror, error) {
	err := s.store.Read(ctx, func(v *store.View) (err error) { j.Days, err = v.ActiveDays(ctx, j.Account); return err })
	if err != nil || j.Days < social.JurorDays {
		return j, err
	}
	return j, s.store.Write(ctx, func(tx *store.Tx) error {
		now, err := tx.Juror(ctx, j.Account)
		if err != nil {
			return err
		}
		now.Days = j.Days
		return tx.SetJuror(ctx, now)
	})
}

// cluster notes who of members belong together.
func (s *Service) cluster(ctx context.Context, members []social.PoolMember, place map[social.AccountID]int) error {
	var follows [][2]social.AccountID
	if err := s.store.Read(ctx, func(v *store.View) (err error) { follows, err = v.FollowsAmongJurors(ctx, maxFollows); return err }); err != nil {
		return err
	}
	var links [][2]int
	for _, f := range follows {
		a, ok := place[f[0]]
		b, too := place[f[1]]
		if ok && too {
			links = append(links, [2]int{a, b})
		}
	}
	for i, c := range social.Clusters(len(members), links) {
		members[i].Cluster = c
	}
	return nil
}

// tellKeys has the log say by which keys lots were drawn, once no more are.
func (s *Service) tellKeys(ctx context.Context) error {
	var old []social.JuryPoolID
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		old, err = v.UntoldPools(ctx, s.store.Now().Add(-tellAfter), untold)
		return err
	}); err != nil || len(old) == 0 {
		return err
	}
	return s.store.Write(ctx, func(tx *store.Tx) error {
		still, err := tx.UntoldPools(ctx, tx.Now.Add(-tellAfter), untold)
		if err != nil {
			return err
		}
		for _, which := range still {
			k, err := tx.JuryPoolKeys(ctx, which)
			if err != nil {
				return err
			}
			if err := tx.PoolTold(ctx, which); err != nil {
				return err
			}
			if _, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeJuryKey, Body: evidence.JuryKeyed{Pool: name(which), Key: hex.EncodeToString(k.Lots[:])}}); err != nil {
				return err
			}
		}
		return nil
	})
}
