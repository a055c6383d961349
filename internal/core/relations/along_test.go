package relations_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/core/relations"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

// moves has somebody move, and all that comes of it be done twice.
func moves(t *testing.T, svc *relations.Service, s *store.Store, from, to social.AccountID) {
	t.Helper()
	for range 2 {
		must(t, s.Write(t.Context(), func(tx *store.Tx) error {
			if err := tx.SetMoved(t.Context(), social.Account{ID: from, MovedTo: to, MovedAt: tx.Now}); err != nil {
				return err
			}
			return tx.FollowAlong(t.Context(), store.Moving{From: from, To: to})
		}))
		_, err := work.Once(t.Context(), s, svc.AlongWorker())
		must(t, err)
	}
}

func noted(t *testing.T, s *store.Store, owner, target social.AccountID) (note string) {
	t.Helper()
	must(t, s.Read(t.Context(), func(v *store.View) (err error) { note, err = v.Note(t.Context(), owner, target); return err }))
	return note
}

// Lists, mutes, blocks and notes go where somebody went, whoever of the two
// lives here.
func TestAllGoesAlong(t *testing.T) {
	for name, ends := range map[string][2]social.AccountID{"from elsewhere to here": {zoe, first}, "from here to elsewhere": {first, zoe}, "elsewhere": {zoe, yan}, "here": {first, first + 9}} {
		from, to := ends[0], ends[1]
		t.Run(name, func(t *testing.T) {
			afar(t, func(ctx context.Context, t *testing.T, svc *relations.Service, s *store.Store, c *storetest.Clock) {
				fan, fond, foe, mute, brief, both, apart := first+1, first+2, first+3, first+4, first+5, first+6, first+7
				follows := func(who, whom social.AccountID) {
					follow(t, svc, c, who, whom)
					if whom >= zoe {
						must(t, svc.Answer(ctx, as(whom), who, true))
					}
				}
				for _, who := range []social.AccountID{fan, fond, mute, both, apart} {
					follows(who, from)
				}
				follows(fond, to)
				follows(both, to)
				must(t, svc.Mute(ctx, as(mute), from, true, 0))
				must(t, svc.Mute(ctx, as(brief), from, false, time.Hour))
				must(t, svc.Mute(ctx, as(both), from, true, 0))
				must(t, svc.Block(ctx, as(foe), from))
				must(t, svc.Block(ctx, as(apart), to))
				must(t, svc.SetNote(ctx, as(fan), from, "Bakes."))
				must(t, svc.SetNote(ctx, as(fond), from, "Old."))
				must(t, svc.SetNote(ctx, as(fond), to, "New."))
				lists := []social.List{{ID: 1, Owner: fan, Title: "a"}, {ID: 2, Owner: fond, Title: "b"}, {ID: 3, Owner: foe, Title: "c"}, {ID: 4, Owner: apart, Title: "d"}, {ID: 5, Owner: fan, Title: "full"}}
				must(t, s.Write(ctx, func(tx *store.Tx) error {
					for _, l := range lists {
						if err := tx.AddList(ctx, l); err != nil {
							return err
						}
						if l.Owner != foe {
							if _, err := tx.AddMember(ctx, l.ID, from); err != nil {
								return err
							}
						}
					}
					return nil
				}))
				moves(t, svc, s, from, to)

				for who, want := range map[social.AccountID]social.Relation{mute: {Mutes: true, MuteNotices: true}, brief: {Mutes: true}, foe: {Blocks: true}, both: {}, fan: {}, fond: {}, apart: {Blocks: true}} {
					r := relation(t, s, who, to)
					if r.Mutes != want.Mutes || r.MuteNotices != want.MuteNotices || r.Blocks != want.Blocks {
						t.Errorf("%d now: %+v, want %+v", who-first, r, want)
					}
					if follows := r.Follows || r.Requested; follows == (who == brief || who == foe || who == apart) {
						t.Errorf("%d follows there: %v", who-first, follows)
					}
				}
				if r := relation(t, s, brief, to); !r.MuteUntil.Equal(relation(t, s, brief, from).MuteUntil) || r.MuteUntil.IsZero() {
					t.Errorf("muted until %v", r.MuteUntil)
				}
				for l, want := range map[social.ListID]int{1: 2, 2: 2, 3: 0, 4: 1, 5: 2} {
					var members []social.AccountID
					must(t, s.Read(ctx, func(v *store.View) (err error) { members, err = v.Members(ctx, l, social.Page{Limit: 10}); return err }))
					if len(members) != want {
						t.Errorf("on list %d: %v, want %d", l, members, want)
					}
				}
				if n := noted(t, s, fan, to); !strings.HasPrefix(n, "Moved from @") || strings.Count(n, "Bakes.") != 1 || noted(t, s, fan, from) != "Bakes." {
					t.Errorf("the note is %q", n)
				}
				if n := noted(t, s, fond, to); !strings.HasPrefix(n, "New.\n") || strings.Count(n, "Old.") != 1 {
					t.Errorf("beside another it is %q", n)
				}
			})
		})
	}
}

// A list that is full stays so, and notes stay within their limit.
func TestAlongIsBounded(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, svc *relations.Service, s *store.Store, c *storetest.Clock) {
		for _, who := range []social.AccountID{first + 1, first + 2} {
			follow(t, svc, c, who, zoe)
			must(t, svc.Answer(ctx, as(zoe), who, true))
		}
		must(t, svc.SetNote(ctx, as(first+1), zoe, strings.Repeat("ä", social.MaxNote)))
		must(t, s.Write(ctx, func(tx *store.Tx) error {
			for l, n := range map[social.ListID]int{1: social.MaxMembers, 2: social.MaxMembers - 1} {
				if err := tx.AddList(ctx, social.List{ID: l, Owner: first + social.AccountID(l), Title: "x"}); err != nil {
					return err
				}
				for i := range n - 1 {
					a := social.Account{ID: social.AccountID(int(l)*100_000 + i), Username: "x", Host: fmt.Sprintf("%d.l%d.example", i, l), Standing: social.Good}
					if err := tx.AddAccount(ctx, a); err != nil {
						return err
					}
					if _, err := tx.AddMember(ctx, l, a.ID); err != nil {
						return err
					}
				}
				if _, err := tx.AddMember(ctx, l, zoe); err != nil {
					return err
				}
			}
			return nil
		}))
		moves(t, svc, s, zoe, first)
		for l, want := range map[social.ListID]bool{1: false, 2: true} {
			var lists []social.List
			must(t, s.Read(ctx, func(v *store.View) (err error) {
				lists, err = v.ListsWith(ctx, first+social.AccountID(l), first)
				return err
			}))
			if (len(lists) == 1) != want {
				t.Errorf("on list %d: %v, want %v", l, lists, want)
			}
		}
		if n := len([]rune(noted(t, s, first+1, first))); n != social.MaxNote {
			t.Errorf("a note of %d characters", n)
		}
	})
}
