package kill

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

const patience = 4 * time.Minute

// The list has as many lines, and the archive as many posts; more with
// PLAZA_TEST_LONG.
var followed, brought = sizes()

func sizes() (list, archive int) {
	if os.Getenv("PLAZA_TEST_LONG") != "" {
		return 5000, 2000
	}
	return 2000, 800
}

// TestKillImports brings a list and an archive of posts along, kills the server in
// the middle of both, and brings them along once more.
func TestKillImports(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes some seconds and a binary")
	}
	plaza := build(t)
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); killImports(t, plaza, "") })
	if url := os.Getenv("PLAZA_TEST_POSTGRES"); url != "" {
		t.Run("postgres", func(t *testing.T) { t.Parallel(); killImports(t, plaza, storetest.Database(t, url)) })
	}
}

type progress struct {
	ID, State                       string
	Total, Processed, Done, Waiting int
}

func killImports(t *testing.T, plaza, db string) {
	s := newServer(t, plaza, db)
	token := s.people("mover")[0]
	s.crowd()
	s.must(s.start())
	c := newClient(s.addr, token)
	c.http.Timeout = time.Minute
	list, archive := followList(), pastPosts(t)
	begun := time.Now()
	both := []progress{s.bring(c, "following", list), s.bring(c, "archive", archive)}
	s.until(c, both, func(p progress) bool { return p.Processed > p.Total/10 })
	s.kill()
	s.must(s.start())
	for _, p := range both {
		s.must(c.get("/api/plaza/v1/imports/"+p.ID, &p))
		if p.Processed >= p.Total {
			t.Errorf("the kill came too late: %+v", p)
		}
		t.Logf("killed at %d of %d", p.Processed, p.Total)
	}
	s.until(c, both, func(p progress) bool { return p.State == "done" })
	t.Logf("both done after %v, the kill included", time.Since(begun).Round(time.Millisecond))
	s.whole(c, "after the kill")
	again := []progress{s.bring(c, "following", list), s.bring(c, "archive", archive)}
	s.until(c, again, func(p progress) bool { return p.State == "done" && p.Done == p.Total })
	s.whole(c, "after the second time")
}

// crowd makes the accounts that are followed, without a sign-up of each.
func (s *server) crowd() {
	s.Helper()
	path := s.db
	if path == "" {
		path = filepath.Join(s.data, "plaza.db")
	}
	st, err := store.Open(s.Context(), store.Options{URL: path, Clock: clock.System})
	s.must(err)
	defer st.Close()
	s.must(st.Write(s.Context(), func(tx *store.Tx) error {
		for n := range followed {
			a := social.Account{ID: social.AccountID(id.New(tx.Now.Add(-time.Duration(n) * time.Second))), Username: fmt.Sprintf("person%d", n),
				Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now, ChangedAt: tx.Now}
			if err := tx.AddAccount(s.Context(), a); err != nil {
				return err
			}
		}
		return nil
	}))
}

func followList() []byte {
	var b bytes.Buffer
	b.WriteString("Account address,Show boosts,Notify on new posts,Languages\r\n")
	for n := range followed {
		fmt.Fprintf(&b, "@person%d,%v,false,\r\n", n, n%3 > 0)
	}
	return b.Bytes()
}

// pastPosts is an archive of posts every third of which answers the one
// before it.
func pastPosts(t *testing.T) []byte {
	t.Helper()
	const me, public = "https://old.example/users/mover", "https://www.w3.org/ns/activitystreams#Public"
	then := time.Date(2018, 1, 1, 0, 0, 0, 0, time.UTC)
	var entries []any
	for n := range brought {
		at := then.Add(time.Duration(n) * time.Hour).Format(time.RFC3339)
		note := map[string]any{"id": fmt.Sprintf("%s/statuses/%d", me, n), "type": "Note", "published": at, "attributedTo": me, "to": []string{public}, "content": fmt.Sprintf("<p>Past %d #then</p>", n)}
		if n%3 == 2 {
			note["inReplyTo"] = fmt.Sprintf("%s/statuses/%d", me, n-1)
		}
		entries = append(entries, map[string]any{"id": fmt.Sprintf("%s/statuses/%d/activity", me, n), "type": "Create", "actor": me, "published": at, "to": []string{public}, "object": note})
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, f := range []struct {
		name string
		v    any
	}{{"outbox.json", map[string]any{"orderedItems": entries}}, {"actor.json", map[string]any{"id": me}}} {
		data, err := json.Marshal(f.v)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.WriteHeader(&tar.Header{Name: f.name, Mode: 0o600, Size: int64(len(data))}); err != nil {
			t.Fatal(err)
		}
		w.Write(data)
	}
	w.Close()
	z.Close()
	return b.Bytes()
}

// bring sends a file.
func (s *server) bring(c *client, kind string, file []byte) (p progress) {
	s.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	form.WriteField("type", kind)
	part, err := form.CreateFormFile("data", "file")
	s.must(err)
	part.Write(file)
	form.Close()
	r, err := http.NewRequest("POST", "http://"+s.addr+"/api/plaza/v1/imports", &b)
	s.must(err)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+c.token)
	answer, err := c.http.Do(r)
	s.must(err)
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	s.must(err)
	if answer.StatusCode != http.StatusOK {
		s.Fatalf("import of %s: %d %s", kind, answer.StatusCode, got)
	}
	s.must(json.Unmarshal(got, &p))
	return p
}

// until looks at imports until all are so.
func (s *server) until(c *client, all []progress, so func(progress) bool) {
	s.Helper()
	for late := time.Now().Add(patience); time.Now().Before(late); time.Sleep(5 * time.Millisecond) {
		n := 0
		for i := range all {
			s.must(c.get("/api/plaza/v1/imports/"+all[i].ID, &all[i]))
			if so(all[i]) {
				n++
			}
		}
		if n == len(all) {
			return
		}
	}
	s.Fatalf("waited in vain: %+v", all)
}

// whole checks that everything came along once.
func (s *server) whole(c *client, when string) {
	s.Helper()
	var self struct {
		ID        string
		Following int `json:"following_count"`
		Statuses  int `json:"statuses_count"`
	}
	s.must(c.get("/api/v1/accounts/verify_credentials", &self))
	s.must(c.get("/api/v1/accounts/"+self.ID, &self))
	if self.Following != followed || self.Statuses != brought {
		s.Errorf("%s: follows %d and has %d posts, want %d and %d", when, self.Following, self.Statuses, followed, brought)
	}
	posts, err := c.pages("/api/v1/accounts/" + self.ID + "/statuses")
	s.must(err)
	seen := map[string]int{}
	for _, p := range posts {
		seen[p.Content[:strings.Index(p.Content, " <a")]]++
	}
	for n := range brought {
		if got := seen[fmt.Sprintf("<p>Past %d", n)]; got != 1 {
			s.Fatalf("%s: post %d is there %d times", when, n, got)
		}
	}
}
