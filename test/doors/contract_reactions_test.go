package doors

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// opinion is what a post says that people make of it.
type opinion struct {
	ID    string
	Plaza struct {
		Reactions []standing
		Votes     struct{ Up, Down, Score, Mine int }
	}
	Pleroma struct {
		Reactions []standing `json:"emoji_reactions"`
	}
	Favourited bool
}

type standing struct {
	Name     string
	Count    int
	Me       bool
	URL      *string
	Still    *string `json:"static_url"`
	Accounts []struct{ Username string }
}

// reacted is a post with emoji under it, and votes, as apps show and ask for
// them; with what each app is told of it.
func (w *crowd) reacted(t *testing.T) {
	t.Helper()
	party := url.PathEscape("🎉")
	var p apptest.Status
	var o opinion
	w.call(t, w.ada, "POST /api/v1/statuses", nil, form("status", "The bread is done", "visibility", "public")).JSON(t, &p)
	if body := w.call(t, nil, "GET /api/v1/statuses/{id}", []any{p.ID}).Body; !strings.Contains(string(body), `"plaza":{"visibility":"public","circle_id":null,"reactions":[],"votes":{"up":0,"down":0,"score":0,"mine":0},"replies":{"policy":"everyone","waiting":0,"refused":0,"held":"","held_by":null}},"pleroma":{"emoji_reactions":[]}`) {
		t.Errorf("of which nobody made anything: %s", body)
	}
	w.call(t, w.ada, "GET /api/plaza/v1/statuses/{id}/reach", []any{p.ID})
	w.call(t, w.ben, "PUT /api/v1/pleroma/statuses/{id}/reactions/{name}", []any{p.ID, party})
	w.call(t, w.cleo, "PUT /api/v1/pleroma/statuses/{id}/reactions/{name}", []any{p.ID, party}).JSON(t, &o)
	if want := (standing{Name: "🎉", Count: 2, Me: true}); len(o.Plaza.Reactions) != 1 || o.Plaza.Reactions[0].Name != want.Name || o.Plaza.Reactions[0].Count != 2 || !o.Plaza.Reactions[0].Me || len(o.Pleroma.Reactions) != 1 {
		t.Errorf("under it %+v, want %+v", o, want)
	}
	var who []standing
	for _, path := range []string{"GET /api/v1/pleroma/statuses/{id}/reactions", "GET /api/v1/pleroma/statuses/{id}/reactions/" + party} {
		w.call(t, nil, path, []any{p.ID}).JSON(t, &who)
		if len(who) != 1 || len(who[0].Accounts) != 2 || who[0].Me {
			t.Errorf("%s: %+v", path, who)
		}
	}
	w.call(t, nil, "GET /api/v1/pleroma/statuses/{id}/reactions/{name}", []any{p.ID, url.PathEscape("🔥")}).JSON(t, &who)
	if len(who) != 0 {
		t.Errorf("what nobody put there: %+v", who)
	}
	w.toldOfReaction(t, p.ID)
	w.call(t, w.ben, "DELETE /api/v1/pleroma/statuses/{id}/reactions/{name}", []any{p.ID, party}).JSON(t, &o)
	if o.Plaza.Reactions[0].Count != 1 || o.Plaza.Reactions[0].Me {
		t.Errorf("taken away: %+v", o)
	}
	var answer apptest.Status
	w.call(t, w.cleo, "POST /api/v1/statuses", nil, form("status", "Is it?", "visibility", "public", "in_reply_to_id", p.ID)).JSON(t, &answer)
	w.voted(t, p.ID, answer.ID)
}

// toldOfReaction checks that only who asks for the kind by name is told.
func (w *crowd) toldOfReaction(t *testing.T, post string) {
	t.Helper()
	const kind = "pleroma:emoji_reaction"
	has := func(path string) bool {
		return strings.Contains(string(w.ada.Call("GET", path, nil).Body), `"`+kind+`"`)
	}
	w.server.Eventually("notices of both reactions", func() bool {
		var all []struct{ Emoji string }
		w.ada.Must("GET", "/api/v1/notifications?types[]="+kind, nil, &all)
		return len(all) == 2 && all[0].Emoji == "🎉" && all[1].Emoji == "🎉"
	})
	if !has("/api/v2/notifications?types[]=" + kind) {
		t.Error("in groups she is not told")
	}
	for _, path := range []string{"/api/v1/notifications", "/api/v2/notifications", "/api/v1/notifications?exclude_types[]=mention", "/api/v1/notifications?types[]=favourite"} {
		if has(path) {
			t.Errorf("%s tells of what it was not asked for", path)
		}
	}
}

