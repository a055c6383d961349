package houses

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/social"
)

// aside is what a house shows of a post that is not for everybody.
type aside struct {
	ID, URI, Content, Visibility string
	Account                      account
	Plaza                        struct {
		Visibility string
		CircleID   *string `json:"circle_id"`
	}
}

// shown is a post as somebody is shown it.
func shown(t *testing.T, p *apptest.Person, id string) (a aside) {
	t.Helper()
	p.Must("GET", "/api/v1/statuses/"+id, nil, &a)
	return a
}

// list is a new list of somebody's with members.
func list(p *apptest.Person, title string, members ...string) string {
	var l struct{ ID string }
	p.Must("POST", "/api/v1/lists", map[string]any{"title": title}, &l)
	p.Must("POST", "/api/v1/lists/"+l.ID+"/accounts", map[string]any{"account_ids": members}, nil)
	return l.ID
}

// asides are the posts that somebody finds in a timeline.
func asides(p *apptest.Person, path string) (all []aside) {
	p.Must("GET", path, nil, &all)
	return all
}

// TestCircleAcross has somebody write to a list with members here, at another
// Plaza and at a server of another make, each of which has followers who are none.
func TestCircleAcross(t *testing.T) {
	t.Parallel()
	w := fedtest.New(t)
	here, there := house(t, w, "here.example"), house(t, w, "there.example")
	far := w.Host("far.example")
	mia, zoe := far.Actor("mia"), far.Actor("zoe")
	to := fedtest.Target{Base: "https://here.example", Listens: here.URL}
	ada, dan, cat := here.Join("ada", social.Member), here.Join("dan", social.Member), here.Join("cat", social.Member)
	ben, bob, bea := there.Join("ben", social.Member), there.Join("bob", social.Member), there.Join("bea", social.Member)
	adaURI := "https://here.example/ap/users/" + strconv.FormatInt(int64(ada.ID), 10)
	cat.Follow(ada)
	dan.Follow(ada)
	adaThere := found(t, ben, "@ada@here.example")
	for _, p := range []*apptest.Person{ben, bob, bea} {
		p.Must("POST", "/api/v1/accounts/"+adaThere.ID+"/follow", nil, nil)
	}
	for _, a := range []*fedtest.Actor{mia, zoe} {
		if st := a.Send(to, a.Does("Follow", adaURI, nil)); st != http.StatusAccepted {
			t.Fatalf("the follow of %s is answered %d", a.Name, st)
		}
	}
	here.Eventually("all to follow ada", func() bool {
		var a account
		ada.Must("GET", "/api/v1/accounts/verify_credentials", nil, &a)
		return a.FollowersCount == 7
	})
	var on []string
	for _, acct := range []string{"@ben@there.example", "@bob@there.example", "@mia@far.example", "@dan"} {
		var all struct{ Accounts []account }
		ada.Must("GET", "/api/v2/search?resolve=true&type=accounts&q="+acct, nil, &all)
		on = append(on, all.Accounts[0].ID)
		ada.Must("POST", "/api/v1/accounts/"+all.Accounts[0].ID+"/follow", nil, nil)
	}
	family := list(ada, "Family", on...)
	before := shownAccount(ada)

	// It is said to the list.
	var said aside
	ada.Must("POST", "/api/v1/statuses", map[string]string{"status": "Grandmother is ill, @cat #family", "visibility": "private", "circle_id": family}, &said)
	ada.Post("Good morning, everybody.", "public")
	if said.Visibility != "private" || said.Plaza.Visibility != "circle" || said.Plaza.CircleID == nil || *said.Plaza.CircleID != family {
		t.Errorf("ada is shown %+v", said)
	}
	if a := shown(t, dan, said.ID); a.Visibility != "private" || a.Plaza.Visibility != "circle" || a.Plaza.CircleID != nil {
		t.Errorf("dan, who is on the list, is shown %+v", a)
	}
	if got := asides(dan, "/api/v1/timelines/home"); len(got) != 2 || got[1].ID != said.ID {
		t.Errorf("dan's home is %+v", got)
	}
	if a := cat.Call("GET", "/api/v1/statuses/"+said.ID, nil); a.Status != http.StatusNotFound {
		t.Errorf("cat, who follows ada, is mentioned and is not on the list, is shown it: %d", a.Status)
	}
	theirs := map[*apptest.Person]aside{}
	for _, p := range []*apptest.Person{ben, bob} {
		there.Eventually("it to be in the home of a member there", func() bool {
			for _, a := range asides(p, "/api/v1/timelines/home") {
				if a.URI == said.URI {
					theirs[p] = a
				}
			}
			return theirs[p].ID != ""
		})
		if a := theirs[p]; a.Visibility != "private" || a.Plaza.Visibility != "circle" || a.Plaza.CircleID != nil {
			t.Errorf("a member there is shown %+v", a)
		}
	}
	there.Eventually("what was said after it to be in bea's home", func() bool { return len(asides(bea, "/api/v1/timelines/home")) > 0 })
	if got := asides(bea, "/api/v1/timelines/home"); len(got) != 1 || got[0].URI == said.URI {
		t.Errorf("bea, who follows ada and is not on the list, has at home %+v", got)
	}
	unseen(t, bea, theirs[ben].ID, said.URI)

	// A server of another make is told, for its member alone, and nothing of the others.
	there.Eventually("mia's server to be told", func() bool { return len(created(far, said.URI)) > 0 })
	for _, a := range created(far, said.URI) {
		body := string(a.Body)
		if a.Path != "/users/mia/inbox" || strings.Contains(body, "there.example") || strings.Contains(body, "/followers") || strings.Contains(body, "Family") {
			t.Errorf("told at %s: %s", a.Path, body)
		}
	}
	if n := len(created(far, said.URI)); n != 1 {
		t.Errorf("far.example was told %d times", n)
	}
	for who, want := range map[*fedtest.Actor]int{mia: http.StatusOK, zoe: http.StatusNotFound} {
		for _, path := range []string{"", "/activity", "/replies", "/likes"} {
			status, body := who.Call(to, http.MethodGet, said.URI+path, nil)
			if status != want {
				t.Errorf("%s fetches %s%s: %d", who.Name, said.URI, path, status)
			}
			if strings.Contains(string(body), "there.example") || strings.Contains(string(body), "@dan") {
				t.Errorf("%s is told of others: %s", who.Name, body)
			}
			var n struct{ To, Cc []string }
			if json.Unmarshal(body, &n) == nil && path == "" && want == http.StatusOK && (len(n.To) != 1 || n.To[0] != mia.ID || len(n.Cc) != 0) {
				t.Errorf("what mia fetches is to %q, cc %q", n.To, n.Cc)
			}
		}
	}
	if after := shownAccount(cat, ada); after != before+1 {
		t.Errorf("of ada's %d posts, cat is told of %d", before+2, after)
	}

	// It goes no further, and what answers it stays within.
	for _, path := range []string{"/reblog", "/pin"} {
		if a := ben.Call("POST", "/api/v1/statuses/"+theirs[ben].ID+path, nil); a.Status == http.StatusOK {
			t.Errorf("ben: %s", path)
		}
	}
	if a := dan.Call("POST", "/api/v1/statuses", map[string]string{"status": "Look", "quoted_status_id": said.ID}); a.Status == http.StatusOK {
		t.Errorf("dan quotes it: %s", a.Body)
	}
	var reply, answer aside
	ben.Must("POST", "/api/v1/statuses", map[string]string{"status": "Oh no", "in_reply_to_id": theirs[ben].ID, "visibility": "public"}, &reply)
	if reply.Plaza.Visibility != "circle" {
		t.Errorf("ben's answer is %+v", reply)
	}
	dan.Must("POST", "/api/v1/statuses", map[string]string{"status": "I am on my way", "in_reply_to_id": said.ID, "visibility": "public"}, &answer)
	for _, p := range []*apptest.Person{ada, ben, bob} {
		at, wants := said.ID, []string{answer.URI, reply.URI}
		if p != ada {
			at = theirs[p].ID
		}
		here.Eventually("the answers to come", func() bool {
			var c struct{ Descendants []aside }
			p.Must("GET", "/api/v1/statuses/"+at+"/context", nil, &c)
			got := map[string]bool{}
			for _, d := range c.Descendants {
				got[d.URI] = true
			}
			return got[wants[0]] && got[wants[1]]
		})
	}
	unseen(t, bea, reply.ID, answer.URI)
	unseen(t, cat, answer.ID, "")

	// Who is taken off sees nothing any more, and who joins nothing of before.
	var catID = strconv.FormatInt(int64(cat.ID), 10)
	ada.Must("POST", "/api/v1/accounts/"+catID+"/follow", nil, nil)
	ada.Must("POST", "/api/v1/lists/"+family+"/accounts", map[string]any{"account_ids": []string{catID}}, nil)
	ada.Must("DELETE", "/api/v1/lists/"+family+"/accounts?account_ids[]="+on[3]+"&account_ids[]="+on[2], nil, nil)
	unseen(t, cat, said.ID, "")
	unseen(t, dan, said.ID, "")
	if status, _ := mia.Call(to, http.MethodGet, said.URI, nil); status != http.StatusNotFound {
		t.Errorf("mia, who was taken off, fetches it: %d", status)
	}

	// A change comes to those who are still on it; that it is gone to all who had it.
	ada.Must("PUT", "/api/v1/statuses/"+said.ID, map[string]string{"status": "Grandmother is better"}, nil)
	for _, p := range []*apptest.Person{ben, bob} {
		there.Eventually("the change to come", func() bool { return strings.Contains(shown(t, p, theirs[p].ID).Content, "better") })
	}
	ada.Must("DELETE", "/api/v1/statuses/"+said.ID, nil, nil)
	there.Eventually("it to be gone there", func() bool {
		return ben.Call("GET", "/api/v1/statuses/"+theirs[ben].ID, nil).Status == http.StatusNotFound
	})
	there.Eventually("mia's server to be told that it is gone", func() bool {
		for _, m := range far.Got("Delete") {
			if to, _ := m["to"].([]any); len(to) == 1 && to[0] == mia.ID {
				return true
			}
		}
		return false
	})
	if n := len(far.Got("Update")); n != 0 {
		t.Errorf("mia's server was told %d changes after she was taken off", n)
	}
}

