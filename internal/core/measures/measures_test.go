package measures_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/measures"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

var mona = social.Actor{Account: 8, Standing: social.Good, Role: social.Moderator}

const day = 24 * time.Hour

func at(days int) time.Time { return storetest.Noon.Add(time.Duration(days) * day) }

type town struct {
	*measures.Service
	ids   map[string]social.AccountID
	store *store.Store
	clock *storetest.Clock
}

// each has ada, who joined two days ago and posts each day; ben, who joined
// yesterday and only replies to her today; and rita of another host, whom ada
// follows.
func each(t *testing.T, fn func(ctx context.Context, t *testing.T, w town)) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		ctx, w := t.Context(), town{measures.New(s), map[string]social.AccountID{}, s, c}
		if err := s.Write(ctx, func(tx *store.Tx) error {
			for _, p := range []struct {
				name, host string
				joined     int
			}{{"ada", "", -2}, {"ben", "", -1}, {"rita", "elsewhere.example", -5}} {
				a := social.Account{ID: social.AccountID(id.New(at(p.joined))), Username: p.name, Host: p.host, Standing: social.Good, CreatedAt: at(p.joined)}
				w.ids[p.name] = a.ID
				if err := tx.AddAccount(ctx, a); err != nil {
					return err
				}
				if p.host == "" {
					if err := tx.AddUser(ctx, social.User{Account: a.ID, Email: p.name + "@example.com", Role: social.Member, CreatedAt: at(p.joined)}); err != nil {
						return err
					}
				}
			}
			post := func(who string, days int, p social.Post) (social.PostID, error) {
				p.ID, p.Author, p.At, p.Text = social.PostID(id.New(at(days))), w.ids[who], at(days), "Hello"
				if p.Visibility == "" {
					p.Visibility = social.Public
				}
				return p.ID, tx.AddPost(ctx, p)
			}
			var last social.PostID
			var err error
			for d := -2; d <= 0; d++ {
				if last, err = post("ada", d, social.Post{Language: "de", Tags: []string{"bread"}}); err != nil {
					return err
				}
			}
			for _, p := range []social.Post{{ReplyTo: last, ReplyAuthor: w.ids["ada"], Language: "en"}, {Visibility: social.Direct, Language: "fr", Tags: []string{"bread"}}} {
				if _, err := post("ben", 0, p); err != nil {
					return err
				}
			}
			if _, err := post("rita", -1, social.Post{URI: "https://elsewhere.example/1", Tags: []string{"bread"}, Language: "en"}); err != nil {
				return err
			}
			return tx.AddFollow(ctx, social.Follow{Owner: w.ids["ada"], Target: w.ids["rita"]}, true)
		}); err != nil {
			t.Fatal(err)
		}
		fn(ctx, t, w)
	})
}

func TestMeasures(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, w town) {
		for _, tt := range []struct {
			key, about string
			days       string // the day before yesterday, yesterday, today
			total      int
			before     int // -1 for none
		}{
			{"active_users", "", "1 1 2", 2, 0},
			{"new_users", "", "1 1 0", 2, 0},
			{"interactions", "", "0 0 1", 1, 0},
			{"tag_uses", "bread", "1 2 1", 4, 0},
			{"tag_accounts", "bread", "1 2 1", 2, 0},
			{"tag_servers", "bread", "1 2 1", 2, 0},
			{"tag_uses", "salt", "0 0 0", 0, 0},
			{"instance_accounts", "elsewhere.example", "0 0 0", 1, -1},
			{"instance_statuses", "elsewhere.example", "0 1 0", 1, -1},
			{"instance_media_attachments", "elsewhere.example", "0 0 0", 0, -1},
			{"instance_follows", "elsewhere.example", "0 0 1", 1, -1},
			{"instance_followers", "elsewhere.example", "0 0 0", 0, -1},
			{"instance_statuses", "", "0 0 0", 0, -1}, // our own host is not one of others
		} {
			all, err := w.Measures(ctx, mona, measures.Days{First: at(-2), Last: at(0)}, []measures.Wish{{Key: tt.key, About: tt.about}, {Key: "unheard_of"}})
			if err != nil || len(all) != 1 {
				t.Errorf("%s: %+v, %v", tt.key, all, err)
				continue
			}
			c, before := all[0], -1
			if c.Previous != nil {
				before = *c.Previous
			}
			days := fmt.Sprint(c.Days[0].N, c.Days[1].N, c.Days[2].N)
			if days != tt.days || c.Total != tt.total || before != tt.before || len(c.Days) != 3 {
				t.Errorf("%s of %q: %s, total %d, before %d; want %s, %d, %d", tt.key, tt.about, days, c.Total, before, tt.days, tt.total, tt.before)
			}
		}
		later, err := w.Measures(ctx, mona, measures.Days{First: at(1), Last: at(3)}, []measures.Wish{{Key: "new_users"}})
		if err != nil || later[0].Total != 0 || *later[0].Previous != 2 {
			t.Errorf("three days later: %+v, %v", later, err)
		}
	})
}

