package app_test

import (
	"context"
	"crypto/rsa"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/edge/fedi/sign"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A follower elsewhere is an account on another server that keeps what its
// inbox is sent, once it has checked who signed.
type fan struct {
	*httptest.Server
	mu  sync.Mutex
	got []string
}

func (f *fan) has(what string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, body := range f.got {
		if strings.Contains(body, what) {
			return true
		}
	}
	return false
}

// fanOf has an account on a host of its own follow somebody.
func fanOf(t *testing.T, s *apptest.Server, p *apptest.Person, id social.AccountID, host string, status int) *fan {
	t.Helper()
	f := &fan{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var keys []social.OwnKey
		if err := s.Store.Read(r.Context(), func(v *store.View) (err error) { keys, err = v.OwnKeys(r.Context(), p.ID); return err }); err != nil {
			t.Error(err)
		}
		claim, err := sign.Parse(r, body, []string{f.URL}, time.Now())
		for _, k := range keys {
			private, _ := sign.ParsePrivate(k.PKCS8)
			if _, ok := private.Public().(*rsa.PublicKey); ok && err == nil {
				err = claim.Verify(sign.Key{ID: fmt.Sprintf("%s/ap/users/%d#main-key", s.URL, p.ID), Public: private.Public()})
			}
		}
		if err != nil || len(keys) == 0 {
			t.Errorf("%d keys: %v", len(keys), err)
		}
		f.mu.Lock()
		f.got = append(f.got, string(body))
		f.mu.Unlock()
		w.WriteHeader(status)
	}))
	t.Cleanup(f.Close)
	ctx := t.Context()
	if err := s.Store.Write(ctx, func(tx *store.Tx) error {
		a := social.Account{ID: id, Username: "fan", Host: host, URI: f.URL + "/fan", Standing: social.Good, CreatedAt: tx.Now}
		if err := tx.AddAccount(ctx, a); err != nil {
			return err
		}
		if err := tx.SetContact(ctx, social.Contact{Account: id, Inbox: f.URL + "/fan/inbox", SharedInbox: f.URL + "/inbox"}); err != nil {
			return err
		}
		if err := tx.AddFollow(ctx, social.Follow{Owner: id, Target: p.ID}, true); err != nil {
			return err
		}
		return tx.CountFollow(ctx, id, p.ID, 1)
	}); err != nil {
		t.Fatal(err)
	}
	return f
}

// TestWhatIsSaidLeaves plays a post's life: it is said, edited and deleted, and
// its author leaves; a host that answers is told all of it.
func TestWhatIsSaidLeaves(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada := s.Join("ada", social.Member)
		well := fanOf(t, s, ada, 1001, "well.example", http.StatusAccepted)
		ill := fanOf(t, s, ada, 1002, "ill.example", http.StatusBadGateway)

		post := ada.Post("Good morning, everybody!", "public")
		s.Eventually("the post arrives", func() bool { return well.has(`"type":"Create"`) && well.has("Good morning") })
		s.Eventually("the other host is asked", func() bool { return ill.has("Good morning") })
		ada.Must("PUT", "/api/v1/statuses/"+post.ID, map[string]any{"status": "Good evening, everybody!"}, nil)
		s.Eventually("the edit arrives", func() bool { return well.has(`"type":"Update"`) && well.has("Good evening") })
		ada.Must("DELETE", "/api/v1/statuses/"+post.ID, nil, nil)
		s.Eventually("the end arrives", func() bool { return well.has(`"type":"Tombstone"`) })
		ada.Must("PATCH", "/api/v1/accounts/update_credentials", map[string]any{"display_name": "Ada of Plaza"}, nil)
		s.Eventually("the new name arrives", func() bool { return well.has("Ada of Plaza") })

		var waits []social.Delivery
		if err := s.Store.Read(t.Context(), func(v *store.View) (err error) {
			waits, err = v.Deliveries(t.Context(), "ill.example", 10)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for _, d := range waits {
			if d.Activity.Post != 0 {
				t.Errorf("what carries a deleted post still waits: %.100s", d.Activity.Body)
			}
		}
		for _, line := range []string{`plaza_deliveries_total{outcome="sent"} 4`, `plaza_deliveries_total{outcome="fault"} 1`, `plaza_peers{state="failing"} 1`, "plaza_deliveries_waiting 2"} {
			s.Eventually("monitoring says "+line, func() bool { return strings.Contains(string(s.Call("GET", "/metrics", "", nil).Body), line+"\n") })
		}
		peers, err := s.Peers(t.Context(), true)
		if err != nil || len(peers) != 1 || peers[0].Host != "ill.example" || peers[0].LastError != "it answered 502" {
			t.Errorf("%+v, %v: want the one host that does not answer", peers, err)
		}

		if err := s.Store.Write(t.Context(), func(tx *store.Tx) error {
			if err := tx.DropUser(t.Context(), ada.ID); err != nil {
				return err
			}
			return tx.LeaveAccount(t.Context(), ada.ID)
		}); err != nil {
			t.Fatal(err)
		}
		s.Eventually("the farewell arrives", func() bool {
			return well.has(fmt.Sprintf(`"object":"%s/ap/users/%d"`, s.URL, ada.ID))
		})
	})
}

// TestLocalStaysHere: where nobody elsewhere was met, nothing is queued.
func TestLocalStaysHere(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		s.Join("ada", social.Member).Post("Hello.", "public")
		q, err := s.Federation.Queues(context.Background())
		if err != nil || q != (social.Queues{}) {
			t.Errorf("%+v, %v: want nothing", q, err)
		}
	})
}
