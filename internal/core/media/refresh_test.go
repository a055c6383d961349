package media_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/media"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

const ada, zoe, eva, mal, bob = 1, 11, 12, 13, 14

// gallery stores ada, who lives here, and four who do not, two of whom are not
// to be seen: each has an avatar and a post with a picture, a film and
// something of ours. It returns zoe's post.
func gallery(t *testing.T, s *store.Store) (post social.PostID) {
	t.Helper()
	ctx := t.Context()
	if err := s.Write(ctx, func(tx *store.Tx) error {
		for who, host := range map[social.AccountID]string{ada: "", zoe: "far.example", eva: "far.example", mal: "far.example", bob: "bad.example"} {
			a := social.Account{ID: who, Username: fmt.Sprint("u", who), Host: host, Kind: social.Person, Standing: social.Good, Avatar: fmt.Sprintf("https://far.example/%d/avatar.png", who)}
			if who == mal {
				a.Standing = social.Suspended
			}
			if err := tx.AddAccount(ctx, a); err != nil {
				return err
			}
			p := social.Post{ID: social.PostID(id.New(tx.Now)), Author: who, Visibility: social.Public, At: tx.Now}
			if p.Thread = p.ID; who == zoe {
				post = p.ID
			}
			for i, m := range []social.Media{{Kind: social.Image, Remote: "https://far.example/%d/old.png"}, {Kind: social.Video, Remote: "https://far.example/%d/film.mp4"}, {Kind: social.Image, File: "ours.png"}} {
				if host == "" && m.Remote != "" {
					continue
				}
				at := tx.Now
				if i == 0 {
					at = at.AddDate(0, -1, 0)
				}
				m.ID, m.Owner, m.Post, m.State, m.At = social.MediaID(id.New(at)), who, p.ID, social.MediaReady, at
				if m.Remote != "" {
					m.Remote = fmt.Sprintf(m.Remote, who)
				}
				if err := tx.AddMedia(ctx, m, ""); err != nil {
					return err
				}
				p.Media = append(p.Media, m.ID)
			}
			if err := tx.AddPost(ctx, p); err != nil {
				return err
			}
		}
		return tx.AddHostBlock(ctx, social.HostBlock{ID: 1, Host: "bad.example", Severity: social.HostNoop, RejectMedia: true})
	}); err != nil {
		t.Fatal(err)
	}
	return post
}

func TestRefresh(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		post := gallery(t, s)
		svc := media.New(s, nil)
		files := func(who int) []string {
			at := fmt.Sprintf("https://far.example/%d/", who)
			return []string{"avatar " + at + "avatar.png", "media " + at + "film.mp4", "media " + at + "old.png", "preview " + at + "old.png"}
		}
		var fetched []string
		worker := media.RefreshWorker(func(_ context.Context, as, address string, missing bool) error {
			fetched = append(fetched, as+" "+address)
			if missing {
				t.Errorf("%s: nobody asked for what is missing", address)
			}
			return nil
		})
		worker.AtOnce = 1
		for what, x := range map[string]struct {
			wish media.RefreshWish
			want []string
		}{
			"an account":                 {media.RefreshWish{Account: zoe}, files(zoe)},
			"its newer files":            {media.RefreshWish{Account: zoe, Since: s.Now().AddDate(0, 0, -7)}, files(zoe)[:2]},
			"a host":                     {media.RefreshWish{Host: "far.example"}, append(files(zoe), files(eva)...)},
			"a post":                     {media.RefreshWish{Post: post}, files(zoe)[1:]},
			"one of ours":                {media.RefreshWish{Account: ada}, nil},
			"a host without pictures":    {media.RefreshWish{Host: "bad.example"}, nil},
			"a suspended account":        {media.RefreshWish{Account: mal}, nil},
			"a host nobody has heard of": {media.RefreshWish{Host: "other.example"}, nil},
		} {
			for _, dry := range []bool{true, false, false} { // twice is as once
				n, err := svc.Refresh(t.Context(), x.wish, dry)
				if err != nil || n != len(x.want) {
					t.Errorf("%s: %d, %v; want %d", what, n, err, len(x.want))
				}
			}
			fetched = nil
			for {
				n, err := work.Once(t.Context(), s, worker)
				if err != nil {
					t.Fatal(err)
				}
				if n == 0 {
					break
				}
			}
			slices.Sort(fetched)
			if slices.Sort(x.want); !slices.Equal(fetched, x.want) {
				t.Errorf("%s: fetched %q, want %q", what, fetched, x.want)
			}
		}
		if _, err := svc.Refresh(t.Context(), media.RefreshWish{Post: 99}, false); errs.KindOf(err) != errs.NotFound {
			t.Errorf("no post: %v", err)
		}
	})
}

// There may be more than one page, and there is an end.
func TestRefreshIsBounded(t *testing.T) {
	s := storetest.SQLite(t)
	svc := media.New(s, nil)
	add := func(n int) {
		t.Helper()
		if err := s.Write(t.Context(), func(tx *store.Tx) error {
			for i := range n {
				m := social.Media{ID: social.MediaID(id.New(tx.Now.Add(time.Duration(i) * time.Millisecond))), Owner: zoe, Kind: social.Video, State: social.MediaReady, Remote: fmt.Sprintf("https://far.example/%d/%d.mp4", n, i)}
				if err := tx.AddMedia(t.Context(), m, ""); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Write(t.Context(), func(tx *store.Tx) error {
		return tx.AddAccount(t.Context(), social.Account{ID: zoe, Username: "zoe", Host: "far.example", Kind: social.Person, Standing: social.Good})
	}); err != nil {
		t.Fatal(err)
	}
	for _, wish := range []media.RefreshWish{{Account: zoe}, {Host: "far.example"}} {
		before, err := svc.Refresh(t.Context(), wish, true)
		if err != nil {
			t.Fatal(err)
		}
		add(450 + before) // not the same addresses twice
		if n, err := svc.Refresh(t.Context(), wish, true); err != nil || n != 450+2*before {
			t.Errorf("%+v: %d, %v; want %d", wish, n, err, 450+2*before)
		}
	}
	add(media.MaxRefresh)
	for _, wish := range []media.RefreshWish{{Account: zoe}, {Host: "far.example"}} {
		if n, err := svc.Refresh(t.Context(), wish, true); err != nil || n != media.MaxRefresh {
			t.Errorf("%+v: %d, %v; want %d", wish, n, err, media.MaxRefresh)
		}
	}
}

// A server that has a file no more is not asked again, one that is away is.
func TestRefreshTriesAgain(t *testing.T) {
	for err, want := range map[error]error{nil: nil, errs.New(errs.NotFound, "Gone."): nil, errAway: errAway} {
		w := media.RefreshWorker(func(context.Context, string, string, bool) error { return err })
		if got := w.Do(t.Context(), []byte(`{"file":"media:https://far.example/a.png"}`)); got != want {
			t.Errorf("%v: %v, want %v", err, got, want)
		}
		for _, bad := range []string{`{`, `{"file":"ours.png"}`} {
			if got := w.Do(t.Context(), []byte(bad)); errs.KindOf(got) != errs.Invalid {
				t.Errorf("%s: %v", bad, got)
			}
		}
	}
}

var errAway = errs.New(errs.Unavailable, "Away.")
