package posts_test

import (
	"context"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// una, whom nobody knows; eva, whom ada follows; mel, who was reported; and
// tom, whom the staff judged. All of them live elsewhere.
const una, eva, mel, tom = 11, 12, 13, 14

// A far is a house that has heard of people elsewhere.
type far struct {
	*testing.T
	ctx   context.Context
	store *store.Store
	svc   *posts.Service
}

func (f far) write(fn func(tx *store.Tx) error) {
	f.Helper()
	if err := f.store.Write(f.ctx, fn); err != nil {
		f.Fatal(err)
	}
}

func startFar(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) far {
	f := far{t, ctx, s, svc}
	f.write(func(tx *store.Tx) error {
		for i, name := range map[int]string{una: "una", eva: "eva", mel: "mel", tom: "tom"} {
			a := social.Account{ID: social.AccountID(i), Username: name, Host: "far.example", URI: "https://far.example/" + name, Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}
			if err := tx.AddAccount(ctx, a); err != nil {
				return err
			}
		}
		if err := tx.AddFollow(ctx, social.Follow{Owner: ada, Target: eva}, true); err != nil {
			return err
		}
		if err := tx.AddReport(ctx, social.Report{ID: 1, Reporter: ada, Target: mel, Category: social.ReportSpam, At: tx.Now}); err != nil {
			return err
		}
		return tx.AddDecision(ctx, social.Decision{ID: 2, Account: tom, Action: social.Limit, At: tx.Now}, storetest.Proof(t, tx))
	})
	return f
}

// post stores a post as it would have come from elsewhere, some time ago.
func (f far) post(by social.AccountID, ago time.Duration, change func(*social.Post)) (p social.Post) {
	f.Helper()
	f.write(func(tx *store.Tx) error {
		at := tx.Now.Add(-ago)
		p = social.Post{ID: social.PostID(id.New(at)), Author: by, HTML: "<p>Far</p>", Visibility: social.Public, At: at}
		p.Thread = p.ID
		change(&p)
		if err := tx.AddPost(f.ctx, p); err != nil {
			return err
		}
		return tx.CountIn(f.ctx, p)
	})
	return p
}

func asIs(*social.Post) {}

const month = 30 * 24 * time.Hour

func (f far) forget(days int, dry bool) int {
	f.Helper()
	n, err := f.svc.Forget(f.ctx, f.store.Now().AddDate(0, 0, -days), dry, func(done, total int) {
		if done > total {
			f.Errorf("%d of %d", done, total)
		}
	})
	if err != nil {
		f.Fatal(err)
	}
	return n
}

func (f far) there(p social.Post) bool {
	_, err := read(f.T, f.store, p.ID)
	return err == nil
}

// Each of these is enough for a post to stay, and nothing else is.
func TestForgetOnlyWhatNobodyTouched(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		f := startFar(ctx, t, s, svc)
		mark := func(m social.Marks, by social.AccountID) func(*store.Tx, social.Post) error {
			return func(tx *store.Tx, p social.Post) error {
				_, err := tx.AddMark(ctx, m, by, p.ID)
				return err
			}
		}
		stay := map[string]social.Post{
			"by somebody who is followed": f.post(eva, month, asIs),
			"by somebody reported":        f.post(mel, month, asIs),
			"by somebody judged":          f.post(tom, month, asIs),
			"by one of ours":              f.post(ben, month, asIs),
			"not old":                     f.post(una, 6*24*time.Hour, asIs),
			"to one of ours":              f.post(una, month, func(p *social.Post) { p.Mentions = []social.Mention{{Account: ben, Username: "ben"}} }),
			"with a poll":                 f.post(una, month, func(p *social.Post) { p.Poll = 77 }),
		}
		f.write(func(tx *store.Tx) error {
			p := social.Poll{ID: 77, Post: stay["with a poll"].ID, Author: una, Options: []social.PollOption{{Title: "a"}, {Title: "b"}}}
			if err := tx.AddPoll(ctx, p); err != nil {
				return err
			}
			return tx.AddVote(ctx, p.ID, ada, 1)
		})
		for what, touch := range map[string]func(*store.Tx, social.Post) error{
			"liked": mark(social.Liked, ada), "kept": mark(social.Bookmarked, ada), "pinned": mark(social.Pinned, una),
			"voted against": mark(social.VotedDown, ada),
			"reacted to": func(tx *store.Tx, p social.Post) error {
				_, _, err := tx.React(ctx, ada, p.ID, "🎉")
				return err
			},
			"told of": func(tx *store.Tx, p social.Post) error {
				_, err := tx.AddNotice(ctx, social.Notice{ID: social.NoticeID(id.New(tx.Now)), Owner: ada, Kind: social.NoticeMention, From: una, Post: p.ID})
				return err
			},
			"filtered": func(tx *store.Tx, p social.Post) error {
				return tx.SetFilter(ctx, social.Filter{}, social.Filter{ID: 5, Owner: ada, Title: "x", Posts: []social.FilterPost{{ID: 6, Post: p.ID}}})
			},
		} {
			stay[what] = f.post(una, month, asIs)
			f.write(func(tx *store.Tx) error { return touch(tx, stay[what]) })
		}
		refer := func(what string, by social.AccountID, change func(p *social.Post, to social.Post)) {
			to := f.post(una, month, asIs)
			stay[what] = to
			stay[what+", itself"] = f.post(by, month, func(p *social.Post) { change(p, to) })
		}
		answer := func(p *social.Post, to social.Post) { p.ReplyTo, p.ReplyAuthor, p.Thread = to.ID, una, to.Thread }
		boost := func(p *social.Post, of social.Post) { p.BoostOf, p.BoostAuthor, p.HTML = of.ID, una, "" }
		quote := func(p *social.Post, of social.Post) { p.Quote.Of, p.Quote.Author = of.ID, una }
		refer("answered here", ben, answer)
		refer("answered by somebody who is followed", eva, answer)
		refer("answered here in private", ben, func(p *social.Post, to social.Post) {
			p.ReplyTo, p.ReplyAuthor, p.Visibility = to.ID, una, social.Direct
		})
		refer("boosted here", ben, boost)
		refer("boosted by somebody who is followed", eva, boost)
		refer("quoted here", ben, quote)
		refer("quoted by somebody who is followed", eva, quote)

		gone := map[string]social.Post{"untouched": f.post(una, month, asIs), "liked elsewhere": f.post(una, month, asIs), "boosted elsewhere": f.post(una, month, asIs)}
		f.write(func(tx *store.Tx) error { return mark(social.Liked, mel)(tx, gone["liked elsewhere"]) })
		gone["its boost"] = f.post(mel, month, func(p *social.Post) { boost(p, gone["boosted elsewhere"]) })
		gone["answered elsewhere"] = f.post(una, month, asIs)
		gone["the answer"] = f.post(una, month, func(p *social.Post) { answer(p, gone["answered elsewhere"]) })

		const posts = 5 // of gone, that are no boosts
		if n := f.forget(7, true); n != posts {
			t.Errorf("would forget %d, want %d", n, posts)
		}
		for what, p := range gone {
			if !f.there(p) {
				t.Errorf("%s: gone in a dry run", what)
			}
		}
		if n := f.forget(7, false); n != posts {
			t.Errorf("forgot %d, want %d", n, posts)
		}
		for what, p := range gone {
			if f.there(p) {
				t.Errorf("%s: still there", what)
			}
		}
		for what, p := range stay {
			if !f.there(p) {
				t.Errorf("%s: gone", what)
			}
		}
		if n := f.forget(7, false); n != 0 {
			t.Errorf("forgot %d more", n)
		}
	})
}