// voted has people vote on a reply to a post, before and after the house does so.
func (w *crowd) voted(t *testing.T, first, post string) {
	t.Helper()
	vote := func(p *apptest.Person, value string) (o opinion) {
		w.call(t, p, "PUT /api/plaza/v1/statuses/{id}/vote", []any{post}, form("value", value)).JSON(t, &o)
		return o
	}
	if o := vote(w.ben, "1"); o.Plaza.Votes.Up != 1 || o.Plaza.Votes.Mine != 1 || !o.Favourited {
		t.Errorf("for: %+v", o)
	}
	wantStatus(t, "against, where nobody votes so", w.ben.Call("PUT", "/api/plaza/v1/statuses/"+post+"/vote", "value=-1"), 403)
	wantStatus(t, "no vote", w.ben.Call("PUT", "/api/plaza/v1/statuses/"+post+"/vote", "value=much"), 422)
	owner, house := social.Actor{Account: w.olga.ID, Standing: social.Good, Role: social.Owner}, w.server.Instance.Settings()
	house.Downvotes = true
	if err := w.server.Instance.SetSettings(t.Context(), owner, house); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, "against, by who is new", w.ben.Call("PUT", "/api/plaza/v1/statuses/"+post+"/vote", "value=-1"), 403)
	house.DownDays = 0
	if err := w.server.Instance.SetSettings(t.Context(), owner, house); err != nil {
		t.Fatal(err)
	}
	if o := vote(w.ben, "-1"); o.Plaza.Votes.Up != 0 || o.Plaza.Votes.Down != 1 || o.Plaza.Votes.Score != 0 || o.Plaza.Votes.Mine != -1 || o.Favourited {
		t.Errorf("against: %+v", o)
	}
	wantStatus(t, "against what is no reply", w.ben.Call("PUT", "/api/plaza/v1/statuses/"+first+"/vote", "value=-1"), 422)
	w.ordered(t, first, post)
	house.Downvotes = false
	if err := w.server.Instance.SetSettings(t.Context(), owner, house); err != nil {
		t.Fatal(err)
	}
	var o opinion
	if err := json.Unmarshal(w.call(t, w.ben, "GET /api/v1/statuses/{id}", []any{post}).Body, &o); err != nil || o.Plaza.Votes.Down != 0 || o.Plaza.Votes.Mine != 0 {
		t.Errorf("once the house does not: %+v, %v", o, err)
	}
	if o := vote(w.ben, "0"); o.Plaza.Votes.Mine != 0 || o.Plaza.Votes.Up != 0 {
		t.Errorf("neither: %+v", o)
	}
}

// Whom one has blocked one is not told of, and pictures are those of the house.
func TestReactions(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben, cleo := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("cleo", social.Member)
		p := ada.Post("Rye", "public")
		at := "/api/v1/pleroma/statuses/" + p.ID + "/reactions"
		ben.Must("PUT", at+"/"+url.PathEscape("🎉"), nil, nil)
		ada.Must("POST", "/api/v1/accounts/"+num(cleo.ID)+"/block", nil, nil)
		wantStatus(t, "by whom the author has blocked", cleo.Call("PUT", at+"/"+url.PathEscape("🎉"), nil), 404)
		wantStatus(t, "asked by them", cleo.Call("GET", at, nil), 404)
		ada.Must("POST", "/api/v1/accounts/"+num(ben.ID)+"/block", nil, nil)
		var who []standing
		ada.Must("GET", at, nil, &who)
		if len(who) != 1 || len(who[0].Accounts) != 0 {
			t.Errorf("of whom she has blocked ada is told %+v", who)
		}
	})
}

// ordered asks for a thread in each order, as apps that know of it do, and as those
// that do not.
func (w *crowd) ordered(t *testing.T, first, down string) {
	t.Helper()
	var later apptest.Status
	w.call(t, w.cleo, "POST /api/v1/statuses", nil, form("status", "It is.", "visibility", "public", "in_reply_to_id", first)).JSON(t, &later)
	for order, want := range map[string]string{"": down, "old": down, "new": later.ID, "best": down, "top": down, "controversial": down} {
		var got struct{ Descendants []struct{ ID string } }
		path := "GET /api/v1/statuses/{id}/context"
		if order != "" {
			path += "?order=" + order
		}
		w.call(t, nil, path, []any{first}).JSON(t, &got)
		if len(got.Descendants) != 2 || got.Descendants[0].ID != want {
			t.Errorf("in order %q: %+v, want %s first", order, got.Descendants, want)
		}
	}
	wantStatus(t, "in an order that is none", w.ada.Call("GET", "/api/v1/statuses/"+first+"/context?order=loudest", nil), 422)
}
