package app_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// imported is an import as the API tells of it.
type imported struct {
	ID, State, Reason                                         string
	Total, Processed, Done, Waiting, Failed, Skipped, Removed int
}

// send brings a file along and returns what is answered.
func send(t *testing.T, s *apptest.Server, p *apptest.Person, fields map[string]string, file []byte) apptest.Answer {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for k, v := range fields {
		form.WriteField(k, v)
	}
	part, err := form.CreateFormFile("data", "file")
	if err != nil {
		t.Fatal(err)
	}
	part.Write(file)
	form.Close()
	r, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/api/plaza/v1/imports", &b)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+p.Token)
	return s.Do(r)
}

// bring brings a file along and waits until it is worked off.
func bring(t *testing.T, s *apptest.Server, p *apptest.Person, fields map[string]string, file []byte) (i imported) {
	t.Helper()
	a := send(t, s, p, fields, file)
	if a.Status != http.StatusOK {
		t.Fatalf("import: %d %s", a.Status, a.Body)
	}
	a.JSON(t, &i)
	s.Eventually("the end of the import", func() bool {
		p.Must("GET", "/api/plaza/v1/imports/"+i.ID, nil, &i)
		return i.State != "running"
	})
	return i
}

func lines(t *testing.T, p *apptest.Person, i imported) string {
	t.Helper()
	a := p.Call("GET", "/api/plaza/v1/imports/"+i.ID+"/lines.csv", nil)
	if a.Status != http.StatusOK {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	return string(a.Body)
}

func exported(t *testing.T, p *apptest.Person, table string) string {
	t.Helper()
	a := p.Call("GET", "/api/plaza/v1/exports/"+table+".csv", nil)
	if a.Status != http.StatusOK {
		t.Fatalf("export %s: %d %s", table, a.Status, a.Body)
	}
	return string(a.Body)
}

func TestFollowsComeAlong(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben, cleo := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("cleo", social.Member)
		dot := s.Join("dot", social.Member)
		dot.Must("PATCH", "/api/v1/accounts/update_credentials", map[string]any{"locked": true}, nil)
		ada.Follow(cleo)
		host := strings.TrimPrefix(s.URL, "http://")
		file := "\uFEFFAccount address,Show boosts,Notify on new posts,Languages\r\n" +
			"ben@" + host + ",false,true,\"en, de\"\r\n@dot,true,false,\r\nzoe@far.example,true,false,\r\nnobody,true,false,\r\nnot an address,,,\r\n"
		i := bring(t, s, ada, map[string]string{"type": "following"}, []byte(file))
		if i.Total != 5 || i.Done != 2 || i.Waiting != 1 || i.Failed != 2 || i.Processed != 5 {
			t.Errorf("merged: %+v\n%s", i, lines(t, ada, i))
		}
		told := lines(t, ada, i)
		for _, want := range []string{"zoe@far.example is on another server", "nobody called nobody", "no address of an account", "dot approves followers by hand"} {
			if !strings.Contains(told, want) {
				t.Errorf("nothing of %q in\n%s", want, told)
			}
		}
		var rels []struct {
			Following, Requested, Notifying bool
			ShowingReblogs                  bool `json:"showing_reblogs"`
			Languages                       []string
		}
		ada.Must("GET", fmt.Sprintf("/api/v1/accounts/relationships?id[]=%d&id[]=%d&id[]=%d", ben.ID, cleo.ID, dot.ID), nil, &rels)
		if b := rels[0]; !b.Following || !b.Notifying || b.ShowingReblogs || len(b.Languages) != 2 {
			t.Errorf("ben: %+v", b)
		}
		if !rels[1].Following || !rels[2].Requested {
			t.Errorf("cleo and dot: %+v", rels[1:])
		}
		again := bring(t, s, ada, map[string]string{"type": "following", "mode": "overwrite"}, []byte("ben;true;false\n@dot;true;false\n"))
		if again.Done != 2 || again.Removed != 1 {
			t.Errorf("overwritten: %+v\n%s", again, lines(t, ada, again))
		}
		ada.Must("GET", fmt.Sprintf("/api/v1/accounts/relationships?id[]=%d&id[]=%d", ben.ID, cleo.ID), nil, &rels)
		if !rels[0].Following || rels[1].Following {
			t.Errorf("after overwriting: %+v", rels)
		}
		// Nobody else sees it, and it is as if it were not there.
		there, absent := ben.Call("GET", "/api/plaza/v1/imports/"+i.ID, nil), ben.Call("GET", "/api/plaza/v1/imports/12345", nil)
		if there.Status != http.StatusNotFound || string(there.Body) != string(absent.Body) {
			t.Errorf("somebody else's: %d %s, want as %d %s", there.Status, there.Body, absent.Status, absent.Body)
		}
	})
}

