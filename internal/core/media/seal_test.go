package media_test

import (
	"context"
	"io"
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
