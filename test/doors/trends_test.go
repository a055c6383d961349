package doors

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/social/trend"
)

// why are the reasons that we add to an entity.
type why struct {
	ID    string
	Name  string
	URL   string
	Plaza struct {
		Reasons []struct{ Kind, Text string }
	}
}

func (w why) words() string {
	var out []string
	for _, r := range w.Plaza.Reasons {
		out = append(out, r.Text)
	}
	return strings.Join(out, "; ")
}

// recounted is what a guest is told of trends, and what the data give.
func recounted(t *testing.T, s *apptest.Server, lang string) (told, again any, data string) {
	t.Helper()
	data = string(s.Call("GET", "/api/plaza/v1/trends/data", "", nil).Body)
	s.Call("GET", "/api/plaza/v1/trends?language="+lang, "", nil).JSON(t, &told)
	a, err := trend.Again([]byte(data), lang, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(a)
	if err == nil {
		err = json.Unmarshal(b, &again)
	}
	if err != nil {
		t.Fatal(err)
	}
	return told, again, data
}

// TestWhyItTrends asks as several readers why something is put before them, in
// which language, and whether the data give the same.
func TestWhyItTrends(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		people := map[string]*apptest.Person{}
		for _, name := range []string{"ada", "ben", "cleo", "dora", "shy"} {
			people[name] = s.Join(name, social.Member)
			people[name].Must("PATCH", "/api/v1/accounts/update_credentials", map[string]any{"discoverable": name != "shy"}, nil)
		}
		ada, ben, cleo, dora, shy := people["ada"], people["ben"], people["cleo"], people["dora"], people["shy"]
		ada.Follow(ben)
		ada.Follow(cleo)
		say := func(who *apptest.Person, lang, text string, more ...any) (p apptest.Status) {
			body := map[string]any{"status": text, "visibility": "public", "language": lang}
			for i := 0; i < len(more); i += 2 {
				body[more[i].(string)] = more[i+1]
			}
			who.Must("POST", "/api/v1/statuses", body, &p)
			return p
		}
		pain := say(ben, "fr", "Du #pain")
		say(cleo, "fr-CA", "Encore du #pain")
		say(dora, "fr", "Toujours du #pain")
		brot := say(dora, "de", "#brot und #pain")
		say(ben, "de", "#brot")
		hush := []apptest.Status{say(shy, "fr", "#pain #secret1"), say(ben, "fr", "#secret2", "visibility", "private"), say(ben, "fr", "#secret3", "local_only", true),
			say(ben, "fr", "#secret4", "sensitive", true), say(dora, "fr", "#secret5", "in_reply_to_id", pain.ID), say(ben, "fr", "#secret6", "visibility", "unlisted")}
		for _, who := range []*apptest.Person{ada, dora, shy} {
			who.Must("POST", "/api/v1/statuses/"+pain.ID+"/favourite", nil, nil)
		}
		ada.Must("POST", "/api/v1/statuses/"+brot.ID+"/favourite", nil, nil)
		for _, who := range []*apptest.Person{cleo, shy} {
			who.Must("POST", "/api/v1/statuses/"+pain.ID+"/reblog", nil, nil)
		}

		for _, lang := range []string{"", "fr", "de", "xx"} {
			told, again, _ := recounted(t, s, lang)
			if !reflect.DeepEqual(told, again) {
				t.Errorf("%q: a guest is told\n%v\nthe data give\n%v", lang, told, again)
			}
		}
		_, _, data := recounted(t, s, "")
		for _, not := range append([]apptest.Status{{ID: `"acct":"shy"`}, {ID: fmt.Sprint(shy.ID)}, {ID: "secret"}}, hush...) {
			if strings.Contains(data, not.ID) {
				t.Errorf("the data hold %s:\n%s", not.ID, data)
			}
		}

		var tags, posts []why
		ada.Must("GET", "/api/v1/trends/tags", nil, &tags)
		if len(tags) != 2 || tags[0].words() != "used by 2 people you follow; 3 people in 2 days; rising in fr" || tags[1].words() != "used by 1 person you follow; 2 people in 2 days" {
			t.Errorf("tags for ada: %+v", tags)
		}
		s.Call("GET", "/api/v1/trends/tags?language=de", "", nil).JSON(t, &tags)
		if len(tags) != 1 || tags[0].Name != "brot" || tags[0].words() != "2 people in 2 days in de" {
			t.Errorf("tags in German: %+v", tags)
		}
		ada.Must("GET", "/api/v1/trends/statuses", nil, &posts)
		if len(posts) != 2 || posts[0].ID != pain.ID || posts[0].words() != "boosted by 1 person you follow; 3 likes and 2 boosts in 2 days" {
			t.Errorf("posts for ada: %+v", posts)
		}
		ada.Must("GET", "/api/v1/trends/statuses?language=de", nil, &posts)
		if len(posts) != 1 || posts[0].ID != brot.ID {
			t.Errorf("posts in German: %+v", posts)
		}
		var home []why
		ada.Must("GET", "/api/v1/timelines/home", nil, &home)
		for _, p := range home {
			if p.words() != "" {
				t.Errorf("a post on a timeline, which is there for its time alone, has a reason: %+v", p)
			}
		}

		named := func(who *apptest.Person) (out []string) {
			var all struct{ People, Posts []struct{ Acct string } }
			who.Must("GET", "/api/plaza/v1/trends", nil, &all)
			for _, p := range append(all.People, all.Posts...) {
				out = append(out, p.Acct)
			}
			return out
		}
		if got := fmt.Sprint(named(ada)); got != "[ben dora ben dora]" {
			t.Errorf("people and posts for ada: %v", got)
		}
		ada.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/mute", ben.ID), nil, nil)
		dora.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/block", ada.ID), nil, nil)
		if got := named(ada); len(got) != 0 {
			t.Errorf("ada mutes ben, and dora blocks her: %v", got)
		}
		ada.Must("GET", "/api/v1/trends/tags", nil, &tags)
		if len(tags) != 2 || tags[0].words() != "used by 1 person you follow; 3 people in 2 days; rising in fr" {
			t.Errorf("whom she mutes is no reason: %+v", tags)
		}
	})
}

// TestLinksCountedAgain passes a link on: whoever has the data and their own follows
// comes to what the server tells them of links.
func TestLinksCountedAgain(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		site, _ := paper(t)
		var all []*apptest.Person
		for i, name := range []string{"ada", "ben", "cleo"} {
			p := s.Join(name, social.Member)
			p.Must("PATCH", "/api/v1/accounts/update_credentials", "discoverable=true", nil)
			withCard(t, s, p, p.Post(fmt.Sprint("Read ", site, "/bread?n=", i/2), "public").ID)
			withCard(t, s, p, p.Post("Read "+site+"/bread", "public").ID)
			all = append(all, p)
		}
		all[0].Follow(all[1])
		told, again, data := recounted(t, s, "")
		if !reflect.DeepEqual(told, again) {
			t.Errorf("a guest is told\n%v\nthe data give\n%v", told, again)
		}
		var reader struct{ Links []trend.Link }
		all[0].Must("GET", "/api/plaza/v1/trends", nil, &reader)
		mine, err := trend.Again([]byte(data), "", []string{"ben"})
		if err != nil || len(reader.Links) != 2 || !reflect.DeepEqual(reader.Links, mine.Links) || reader.Links[0].People != 3 || reader.Links[0].Why[0].Kind != trend.UsedBy {
			t.Errorf("ada is told\n%+v\nthe data and her follows give (%v)\n%+v", reader.Links, err, mine.Links)
		}
	})
}
