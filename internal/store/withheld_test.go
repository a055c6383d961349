package store_test

import (
	"testing"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// A file is out of sight while everybody who shows it is suspended or has it on a
// post that is hidden, and in sight again after that.
func TestWithheldFiles(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		const here, far, other = 1, 2, 3
		face, wide, same := "https://far.example/face", "https://far.example/wide", "https://far.example/same"
		write := func(fn func(tx *store.Tx) error) {
			t.Helper()
			if err := s.Write(ctx, fn); err != nil {
				t.Fatal(err)
			}
		}
		write(func(tx *store.Tx) error {
			for _, a := range []social.Account{{ID: here, Username: "ada", Avatar: "face", Header: "wide"}, {ID: far, Username: "zoe", Host: "far.example", Avatar: face, Header: wide},
				{ID: other, Username: "eve", Host: "far.example", Header: wide}} {
				a.Kind, a.Standing = social.Person, social.Good
				if err := tx.AddAccount(ctx, a); err != nil {
					return err
				}
			}
			for i, m := range []social.Media{{Owner: here, File: "file", Preview: "small", Captions: "said"}, {Owner: far, Remote: "https://far.example/photo"}, {Owner: far, Remote: same}, {Owner: other, Remote: same}} {
				m.ID, m.Post, m.State = social.MediaID(i+1), social.PostID(m.Owner), social.MediaReady
				if err := tx.AddMedia(ctx, m, ""); err != nil {
					return err
				}
			}
			for _, who := range []social.AccountID{here, far, other} {
				if err := tx.AddPost(ctx, social.Post{ID: social.PostID(who), Thread: social.PostID(who), Author: who, Visibility: social.Public, At: tx.Now}); err != nil {
					return err
				}
			}
			return nil
		})
		want := func(when string, gone ...string) {
			t.Helper()
			is := map[string]bool{}
			for _, name := range gone {
				is[name] = true
			}
			if err := s.Read(ctx, func(v *store.View) error {
				for _, name := range []string{"face", "wide", "file", "small", "said", "", "nobody's"} {
					if got, err := v.Withheld(ctx, name); err != nil || got != is[name] {
						t.Errorf("%s: %q is withheld: %v, %v", when, name, got, err)
					}
				}
				for name, at := range map[string][2]string{"its face": {social.AsAvatar, face}, "its header": {social.AsHeader, wide}, "its photo": {social.AsMedia, "https://far.example/photo"},
					"its preview": {social.AsPreview, "https://far.example/photo"}, "what others show": {social.AsMedia, same}, "an emoji": {social.AsEmoji, face}} {
					if got, err := v.WithheldElsewhere(ctx, at[0], at[1]); err != nil || got != is[name] {
						t.Errorf("%s: %s is withheld: %v, %v", when, name, got, err)
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		stand := func(who social.AccountID, how social.Standing) {
			t.Helper()
			write(func(tx *store.Tx) error { return tx.SetStanding(ctx, who, how) })
		}
		post := func(which social.PostID, how social.PostStanding) {
			t.Helper()
			storetest.ByHand(t, s, `UPDATE posts SET standing = $1 WHERE id = $2`, how, which)
		}
		want("at first")
		post(here, social.PostHidden)
		want("a post is hidden", "file", "small", "said")
		post(here, social.PostLimited)
		want("a post is limited")
		post(far, social.PostHidden)
		want("a post from elsewhere is hidden", "its photo", "its preview")
		post(far, social.PostGood)
		stand(here, social.Suspended)
		stand(far, social.Suspended)
		want("both are suspended", "face", "wide", "file", "small", "said", "its face", "its photo", "its preview")
		stand(other, social.Suspended)
		want("all are suspended", "face", "wide", "file", "small", "said", "its face", "its header", "its photo", "its preview", "what others show")
		for _, who := range []social.AccountID{here, far, other} {
			stand(who, social.Good)
		}
		want("nobody is any more")
	})
}