// TestRoundTrip exports everything of one account into another.
func TestRoundTrip(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, eve := s.Join("ada", social.Member), s.Join("eve", social.Member)
		for n := range 5 {
			p := s.Join(fmt.Sprintf("friend%d", n), social.Member)
			ada.Follow(p)
			p.Follow(ada)
			post := p.Post("A post", "public")
			ada.Must("POST", "/api/v1/statuses/"+post.ID+"/bookmark", nil, nil)
			var l struct{ ID string }
			ada.Must("POST", "/api/v1/lists", map[string]any{"title": fmt.Sprintf("=cmd%d, \"quoted\"", n)}, &l)
			ada.Must("POST", "/api/v1/lists/"+l.ID+"/accounts", map[string]any{"account_ids": []string{fmt.Sprint(p.ID)}}, nil)
			foe, bore := s.Join(fmt.Sprintf("foe%d", n), social.Member), s.Join(fmt.Sprintf("bore%d", n), social.Member)
			ada.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/block", foe.ID), nil, nil)
			ada.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/mute", bore.ID), map[string]any{"notifications": n%2 == 0}, nil)
		}
		for _, of := range [][2]string{{"follows", "following"}, {"lists", "lists"}, {"mutes", "mutes"}, {"blocks", "blocks"}, {"bookmarks", "bookmarks"}} {
			file := exported(t, ada, of[0])
			i := bring(t, s, eve, map[string]string{"type": of[1], "mode": "overwrite"}, []byte(file))
			if i.Done != 5 || i.Total != 5 {
				t.Errorf("%s: %+v\n%s", of[0], i, lines(t, eve, i))
			}
			if got, want := sorted(exported(t, eve, of[0])), sorted(file); got != want {
				t.Errorf("%s of the other:\n%s\nwant\n%s", of[0], got, want)
			}
		}
		if file := exported(t, ada, "lists"); !strings.HasPrefix(file, `"'=cmd`) {
			t.Errorf("a title that a spreadsheet would compute: %s", file)
		}
		if file := exported(t, ada, "followers"); strings.Count(file, "\n") != 6 {
			t.Errorf("followers: %s", file)
		}
	})
}

func sorted(file string) string {
	lines := strings.Split(strings.TrimSpace(file), "\n")
	for i := range lines {
		for j := i + 1; j < len(lines); j++ {
			if lines[j] < lines[i] {
				lines[i], lines[j] = lines[j], lines[i]
			}
		}
	}
	return strings.Join(lines, "\n")
}

const old = "https://old.example/users/ada"

// entry is a Create of a post that ada wrote elsewhere.
func entry(n int, at time.Time, to, cc []string, more map[string]any) map[string]any {
	note := map[string]any{"id": fmt.Sprintf("%s/statuses/%d", old, n), "type": "Note", "summary": nil, "inReplyTo": nil, "published": at.Format(time.RFC3339),
		"attributedTo": old, "to": to, "cc": cc, "sensitive": false, "content": fmt.Sprintf("<p>Post %d from then.</p>", n), "attachment": []any{}, "tag": []any{}}
	for k, v := range more {
		note[k] = v
	}
	return map[string]any{"id": fmt.Sprintf("%s/statuses/%d/activity", old, n), "type": "Create", "actor": old, "published": at.Format(time.RFC3339), "to": to, "cc": cc, "object": note}
}

const public = "https://www.w3.org/ns/activitystreams#Public"

// archiveFiles are those of an archive with these entries.
func archiveFiles(t *testing.T, entries []any, bookmarks ...string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for name, v := range map[string]any{
		"actor.json":     map[string]any{"id": old, "type": "Person", "followers": old + "/followers", "preferredUsername": "ada"},
		"outbox.json":    map[string]any{"@context": "x", "id": "outbox.json", "type": "OrderedCollection", "totalItems": len(entries), "orderedItems": entries},
		"bookmarks.json": map[string]any{"id": "bookmarks.json", "type": "OrderedCollection", "orderedItems": bookmarks},
	} {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = b
	}
	return out
}

