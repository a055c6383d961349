package kill

import (
	"context"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// houseKeys are the lines of the file with the keys of a house.
func (s *server) houseKeys() (lines []string) {
	s.Helper()
	text, err := os.ReadFile(filepath.Join(s.data, "factors.key"))
	s.must(err)
	return strings.Fields(string(text))
}

// opened does something with the database of a house that does not run, by keys of its
// file.
func (s *server) opened(lines []string, do func(ctx context.Context, db *store.Store) error) {
	s.Helper()
	db, err := store.Open(s.Context(), store.Options{URL: filepath.Join(s.data, "plaza.db"), Clock: clock.System})
	s.must(err)
	defer db.Close()
	var keys [][]byte
	for _, line := range lines {
		key, err := hex.DecodeString(line)
		s.must(err)
		keys = append(keys, key)
	}
	s.must(db.Unlock(keys...))
	s.must(do(s.Context(), db))
}

// TestRekeyKilled kills a house in the midst of sealing anew, by a new key. Started
// again it ends that, and the key of before is not needed.
func TestRekeyKilled(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes some seconds and a binary")
	}
	const talks = 4000
	plaza := build(t)
	s := newServer(t, plaza, "")
	s.people("ada")
	before := s.houseKeys()
	s.opened(before, func(ctx context.Context, db *store.Store) error {
		return db.Write(ctx, func(tx *store.Tx) error {
			ada, err := tx.AccountNamed(ctx, "ada", "")
			for range talks {
				if err != nil {
					return err
				}
				p := social.Post{ID: social.PostID(id.New(tx.Now)), Author: ada.ID, Text: "Just between us", Visibility: social.Direct, At: tx.Now}
				p.Thread = p.ID
				err = tx.AddPost(ctx, p)
			}
			return err
		})
	})
	if out, err := s.command(nil, "rekey"); err != nil {
		t.Fatalf("rekey: %v %s", err, out)
	}
	if after := s.houseKeys(); len(after) != 2 || after[1] != before[0] {
		t.Fatalf("%d keys", len(after))
	}
	for range 3 {
		db, err := store.Open(t.Context(), store.Options{URL: filepath.Join(s.data, "plaza.db"), Clock: clock.System, Follow: true})
		s.must(err)
		now, err := hex.DecodeString(s.houseKeys()[0])
		s.must(err)
		s.must(db.Unlock(now))
		left := func() int {
			n, _, err := db.SealedElsewhere(t.Context())
			if err != nil {
				return talks // it is being opened
			}
			return n
		}
		all := left()
		s.cmd = exec.Command(plaza, s.args("serve", "--listen", s.addr, "--url", "http://"+s.addr)...)
		s.cmd.Stderr = s.log
		s.must(s.cmd.Start())
		for late := time.Now().Add(upWait); left() == all && time.Now().Before(late); {
			time.Sleep(time.Millisecond)
		}
		s.kill()
		n := left()
		s.must(db.Close())
		if 0 < n && n < all {
			t.Logf("killed when %d of %d were left", n, all)
			s.must(s.start())
			s.kill()
			s.opened(s.houseKeys()[:1], func(ctx context.Context, db *store.Store) error { // the new one alone
				if talks, waiting, err := db.SealedElsewhere(ctx); err != nil || talks+waiting > 0 {
					t.Errorf("%d conversations, %d that wait: sealed by the key of before; %v", talks, waiting, err)
				}
				return db.Read(ctx, func(v *store.View) error {
					ada, err := v.AccountNamed(ctx, "ada", "")
					if err != nil {
						return err
					}
					var ids []social.PostID
					for p := (social.Page{Limit: 1000}); ; p.Before = int64(ids[len(ids)-1]) {
						some, err := v.DirectPosts(ctx, ada.ID, p)
						if err != nil {
							return err
						}
						if ids = append(ids, some...); len(some) < p.Limit {
							break
						}
					}
					posts, err := v.Posts(ctx, ids)
					for _, p := range posts {
						if p.Text != "Just between us" {
							t.Fatalf("a message says %q", p.Text)
						}
					}
					if len(posts) != talks {
						t.Errorf("%d messages are read, want %d", len(posts), talks)
					}
					return err
				})
			})
			return
		}
		t.Log("it was done before it was killed: once more")
		if out, err := s.command(nil, "rekey"); err != nil {
			t.Fatalf("rekey: %v %s", err, out)
		}
	}
	t.Error("it was never killed in the midst of it")
}

