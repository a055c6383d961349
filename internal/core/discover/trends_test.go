package discover_test

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/discover"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/social/trend"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// data is what the trends are counted from.
func (h *house) data(t *testing.T) []byte {
	t.Helper()
	var to bytes.Buffer
	if err := h.Data(t.Context(), &to); err != nil {
		t.Fatal(err)
	}
	return to.Bytes()
}

// Whoever counts the data again comes to what a guest is shown, also after
// moderators decided: what they keep out is not in the data.
func TestDataGiveTheSameAnswer(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, h *house) {
		same := func(when string) {
			t.Helper()
			again, err := trend.Again(h.data(t), "", nil)
			of, list, err2 := h.Trends(ctx, social.Anyone, "")
			if err != nil || err2 != nil || !reflect.DeepEqual(again.List.Tags, list.Tags) || again.At != of.At.UnixMilli() || again.Counted != of.Posts {
				t.Errorf("%s: counted again (%v):\n%+v\nshown (%v):\n%+v", when, err, again, err2, list)
			}
			var ids []social.PostID
			for _, p := range again.Posts {
				ids = append(ids, p.ID)
			}
			if _, posts := h.trends(t); !slices.Equal(ids, posts) {
				t.Errorf("%s: posts counted again %v, shown %v", when, ids, posts)
			}
		}
		same("at first")
		if _, err := h.RuleTag(ctx, mona, "spam", func(r *social.TagRule) { r.Trend = social.Rejected }); err != nil {
			t.Fatal(err)
		}
		if _, err := h.ReviewPost(ctx, mona, h.posts[0], social.Rejected); err != nil {
			t.Fatal(err)
		}
		same("after two were rejected")
		if strings.Contains(string(h.data(t)), "spam") {
			t.Error("a tag that was rejected is in the data")
		}
	})
}

// A post that is for this house alone, an answer to somebody, and what is by
// people who do not want to be found count for nothing.
func TestNotCounted(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, h *house) {
		const cleo social.AccountID = 3_400_000_000_000_000_009
		if err := h.store.Write(ctx, func(tx *store.Tx) error {
			if err := tx.AddAccount(ctx, social.Account{ID: cleo, Username: "cleo", Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}); err != nil {
				return err
			}
			for i, p := range []social.Post{{Author: cleo}, {Author: ben, LocalOnly: true}, {Author: ben, ReplyTo: h.posts[0], ReplyAuthor: ada}, {Author: ben, Sensitive: true}, {Author: ben, Visibility: social.Unlisted}} {
				p.ID, p.At, p.Tags = social.PostID(id.New(tx.Now)), tx.Now, []string{"hush", fmt.Sprint("hush", i)}
				p.Visibility = social.Visibility(firstOf(string(p.Visibility), string(social.Public)))
				if err := tx.AddPost(ctx, p); err != nil {
					return err
				}
				if err := tx.CountLike(ctx, p.ID, 5); err != nil {
					return err
				}
			}
			// Of what people say to themselves only the beginning is a trend by itself.
			p := social.Post{ID: social.PostID(id.New(tx.Now)), Author: ada, ReplyTo: h.posts[0], ReplyAuthor: ada, At: tx.Now, Tags: []string{"more"}, Visibility: social.Public}
			if err := tx.AddPost(ctx, p); err != nil {
				return err
			}
			return tx.CountLike(ctx, p.ID, 5)
		}); err != nil {
			t.Fatal(err)
		}
		if tags, posts := h.trends(t); !slices.Equal(tags, []string{"bread", "spam"}) || len(posts) != 2 {
			t.Errorf("%v %v", tags, posts)
		}
		if got := string(h.data(t)); strings.Contains(got, "hush") || strings.Contains(got, "cleo") || !strings.Contains(got, "more") {
			t.Errorf("the data are\n%s", got)
		}
	})
}

func firstOf(all ...string) string {
	return all[slices.IndexFunc(all, func(s string) bool { return s != "" })]
}

// BenchmarkLook is one count, with so many posts in two days.
func BenchmarkLook(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := storetest.SQLite(b)
			ctx := b.Context()
			for from := 0; from < n; from += 5000 {
				if err := s.Write(ctx, func(tx *store.Tx) error {
					for i := from; i < from+5000; i++ {
						who := social.AccountID(3_400_000_000_000_000_000 + i/10 + 1)
						if i%10 == 0 {
							if err := tx.AddAccount(ctx, social.Account{ID: who, Username: fmt.Sprint("p", i), Kind: social.Person, Standing: social.Good, Discoverable: true, CreatedAt: tx.Now}); err != nil {
								return err
							}
						}
						p := social.Post{ID: social.PostID(id.Floor(tx.Now.Add(-time.Hour)) + int64(i)), Author: who, Text: "x", Language: []string{"en", "fr"}[i%2], Visibility: social.Public, At: tx.Now, Tags: []string{fmt.Sprint("t", i*i%977), fmt.Sprint("u", i%7919)}}
						if err := tx.AddPost(ctx, p); err != nil {
							return err
						}
						if err := tx.CountLike(ctx, p.ID, 1+i%5); err != nil {
							return err
						}
					}
					return nil
				}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := discover.New(s, view.New(s, view.Config{})).Tags(ctx, social.Anyone, "", 0, 20); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