func tarGz(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, name := range []string{"outbox.json", "bookmarks.json", "actor.json"} {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(files[name]))}); err != nil {
			t.Fatal(err)
		}
		w.Write(files[name])
	}
	w.Close()
	z.Close()
	return b.Bytes()
}

func zipped(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, data := range files {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		f.Write(data)
	}
	w.Close()
	return b.Bytes()
}

func TestArchiveComesAlong(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
		ben.Follow(ada)
		ben.Must("GET", "/api/v1/timelines/home", nil, nil) // a feed in memory
		now := ada.Post("Here since today.", "public")
		then := time.Date(2019, 5, 6, 7, 8, 9, 0, time.UTC)
		all, fans := []string{public}, []string{old + "/followers"}
		entries := []any{
			entry(1, then, all, fans, map[string]any{"content": `<p>Hi <span class="h-card"><a href="https://old.example/@ben" class="u-url mention">@<span>ben</span></a></span> &amp; <a href="https://x.example/a?b=c&amp;d" rel="nofollow"><span class="invisible">https://</span><span class="ellipsis">x.example/a?b</span><span class="invisible">=c&amp;d</span></a></p><p>two<br>lines <script>alert(1)</script><a href="https://old.example/tags/Go" class="mention hashtag">#<span>Go</span></a></p>`,
				"tag": []any{map[string]any{"type": "Mention", "href": "https://old.example/@ben", "name": "@ben"}}, "summary": "A warning", "contentMap": map[string]any{"en": "x"}}),
			entry(3, then.Add(2*time.Hour), fans, nil, map[string]any{"content": "<p>For followers.</p>"}),
			entry(2, then.Add(time.Hour), all, fans, map[string]any{"inReplyTo": old + "/statuses/1", "content": "<p>An answer, @ben.</p>"}),
			entry(4, then.Add(3*time.Hour), []string{"https://old.example/users/ben"}, nil, map[string]any{"content": "<p>A message.</p>"}),
			map[string]any{"id": old + "/statuses/5/activity", "type": "Announce", "actor": old, "published": then.Add(4 * time.Hour).Format(time.RFC3339), "to": all, "cc": fans, "object": old + "/statuses/1"},
			map[string]any{"id": old + "/statuses/6/activity", "type": "Announce", "actor": old, "published": then.Add(5 * time.Hour).Format(time.RFC3339), "to": all, "cc": fans, "object": "https://far.example/1"},
			entry(7, then.Add(6*time.Hour), fans, all, map[string]any{"content": "<p>Which?</p>", "type": "Question", "oneOf": []any{map[string]any{"name": "This", "replies": map[string]any{"totalItems": 3}}},
				"attachment": []any{map[string]any{"type": "Document"}}}),
			map[string]any{"id": "https://evil.example/1", "type": "Create", "actor": "https://evil.example/users/eve", "published": then.Format(time.RFC3339), "to": all, "object": "https://evil.example/2"},
		}
		file := tarGz(t, archiveFiles(t, entries, old+"/statuses/1", "https://far.example/2"))
		i := bring(t, s, ada, map[string]string{"type": "archive"}, file)
		// Done: posts 1, 2 and 7, the boost of 1, the bookmark of 1.
		if i.State != "done" || i.Total != 10 || i.Done != 5 || i.Waiting != 2 || i.Failed != 1 || i.Skipped != 2 {
			t.Errorf("%+v\n%s", i, lines(t, ada, i))
		}
		var page []struct {
			apptest.Status
			CreatedAt   string `json:"created_at"`
			Visibility  string
			SpoilerText string  `json:"spoiler_text"`
			InReplyTo   *string `json:"in_reply_to_id"`
			Language    *string
			Bookmarked  bool
			Mentions    []any
			Tags        []struct{ Name string }
			Application struct{ Name string }
		}
		path := fmt.Sprintf("/api/v1/accounts/%d/statuses", ada.ID)
		ada.Must("GET", path, nil, &page)
		if len(page) != 5 || page[0].ID != now.ID {
			t.Fatalf("%d posts: %+v", len(page), page)
		}
		first := page[4]
		if first.CreatedAt != "2019-05-06T07:08:09.000Z" || first.SpoilerText != "A warning" || len(first.Mentions) != 0 || !first.Bookmarked ||
			first.Language == nil || *first.Language != "en" || len(first.Tags) != 1 || first.Application.Name != "Imported" {
			t.Errorf("the first: %+v", first)
		}
		for _, want := range []string{"Hi @ben@old.example &amp; ", `href="https://x.example/a?b=c&amp;d"`, "two<br>lines", `class="mention hashtag"`} {
			if !strings.Contains(first.Content, want) {
				t.Errorf("no %s in %s", want, first.Content)
			}
		}
		if strings.Contains(first.Content, "alert") {
			t.Errorf("a script: %s", first.Content)
		}
		if answer := page[3]; answer.InReplyTo == nil || *answer.InReplyTo != first.ID || len(answer.Mentions) != 0 {
			t.Errorf("the answer: %+v", answer)
		}
		if boost := page[2]; boost.Reblog == nil || boost.Reblog.ID != first.ID {
			t.Errorf("the boost: %+v", boost)
		}
		if poll := page[1]; poll.Visibility != "unlisted" || !strings.Contains(poll.Content, "○ This (3)") {
			t.Errorf("the poll: %+v", poll)
		}
		var notices []any
		if ben.Must("GET", "/api/v1/notifications?types[]=mention&types[]=status", nil, &notices); len(notices) != 0 {
			t.Errorf("somebody was told: %v", notices)
		}
		var home []apptest.Status
		if ben.Must("GET", "/api/v1/timelines/home", nil, &home); len(home) == 0 || home[0].ID != now.ID {
			t.Errorf("at home: %+v", home)
		}

		// The same again, as a zip and with everything chosen.
		again := bring(t, s, ada, map[string]string{"type": "archive", "include": "all"}, zipped(t, archiveFiles(t, entries)))
		if again.Done != 6 || again.Skipped != 0 {
			t.Errorf("again: %+v\n%s", again, lines(t, ada, again))
		}
		if ada.Must("GET", path, nil, &page); len(page) != 7 {
			t.Errorf("%d posts after the second time, want 7", len(page))
		}
		if ben.Must("GET", path, nil, &page); len(page) != 6 {
			t.Errorf("a follower sees %d, want 6: not the message", len(page))
		}
		var theirs []any
		b := s.Call("GET", path, "", nil)
		if b.JSON(t, &theirs); len(theirs) != 5 {
			t.Errorf("a stranger sees %d, want 5", len(theirs))
		}
	})
}

