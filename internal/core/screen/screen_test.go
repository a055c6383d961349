package screen_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/screen"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

var (
	admin = social.Actor{Account: 9, Standing: social.Good, Role: social.Admin}
	here  = netip.MustParseAddr("198.51.100.7")
	there = netip.MustParseAddr("203.0.113.1")
)

func wish(net string, s social.IPSeverity, lasts time.Duration) screen.NetWish {
	return screen.NetWish{Net: &net, Severity: &s, Lasts: &lasts}
}

func judge(t *testing.T, s *store.Store, k *screen.Service, email string, from netip.Addr) (out screen.Verdict) {
	t.Helper()
	if err := s.Read(t.Context(), func(v *store.View) (err error) {
		out, err = k.Judge(t.Context(), v, email, from)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestNets(t *testing.T) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		ctx := t.Context()
		k, other := screen.New(s), screen.New(s) // another host's
		s.Watch(other.Watch)
		if k.Refuses(ctx, here) || other.Refuses(ctx, here) {
			t.Fatal("nobody is turned away, and somebody is")
		}
		b, err := k.AddNet(ctx, admin, there, wish("198.51.100.0/24", social.IPNoAccess, time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if !k.Refuses(ctx, here) || k.Refuses(ctx, there) {
			t.Error("who comes from a network that is turned away is answered, or another is not")
		}
		eventually(t, func() bool { return other.Refuses(ctx, here) })
		if _, err := k.AddNet(ctx, admin, there, wish("198.51.100.9/24", social.IPNoSignUp, 0)); errs.KindOf(err) != errs.Conflict {
			t.Errorf("twice: %v, want Conflict", err)
		}
		if said := judge(t, s, k, "ada@example.com", here); errs.KindOf(said.Refused) != errs.Forbidden {
			t.Errorf("joins: %+v", said)
		}
		softer := social.IPApproval
		if b, err = k.ChangeNet(ctx, admin, there, b.ID, screen.NetWish{Severity: &softer}); err != nil || b.ExpiresAt.IsZero() {
			t.Fatal(b, err)
		}
		if said := judge(t, s, k, "ada@example.com", here); said.Refused != nil || !said.Approval || k.Refuses(ctx, here) {
			t.Errorf("softer: %+v", said)
		}
		c.Pass(time.Hour)
		if said := judge(t, s, k, "ada@example.com", here); said.Approval {
			t.Errorf("after its end: %+v", said)
		}
		if err := k.Tidy(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := k.Net(ctx, admin, b.ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("an ended block after tidying: %v", err)
		}
	})
}

// TestNobodyShutsThemselvesOut is for every way to the block that would.
func TestNobodyShutsThemselvesOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, k := t.Context(), screen.New(s)
		shut, mine := social.IPNoAccess, "198.51.100.0/24"
		mild, err := k.AddNet(ctx, admin, here, wish(mine, social.IPNoSignUp, 0))
		if err != nil {
			t.Fatal(err)
		}
		away, err := k.AddNet(ctx, admin, here, wish("192.0.2.0/24", shut, 0))
		if err != nil {
			t.Fatal(err)
		}
		for name, err := range map[string]error{
			"at once":       second(k.AddNet(ctx, admin, here, wish("198.51.0.0/16", shut, 0))),
			"by severity":   second(k.ChangeNet(ctx, admin, here, mild.ID, screen.NetWish{Severity: &shut})),
			"by network":    second(k.ChangeNet(ctx, admin, here, away.ID, screen.NetWish{Net: &mine})),
			"in other form": second(k.AddNet(ctx, admin, netip.MustParseAddr("::ffff:198.51.100.7"), wish("198.51.0.0/16", shut, 0))),
		} {
			if !errors.Is(err, screen.ErrSelf) {
				t.Errorf("%s: %v, want ErrSelf", name, err)
			}
		}
		if k.Refuses(ctx, here) {
			t.Error("who made the blocks is refused")
		}
		if _, err := k.ChangeNet(ctx, admin, there, mild.ID, screen.NetWish{Severity: &shut}); err != nil || !k.Refuses(ctx, here) {
			t.Errorf("from elsewhere: %v", err)
		}
	})
}

