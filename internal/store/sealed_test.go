package store_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// eachFile runs fn on an empty database of each engine that is opened by hand.
func eachFile(t *testing.T, fn func(t *testing.T, url string, s *store.Store)) {
	t.Helper()
	run := func(t *testing.T, url string) {
		s, err := store.Open(t.Context(), store.Options{URL: url, Clock: clock.System, Patience: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		must(t, s.Write(t.Context(), func(tx *store.Tx) error {
			return tx.AddAccount(t.Context(), social.Account{ID: 1, Username: "ada", Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now})
		}))
		fn(t, url, s)
	}
	t.Run("sqlite", func(t *testing.T) { run(t, filepath.Join(t.TempDir(), "plaza.db")) })
	if url := os.Getenv("PLAZA_TEST_POSTGRES"); url != "" {
		t.Run("postgres", func(t *testing.T) { run(t, storetest.Database(t, url)) })
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// message stores one with all that may hang on it.
func message(ctx context.Context, tx *store.Tx, thread social.PostID, words string) (social.Post, error) {
	p := social.Post{ID: social.PostID(id.New(tx.Now)), Author: 1, Thread: thread, Text: words + "text", Warning: words + "warning", Visibility: social.Direct, At: tx.Now, Tags: []string{words + "tag"}}
	if thread == 0 {
		p.Thread = p.ID
	}
	m := social.Media{ID: social.MediaID(p.ID + 1), Owner: 1, Kind: social.Image, State: social.MediaReady, Alt: words + "alt", At: tx.Now}
	if err := tx.AddMedia(ctx, m, ""); err != nil {
		return p, err
	}
	p.Media, p.Poll = []social.MediaID{m.ID}, social.PollID(p.ID)
	m.Post = p.ID
	if err := tx.SetMedia(ctx, m); err != nil {
		return p, err
	}
	if err := tx.AddPost(ctx, p); err != nil {
		return p, err
	}
	if err := tx.IndexPost(ctx, p); err != nil {
		return p, err
	}
	if err := tx.AddPoll(ctx, social.Poll{ID: p.Poll, Post: p.ID, Author: 1, Options: []social.PollOption{{Title: words + "option"}}}); err != nil {
		return p, err
	}
	was := p
	p.Text, p.HTML, p.EditedAt = words+"anew", words+"html", tx.Now.Add(time.Second)
	return p, tx.EditPost(ctx, p, social.Edit{At: was.At, Text: was.Text, Warning: was.Warning, Media: []social.Media{m}, Poll: []string{words + "option"}})
}

// unsaid stores what somebody has not said yet, and what is on its way.
func unsaid(ctx context.Context, tx *store.Tx, words string) error {
	d := social.Draft{Text: words + "draft", Visibility: social.Direct}
	if err := tx.SetDraft(ctx, social.KeptDraft{ID: 7, Owner: 1, At: tx.Now, Draft: d}); err != nil {
		return err
	}
	if err := tx.AddScheduled(ctx, social.Scheduled{ID: 8, Owner: 1, At: tx.Now.Add(time.Hour), Draft: social.Draft{Text: words + "later"}}); err != nil {
		return err
	}
	if err := tx.AddMedia(ctx, social.Media{ID: 9, Owner: 1, Kind: social.Image, State: social.MediaReady, Alt: words + "loose", At: tx.Now}, ""); err != nil {
		return err
	}
	if err := tx.AddActivity(ctx, social.Activity{ID: 10, Body: []byte(`{"content":"` + words + `sent"}`)}); err != nil {
		return err
	}
	if err := tx.AddJob(ctx, "inbox", store.Closed{Args: map[string]string{"body": words + "arrived"}}, tx.Now.Add(time.Hour), ""); err != nil {
		return err
	}
	if err := tx.AddImport(ctx, social.Import{ID: 11, Owner: 1, At: tx.Now}); err != nil {
		return err
	}
	return tx.AddImportLine(ctx, 11, social.ImportLine{N: 1, At: tx.Now, State: "open", Data: []byte(`{"text":"` + words + `brought"}`)})
}

// canaries are the words of message and unsaid.
func canaries(words string) (all []string) {
	for _, s := range strings.Fields("text warning tag alt option anew html draft later loose sent arrived brought") {
		all = append(all, words+s)
	}
	return all
}

// found are those of words that are in the database.
func found(t *testing.T, url string, words []string) (all []string) {
	t.Helper()
	b := storetest.Bytes(t, url)
	for _, w := range words {
		if how := storetest.Holds(b, w); how != "" {
			all = append(all, w+" "+how)
		}
	}
	return all
}

// reads checks that all of a message and of what was not said yet is read as it was.
func reads(t *testing.T, s *store.Store, p social.Post, words string) {
	t.Helper()
	ctx := t.Context()
	must(t, s.Read(ctx, func(v *store.View) error {
		got, err := v.Post(ctx, p.ID)
		if err != nil || got.Text != p.Text || got.HTML != p.HTML || got.Warning != p.Warning || !slices.Equal(got.Tags, p.Tags) {
			t.Errorf("the post is %q, %q, %q, %q, %v", got.Text, got.HTML, got.Warning, got.Tags, err)
		}
		edits, err := v.Edits(ctx, p.ID)
		if err != nil || len(edits) != 1 || edits[0].Text != words+"text" || edits[0].Warning != words+"warning" || len(edits[0].Media) != 1 || edits[0].Media[0].Alt != words+"alt" || edits[0].Poll[0] != words+"option" {
			t.Errorf("it said before %+v, %v", edits, err)
		}
		poll, err := v.Poll(ctx, p.Poll)
		if err != nil || len(poll.Options) != 1 || poll.Options[0].Title != words+"option" {
			t.Errorf("it asks %+v, %v", poll, err)
		}
		media, err := v.Media(ctx, append(p.Media, 9))
		if err != nil || len(media) != 2 || !slices.ContainsFunc(media, func(m social.Media) bool { return m.Alt == words+"alt" }) || !slices.ContainsFunc(media, func(m social.Media) bool { return m.Alt == words+"loose" }) {
			t.Errorf("it shows %+v, %v", media, err)
		}
		draft, err := v.DraftOf(ctx, 1, 7)
		if err != nil || draft.Draft.Text != words+"draft" {
			t.Errorf("the draft is %+v, %v", draft, err)
		}
		later, err := v.ScheduledByID(ctx, 8)
		if err != nil || later.Draft.Text != words+"later" {
			t.Errorf("for later is %+v, %v", later, err)
		}
		lines, err := v.OpenLines(ctx, 11, 10)
		if err != nil || len(lines) != 1 || !strings.Contains(string(lines[0].Data), words+"brought") {
			t.Errorf("brought along is %+v, %v", lines, err)
		}
		return nil
	}))
}

// Nothing that a message says is in the database to be read, wherever it stands.
func TestMessagesAreSealed(t *testing.T) {
	t.Parallel()
	eachFile(t, func(t *testing.T, url string, s *store.Store) {
		must(t, s.Unlock([]byte("key")))
		const words = "qzxkwvjq"
		var p social.Post
		must(t, s.Write(t.Context(), func(tx *store.Tx) (err error) {
			if p, err = message(t.Context(), tx, 0, words); err != nil {
				return err
			}
			return unsaid(t.Context(), tx, words)
		}))
		if all := found(t, url, canaries(words)); len(all) > 0 {
			t.Errorf("to be read: %q", all)
		}
		reads(t, s, p, words)
	})
}

// What is there from before is sealed, and is not in the file any more.
func TestOldMessagesAreSealed(t *testing.T) {
	t.Parallel()
	eachFile(t, func(t *testing.T, url string, s *store.Store) {
		const words = "jvwqkxzj"
		var p social.Post
		must(t, s.Write(t.Context(), func(tx *store.Tx) (err error) {
			if p, err = message(t.Context(), tx, 0, words); err != nil {
				return err
			}
			if _, err := tx.AddCase(t.Context(), social.Case{ID: 12, Subject: social.Subject{Account: 1, Post: p.ID}, Text: words + "case"}); err != nil {
				return err
			}
			for _, of := range []social.Visibility{social.Public, social.Direct} {
				if _, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeSnapshot, Body: evidence.Snapshot{Text: words + "copy" + string(of), Visibility: string(of)}}); err != nil {
					return err
				}
			}
			return unsaid(t.Context(), tx, words)
		}))
		canaries := append(canaries(words), words+"case", words+"copydirect")
		if all := found(t, url, canaries); len(all) != len(canaries) {
			t.Fatalf("the test sees only %q", all)
		}
		must(t, s.Unlock([]byte("key")))
		reads(t, s, p, words)
		if n, err := s.SealMessages(t.Context()); err != nil || n == 0 {
			t.Fatalf("%d, %v", n, err)
		}
		if s.Engine() == "sqlite" {
			if _, err := s.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if all := found(t, url, canaries); len(all) > 0 {
			t.Errorf("to be read: %q", all)
		}
		reads(t, s, p, words)
		must(t, s.Read(t.Context(), func(v *store.View) error {
			c, err := v.Case(t.Context(), 12)
			if err != nil || c.Text != words+"case" {
				t.Errorf("the case is about %q, %v", c.Text, err)
			}
			records, err := v.Evidence(t.Context(), 0, 10)
			if err != nil || len(records) != 2 || !strings.Contains(string(records[0].Body), words+"copypublic") || !strings.Contains(string(records[1].Body), words+"copydirect") {
				t.Errorf("the copies are %+v, %v", records, err)
			}
			return nil
		}))
		if n, err := s.SealMessages(t.Context()); err != nil || n != 0 {
			t.Errorf("again: %d, %v", n, err)
		}
	})
}

// A house can seal by another key from one day on, as long as it has both once. With a
// key that is not the right one nothing is read, and nothing else suffers.
func TestAnotherKeySeals(t *testing.T) {
	t.Parallel()
	eachFile(t, func(t *testing.T, url string, s *store.Store) {
		const words = "kqjzvxwq"
		must(t, s.Unlock([]byte("one")))
		var p social.Post
		must(t, s.Write(t.Context(), func(tx *store.Tx) (err error) {
			if p, err = message(t.Context(), tx, 0, words); err != nil {
				return err
			}
			return unsaid(t.Context(), tx, words)
		}))
		must(t, s.Unlock([]byte("two"), []byte("one")))
		if n, err := s.SealMessages(t.Context()); err != nil || n == 0 {
			t.Fatalf("%d, %v", n, err)
		}
		for _, key := range []string{"wrong", "two"} {
			must(t, s.Unlock([]byte(key)))
			must(t, s.Read(t.Context(), func(v *store.View) error {
				got, err := v.Post(t.Context(), p.ID)
				if err != nil || (got.Text == p.Text) != (key == "two") || key == "wrong" && got.Text != social.Unreadable {
					t.Errorf("with the key %q it says %q, %v", key, got.Text, err)
				}
				return nil
			}))
		}
		must(t, s.Unlock())
		err := s.Write(t.Context(), func(tx *store.Tx) error { _, err := message(t.Context(), tx, 0, words); return err })
		if err == nil {
			t.Error("a message was kept without a key")
		}
	})
}

// The key of a conversation goes with its last message, that of what was not said yet
// with whose it is; what is moved to another row is not read.
func TestKeysGo(t *testing.T) {
	t.Parallel()
	eachFile(t, func(t *testing.T, url string, s *store.Store) {
		ctx := t.Context()
		must(t, s.Unlock([]byte("key")))
		var all [3]social.Post
		must(t, s.Write(ctx, func(tx *store.Tx) (err error) {
			for i := range all {
				var thread social.PostID
				if i == 1 {
					thread = all[0].Thread
				}
				if all[i], err = message(ctx, tx, thread, "word"); err != nil {
					return err
				}
			}
			return unsaid(ctx, tx, "word")
		}))
		keys := func() (n int) {
			return strings.Count(string(storetest.Bytes(t, url)), "\ntalk_keys ")
		}
		if n := keys(); n != 3 { // of two conversations, and ada's
			t.Errorf("%d keys", n)
		}
		driver := map[string]string{"sqlite": "sqlite", "postgres": "pgx"}[s.Engine()]
		db, err := sql.Open(driver, url)
		must(t, err)
		defer db.Close()
		_, err = db.ExecContext(ctx, `UPDATE posts SET body = (SELECT body FROM posts WHERE id = $1) WHERE id = $2`, all[0].ID, all[1].ID)
		must(t, err)
		must(t, s.Read(ctx, func(v *store.View) error {
			if p, err := v.Post(ctx, all[1].ID); err != nil || p.Text != social.Unreadable {
				t.Errorf("words of another row: %q, %v", p.Text, err)
			}
			return nil
		}))
		for i, left := range []int{3, 2, 1} {
			must(t, s.Write(ctx, func(tx *store.Tx) error { return tx.RemovePost(ctx, all[i]) }))
			if n := keys(); n != left {
				t.Errorf("after %d deletions: %d keys, want %d", i+1, n, left)
			}
		}
		must(t, s.Write(ctx, func(tx *store.Tx) error { return tx.DeleteAccount(ctx, 1) }))
		if n := keys(); n != 0 {
			t.Errorf("%d keys are left", n)
		}
	})
}
