package federation_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

// Ada and ben are ours, and so is eve, who is leaving; zoe and yan live on one
// host, with a shared inbox, and xi on another, without.
const (
	ada social.AccountID = iota + 1
	ben
	eve
	zoe
	yan
	xi
)

var homes = map[social.AccountID]string{zoe: "z.example", yan: "z.example", xi: "x.example"}

// wordy says the name of what it was asked for, for whoever it should be for.
type wordy struct {
	federation.Speaker // for what no test asks for
	fault              error
}

func (w wordy) say(what string, by social.AccountID, to ...social.AccountID) (federation.Said, error) {
	return federation.Said{Body: []byte(what), Signer: by, To: to}, w.fault
}

func (w wordy) wide(what string, by social.AccountID, post social.PostID, to ...social.AccountID) (federation.Said, error) {
	d, err := w.say(what, by, to...)
	d.Followers, d.Post = true, post
	return d, err
}

func (w wordy) Created(_ context.Context, p social.PostID) (federation.Said, error) {
	if p == 99 {
		return federation.Said{}, errs.New(errs.NotFound, "It does not leave.")
	}
	return w.wide("Created", ada, p, xi, ben)
}
func (w wordy) Judged(_ context.Context, p social.PostID) (federation.Said, error) {
	return w.wide("Judged", ada, p)
}

func (w wordy) Edited(_ context.Context, p social.PostID) (federation.Said, error) {
	return w.wide("Edited", ada, p)
}
func (w wordy) Boosted(_ context.Context, p social.PostID) (federation.Said, error) {
	return w.wide("Boosted", ada, p, xi)
}
func (w wordy) Deleted(_ context.Context, l federation.Left) (federation.Said, error) {
	return w.wide("Deleted", l.Author, 0, append(l.Mentions, l.ReplyAuthor)...)
}
func (w wordy) Unboosted(_ context.Context, l federation.Left) (federation.Said, error) {
	return w.wide("Unboosted", l.Author, 0, l.BoostAuthor)
}
func (w wordy) QuoteAsked(context.Context, social.PostID) (federation.Said, error) {
	return w.say("QuoteAsked", ada, xi)
}
func (w wordy) QuoteRevoked(context.Context, social.PostID) (federation.Said, error) {
	return w.say("QuoteRevoked", ada, xi)
}
func (w wordy) Liked(_ context.Context, by social.AccountID, _ social.PostID) (federation.Said, error) {
	return w.say("Liked", by, xi)
}
func (w wordy) Disliked(_ context.Context, by social.AccountID, _ social.PostID) (federation.Said, error) {
	return w.say("Disliked", by, xi)
}
func (w wordy) Undisliked(_ context.Context, by social.AccountID, _ social.PostID) (federation.Said, error) {
	return w.say("Undisliked", by, xi)
}
func (w wordy) Reacted(_ context.Context, with social.Reacting) (federation.Said, error) {
	return w.say("Reacted "+with.Name, with.Owner, xi)
}
func (w wordy) Unreacted(_ context.Context, with social.Reacting) (federation.Said, error) {
	return w.say("Unreacted "+with.Name, with.Owner, xi)
}
func (w wordy) Unliked(_ context.Context, by social.AccountID, _ social.PostID) (federation.Said, error) {
	return w.say("Unliked", by, xi)
}
func (w wordy) Pinned(_ context.Context, by social.AccountID, p social.PostID) (federation.Said, error) {
	return w.wide("Pinned", by, p)
}
func (w wordy) Unpinned(_ context.Context, by social.AccountID, p social.PostID) (federation.Said, error) {
	return w.wide("Unpinned", by, p)
}
func (w wordy) Voted(_ context.Context, by social.AccountID, _ social.PostID) ([]federation.Said, error) {
	a, _ := w.say("Voted 1", by, xi)
	b, _ := w.say("Voted 2", by, xi)
	return []federation.Said{a, b}, nil
}
func (w wordy) FollowAsked(_ context.Context, by, to social.AccountID, _ social.FollowID) (federation.Said, error) {
	return w.say("FollowAsked", by, to)
}
func (w wordy) FollowUndone(_ context.Context, by, to social.AccountID, _ social.FollowID) (federation.Said, error) {
	return w.say("FollowUndone", by, to)
}
func (w wordy) FollowAccepted(_ context.Context, owner, by social.AccountID, act string) (federation.Said, error) {
	return w.say("FollowAccepted "+act, by, owner)
}
func (w wordy) FollowRejected(_ context.Context, owner, by social.AccountID, act string) (federation.Said, error) {
	return w.say("FollowRejected "+act, by, owner)
}
func (w wordy) Blocked(_ context.Context, by, to social.AccountID) (federation.Said, error) {
	return w.say("Blocked", by, to)
}
func (w wordy) Unblocked(_ context.Context, by, to social.AccountID) (federation.Said, error) {
	return w.say("Unblocked", by, to)
}
func (w wordy) ProfileChanged(_ context.Context, who social.AccountID) (federation.Said, error) {
	return w.wide("ProfileChanged", who, 0)
}
func (w wordy) Moved(_ context.Context, who social.AccountID) (federation.Said, error) {
	return w.wide("Moved", who, 0)
}
func (w wordy) QuoteAnswered(_ context.Context, _ social.PostID, request string, agreed bool) (federation.Said, error) {
	return w.say(fmt.Sprint("QuoteAnswered ", request, " ", agreed), ada, xi)
}
func (w wordy) Gone(_ context.Context, who social.AccountID) (federation.Said, error) {
	return w.wide("Gone", who, 0)
}
func (w wordy) Flagged(context.Context, social.ReportID) (federation.Said, error) {
	return w.say("Flagged", 0, xi)
}

type rules struct{ s *store.Store }

func (r rules) HostRules(ctx context.Context) (all *social.HostRules, err error) {
	err = r.s.Read(ctx, func(v *store.View) error { all, err = v.HostRules(ctx); return err })
	return all, err
}

// A world is a store with everybody in it.
type world struct {
	*testing.T
	store *store.Store
	clock *storetest.Clock
	core  *federation.Service
}

func each(t *testing.T, fn func(w *world)) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		w := &world{t, s, c, nil}
		w.speak(nil)
		w.do(func(ctx context.Context, tx *store.Tx) error {
			for i, name := range []string{"ada", "ben", "eve", "zoe", "yan", "xi"} {
				a := social.Account{ID: social.AccountID(i + 1), Username: name, Standing: social.Good, CreatedAt: tx.Now}
				if a.Host = homes[a.ID]; a.Host != "" {
					a.URI = "https://" + a.Host + "/" + name
				}
				if err := tx.AddAccount(ctx, a); err != nil {
					return err
				}
				if a.Host == "" && name != "eve" {
					if err := tx.AddUser(ctx, social.User{Account: a.ID, Email: name + "@plaza.example"}); err != nil {
						return err
					}
				}
			}
			for _, c := range []social.Contact{{Account: zoe, Inbox: "https://z.example/zoe", SharedInbox: "https://z.example/all"},
				{Account: yan, Inbox: "https://z.example/yan", SharedInbox: "https://z.example/all"}, {Account: xi, Inbox: "https://x.example/xi"}} {
				if err := tx.SetContact(ctx, c); err != nil {
					return err
				}
			}
			for _, fan := range []social.AccountID{zoe, yan, ben} {
				if err := follow(ctx, tx, fan); err != nil {
					return err
				}
			}
			return tx.AddAct(ctx, social.Act{URI: "https://z.example/follows/1", Kind: social.ActFollow, Owner: zoe, Target: int64(ada)})
		})
		fn(w)
	})
}

func follow(ctx context.Context, tx *store.Tx, fan social.AccountID) error {
	if err := tx.AddFollow(ctx, social.Follow{Owner: fan, Target: ada}, true); err != nil {
		return err
	}
	return tx.CountFollow(ctx, fan, ada, 1)
}

func (w *world) speak(fault error) {
	w.core = federation.New(w.store, rules{w.store}, wordy{fault: fault}, slog.New(slog.DiscardHandler))
}

func (w *world) do(fn func(ctx context.Context, tx *store.Tx) error) {
	w.Helper()
	if err := w.store.Write(w.Context(), func(tx *store.Tx) error { return fn(w.Context(), tx) }); err != nil {
		w.Fatal(err)
	}
}

// happens records facts and has them told.
func (w *world) happens(facts ...event.Fact) {
	w.Helper()
	w.do(func(_ context.Context, tx *store.Tx) error {
		for _, f := range facts {
			tx.Record(f)
		}
		return nil
	})
	if err := work.CatchUp(w.Context(), w.store, w.core.Follower()); err != nil {
		w.Fatal(err)
	}
}

// sent is what waits for hosts, as "inbox what", and forgets it.
func (w *world) sent(hosts ...string) (out []string) {
	w.Helper()
	w.do(func(ctx context.Context, tx *store.Tx) error {
		out = nil
		for _, host := range hosts {
			ds, err := tx.Deliveries(ctx, host, 10_000)
			if err != nil {
				return err
			}
			for _, d := range ds {
				out = append(out, strings.TrimPrefix(d.Inbox, "https://")+" "+string(d.Activity.Body))
			}
			if err := tx.DropQueue(ctx, host); err != nil {
				return err
			}
		}
		return nil
	})
	return out
}

func TestWhatIsToldToWhom(t *testing.T) {
	each(t, func(w *world) {
		w.do(func(ctx context.Context, tx *store.Tx) error {
			for _, p := range []social.Post{{ID: 10, Author: xi, URI: "https://x.example/10", Quote: social.Quote{Of: 11, Author: ada, State: social.QuoteRevoked}}, {ID: 11, Author: ada, Poll: 5}} {
				p.Visibility, p.At = social.Public, tx.Now
				if err := tx.AddPost(ctx, p); err != nil {
					return err
				}
			}
			if err := tx.AddPoll(ctx, social.Poll{ID: 5, Post: 11, Author: ada}); err != nil {
				return err
			}
			if err := tx.AddVote(ctx, 5, xi, 0); err != nil {
				return err
			}
			if err := tx.AddReport(ctx, social.Report{ID: 20, Reporter: ada, Target: xi, Forward: true}); err != nil {
				return err
			}
			if err := tx.AddFollow(ctx, social.Follow{Owner: ada, Target: zoe}, false); err != nil {
				return err
			}
			return tx.AddReport(ctx, social.Report{ID: 21, Reporter: ada, Target: xi})
		})
		public := social.Public
		for _, tt := range []struct {
			name string
			fact event.Fact
			want []string
		}{
			{"a post", event.PostPublished{Post: 11, Author: ada, Visibility: public}, []string{"x.example/xi Created", "z.example/all Created"}},
			{"a post that does not leave", event.PostPublished{Post: 99, Author: ada, Visibility: public}, nil},
			{"a post from elsewhere", event.PostPublished{Post: 10, Author: xi, Visibility: public, Remote: true}, nil},
			{"a boost", event.PostPublished{Post: 12, Author: ada, BoostOf: 10, BoostAuthor: xi}, []string{"x.example/xi Boosted", "z.example/all Boosted"}},
			{"a quote", event.PostPublished{Post: 11, Author: ada, QuoteOf: 10, QuoteAuthor: xi}, []string{"x.example/xi Created", "x.example/xi QuoteAsked", "z.example/all Created"}},
			{"an edit", event.PostEdited{Post: 11, Author: ada}, []string{"z.example/all Edited"}},
			{"it is hidden", event.PostJudged{Post: 11, Author: ada, Standing: social.PostHidden}, []string{"z.example/all Judged"}},
			{"it is limited", event.PostJudged{Post: 11, Author: ada, Standing: social.PostLimited}, nil},
			{"one elsewhere is hidden", event.PostJudged{Post: 10, Author: xi, Standing: social.PostHidden}, nil},
			{"an edit elsewhere", event.PostEdited{Post: 10, Author: xi}, nil},
			{"a post is deleted", event.PostDeleted{Post: 13, Author: ada, Mentions: []social.AccountID{xi}}, []string{"x.example/xi Deleted", "z.example/all Deleted"}},
			{"a reply is deleted", event.PostDeleted{Post: 13, Author: ada, ReplyAuthor: xi}, []string{"x.example/xi Deleted", "z.example/all Deleted"}},
			{"a local post is deleted", event.PostDeleted{Post: 13, Author: ada, LocalOnly: true}, nil},
			{"a post elsewhere is deleted", event.PostDeleted{Post: 13, Author: xi}, nil},
			{"a post of who leaves is deleted", event.PostDeleted{Post: 13, Author: eve, Mentions: []social.AccountID{xi}}, nil},
			{"a boost is taken back", event.PostDeleted{Post: 13, Author: ada, BoostOf: 10, BoostAuthor: xi}, []string{"x.example/xi Unboosted", "z.example/all Unboosted"}},
			{"who may quote", event.QuoteChanged{Post: 11, Author: ada}, []string{"z.example/all Edited"}},
			{"a quote elsewhere is revoked", event.QuoteChanged{Post: 10, Author: xi, QuoteOf: 11}, []string{"x.example/xi QuoteRevoked"}},
			{"a like", event.Marked{Owner: ada, Post: 10, Author: xi, Mark: social.Liked}, []string{"x.example/xi Liked"}},
			{"no like any more", event.Marked{Owner: ada, Post: 10, Author: xi, Mark: social.Liked, Off: true}, []string{"x.example/xi Unliked"}},
			{"a vote against", event.Marked{Owner: ada, Post: 10, Author: xi, Mark: social.VotedDown}, []string{"x.example/xi Disliked"}},
			{"that taken back", event.Marked{Owner: ada, Post: 10, Author: xi, Mark: social.VotedDown, Off: true}, []string{"x.example/xi Undisliked"}},
			{"a vote against among ours", event.Marked{Owner: ada, Post: 11, Author: ben, Mark: social.VotedDown}, nil},
			{"a reaction", event.Reacted{Reaction: 5, Owner: ada, Post: 10, Author: xi, Name: "🎉"}, []string{"x.example/xi Reacted 🎉"}},
			{"no reaction any more", event.Reacted{Reaction: 5, Owner: ada, Post: 10, Author: xi, Name: "🎉", Off: true}, []string{"x.example/xi Unreacted 🎉"}},
			{"a reaction among ours", event.Reacted{Reaction: 6, Owner: ada, Post: 11, Author: ben, Name: "🎉"}, nil},
			{"a reaction from elsewhere", event.Reacted{Reaction: 7, Owner: xi, Post: 11, Author: ada, Name: "🎉"}, nil},
			{"a like among ours", event.Marked{Owner: ada, Post: 11, Author: ben, Mark: social.Liked}, nil},
			{"a like from elsewhere", event.Marked{Owner: xi, Post: 11, Author: ada, Mark: social.Liked}, nil},
			{"a bookmark", event.Marked{Owner: ada, Post: 10, Author: xi, Mark: social.Bookmarked}, nil},
			{"a pin", event.Marked{Owner: ada, Post: 11, Author: ada, Mark: social.Pinned}, []string{"z.example/all Pinned"}},
			{"no pin any more", event.Marked{Owner: ada, Post: 11, Author: ada, Mark: social.Pinned, Off: true}, []string{"z.example/all Unpinned"}},
			{"votes elsewhere", event.Voted{Post: 10, Voter: ada}, []string{"x.example/xi Voted 1", "x.example/xi Voted 2"}},
			{"a vote here", event.Voted{Post: 11, Voter: xi}, nil}, // told later
			{"a poll ends", event.PollEnded{Poll: 5, Post: 11, Author: ada}, []string{"x.example/xi Edited", "z.example/all Edited"}},
			{"asks to follow", event.FollowAsked{Owner: ada, Target: zoe}, []string{"z.example/zoe FollowAsked"}},
			{"asked to follow, and does not any more", event.FollowAsked{Owner: ada, Target: xi}, nil},
			{"is asked", event.FollowAsked{Owner: zoe, Target: ada}, nil},
			{"is followed", event.Followed{Owner: zoe, Target: ada, New: true}, []string{"z.example/zoe FollowAccepted https://z.example/follows/1"}},
			{"follows", event.Followed{Owner: ada, Target: zoe, New: true}, nil},
			{"follows no more", event.Unfollowed{Owner: ada, Target: zoe, By: ada}, []string{"z.example/zoe FollowUndone"}},
			{"was refused", event.Unfollowed{Owner: ada, Target: zoe, By: zoe}, nil},
			{"refuses", event.Unfollowed{Owner: zoe, Target: ada, By: ada}, []string{"z.example/zoe FollowRejected https://z.example/follows/1"}},
			{"is not followed any more", event.Unfollowed{Owner: zoe, Target: ada, By: zoe}, nil},
			{"the house parts them", event.Unfollowed{Owner: zoe, Target: ada}, []string{"z.example/zoe FollowRejected https://z.example/follows/1"}},
			{"who leaves follows no more", event.Unfollowed{Owner: eve, Target: zoe}, nil},
			{"blocks", event.Distanced{Owner: ada, Target: xi, Blocked: true}, []string{"x.example/xi Blocked"}},
			{"blocks no more", event.Distanced{Owner: ada, Target: xi, Unblocked: true}, []string{"x.example/xi Unblocked"}},
			{"mutes", event.Distanced{Owner: ada, Target: xi}, nil},
			{"is blocked", event.Distanced{Owner: xi, Target: ada, Blocked: true}, nil},
			{"another name", event.ProfileChanged{Account: ada}, []string{"z.example/all ProfileChanged"}},
			{"another name elsewhere", event.ProfileChanged{Account: zoe}, nil},
			{"moves", event.Moved{Account: ada, Target: zoe}, []string{"z.example/all Moved"}},
			{"moves elsewhere", event.Moved{Account: zoe, Target: ada}, nil},
			{"is suspended", event.Decided{Account: ada, Action: social.Suspend}, []string{"z.example/all ProfileChanged"}},
			{"is not any more", event.Decided{Account: ada, Action: social.Unsuspend}, []string{"z.example/all ProfileChanged"}},
			{"is warned", event.Decided{Account: ada, Action: social.Warn}, nil},
			{"a report for elsewhere", event.Reported{Report: 20, Reporter: ada, Target: xi}, []string{"x.example/xi Flagged"}},
			{"a report", event.Reported{Report: 21, Reporter: ada, Target: xi}, nil},
		} {
			w.happens(tt.fact)
			if got := w.sent("x.example", "z.example"); !slices.Equal(got, tt.want) {
				w.Errorf("%s: sent %q, want %q", tt.name, got, tt.want)
			}
		}
	})
}

func TestQuotesAreAnswered(t *testing.T) {
	each(t, func(w *world) {
		for i, state := range []social.QuoteState{social.QuoteAccepted, social.QuotePending, social.QuoteRevoked} {
			id := social.PostID(30 + i)
			w.do(func(ctx context.Context, tx *store.Tx) error {
				return tx.AddPost(ctx, social.Post{ID: id, Author: xi, URI: fmt.Sprint("https://x.example/", id), Visibility: social.Public, At: tx.Now,
					Quote: social.Quote{Of: 11, Author: ada, State: state}})
			})
			if err := w.core.AnswerQuote(w.Context(), id, "https://x.example/ask"); err != nil {
				w.Fatal(err)
			}
			if got, want := w.sent("x.example"), []string{fmt.Sprint("x.example/xi QuoteAnswered https://x.example/ask ", i == 0)}; !slices.Equal(got, want) {
				w.Errorf("%s: sent %q, want %q", state, got, want)
			}
		}
		if err := w.core.AnswerQuote(w.Context(), 77, "https://x.example/ask"); errs.KindOf(err) != errs.NotFound {
			w.Errorf("of a post that is not there: %v, want NotFound", err)
		}
	})
}

// TestVotesAreTold: once for all of them, to those who follow and who voted.
func TestVotesAreTold(t *testing.T) {
	each(t, func(w *world) {
		w.do(func(ctx context.Context, tx *store.Tx) error {
			if err := tx.AddPost(ctx, social.Post{ID: 11, Author: ada, Poll: 5, Visibility: social.Public, At: tx.Now}); err != nil {
				return err
			}
			if err := tx.AddPoll(ctx, social.Poll{ID: 5, Post: 11, Author: ada}); err != nil {
				return err
			}
			return tx.AddVote(ctx, 5, xi, 0)
		})
		w.happens(event.Voted{Poll: 5, Post: 11, Voter: xi}, event.Voted{Poll: 5, Post: 11, Voter: ben})
		for _, want := range [][]string{nil, {"x.example/xi Edited", "z.example/all Edited"}, nil} {
			if _, err := work.Once(w.Context(), w.store, w.core.Worker()); err != nil {
				w.Fatal(err)
			}
			if got := w.sent("x.example", "z.example"); !slices.Equal(got, want) {
				w.Errorf("sent %q, want %q", got, want)
			}
			w.clock.Pass(31 * time.Second)
		}
	})
}

