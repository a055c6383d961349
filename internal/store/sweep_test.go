package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

func swept(t testing.TB) (*store.Store, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "plaza.db")
	s, err := store.Open(t.Context(), store.Options{URL: file, Clock: clock.System})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Write(t.Context(), func(tx *store.Tx) error {
		return tx.AddAccount(t.Context(), social.Account{ID: 1, Username: "ada", Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now})
	}); err != nil {
		t.Fatal(err)
	}
	return s, file
}

func letters(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + rand.IntN(26))
	}
	return string(b)
}

// said is a post of somebody's, with words that are found.
func said(ctx context.Context, s *store.Store, text string) (p social.Post, err error) {
	return p, s.Write(ctx, func(tx *store.Tx) error {
		p = social.Post{ID: social.PostID(id.New(tx.Now)), Author: 1, Text: text, Visibility: social.Public, At: tx.Now, Tags: []string{text[:10]}}
		p.Thread = p.ID
		if err := tx.AddPost(ctx, p); err != nil {
			return err
		}
		return tx.IndexPost(ctx, p)
	})
}

// What was deleted is in no page of the file and not in its log, and the file is
// whole.
func TestSweep(t *testing.T) {
	s, file := swept(t)
	ctx := t.Context()
	var gone []social.Post
	for i := range 1200 {
		p, err := said(ctx, s, letters(16)+" "+letters(9)+strings.Repeat(" "+letters(7), i%60))
		if err != nil {
			t.Fatal(err)
		}
		if i%3 > 0 {
			gone = append(gone, p)
		}
	}
	left := func() (n int) {
		for _, suffix := range []string{"", "-wal"} {
			b, err := os.ReadFile(file + suffix)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range gone {
				if bytes.Contains(b, []byte(p.Text[3:16])) {
					n++
				}
			}
		}
		return n
	}
	for some := range slices.Chunk(gone, 200) {
		if err := s.Write(ctx, func(tx *store.Tx) error {
			for _, p := range some {
				if err := tx.RemovePost(ctx, p); err != nil {
					return err
				}
				if err := tx.UnindexPost(ctx, p.ID); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	before := left()
	did, err := s.Sweep(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d times, of %d, before; %+v", before, len(gone), did)
	if n := left(); n > 0 || did.Cleaned == 0 || before == 0 {
		t.Errorf("%d are left of %d, %+v", n, before, did)
	}
	if did, err = s.Sweep(ctx); err != nil || did.Cleaned > 0 || did.Words {
		t.Errorf("swept again: %+v, %v", did, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var ok string
	if err := db.QueryRow(`PRAGMA integrity_check`).Scan(&ok); err != nil || ok != "ok" {
		t.Errorf("the file is damaged: %s, %v", ok, err)
	}
	if _, err := db.Exec(`INSERT INTO post_words (post_words) VALUES ('integrity-check')`); err != nil {
		t.Errorf("the index of words is damaged: %v", err)
	}
	var found, posts int
	if err := db.QueryRow(`SELECT (SELECT COUNT(*) FROM post_words), (SELECT COUNT(*) FROM posts)`).Scan(&found, &posts); err != nil || posts != 400 || found != 400 {
		t.Errorf("%d posts, %d of which are found, want 400: %v", posts, found, err)
	}
}

// Names of those who left are not kept as they were, and stay taken.
func TestFormerNames(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		taken := func(names ...string) (out []string) {
			t.Helper()
			if err := s.Read(ctx, func(v *store.View) error {
				for _, name := range names {
					is, err := v.NameRetired(ctx, name)
					if err != nil {
						return err
					}
					if is {
						out = append(out, name)
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			return out
		}
		hide := func() (n int) {
			t.Helper()
			if err := s.Write(ctx, func(tx *store.Tx) (err error) { n, err = tx.HideFormerNames(ctx, 10); return err }); err != nil {
				t.Fatal(err)
			}
			return n
		}
		hidden := 0
		for _, do := range []func(tx *store.Tx) error{
			func(tx *store.Tx) error { return tx.RetireName(ctx, "Ada") },
			func(tx *store.Tx) error { _, err := tx.AddEvidenceKey(ctx, "a key"); return err },
			func(tx *store.Tx) error { return tx.RetireName(ctx, "Ben") },
		} {
			if err := s.Write(ctx, do); err != nil {
				t.Fatal(err)
			}
			if hidden += hide(); !slices.Equal(taken("ada"), []string{"ada"}) {
				t.Error("the first name is not taken any more")
			}
		}
		if hidden != 1 {
			t.Errorf("%d names are hidden, want the first, once there is a key", hidden)
		}
		if got := taken("ada", "ADA", "ben", "eve"); !slices.Equal(got, []string{"ada", "ADA", "ben"}) || hide() != 0 {
			t.Errorf("taken are %q", got)
		}
	})
}

// BenchmarkForget has as many posts come as go.
func BenchmarkForget(b *testing.B) {
	s, _ := swept(b)
	var all []social.Post
	for b.Loop() {
		p, err := said(b.Context(), s, letters(16)+strings.Repeat(" "+letters(7), 30))
		if err != nil {
			b.Fatal(err)
		}
		if all = append(all, p); len(all) < 200 {
			continue
		}
		if err := s.Write(b.Context(), func(tx *store.Tx) error {
			if err := tx.RemovePost(b.Context(), all[0]); err != nil {
				return err
			}
			return tx.UnindexPost(b.Context(), all[0].ID)
		}); err != nil {
			b.Fatal(err)
		}
		all = all[1:]
	}
}

// What a record of the log takes on the disk is known, see docs/handbook/evidence.md.
func TestEvidenceGrowth(t *testing.T) {
	s, file := swept(t)
	ctx := t.Context()
	const n, group = 5120, 64
	for i := 0; i < n; i += group {
		if err := s.Write(ctx, func(tx *store.Tx) error {
			for j := range group {
				d := evidence.Decided{Decision: fmt.Sprint(id.New(tx.Now)), Case: fmt.Sprint(id.New(tx.Now)), Subject: letters(9) + "@plaza.example",
					Posts: []string{"https://plaza.example/@" + letters(9) + "/" + fmt.Sprint(id.New(tx.Now))}, Action: "hide_post", Rule: "2@1", Ground: "rules", Facts: letters(60),
					Detected: "person", Decider: "person", By: "moderator " + letters(16)}
				if _, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeDecision, Category: "spam", Class: "c24", Outcome: "hide_post", About: social.AccountID(1 + j), Body: d}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Write(ctx, func(tx *store.Tx) error {
		for i := range int64(n / 256) {
			if err := tx.SetEvidenceTile(ctx, 0, i, make([]byte, 256*32)); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var pages, leaf, words float64
	if err := db.QueryRow(`SELECT (SELECT SUM(pgsize) FROM dbstat WHERE name LIKE '%evidence%'), (SELECT AVG(LENGTH(leaf)) FROM evidence), (SELECT AVG(LENGTH(body)) FROM evidence)`).Scan(&pages, &leaf, &words); err != nil {
		t.Fatal(err)
	}
	all := pages / n
	t.Logf("%.0f bytes a record: leaf %.0f, body %.0f, so %.0f without it", all, leaf, words, all-words)
	if all-words > 450 { // the goal is 400
		t.Errorf("a record takes %.0f bytes besides its body, want at most 450", all-words)
	}
}
