package federation_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"

	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// open is wordy of what anybody may come across. What has an odd id is not.
type open struct{ wordy }

func (o open) told(what string, by social.AccountID, p social.PostID) (federation.Said, error) {
	d, err := o.say(what, by)
	d.Open, d.Post = p%2 == 0, p
	return d, err
}

func (o open) Created(_ context.Context, p social.PostID) (federation.Said, error) {
	return o.told("Created", ada, p)
}
func (o open) Edited(_ context.Context, p social.PostID) (federation.Said, error) {
	return o.told("Edited", ada, p)
}
func (o open) Boosted(_ context.Context, p social.PostID) (federation.Said, error) {
	return o.told("Boosted", ada, p)
}
func (o open) Deleted(_ context.Context, l federation.Left) (federation.Said, error) {
	return o.told("Deleted", l.Author, l.Post)
}
func (o open) Relayed(_ context.Context, p social.PostID) (federation.Said, error) {
	return o.told("Relayed", 0, p)
}
func (o open) RelayAsked(_ context.Context, r social.Relay) (federation.Said, error) {
	return o.say("RelayAsked", 0)
}
func (o open) RelayLeft(_ context.Context, r social.Relay) (federation.Said, error) {
	return o.say("RelayLeft", 0)
}
func (o open) RelayAnswered(_ context.Context, r social.Relay, act string) (federation.Said, error) {
	return o.say("RelayAnswered "+act, 0)
}

// TestRelays: what goes to relays of which kind, and what does not.
func TestRelays(t *testing.T) {
	each(t, func(w *world) {
		w.core = federation.New(w.store, rules{w.store}, open{}, slog.New(slog.DiscardHandler))
		relay := func(id social.RelayID, kind social.RelayKind, host string, state social.RelayState) social.Relay {
			r := social.Relay{ID: id, Kind: kind, Host: host, Inbox: "https://" + host + "/inbox", Actor: "https://" + host + "/actor", State: state}
			w.do(func(ctx context.Context, tx *store.Tx) error { return tx.AddRelay(ctx, r) })
			return r
		}
		relay(1, social.RelayMastodon, "m.example", social.RelayAccepted)
		r := relay(2, social.RelayLitePub, "l.example", social.RelayAccepted)
		relay(3, social.RelayMastodon, "q.example", social.RelayAsked)
		relay(4, social.RelayLitePub, "n.example", social.RelayRefused)
		for _, tt := range []struct {
			name string
			fact event.Fact
			want []string
		}{
			{"a post", event.PostPublished{Post: 10, Author: ada}, []string{"l.example/inbox Relayed", "m.example/inbox Created"}},
			{"an edit", event.PostEdited{Post: 10, Author: ada}, []string{"l.example/inbox Edited", "m.example/inbox Edited"}},
			{"a deletion", event.PostDeleted{Post: 10, Author: ada}, []string{"l.example/inbox Deleted", "m.example/inbox Deleted"}},
			{"a post not for all", event.PostPublished{Post: 11, Author: ada}, nil},
			{"an edit of it", event.PostEdited{Post: 11, Author: ada}, nil},
			{"its deletion", event.PostDeleted{Post: 11, Author: ada}, nil},
			{"the deletion of what never left", event.PostDeleted{Post: 10, Author: ada, LocalOnly: true}, nil},
			{"a boost", event.PostPublished{Post: 12, Author: ada, BoostOf: 10}, nil},
			{"a post from elsewhere", event.PostPublished{Post: 10, Author: xi, Remote: true}, nil},
			{"an edit elsewhere", event.PostEdited{Post: 10, Author: xi}, nil},
			{"a deletion elsewhere", event.PostDeleted{Post: 10, Author: xi}, nil},
			{"a relay", event.RelayAdded{Relay: 3}, []string{"q.example/inbox RelayAsked"}},
			{"a relay that is gone again", event.RelayAdded{Relay: 9}, nil},
			{"the end of one", event.RelayRemoved{Relay: 9, Host: "m.example", Inbox: "https://m.example/inbox"}, []string{"m.example/inbox RelayLeft"}},
		} {
			w.happens(tt.fact)
			got := w.sent("l.example", "m.example", "n.example", "q.example")
			if slices.Sort(got); !slices.Equal(got, tt.want) {
				w.Errorf("%s: sent %q, want %q", tt.name, got, tt.want)
			}
		}
		if err := w.core.AcceptRelay(w.Context(), r, "https://l.example/1"); err != nil {
			w.Error(err)
		}
		if got := w.sent("l.example"); !slices.Equal(got, []string{"l.example/inbox RelayAnswered https://l.example/1"}) {
			w.Errorf("a relay was let follow with %q", got)
		}
		w.quieted()
	})
}

// quieted: neither an author who is offered to nobody nor a host that the house
// keeps away from is for relays.
func (w *world) quieted() {
	w.do(func(ctx context.Context, tx *store.Tx) error {
		return tx.AddHostBlock(ctx, social.HostBlock{ID: 1, Host: "l.example", Severity: social.HostSuspends})
	})
	w.happens(event.PostPublished{Post: 10, Author: ada})
	if got := w.sent("l.example", "m.example"); !slices.Equal(got, []string{"m.example/inbox Created"}) {
		w.Errorf("with a blocked relay: sent %q", got)
	}
	w.do(func(ctx context.Context, tx *store.Tx) error {
		return tx.SetModerated(ctx, social.Account{ID: ada, Standing: social.Good, Limited: true}, storetest.Proof(w, tx))
	})
	w.happens(event.PostPublished{Post: 10, Author: ada})
	if got := w.sent("m.example"); len(got) != 0 {
		w.Errorf("of who is limited: sent %q", got)
	}
}