func TestDimensions(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, w town) {
		for _, tt := range []struct{ key, about, want string }{
			{"languages", "", "[{de 1} {en 1}]"},
			{"sources", "", "[{web 2}]"},
			{"servers", "", "[{ 4} {elsewhere.example 1}]"},
			{"tag_servers", "bread", "[{ 3} {elsewhere.example 1}]"},
			{"tag_languages", "bread", "[{de 3} {en 1}]"},
			{"instance_accounts", "elsewhere.example", "[{rita 0}]"},
			{"instance_languages", "elsewhere.example", "[{en 1}]"},
		} {
			all, err := w.Dimensions(ctx, mona, measures.Days{First: at(-2), Last: at(0)}, []measures.Wish{{Key: tt.key, About: tt.about}}, 10)
			if err != nil || len(all) != 1 {
				t.Errorf("%s: %+v, %v", tt.key, all, err)
				continue
			}
			got := "["
			for i, k := range all[0].Kinds {
				if i > 0 {
					got += " "
				}
				got += fmt.Sprintf("{%s %d}", k.Key, k.N)
			}
			if got += "]"; got != tt.want {
				t.Errorf("%s: %s, want %s", tt.key, got, tt.want)
			}
		}
		all, err := w.Dimensions(ctx, mona, measures.Days{First: at(0), Last: at(0)}, []measures.Wish{{Key: "space_usage"}, {Key: "software_versions"}, {Key: "nothing"}}, 10)
		if err != nil || len(all) != 2 || all[0].Kinds[0].N == 0 || all[1].Kinds[0].Value == "" {
			t.Errorf("%+v, %v", all, err)
		}
		top, err := w.Dimensions(ctx, mona, measures.Days{First: at(-2), Last: at(0)}, []measures.Wish{{Key: "servers"}}, 1)
		if err != nil || len(top[0].Kinds) != 1 {
			t.Errorf("one of two: %+v, %v", top, err)
		}
	})
}

func TestRetention(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, w town) {
		all, err := w.Retention(ctx, mona, measures.Days{First: at(-2), Last: at(0)}, false)
		if err != nil || len(all) != 3 {
			t.Fatal(all, err)
		}
		// Ada posted each day; ben joined yesterday, and replies today. Messages do not count.
		for i, want := range []string{"1: 1 1 1", "1: 1 1", "0: 0"} {
			got := fmt.Sprintf("%d:", all[i].Joined)
			for _, d := range all[i].Active {
				got += fmt.Sprintf(" %d", d.N)
			}
			if got != want {
				t.Errorf("who joined on day %d: %s, want %s", i, got, want)
			}
		}
		if r := all[2].Rate(0); r != 0 {
			t.Errorf("of nobody: %v", r)
		}
		months, err := w.Retention(ctx, mona, measures.Days{First: at(-31), Last: at(0)}, true)
		if err != nil || len(months) != 2 || months[0].Joined != 1 || months[1].Joined != 1 || months[0].Rate(1) != 1 {
			t.Errorf("months: %+v, %v", months, err)
		}
	})
}

func TestBounds(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, w town) {
		whole := measures.Days{First: at(0), Last: at(measures.MaxDays - 1)}
		if _, err := w.Measures(ctx, mona, whole, make([]measures.Wish, measures.MaxKeys)); err != nil {
			t.Error(err)
		}
		if _, err := w.Retention(ctx, mona, measures.Days{First: at(0), Last: at(measures.MaxPeriods - 1)}, false); err != nil {
			t.Error(err)
		}
		member := social.Actor{Account: 1, Standing: social.Good, Role: social.Member}
		for name, tt := range map[string]struct {
			err  error
			want errs.Kind
		}{
			"too many days":  {second(w.Measures(ctx, mona, measures.Days{First: at(0), Last: at(measures.MaxDays)}, nil)), errs.Invalid},
			"too many keys":  {second(w.Measures(ctx, mona, whole, make([]measures.Wish, measures.MaxKeys+1))), errs.Invalid},
			"backwards":      {second(w.Dimensions(ctx, mona, measures.Days{First: at(1), Last: at(0)}, nil, 1)), errs.Invalid},
			"too far":        {second(w.Measures(ctx, mona, measures.Days{First: at(50 * 365), Last: at(50 * 365)}, nil)), errs.Invalid},
			"many periods":   {second(w.Retention(ctx, mona, measures.Days{First: at(0), Last: at(measures.MaxPeriods)}, false)), errs.Invalid},
			"a member looks": {second(w.Retention(ctx, member, whole, true)), errs.Forbidden},
			"and measures":   {second(w.Measures(ctx, member, whole, nil)), errs.Forbidden},
		} {
			if tt.err == nil || errs.KindOf(tt.err) != tt.want {
				t.Errorf("%s: %v, want %v", name, tt.err, tt.want)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }
