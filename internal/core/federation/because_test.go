package federation_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// told is what the log says of for how many servers something is queued.
func (w *world) told() (out []string) {
	w.Helper()
	w.do(func(ctx context.Context, tx *store.Tx) error {
		out = nil
		all, err := tx.Evidence(ctx, 0, 100)
		for _, r := range all {
			var a evidence.Acted
			if !strings.Contains(r.Leaf, `"o":"servers_told"`) {
				continue
			}
			if err := json.Unmarshal(r.Body, &a); err != nil {
				return err
			}
			if !strings.Contains(r.Leaf, `"ref":[0]`) || r.About != ada {
				w.Errorf("the record is %s, of %d, and does not refer to the decision", r.Leaf, r.About)
			}
			out = append(out, fmt.Sprintf("%s: %s, %d servers for decision %s after %d ms", a.Did, a.Result, a.Servers, a.Decision, a.Millis))
		}
		return err
	})
	return out
}

// What a decision of the staff came to outside is written down with it: for how many
// servers it was queued, and when. Where nobody is told, or nobody decided, nothing is.
func TestDecisionsAreToldAndThatIsWrittenDown(t *testing.T) {
	each(t, func(w *world) {
		w.do(func(ctx context.Context, tx *store.Tx) error {
			p, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeDecision, About: ada, Body: evidence.Decided{Decision: "7"}})
			if err != nil {
				return err
			}
			if err := tx.AddDecision(ctx, social.Decision{ID: 7, Account: ada, Action: social.HidePost, Evidence: p.ID()}, p); err != nil {
				return err
			}
			return tx.AddPost(ctx, social.Post{ID: 11, Author: ada, Visibility: social.Public, At: tx.Now})
		})
		for _, tt := range []struct {
			fact event.Fact
			want string // after what was decided
		}{
			{event.PostJudged{Post: 11, Author: ada, Standing: social.PostHidden}, ""},
			{event.PostJudged{Post: 11, Author: ada, Standing: social.PostLimited, Decision: 7}, ""},
			{event.PostJudged{Post: 11, Author: xi, Standing: social.PostHidden, Decision: 7}, ""},
			{event.PostJudged{Post: 11, Author: ada, Standing: social.PostHidden, Decision: 7}, "how post 11 stands: queued, 1"},
			{event.PostDeleted{Post: 11, Author: ada, Mentions: []social.AccountID{xi}, Decision: 7}, "that post 11 is gone: queued, 2"},
			{event.Decided{Account: ada, Action: social.Limit, Decision: 7}, ""},
			{event.Decided{Account: ada, Action: social.Suspend, Decision: 7}, "how the account stands: queued, 1"},
		} {
			before := len(w.told())
			w.happens(tt.fact)
			got, want := strings.Join(w.told()[before:], ", "), ""
			if tt.want != "" {
				want = "told other servers " + tt.want + " servers for decision 7 after 0 ms"
			}
			if got != want {
				t.Errorf("%#v: the log says %q, want %q", tt.fact, got, want)
			}
		}
	})
}

// Of what goes out bit by bit the servers are counted that it goes to, and not those
// that cannot be reached; the milliseconds are those since the decision.
func TestServersOfManyAreCounted(t *testing.T) {
	each(t, func(w *world) {
		w.do(func(ctx context.Context, tx *store.Tx) error {
			p, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeDecision, About: ada, Body: evidence.Decided{Decision: "7"}})
			if err != nil {
				return err
			}
			if err := tx.AddDecision(ctx, social.Decision{ID: 7, Account: ada, Action: social.HidePost, Evidence: p.ID()}, p); err != nil {
				return err
			}
			for i := range 250 {
				a := social.Account{ID: social.AccountID(1000 + i), Username: fmt.Sprint("fan", i), Host: fmt.Sprintf("h%d.example", i%100), Standing: social.Good, CreatedAt: tx.Now}
				if a.URI = fmt.Sprintf("https://%s/%s", a.Host, a.Username); i == 0 {
					a.Host = "parked.example"
				}
				if err := tx.AddAccount(ctx, a); err != nil {
					return err
				}
				if err := tx.SetContact(ctx, social.Contact{Account: a.ID, Inbox: a.URI + "/inbox"}); err != nil {
					return err
				}
				if err := follow(ctx, tx, a.ID); err != nil {
					return err
				}
			}
			if err := tx.MeetPeer(ctx, "parked.example"); err != nil {
				return err
			}
			return tx.PeerFailed(ctx, "parked.example", "gone")
		})
		w.clock.Pass(social.ParkAfter)
		w.do(func(_ context.Context, tx *store.Tx) error {
			tx.Record(event.Decided{Account: ada, Action: social.Suspend, Decision: 7})
			return nil
		})
		w.clock.Pass(40 * time.Millisecond)
		if err := work.CatchUp(w.Context(), w.store, w.core.Follower()); err != nil {
			t.Fatal(err)
		}
		const want = "told other servers how the account stands: queued, 101 servers for decision 7 after 40 ms" // with that of zoe and yan
		if got := strings.Join(w.told(), ", "); got != want {
			t.Errorf("the log says %q, want %q", got, want)
		}
	})
}
