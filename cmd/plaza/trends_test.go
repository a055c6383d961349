package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"reflect"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// square has the people of a file, as plaza account create --from --tokens
// printed them, say, like and pass on this and that. Some do not want to be
// found; the first follows all of the others.
func square(ts *testscript.TestScript, _ bool, args []string) {
	var said []string
	people := strings.Fields(ts.ReadFile(args[0]))
	for i := 0; i+1 < len(people); i += 2 {
		n, token := i/2, people[i+1]
		ask(ts, token, "PATCH", "/api/v1/accounts/update_credentials", url.Values{"discoverable": {fmt.Sprint(n%5 != 4)}}, nil)
		for m := range 3 {
			var p struct{ ID string }
			ask(ts, token, "POST", "/api/v1/statuses", url.Values{"status": {fmt.Sprintf("Number %d of %d #all #t%d #of%d", m, n, (n*m)%4, n)}, "language": {[]string{"en", "fr", "de"}[(n+m)%3]},
				"visibility": {[]string{"public", "public", "unlisted"}[(n+2*m)%3]}}, &p)
			said = append(said, p.ID)
		}
		for m, id := range said {
			if (m+n)%3 == 0 {
				ask(ts, token, "POST", "/api/v1/statuses/"+id+"/favourite", nil, nil)
			}
			if (m+2*n)%5 == 0 {
				ask(ts, token, "POST", "/api/v1/statuses/"+id+"/reblog", nil, nil)
			}
		}
	}
	for i := 2; i+1 < len(people); i += 2 {
		var who struct{ ID string }
		ask(ts, people[i+1], "GET", "/api/v1/accounts/verify_credentials", nil, &who)
		ask(ts, people[1], "POST", "/api/v1/accounts/"+who.ID+"/follow", nil, nil)
	}
	ts.Check(os.WriteFile(ts.MkAbs("first.token"), []byte(people[1]), 0o600))
}

// ask calls the server as who has a token, if it is not empty.
func ask(ts *testscript.TestScript, token, method, path string, form url.Values, to any) []byte {
	req, err := http.NewRequest(method, ts.Getenv("URL")+path, strings.NewReader(form.Encode()))
	ts.Check(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	var body bytes.Buffer
	_, err = body.ReadFrom(resp.Body)
	ts.Check(err)
	if resp.StatusCode != http.StatusOK {
		ts.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, body.Bytes())
	}
	if to != nil {
		ts.Check(json.Unmarshal(body.Bytes(), to))
	}
	return body.Bytes()
}

// told is what the server and the command tell of trends.
type told map[string]any

func (a told) list(name string) []any { return a[name].([]any) }

// recount has the command count the server's data again, and compares: what a
// guest is told, and what one reader is, for each language.
func recount(ts *testscript.TestScript, _ bool, _ []string) {
	token := ts.ReadFile("first.token")
	data, follows := ts.MkAbs("trends.ndjson"), ts.MkAbs("follows.csv")
	ts.Check(os.WriteFile(data, ask(ts, "", "GET", "/api/plaza/v1/trends/data", nil, nil), 0o600))
	ts.Check(os.WriteFile(follows, ask(ts, token, "GET", "/api/plaza/v1/exports/follows.csv", nil, nil), 0o600))
	for _, lang := range []string{"", "fr", "de", "xx"} {
		count := func(args ...string) (out told) {
			// Without the house's folder, or any other: the file is all it has.
			cmd := exec.Command("plaza", append([]string{"trends", "--json", "--from", data, "--language", lang}, args...)...)
			cmd.Env = []string{"PATH=" + ts.Getenv("PATH"), "HOME=/nowhere"}
			cmd.Dir = "/"
			var says bytes.Buffer
			cmd.Stderr = &says
			got, err := cmd.Output()
			if err != nil {
				ts.Fatalf("plaza trends: %v %s", err, says.Bytes())
			}
			ts.Check(json.Unmarshal(got, &out))
			return out
		}
		var guest, reader told
		ask(ts, "", "GET", "/api/plaza/v1/trends?language="+lang, nil, &guest)
		if again := count(); !reflect.DeepEqual(guest, again) {
			ts.Fatalf("%q: the server says\n%v\nthe command\n%v", lang, guest, again)
		}
		if lang != "xx" && len(guest.list("posts"))*len(guest.list("tags"))*len(guest.list("people")) == 0 {
			ts.Fatalf("%q: some list is empty: %v", lang, guest)
		}
		ask(ts, token, "GET", "/api/plaza/v1/trends?language="+lang, nil, &reader)
		if again := count("--follows", follows); !reflect.DeepEqual(reader.list("tags"), again.list("tags")) {
			ts.Fatalf("%q, for a reader: the server says of tags\n%v\nthe command\n%v", lang, reader["tags"], again["tags"])
		}
		if lang == "" && !strings.Contains(fmt.Sprint(reader["tags"]), "used_by_followed") {
			ts.Fatalf("no tag is used by who is followed: %v", reader["tags"])
		}
		// What apps are told, page by page, stands in the same order.
		for path, key := range map[string]string{"tags": "name", "statuses": "id"} {
			var page []map[string]any
			ask(ts, "", "GET", "/api/v1/trends/"+path+"?limit=20&language="+lang, nil, &page)
			all := guest.list(map[string]string{"tags": "tags", "statuses": "posts"}[path])
			for i, x := range page {
				if i >= len(all) || x[key] != all[i].(map[string]any)[key] || !reflect.DeepEqual(x["plaza"].(map[string]any)["reasons"], all[i].(map[string]any)["reasons"]) {
					ts.Fatalf("%q: %s %d for apps is %v; in short %v", lang, path, i, x, all)
				}
			}
			if len(page) != min(20, len(all)) {
				ts.Fatalf("%q: %d %s for apps, %d in short", lang, len(page), path, len(all))
			}
		}
	}
	lines, err := csv.NewReader(strings.NewReader(ts.ReadFile("follows.csv"))).ReadAll()
	if err != nil || len(lines) < 5 {
		ts.Fatalf("follows: %v %v", lines, err)
	}
}