func TestHostileFiles(t *testing.T) {
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	good := archiveFiles(t, []any{entry(1, time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC), []string{public}, nil, nil)})
	with := func(name, text string) []byte {
		files := map[string][]byte{}
		for k, v := range good {
			files[k] = v
		}
		files[name] = []byte(text)
		return tarGz(t, files)
	}
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	zeros := make([]byte, 1<<20)
	w := tar.NewWriter(z)
	w.WriteHeader(&tar.Header{Name: "media/x", Mode: 0o600, Size: 600 << 20})
	for range 600 {
		w.Write(zeros)
	}
	w.Close()
	z.Close()
	wide := strings.Repeat("a@b.example\n", social.MaxImportLines+1)
	for name, tt := range map[string]struct {
		kind string
		file []byte
		want string
	}{
		"empty":                {"following", nil, "choose a file"},
		"nothing that is one":  {"following", []byte("what is this\n"), "Nothing in this file"},
		"UTF-16":               {"following", []byte("\xFF\xFEa\x00"), "UTF-8"},
		"too many lines":       {"following", []byte(wide), "more than 20000 lines"},
		"too large":            {"blocks", bytes.Repeat([]byte("x"), social.MaxImportFile+1), "too large"},
		"no archive":           {"archive", []byte("hello"), "no archive"},
		"a damaged zip":        {"archive", []byte("PK\x03\x04 and no more"), "no archive"},
		"a damaged gzip":       {"archive", []byte("\x1f\x8b and no more"), "no archive"},
		"a bomb":               {"archive", bomb.Bytes(), "unpacks to far more"},
		"a name twice":         {"archive", with("actor.json", `{"id":"a","id":"b"}`), "no archive"},
		"not JSON":             {"archive", with("outbox.json", `{"orderedItems":[{]}`), "damaged"},
		"an endless entry":     {"archive", with("outbox.json", `{"orderedItems":["`+strings.Repeat("x", 2<<20)+`"]}`), "far more"},
		"nothing but nonsense": {"archive", with("outbox.json", `{"orderedItems":[`+strings.Repeat("[", 100)+strings.Repeat("]", 100)+`]}`), "Nothing in this file"},
		"names twice within":   {"archive", with("outbox.json", `{"orderedItems":[{"type":"Create","type":"x"}]}`), "damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			a := send(t, s, ada, map[string]string{"type": tt.kind}, tt.file)
			if a.Status != http.StatusUnprocessableEntity || !strings.Contains(string(a.Body), tt.want) {
				t.Errorf("%d %s, want 422 with %q", a.Status, a.Body, tt.want)
			}
		})
	}
	var left []imported
	if ada.Must("GET", "/api/plaza/v1/imports", nil, &left); len(left) != 0 {
		t.Errorf("what was refused is on record: %+v", left)
	}
}