// However few days are said, what came today stays.
func TestForgetNothingOfToday(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		f := startFar(ctx, t, s, svc)
		young, old := f.post(una, posts.ForgetAfter-time.Minute, asIs), f.post(una, posts.ForgetAfter+time.Minute, asIs)
		if n := f.forget(0, false); n != 1 || !f.there(young) || f.there(old) {
			t.Errorf("forgot %d; the young one is there: %v, the old one: %v", n, f.there(young), f.there(old))
		}
	})
}

// What is more than one write takes goes in several, with all counts right.
func TestForgetInPieces(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		people(t, s)
		f := startFar(t.Context(), t, s, posts.New(s, posts.Config{MaxText: social.MaxText}))
		const many = posts.ForgetAtOnce + 50
		f.write(func(tx *store.Tx) error {
			for i := range social.AccountID(many) {
				if err := tx.AddAccount(f.ctx, social.Account{ID: 1000 + i, Username: "fan", Host: "far" + string(rune('a'+i%26)) + string(rune('a'+i/26)) + ".example", Kind: social.Person, Standing: social.Good}); err != nil {
					return err
				}
			}
			return nil
		})
		loud, later := f.post(una, month, asIs), f.post(una, month, asIs)
		for i := range social.AccountID(many) {
			f.post(1000+i, month, func(p *social.Post) { p.BoostOf, p.BoostAuthor = loud.ID, una })
		}
		if n := f.forget(7, false); n != 2 || f.there(loud) || f.there(later) {
			t.Errorf("forgot %d, want the two", n)
		}
		if err := s.Read(f.ctx, func(v *store.View) error {
			for _, who := range []social.AccountID{una, 1000, 1000 + many - 1} {
				a, err := v.Account(f.ctx, who)
				if err != nil || a.Posts != 0 {
					t.Errorf("%d has %d posts, %v", who, a.Posts, err)
				}
			}
			n, err := v.CountPosts(f.ctx)
			if n != 0 {
				t.Errorf("%d rows are left", n)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	})
}
