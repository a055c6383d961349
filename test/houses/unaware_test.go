package houses

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/social"
)

// plain are the activities that any server reads, each with what it carries; empty is
// for an address.
var plain = map[string][]string{
	"Create": {"Note"}, "Update": {"Note", "Person"}, "Announce": {""}, "Like": {""}, "Undo": {"Like", "Announce", "Follow"},
	// Consent to a reply is about what no other server has: who does not know it takes it for nothing.
	"Accept": {"Follow", "ReplyRequest"}, "Reject": {"Follow", "ReplyRequest"}, "Delete": {"Tombstone", "ReplyAuthorization"},
}

// TestBesideAPlainServer has people of a server that knows ActivityPub as everybody has
// it, and nothing of house rules, answer in a thread that has them. What it sends is
// held, hidden and refused here; what it is sent it can read, and it is told to delete
// nothing of its own.
func TestBesideAPlainServer(t *testing.T) {
	t.Parallel()
	w := fedtest.New(t)
	here, far := house(t, w, "here.example"), w.Host("far.example")
	mia := far.Actor("mia")
	to := fedtest.Target{Base: "https://here.example", Listens: here.URL}
	ada, ben := here.Join("ada", social.Owner), here.Join("ben", social.Member)
	allowDowns(t, here, ada)
	adaURI := "https://here.example/ap/users/" + strconv.FormatInt(int64(ada.ID), 10)
	if st := mia.Send(to, mia.Does("Follow", adaURI, nil)); st != http.StatusAccepted {
		t.Fatalf("the follow is answered %d", st)
	}
	here.Eventually("mia to follow", func() bool {
		var a account
		ada.Must("GET", "/api/v1/accounts/verify_credentials", nil, &a)
		return a.FollowersCount == 1
	})

	// Whatever the policy, a post comes as any does.
	var asked, closed, local status
	for policy, p := range map[string]*status{"approval": &asked, "nobody": &closed, "followers": new(status), "mutuals": new(status), "mentioned": new(status), "everyone": new(status)} {
		ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "Replies: " + policy, "visibility": "public", "reply_policy": policy}, p)
		here.Eventually("it to come: "+policy, func() bool { return len(created(far, p.URI)) == 1 })
		note, _ := created(far, p.URI)[0].JSON()["object"].(map[string]any)
		if to, _ := note["to"].([]any); note["type"] != "Note" || note["content"] != "<p>Replies: "+policy+"</p>" || note["attributedTo"] != adaURI || len(to) != 1 || to[0] != fedtest.Public {
			t.Errorf("%s: far.example is sent %+v", policy, note)
		}
	}
	ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "Among us", "local_only": true}, &local)

	// What waits here of ours is not sent, and not there for who asks.
	var bens status
	ben.Must("POST", "/api/v1/statuses", map[string]any{"status": "May I, @mia@far.example?", "visibility": "public", "in_reply_to_id": asked.ID}, &bens)
	if st, _ := mia.Call(to, http.MethodGet, bens.URI, nil); st != http.StatusNotFound {
		t.Errorf("what waits is shown to who asks: %d", st)
	}

	says := func(text string, in status) string {
		t.Helper()
		note := mia.Note("<p>"+text+"</p>", fedtest.M{"inReplyTo": in.URI, "cc": []string{adaURI}})
		if st := mia.Send(to, mia.Does("Create", note, nil)); st != http.StatusAccepted {
			t.Fatalf("%q is answered %d", text, st)
		}
		return note["id"].(string)
	}
	// held waits until a reply is in the list of those in a state, and tells its id.
	held := func(uri, state string) (id string) {
		t.Helper()
		here.Eventually(uri+" to be "+state, func() bool {
			var all []struct {
				ID     string
				Status status
			}
			ada.Must("GET", "/api/plaza/v1/replies?state="+state, nil, &all)
			for _, h := range all {
				if h.Status.URI == uri {
					id = h.ID
				}
			}
			return id != ""
		})
		return id
	}
	stands := func(id string, want bool) {
		t.Helper()
		here.Eventually("it to stand there, or not", func() bool {
			return (ben.Call("GET", "/api/v1/statuses/"+id, nil).Status == http.StatusOK) == want
		})
		for _, of := range []status{asked, closed} {
			var thread struct{ Descendants []status }
			here.Call("GET", "/api/v1/statuses/"+of.ID+"/context", "", nil).JSON(t, &thread)
			if is := slices.ContainsFunc(thread.Descendants, func(st status) bool { return st.ID == id }); is && !want {
				t.Errorf("%s is in the thread of %s", id, of.ID)
			}
		}
	}
	// named fails unless a reply is, or is not, among those that who asks is told of.
	named := func(when, uri string, want bool) {
		t.Helper()
		for _, at := range []string{asked.URI + "/replies?page=true&min_id=0", "https://here.example/ap/threads/" + asked.ID + "?page=true&min_id=0"} {
			if st, body := mia.Call(to, http.MethodGet, at, nil); st != http.StatusOK || strings.Contains(string(body), uri) != want {
				t.Errorf("%s: %s answers %d %s", when, at, st, body)
			}
		}
	}
	polite := says("Let me in", asked)
	id := held(polite, "pending")
	stands(id, false)
	named("it waits", polite, false)
	if n := len(created(far, bens.URI)); n != 0 {
		t.Error("what waits is sent to whom it mentions")
	}
	ada.Must("POST", "/api/plaza/v1/replies/approve", "ids[]="+id+"&ids[]="+bens.ID, nil)
	stands(id, true)
	named("it was let through", polite, true)
	here.Eventually("ben's to be sent, once", func() bool { return len(created(far, bens.URI)) == 1 })
	if a := ada.Call("PUT", "/api/plaza/v1/statuses/"+id+"/vote", "value=-1"); a.Status != http.StatusForbidden {
		t.Errorf("a vote down that far.example would not understand: %d %s", a.Status, a.Body)
	}
	ada.Must("PUT", "/api/plaza/v1/statuses/"+id+"/vote", "value=1", nil)

	stands(held(says("All the same", closed), "refused"), false)
	ada.Must("POST", "/api/plaza/v1/statuses/"+asked.ID+"/lock", nil, nil)
	stands(held(says("And then", asked), "refused"), false)
	ada.Must("POST", "/api/plaza/v1/statuses/"+id+"/hide", "reason=unkind", nil)
	stands(id, false)
	named("it is hidden", polite, false)
	ada.Must("POST", "/api/plaza/v1/statuses/"+bens.ID+"/hide", "reason=off_topic", nil)
	ada.Must("POST", "/api/plaza/v1/statuses/"+id+"/unhide", nil, nil)
	stands(id, true)
	named("it is shown again", polite, true)
	named("ben's is hidden", bens.URI, false)
	last := ada.Post("Good night", "public")
	here.Eventually("the last to come", func() bool { return len(created(far, "https://here.example/ap/posts/"+last.ID)) == 1 })

	for _, a := range far.Asked() {
		m := a.JSON()
		if a.Method != http.MethodPost {
			continue
		}
		kind, object, target := m["type"].(string), "", m["object"]
		if o, ok := m["object"].(map[string]any); ok {
			object, target = o["type"].(string), o["id"]
		}
		if !slices.Contains(plain[kind], object) {
			t.Errorf("far.example is sent what it cannot read: %s", a.Body)
		}
		if kind == "Delete" && (target == polite || target == bens.URI) {
			t.Errorf("far.example is told to delete what is only hidden: %s", a.Body)
		}
		if strings.Contains(string(a.Body), "Among us") || strings.Contains(string(a.Body), `"id":""`) {
			t.Errorf("far.example is sent %s", a.Body)
		}
	}
	if n := len(far.Got("Like")); n != 1 {
		t.Errorf("of the vote far.example is told %d likes", n)
	}
}
