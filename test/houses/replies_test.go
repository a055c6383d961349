package houses

import (
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/social"
)

// TestRepliesAcross has somebody of one house choose who may reply, and somebody of
// another reply: what the policy says is obeyed there and enforced here.
func TestRepliesAcross(t *testing.T) {
	t.Parallel()
	w := fedtest.New(t)
	here, there := house(t, w, "here.example"), house(t, w, "there.example")
	ada, ben, cleo := here.Join("ada", social.Member), there.Join("ben", social.Member), here.Join("cleo", social.Member)
	eve := there.Join("eve", social.Member)
	benHere := found(t, ada, "@ben@there.example")
	ada.Must("POST", "/api/v1/accounts/"+benHere.ID+"/follow", nil, nil)
	here.Eventually("the follow to be accepted", func() bool {
		var rels []struct{ Following bool }
		ada.Must("GET", "/api/v1/accounts/relationships?id[]="+benHere.ID, nil, &rels)
		return rels[0].Following
	})
	type policied struct {
		status
		Plaza struct {
			Replies struct {
				Policy, Held     string
				Waiting, Refused int
			}
		}
	}
	say := func(text, policy string) (of, seen policied) {
		t.Helper()
		ben.Must("POST", "/api/v1/statuses", map[string]string{"status": text, "visibility": "public", "reply_policy": policy}, &of)
		here.Eventually(text, func() bool {
			st, ok := home(ada, func(st status) bool { return strings.Contains(st.Content, text) })
			if ok {
				ada.Must("GET", "/api/v1/statuses/"+st.ID, nil, &seen)
			}
			return ok
		})
		return of, seen
	}

	// What is closed is closed over here, with a reason.
	_, closed := say("No replies please", "nobody")
	var answer struct{ Policy, Answer string }
	if ada.Must("GET", "/api/plaza/v1/statuses/"+closed.ID+"/replying", nil, &answer); answer.Answer != "closed" {
		t.Errorf("ada may reply where nobody may: %+v", answer)
	}
	if r := ada.Call("POST", "/api/v1/statuses", map[string]string{"status": "All the same", "in_reply_to_id": closed.ID}); r.Status != 403 {
		t.Errorf("she replied: %d %s", r.Status, r.Body)
	}

	// What waits is seen by nobody else, in neither house, until it is approved.
	of, seen := say("Ask me", "approval")
	reply := func(text string) policied {
		t.Helper()
		var p policied
		ada.Must("POST", "/api/v1/statuses", map[string]string{"status": text, "in_reply_to_id": seen.ID, "visibility": "public"}, &p)
		if p.Plaza.Replies.Held != "pending" {
			t.Errorf("%q is held %q", text, p.Plaza.Replies.Held)
		}
		return p
	}
	type request struct {
		ID    string
		Reply policied
	}
	waits := func(text string) (one request) {
		t.Helper()
		there.Eventually(text+" to wait for ben", func() bool {
			var all []request
			ben.Must("GET", "/api/v1/interaction_requests", nil, &all)
			for _, r := range all {
				if strings.Contains(r.Reply.Content, text) {
					one = r
					return true
				}
			}
			return false
		})
		return one
	}
	first := reply("A question")
	asked := waits("A question")
	hidden := func(what string) {
		t.Helper()
		for who, id := range map[string]int{"cleo here": cleo.Call("GET", "/api/v1/statuses/"+first.ID, nil).Status, "eve there": eve.Call("GET", "/api/v1/statuses/"+asked.ID, nil).Status} {
			if id != 404 {
				t.Errorf("%s: %s is given %d", what, who, id)
			}
		}
		var thread struct{ Descendants []status }
		if eve.Must("GET", "/api/v1/statuses/"+of.ID+"/context", nil, &thread); len(thread.Descendants) != 0 {
			t.Errorf("%s: eve sees it in the thread", what)
		}
		if r := cleo.Call("GET", "/ap/posts/"+first.ID, nil); r.Status == 200 && strings.Contains(string(r.Body), "A question") {
			t.Errorf("%s: it is told to whoever asks", what)
		}
	}
	hidden("it waits")
	there.Eventually("ben to be told that it waits", func() bool {
		var all []notice
		ben.Must("GET", "/api/v1/notifications?types[]=pending.reply", nil, &all)
		return len(all) == 1
	})
	if told(ben, "pending.reply") || told(ben, "mention") {
		t.Error("an app that does not ask for it is told of what waits")
	}
	ben.Must("POST", "/api/v1/interaction_requests/"+asked.ID+"/authorize", nil, nil)
	here.Eventually("the consent to come", func() bool { return cleo.Call("GET", "/api/v1/statuses/"+first.ID, nil).Status == 200 })
	there.Eventually("it to stand there", func() bool {
		var st policied
		eve.Must("GET", "/api/v1/statuses/"+of.ID, nil, &st)
		return st.Replies == 1 && eve.Call("GET", "/api/v1/statuses/"+asked.ID, nil).Status == 200
	})
	here.Eventually("ada to be told", func() bool {
		var all []notice
		ada.Must("GET", "/api/v1/notifications?types[]=plaza:reply_approved", nil, &all)
		return len(all) == 1
	})

	// And what is refused stays between the two.
	second := reply("An insult")
	asked = waits("An insult")
	ben.Must("POST", "/api/v1/interaction_requests/"+asked.ID+"/reject", nil, nil)
	here.Eventually("the refusal to come", func() bool {
		var st policied
		ada.Must("GET", "/api/v1/statuses/"+second.ID, nil, &st)
		return st.Plaza.Replies.Held == "refused"
	})
	first = second
	eve.Must("GET", "/api/v1/statuses/"+of.ID, nil, &of)
	if of.Plaza.Replies.Refused != 1 || of.Replies != 1 {
		t.Errorf("the trace of it: %+v, %d replies", of.Plaza.Replies, of.Replies)
	}
	for who, status := range map[string]int{"cleo": cleo.Call("GET", "/api/v1/statuses/"+second.ID, nil).Status, "eve": eve.Call("GET", "/api/v1/statuses/"+asked.ID, nil).Status} {
		if status != 404 {
			t.Errorf("refused: %s is given %d", who, status)
		}
	}
}