// created is what came to a host of how a post came to be.
func created(h *fedtest.Host, uri string) (out []fedtest.Asked) {
	for _, a := range h.Asked() {
		o, _ := a.JSON()["object"].(map[string]any)
		if a.Method == http.MethodPost && a.JSON()["type"] == "Create" && o["id"] == uri {
			out = append(out, a)
		}
	}
	return out
}

// unseen fails if somebody is shown a post by its id, or finds it by its address.
func unseen(t *testing.T, p *apptest.Person, id, uri string) {
	t.Helper()
	for _, path := range []string{"", "/context", "/history", "/favourited_by"} {
		if a := p.Call("GET", "/api/v1/statuses/"+id+path, nil); a.Status != http.StatusNotFound {
			t.Errorf("somebody whom it is not for is shown %s%s: %d %s", id, path, a.Status, a.Body)
		}
	}
	if uri == "" {
		return
	}
	var all struct{ Statuses []status }
	if p.Must("GET", "/api/v2/search?resolve=true&q="+uri, nil, &all); len(all.Statuses) != 0 {
		t.Errorf("somebody whom it is not for finds it: %+v", all.Statuses)
	}
}

// shownAccount is how many posts somebody, or whoever they ask for, is said to have.
func shownAccount(p *apptest.Person, of ...*apptest.Person) int {
	var a struct {
		Count int `json:"statuses_count"`
	}
	who := p
	if len(of) > 0 {
		who = of[0]
	}
	p.Must("GET", "/api/v1/accounts/"+strconv.FormatInt(int64(who.ID), 10), nil, &a)
	return a.Count
}
