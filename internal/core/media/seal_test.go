package media_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/media"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// made makes every file into the same attachment.
type made struct{ media.Blobs }

func (made) Receive(context.Context, io.Reader) (string, social.MediaKind, bool, error) {
	return "spool", social.Image, false, nil
}

func (made) Make(context.Context, string) (social.Media, error) {
	return social.Media{Kind: social.Image, File: "file.jpg", Preview: "still.jpg", Blurhash: "x", Print: "print"}, nil
}

// What is sealed is of no use to whoever sent it, and is kept.
func TestSeal(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, svc, by := t.Context(), media.New(s, made{}), social.Actor{Account: 1, Standing: social.Good}
		if err := s.Write(ctx, func(tx *store.Tx) error {
			return tx.AddAccount(ctx, social.Account{ID: 1, Username: "ada", Standing: social.Good, CreatedAt: tx.Now})
		}); err != nil {
			t.Fatal(err)
		}
		var which social.MediaID
		svc.Seal = func(_ context.Context, _ *store.Tx, m social.Media) (bool, error) {
			which = m.ID
			return m.Print == "print", nil
		}
		r, err := svc.Receive(ctx, by, strings.NewReader(""))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := svc.Add(ctx, by, r, media.Upload{}); errs.KindOf(err) != errs.Invalid || err == nil {
			t.Errorf("it was sent: %v", err)
		}
		m, err := svc.Get(ctx, by, which)
		if err != nil || m.State != social.MediaFailed || m.File != "file.jpg" || m.Preview != "" || m.Blurhash != "" {
			t.Errorf("it is kept as %+v, %v", m, err)
		}
		if err := social.MayAttach([]social.Media{m}); errs.KindOf(err) != errs.Invalid || err == nil {
			t.Errorf("it can be attached: %v", err)
		}
		alt := "what it shows"
		if got, err := svc.Update(ctx, by, which, media.Change{Alt: &alt}); errs.KindOf(err) != errs.Invalid || err == nil || got.File != "" {
			t.Errorf("it can be described: %+v, %v", got, err)
		}
		if err := svc.Delete(ctx, by, which); errs.KindOf(err) != errs.Invalid || err == nil {
			t.Errorf("it can be taken back: %v", err)
		}
		if n, err := svc.Prune(ctx, s.Now().AddDate(1, 0, 0), true, func(int, int) {}); err != nil || n != 0 {
			t.Errorf("%d would be tidied away, %v", n, err)
		}
	})
}

func (made) Copy(_ context.Context, name string) (string, error) { return "again-" + name, nil }
func (made) Remove(string) error                                 { return nil }
func (made) Look(_ context.Context, name string) (social.Media, error) {
	if name == "gone.png" {
		return social.Media{}, errs.New(errs.NotFound, "There is no such picture.")
	}
	return social.Media{File: name, Look: "look of " + name}, nil
}