func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not come")
		}
	}
}

func TestMails(t *testing.T) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		ctx, k := t.Context(), screen.New(s)
		b, err := k.AddMail(ctx, admin, "Spam.example", []string{"mx.spam.example", "spam.example"}, false)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.AddMail(ctx, admin, "spam.example", nil, false); errs.KindOf(err) != errs.Conflict {
			t.Errorf("twice: %v, want Conflict", err)
		}
		if _, err := k.AddMail(ctx, admin, "doubtful.example", nil, true); err != nil {
			t.Fatal(err)
		}
		if _, err := k.AddPrint(ctx, admin, social.MailPrint("troll@fine.example")); err != nil {
			t.Fatal(err)
		}
		for email, want := range map[string][2]bool{ // refused, looked at
			"a@spam.example": {true, false}, "a@SUB.spam.example": {true, false}, "a@mx.spam.example": {true, false}, "a@notspam.example": {false, false},
			"a@doubtful.example": {false, true}, "t.roll+x@fine.example": {true, false}, "other@fine.example": {false, false},
		} {
			if said := judge(t, s, k, email, here); (said.Refused != nil) != want[0] || said.Approval != want[1] || said.OfMail != want[0] {
				t.Errorf("%s: %+v, want refused %v, looked at %v", email, said, want[0], want[1])
			}
		}
		for i, from := range []netip.Addr{here, here, there} {
			if i == 2 {
				c.Pass(24 * time.Hour)
			}
			if err := k.Count(ctx, judge(t, s, k, "a@spam.example", from), from); err != nil {
				t.Fatal(err)
			}
		}
		b, err = k.Mail(ctx, admin, b.ID)
		if err != nil || len(b.Days) != social.MailTryDays || b.Days[0].Uses != 1 || b.Days[1].Uses != 2 || b.Days[1].People != 1 {
			t.Errorf("tries: %+v, %v", b.Days, err)
		}
		c.Pass(30 * 24 * time.Hour)
		if err := k.Tidy(ctx); err != nil {
			t.Fatal(err)
		}
		var left []store.MailTry
		if err := s.Read(ctx, func(v *store.View) (err error) {
			left, err = v.MailTries(ctx, []social.ScreenID{b.ID}, time.Time{})
			return err
		}); err != nil || len(left) != 0 {
			t.Errorf("old tries: %+v, %v", left, err)
		}
	})
}

// Of a day only so many places are told apart, and all tries are counted.
func TestTriesAreBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, k := t.Context(), screen.New(s)
		b, err := k.AddMail(ctx, admin, "spam.example", nil, false)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Write(ctx, func(tx *store.Tx) error {
			for i := range 20 {
				if err := tx.CountMailTry(ctx, b.ID, fmt.Sprint(i), 5); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if b, err = k.Mail(ctx, admin, b.ID); err != nil || b.Days[0].Uses != 20 || b.Days[0].People != 6 {
			t.Errorf("%+v, %v", b.Days[0], err)
		}
	})
}

func TestWho(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, k := t.Context(), screen.New(s)
		mona := social.Actor{Account: 8, Standing: social.Good, Role: social.Moderator}
		for name, err := range map[string]error{
			"mail":   second(k.AddMail(ctx, mona, "a.example", nil, false)),
			"print":  second(k.AddPrint(ctx, mona, social.MailPrint("a@b.example"))),
			"net":    second(k.AddNet(ctx, mona, there, wish("192.0.2.0/24", social.IPNoAccess, 0))),
			"list":   second(k.Nets(ctx, mona, social.Page{Limit: 1})),
			"of":     second(k.PrintOf(ctx, mona, "a@b.example")),
			"nobody": second(k.AddMail(ctx, social.Anyone, "a.example", nil, false)),
		} {
			if k := errs.KindOf(err); k != errs.Forbidden && k != errs.Unauthenticated || err == nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

// Where the lists cannot be read, nobody gets past them.
func TestFailsClosed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		k := screen.New(s)
		ended, stop := context.WithCancel(t.Context())
		stop()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if !k.Refuses(ended, here) {
			t.Error("the list was never read, and somebody is answered")
		}
	})
}