// said is what somebody's conversations said last.
func (s *server) said(token string) string {
	s.Helper()
	var talks []struct {
		Last status `json:"last_status"`
	}
	s.must(newClient(s.addr, token).get("/api/v1/conversations", &talks))
	var all []string
	for _, c := range talks {
		all = append(all, c.Last.Content)
	}
	return strings.Join(all, "\n")
}

// TestMessagesAreBack brings a house with messages back from its copy: they are read, on
// a standby too, after the key was changed for another as well. Without the key that is
// said, all else works, and they are read when it is put in its place.
func TestMessagesAreBack(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes some seconds and a binary")
	}
	plaza := build(t)
	s := newServer(t, plaza, "")
	copied, identity := s.replicate("replica")
	token := s.people("ada", "ben")[0]
	s.must(s.start())
	message := func(text string) {
		t.Helper()
		var p status
		s.must(newClient(s.addr, token).call("POST", "/api/v1/statuses", text, map[string]string{"status": text, "visibility": "direct"}, &p))
		eventually(t, "it to be in the inbox", func() bool { return strings.Contains(s.said(token), text) })
	}
	message("By the first key")
	s.saysHowOld()
	follower := newServer(t, plaza, "")
	follower.must(follower.stand(copied, identity))
	eventually(t, "it to be read on the standby", func() bool { return strings.Contains(follower.said(token), "By the first key") })

	if out, err := s.command(nil, "rekey"); err != nil {
		t.Fatalf("rekey: %v %s", err, out)
	}
	if out, err := follower.command(nil, "rekey"); err == nil || !strings.Contains(out, "There is a standby") {
		t.Errorf("rekey on a standby: %v %s", err, out)
	}
	s.kill()
	s.must(s.start())
	message("By the second key")
	s.saysHowOld()
	if out, err := s.command(nil, "drill"); err != nil {
		t.Errorf("drill: %v %s", err, out)
	}
	both := func(at *server) bool {
		said := at.said(token)
		return strings.Contains(said, "By the first key") && strings.Contains(said, "By the second key")
	}
	s.kill()
	if out, err := exec.Command(plaza, "promote", "--data", follower.data).CombinedOutput(); err != nil {
		t.Fatalf("promote: %v %s", err, out)
	}
	follower.firstPost(token)
	if !both(follower) {
		t.Errorf("where the standby took over it says %q", follower.said(token))
	}
	follower.kill()
	kept := filepath.Join(t.TempDir(), "factors.key")
	s.must(os.WriteFile(kept, []byte(strings.Join(s.houseKeys(), "\n")+"\n"), 0o600))

	back := newServer(t, plaza, "")
	back.bringBack(copied, identity)
	back.must(back.start())
	if !both(back) {
		t.Errorf("brought back, it says %q", back.said(token))
	}
	back.kill()

	s.must(os.Remove(filepath.Join(copied, "key")))
	lost := newServer(t, plaza, "")
	lost.data = filepath.Join(lost.data, "house")
	out, err := lost.command(nil, "restore", "--from", "file://"+copied, "--identity", identity)
	if err != nil || !strings.Contains(out, "THE KEY IS NOT HERE") {
		t.Errorf("restore without the key: %v %s", err, out)
	}
	lost.must(lost.start())
	if said := lost.said(token); !strings.Contains(said, social.Unreadable) || strings.Contains(said, "key") {
		t.Errorf("without the key it says %q", said)
	}
	if _, err := newClient(lost.addr, token).post("All else works.", "else"); err != nil {
		t.Error(err)
	}
	var p status
	if err := newClient(lost.addr, token).call("POST", "/api/v1/statuses", "no", map[string]string{"status": "A message", "visibility": "direct"}, &p); err == nil || !strings.Contains(err.Error(), "plaza doctor") {
		t.Errorf("a message without the key: %v", err)
	}
	if out, _ := lost.command(nil, "doctor"); !strings.Contains(out, "the key that seals their secrets is missing") {
		t.Errorf("the doctor says %s", out)
	}
	lost.kill()
	text, err := os.ReadFile(kept)
	s.must(err)
	s.must(os.WriteFile(filepath.Join(lost.data, "factors.key"), text, 0o600))
	lost.must(lost.start())
	if !both(lost) {
		t.Errorf("with the key again it says %q", lost.said(token))
	}
}
