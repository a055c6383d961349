package doors

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// met is a status with the filters it meets.
type met struct {
	ID       string
	Filtered []struct {
		Filter   map[string]any
		Keywords []string `json:"keyword_matches"`
		Statuses []string `json:"status_matches"`
	}
	Reblog *met
}

// titles are those of the filters that a list of statuses meets.
func titles(all ...met) (out []string) {
	for _, s := range all {
		for _, f := range s.Filtered {
			out = append(out, f.Filter["title"].(string))
		}
	}
	return out
}

// TestFilters looks at filtered posts through every door: they are all there,
// with what they meet, for apps to act on.
func TestFilters(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben, cleo := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("cleo", social.Member)
		for _, who := range []*apptest.Person{ben, cleo} {
			ada.Follow(who)
		}
		e := socket(t, s, "/api/v1/streaming?stream=user", withToken(ada.Token))
		e.settle(t)
		var f struct{ ID string }
		ada.Must("POST", "/api/v2/filters", map[string]any{"title": "Series", "context": []string{"home", "thread"}, "filter_action": "hide", "expires_in": nil,
			"keywords_attributes": []map[string]any{{"keyword": "spoiler", "whole_word": true}, {"keyword": "unwanted", "_destroy": true}}}, &f)
		s.Eventually("the event", func() bool {
			return slices.ContainsFunc(e.all(), func(m message) bool { return m.Event == "filters_changed" && m.Payload == "" })
		})
		root := cleo.Post("Calm", "public")
		said := ben.Post("A spoiler, unwanted", "public")
		ben.Post("Spoilers", "public")
		cleo.Must("POST", "/api/v1/statuses/"+said.ID+"/reblog", nil, nil)
		ben.Must("POST", "/api/v1/statuses", map[string]string{"status": "@ada @cleo spoiler!", "in_reply_to_id": root.ID, "visibility": "public"}, nil)
		s.Eventually("the streamed post", func() bool { return e.has("user", "update", `"filtered":[{"filter":{"id":"`+f.ID) })

		lists := map[string]int{"/api/v1/timelines/home": 3, "/api/v1/timelines/public": 1, "/api/v1/accounts/" + num(ben.ID) + "/statuses": 2, "/api/v1/statuses?id[]=" + said.ID: 1}
		for path, want := range lists {
			var all []met
			ada.Must("GET", path, nil, &all)
			got := titles(all...)
			for _, one := range all {
				if one.Reblog != nil && len(one.Reblog.Filtered) != len(one.Filtered) {
					t.Errorf("%s: a boost and what it passes on differ: %+v", path, one)
				}
			}
			if len(got) != want {
				t.Errorf("%s: %d posts meet a filter, want %d: %+v", path, len(got), want, all)
			}
			cleo.Must("GET", path, nil, &all)
			if got := titles(all...); len(got) != 0 {
				t.Errorf("%s: cleo meets ada's filters: %v", path, got)
			}
		}
		var thread struct{ Descendants []met }
		ada.Must("GET", "/api/v1/statuses/"+root.ID+"/context", nil, &thread)
		var found struct{ Statuses []met }
		var told []struct{ Status met }
		s.Eventually("the words and the notice", func() bool {
			ada.Must("GET", "/api/v2/search?type=statuses&q=spoiler", nil, &found)
			ada.Must("GET", "/api/v1/notifications", nil, &told)
			return len(found.Statuses) == 1 && len(told) == 1
		})
		for what, got := range map[string][]string{"a thread": titles(thread.Descendants...), "what was found": titles(found.Statuses...), "a notice": titles(told[0].Status)} {
			if !slices.Equal(got, []string{"Series"}) {
				t.Errorf("%s: %v", what, got)
			}
		}

		ada.Must("PUT", "/api/v2/filters/"+f.ID, "title=Later&keywords_attributes[][keyword]=calm&keywords_attributes[][whole_word]=1", nil)
		var one met
		ada.Must("GET", "/api/v1/statuses/"+root.ID, nil, &one)
		if len(one.Filtered) != 1 || one.Filtered[0].Keywords[0] != "calm" || one.Filtered[0].Statuses != nil || one.Filtered[0].Filter["filter_action"] != "hide" {
			t.Errorf("after the change: %+v", one)
		}
		wantStatus(t, "what cannot be put together", ada.Call("PUT", "/api/v2/filters/"+f.ID, "keywords_attributes[][keyword]=a&keywords_attributes[][keyword]=b&keywords_attributes[][whole_word]=1"), 422)
		many := url.Values{}
		for range 501 {
			many.Add("keywords_attributes[][keyword]", "a")
		}
		wantStatus(t, "too many at once", ada.Call("PUT", "/api/v2/filters/"+f.ID, many.Encode()), 422)
		ada.Must("DELETE", "/api/v2/filters/"+f.ID, nil, nil)
		if got := string(ada.Call("GET", "/api/v1/timelines/home", nil).Body); strings.Contains(got, `"keyword_matches"`) {
			t.Errorf("after the filter is gone: %s", got)
		}
	})
}