// What came before a list is held against it in rounds that go on where they
// ended, and is sealed also where it stands on a post.
func TestSealLate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, svc := t.Context(), media.New(s, made{})
		const many, bad = 1234, 1100
		if err := s.Write(ctx, func(tx *store.Tx) error {
			if err := tx.AddAccount(ctx, social.Account{ID: 1, Username: "ada", Standing: social.Good, CreatedAt: tx.Now}); err != nil {
				return err
			}
			for i := range many {
				m := social.Media{ID: social.MediaID(i + 1), Owner: 1, Post: 7, Kind: social.Image, State: social.MediaReady, File: "file.jpg", Preview: "still.jpg", Print: "fine", At: tx.Now}
				if m.ID == bad {
					m.Print = "print"
				}
				if err := tx.AddMedia(ctx, m, ""); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		looked, told := 0, 0
		var fails error
		svc.LookAgain = "again"
		svc.Abuse = func(_ context.Context, _ *store.View, m social.Media) (bool, error) {
			if looked++; m.ID == 600 && fails != nil {
				return false, fails
			}
			return m.Print == "print", nil
		}
		svc.Seal = func(_ context.Context, _ *store.Tx, m social.Media) (bool, error) {
			told++
			return m.Print == "print", nil
		}
		again := func() error { return svc.Again(ctx) }
		if err := again(); err != nil || looked != 0 {
			t.Errorf("nobody asked, and it looked at %d, %v", looked, err)
		}
		if err := s.Write(ctx, func(tx *store.Tx) error { return tx.SetSetting(ctx, "again", 0) }); err != nil {
			t.Fatal(err)
		}
		fails = context.Canceled
		if err := again(); err == nil {
			t.Error("it went on after a fault")
		}
		fails, looked = nil, 0
		if err := again(); err != nil || looked != many-500 || told != 1 {
			t.Errorf("it looked at %d again and told of %d, %v; want %d and 1", looked, told, err, many-500)
		}
		if err := s.Read(ctx, func(v *store.View) error {
			all, err := v.Media(ctx, []social.MediaID{bad, bad - 1})
			for _, m := range all {
				if m.ID == bad && (m.State != social.MediaFailed || m.File != "again-file.jpg" || m.Preview != "" || m.Post != 0) {
					t.Errorf("it is %+v", m)
				}
				if m.ID != bad && m.State != social.MediaReady {
					t.Errorf("another one is %+v", m)
				}
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if looked = 0; again() != nil || looked != 0 {
			t.Errorf("it had an end, and looked at %d", looked)
		}
	})
}

// Pictures of profiles and emojis that are on a list by now are taken off and away,
// and kept sealed: such as were made after their prints were kept, and older ones by
// what they look like.
func TestSealPicturesLate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, svc := t.Context(), media.New(s, made{})
		people := map[social.AccountID][2]string{1: {"old.png", "fine.png"}, 2: {"fine2.png", "new.png"}, 3: {"gone.png", ""}, 4: {"swapped.png", ""}, 5: {"fine3.png", ""}}
		if err := s.Write(ctx, func(tx *store.Tx) error {
			for who, pictures := range people {
				a := social.Account{ID: who, Username: "a" + strings.Repeat("x", int(who)), Standing: social.Good, Avatar: pictures[0], Header: pictures[1], AvatarAlt: "me", HeaderAlt: "there", CreatedAt: tx.Now}
				if err := tx.AddAccount(ctx, a); err != nil {
					return err
				}
				if err := tx.SetProfile(ctx, a); err != nil {
					return err
				}
			}
			for i, file := range []string{"emoji.png", "sent.png", "fine4.png"} {
				if err := tx.AddEmoji(ctx, social.Emoji{ID: social.EmojiID(i + 1), Shortcode: file[:4], File: file, Still: file, Enabled: true, At: tx.Now}); err != nil {
					return err
				}
			}
			return tx.SetSetting(ctx, "again", 0)
		}); err != nil {
			t.Fatal(err)
		}
		if err := svc.Saw(ctx, social.Media{File: "new.png", Print: "print"}); err != nil {
			t.Fatal(err)
		}
		if err := svc.Saw(ctx, social.Media{File: "swapped.png", Print: "print"}); err != nil {
			t.Fatal(err)
		}
		if err := svc.Saw(ctx, social.Media{File: "sent.png", Print: "print", Owner: 5}); err != nil {
			t.Fatal(err)
		}
		bad := func(m social.Media) bool {
			return m.Print == "print" || m.Look == "look of old.png" || m.Look == "look of emoji.png"
		}
		var told []social.AccountID
		svc.LookAgain = "again"
		svc.Abuse = func(_ context.Context, _ *store.View, m social.Media) (bool, error) {
			return bad(m) && m.File != "swapped.png", nil
		}
		svc.Seal = func(_ context.Context, _ *store.Tx, m social.Media) (bool, error) {
			told = append(told, m.Owner)
			return bad(m), nil
		}
		for range 2 { // the second round has nothing to do
			if err := svc.Again(ctx); err != nil {
				t.Fatal(err)
			}
		}
		slices.Sort(told)
		if !slices.Equal(told, []social.AccountID{0, 1, 2, 5}) {
			t.Errorf("it was told of %v", told)
		}
		if err := s.Read(ctx, func(v *store.View) error {
			for who, had := range people {
				a, err := v.Account(ctx, who)
				if err != nil {
					return err
				}
				want := had
				switch who {
				case 1:
					want[0] = ""
				case 2:
					want[1] = ""
				}
				if a.Avatar != want[0] || a.Header != want[1] || (a.AvatarAlt == "") != (want[0] == "") || (a.HeaderAlt == "") != (want[1] == "" && who == 2) {
					t.Errorf("%d has %q (%q) and %q (%q), want %q", who, a.Avatar, a.AvatarAlt, a.Header, a.HeaderAlt, want)
				}
			}
			emojis, err := v.Emojis(ctx, 10)
			if err != nil || len(emojis) != 1 || emojis[0].File != "fine4.png" {
				t.Errorf("emojis are %+v, %v", emojis, err)
			}
			for owner, name := range map[social.AccountID]string{1: "again-old.png", 2: "again-new.png", 5: "again-sent.png"} {
				if kept, err := v.MediaBy(ctx, owner, 10); err != nil || len(kept) != 1 || kept[0].File != name || kept[0].State != social.MediaFailed || kept[0].Preview != "" {
					t.Errorf("%s is kept as %+v, %v", name, kept, err)
				}
			}
			left, err := v.Pictures(ctx, "", 100)
			for _, m := range left {
				if m.File == "old.png" || m.File == "new.png" || m.File == "emoji.png" || m.File == "sent.png" {
					t.Errorf("it is still known what %s looked like", m.File)
				}
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}