// TestArchiveRoundTrip takes everything along, and brings it to the same
// account, where all is already, and to another.
func TestArchiveRoundTrip(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben, eve := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("eve", social.Member)
		to := s.Instance.Settings()
		to.NoProbation = true
		if err := s.Instance.SetSettings(t.Context(), social.Keyboard, to); err != nil {
			t.Fatal(err)
		}
		first := ada.Post("Hello @ben, see https://x.example/?a=b&c #Go\n\nA <b> & two\nlines.", "public")
		ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "An answer", "in_reply_to_id": first.ID, "visibility": "unlisted", "spoiler_text": "Careful", "language": "de"}, nil)
		ada.Post("For my followers", "private")
		ada.Post("@ben psst", "direct")
		ada.Must("POST", "/api/v1/statuses/"+ben.Post("Ben's", "public").ID+"/reblog", nil, nil)
		ada.Must("POST", "/api/v1/statuses/"+first.ID+"/bookmark", nil, nil)
		a := ada.Call("GET", "/api/plaza/v1/exports/archive.zip", nil)
		if a.Status != http.StatusOK || a.Header.Get("Content-Type") != "application/zip" {
			t.Fatalf("%d %s %s", a.Status, a.Header, a.Body)
		}
		own := func(p *apptest.Person) (out []string) {
			var page []struct {
				apptest.Status
				Visibility  string
				SpoilerText string `json:"spoiler_text"`
				CreatedAt   string `json:"created_at"`
				Language    string
				InReplyTo   *string `json:"in_reply_to_id"`
			}
			p.Must("GET", fmt.Sprintf("/api/v1/accounts/%d/statuses", p.ID), nil, &page)
			for _, st := range page {
				boosted := ""
				if st.Reblog != nil {
					boosted = st.Reblog.ID
				}
				out = append(out, fmt.Sprint(st.CreatedAt, st.Visibility, st.SpoilerText, st.Language, st.InReplyTo != nil, boosted, st.Content))
			}
			return out
		}
		want := own(ada)
		if i := bring(t, s, ada, map[string]string{"type": "archive", "include": "all"}, a.Body); i.Done != 6 || i.Total != 6 {
			t.Errorf("to itself: %+v\n%s", i, lines(t, ada, i))
		}
		if got := own(ada); strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("after bringing it to itself:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if i := bring(t, s, eve, map[string]string{"type": "archive", "include": "all"}, a.Body); i.Done != 6 {
			t.Errorf("to another: %+v\n%s", i, lines(t, eve, i))
		}
		// The mention has its host now, which is the house's own.
		host := strings.TrimPrefix(s.URL, "http://")
		got := strings.ReplaceAll(strings.Join(own(eve), "\n"), "@ben@"+host, "@ben")
		if got != strings.Join(want, "\n") {
			t.Errorf("with another:\n%s\nwant\n%s", got, strings.Join(want, "\n"))
		}
	})
}

// TestMovingNeedsItsScopes is for a narrow token gives nothing more as a file.
func TestMovingNeedsItsScopes(t *testing.T) {
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	narrow := ada.TokenWith("read:accounts write:accounts read:lists")
	for path, want := range map[string]int{"imports": 403, "exports/archive.zip": 403, "exports/bookmarks.csv": 403, "exports/blocks.csv": 403, "exports/lists.csv": 200} {
		if got := s.Call("GET", "/api/plaza/v1/"+path, narrow, nil).Status; got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	if got := s.Call("POST", "/api/plaza/v1/imports", narrow, "type=following").Status; got != 403 {
		t.Errorf("import: %d, want 403", got)
	}
}