// TestOldFilters has an app that knows phrases and one that knows filters work
// on the same.
func TestOldFilters(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	type old struct {
		ID, Phrase   string
		Context      []string
		Irreversible bool
		Whole        bool    `json:"whole_word"`
		ExpiresAt    *string `json:"expires_at"`
	}
	var f old
	ada.Must("POST", "/api/v1/filters", map[string]any{"phrase": "bread", "context": []string{"home"}, "irreversible": true, "whole_word": true, "expires_in": 60}, &f)
	if f.Phrase != "bread" || !f.Irreversible || !f.Whole || f.ExpiresAt == nil {
		t.Errorf("%+v", f)
	}
	var all []struct {
		ID, Title string
		Action    string `json:"filter_action"`
		Keywords  []struct{ ID, Keyword string }
	}
	ada.Must("GET", "/api/v2/filters", nil, &all)
	if len(all) != 1 || all[0].Title != "bread" || all[0].Action != "hide" || all[0].Keywords[0].ID != f.ID || all[0].ID == f.ID {
		t.Fatalf("as a filter: %+v", all)
	}
	ada.Must("PUT", "/api/v1/filters/"+f.ID, map[string]any{"phrase": "salt", "context": []string{"public"}, "irreversible": false, "expires_in": nil}, &f)
	if f.Phrase != "salt" || f.Irreversible || f.ExpiresAt != nil || f.Context[0] != "public" {
		t.Errorf("changed: %+v", f)
	}
	ada.Must("POST", "/api/v2/filters/"+all[0].ID+"/keywords", "keyword=soup", nil)
	wantStatus(t, "what holds for both", ada.Call("PUT", "/api/v1/filters/"+f.ID, "phrase=salt&context[]=home"), 422)
	ada.Must("PUT", "/api/v1/filters/"+f.ID, "phrase=pepper&context[]=public", nil)
	ada.Must("DELETE", "/api/v1/filters/"+f.ID, nil, nil)
	ada.Must("GET", "/api/v2/filters", nil, &all)
	if len(all) != 1 || all[0].Title != "salt" || len(all[0].Keywords) != 1 || all[0].Keywords[0].Keyword != "soup" {
		t.Errorf("without one of two: %+v", all)
	}
	wantStatus(t, "a filter that is gone", ada.Call("GET", "/api/v1/filters/"+f.ID, nil), 404)
}

// TestFilteredPages looks at the pages of the site: what is hidden is not in
// lists, what is warned of is behind the filter's title.
func TestFilteredPages(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	ada.Follow(ben)
	cookie := session(signIn(t, s, ada))
	ada.Must("POST", "/api/v2/filters", "title=Series&context[]=home&context[]=notifications&keywords_attributes[0][keyword]=spoiler", nil)
	ada.Must("POST", "/api/v2/filters", "title=Gone&context[]=home&context[]=account&filter_action=hide&keywords_attributes[0][keyword]=secret", nil)
	ben.Post("@ada A spoiler", "public")
	hidden := ben.Post("A secret", "public")
	s.Eventually("the notice", func() bool {
		return strings.Contains(string(ada.Call("GET", "/api/v1/notifications", nil).Body), "spoiler")
	})
	for _, page := range []struct {
		path         string
		veil, secret bool
	}{{"/", true, false}, {"/public", false, true}, {"/@ben", false, false}, {"/@ben/with_replies", false, false}, {"/@ben/" + hidden.ID, false, true}, {"/notifications", true, false}} {
		got := string(send(t, s, "GET", page.path, cookie).Body)
		if strings.Contains(got, "Filtered: Series") != page.veil || strings.Contains(got, "A secret") != page.secret || strings.Contains(got, "Filtered: Gone") {
			t.Errorf("%s: want a veil: %v, the hidden post: %v, got %s", page.path, page.veil, page.secret, got)
		}
	}
	if got := string(send(t, s, "GET", "/", session(signIn(t, s, ben))).Body); strings.Contains(got, "Filtered") || !strings.Contains(got, "A secret") {
		t.Errorf("ada's filters hold for ben: %s", got)
	}
}