// TestDeletedDoesNotWait: what carries a deleted post leaves the queues.
func TestDeletedDoesNotWait(t *testing.T) {
	each(t, func(w *world) {
		w.happens(event.PostPublished{Post: 11, Author: ada}, event.PostEdited{Post: 11, Author: ada}, event.PostPublished{Post: 12, Author: ada}, event.PostDeleted{Post: 11, Author: ada})
		if got, want := w.sent("z.example"), []string{"z.example/all Created", "z.example/all Deleted"}; !slices.Equal(got, want) {
			w.Errorf("%q waits, want %q: that of the other post, and the end of this one", got, want)
		}
	})
}

// TestFarewell goes to every host with a shared inbox, and its key stays until
// it was sent.
func TestFarewell(t *testing.T) {
	each(t, func(w *world) {
		w.do(func(ctx context.Context, tx *store.Tx) error {
			for _, id := range []social.AccountID{0, ada, eve} {
				if err := tx.AddOwnKey(ctx, social.OwnKey{Account: id, Kind: social.RSA, PKCS8: []byte("key")}); err != nil {
					return err
				}
			}
			return tx.LeaveAccount(ctx, eve)
		})
		w.happens(event.Unfollowed{Owner: eve, Target: zoe})
		w.do(func(ctx context.Context, tx *store.Tx) error { return tx.DeleteAccount(ctx, eve) })
		keys := func() (n int) {
			w.Helper()
			if err := w.core.Tidy(w.Context()); err != nil {
				w.Fatal(err)
			}
			if err := w.store.Read(w.Context(), func(v *store.View) error {
				for _, id := range []social.AccountID{0, ada, eve} {
					all, err := v.OwnKeys(w.Context(), id)
					if n += len(all); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				w.Fatal(err)
			}
			return n
		}
		if n := keys(); n != 3 {
			w.Errorf("%d keys before the farewell was queued, want 3", n)
		}
		w.spread()
		if n := keys(); n != 3 {
			w.Errorf("%d keys while the farewell waits, want 3", n)
		}
		if got, want := w.sent("x.example", "z.example"), []string{"z.example/all Gone"}; !slices.Equal(got, want) {
			w.Errorf("sent %q, want %q", got, want)
		}
		if n := keys(); n != 2 {
			w.Errorf("%d keys after it, want those of the house and of ada", n)
		}
	})
}

func (w *world) spread() {
	w.Helper()
	for more := true; more; {
		var err error
		if more, err = w.core.Spread(w.Context()); err != nil {
			w.Fatal(err)
		}
	}
}

// TestOddFact: one that cannot be told is passed over in the end.
func TestOddFact(t *testing.T) {
	each(t, func(w *world) {
		w.speak(errors.New("no words"))
		w.do(func(_ context.Context, tx *store.Tx) error {
			tx.Record(event.PostEdited{Post: 11, Author: ada})
			return nil
		})
		failed := 0
		for work.CatchUp(w.Context(), w.store, w.core.Follower()) != nil {
			failed++
		}
		if failed != 4 {
			w.Errorf("passed over after %d failures, want 4", failed)
		}
	})
}

// crowd has n accounts, each on a host of its own, follow ada.
func (w *world) crowd(n int) (hosts []string) {
	w.Helper()
	const first = 1000
	for from := 0; from < n; from += 500 {
		w.do(func(ctx context.Context, tx *store.Tx) error {
			for i := from; i < min(n, from+500); i++ {
				host := fmt.Sprintf("h%05d.example", i)
				a := social.Account{ID: social.AccountID(first + i), Username: "fan", Host: host, URI: "https://" + host + "/fan", Standing: social.Good, CreatedAt: tx.Now}
				if err := tx.AddAccount(ctx, a); err != nil {
					return err
				}
				if err := tx.SetContact(ctx, social.Contact{Account: a.ID, Inbox: a.URI + "/inbox", SharedInbox: "https://" + host + "/inbox"}); err != nil {
					return err
				}
				if err := follow(ctx, tx, a.ID); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for i := range n {
		hosts = append(hosts, fmt.Sprintf("h%05d.example", i))
	}
	return append(hosts, "x.example", "z.example")
}

// TestMany: what is for more than are queued at once reaches each of them once,
// in order, also if it stops in the middle; what is deleted meanwhile goes no
// further.
func TestMany(t *testing.T) {
	each(t, func(w *world) {
		hosts := w.crowd(450)
		w.happens(event.PostPublished{Post: 11, Author: ada}, event.PostEdited{Post: 11, Author: ada})
		if got, want := w.sent(hosts...), []string{"x.example/xi Created"}; !slices.Equal(got, want) {
			w.Fatalf("%d are queued at once: %.200q, want %q", len(got), got, want)
		}
		ctx, stop := context.WithCancel(w.Context())
		stop() // the first part is written, or not
		w.core.Spread(ctx)
		w.speak(nil) // a new process
		w.spread()
		got := w.sent(hosts...)
		var want []string
		for _, host := range hosts {
			switch host {
			case "x.example":
			case "z.example":
				want = append(want, "z.example/all Created", "z.example/all Edited")
			default:
				want = append(want, host+"/inbox Created", host+"/inbox Edited")
			}
		}
		if !slices.Equal(got, want) {
			w.Errorf("%d were queued, want %d; the first are %.300q", len(got), len(want), got)
		}
		w.happens(event.PostPublished{Post: 12, Author: ada}, event.PostDeleted{Post: 12, Author: ada})
		w.spread()
		if got := w.sent("h00000.example", "h00449.example"); !slices.Equal(got, []string{"h00000.example/inbox Deleted", "h00449.example/inbox Deleted"}) {
			w.Errorf("of a deleted post %q was queued", got)
		}
	})
}

// TestTenThousandHosts are queued in little memory.
func TestTenThousandHosts(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a while to have ten thousand hosts follow somebody")
	}
	each(t, func(w *world) {
		if w.store.Engine() != "sqlite" {
			w.Skip("one engine will do: it is about what is held here")
		}
		const n = 10_000
		w.crowd(n)
		w.happens(event.PostPublished{Post: 11, Author: ada})
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		w.spread()
		runtime.GC()
		runtime.ReadMemStats(&after)
		if grown := int64(after.HeapInuse) - int64(before.HeapInuse); grown > 32<<20 {
			w.Errorf("the heap grew by %d bytes", grown)
		}
		if q, err := w.core.Queues(w.Context()); err != nil || q.Waiting != n+2 || q.Hosts != n+2 {
			w.Errorf("%+v, %v; want %d waiting for as many hosts", q, err, n+2)
		}
	})
}
