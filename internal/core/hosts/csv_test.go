package hosts_test

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/hosts"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

const head = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n"

// What people do to such files: each line stands or falls by itself.
func TestRead(t *testing.T) {
	file := "\uFEFF" + head +
		"Bad.EXAMPLE,suspend,true,FALSE,\"Spam, and \"\"worse\"\"\",False\r\n" +
		"bücher.example,silence,0,1,\"two\nlines\",1\n" +
		"\n" +
		"broken.example,suspend,false,false,\"never closed,false\n" +
		"good.example\n" +
		"odd.example,suspend,false,false,a \"quote\" within,false\n" +
		"bad.example,noop\n" +
		"XN--BCHER-KVA.example,noop\n" +
		"a b.example,suspend\n" +
		"ban.example,ban\n" +
		"last.example,NOOP,true"
	lines, err := hosts.Read(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range lines {
		got = append(got, fmt.Sprintf("%d %s %s %v %q", l.N, l.Block.Host, l.Block.Severity, l.Why == "", l.Block.Public))
	}
	want := []string{`2 bad.example suspend true "Spam, and \"worse\""`, `3 xn--bcher-kva.example silence true "two\nlines"`, `6 broken.example suspend false "never closed"`,
		`7 good.example suspend true ""`, `8 odd.example suspend false "a \"quote\" within"`, `9 bad.example noop false ""`, `10 xn--bcher-kva.example noop false ""`,
		`11 a b.example suspend false ""`, `12 ban.example ban false ""`, `13 last.example noop true ""`}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if why := lines[5].Why; why != "It stands on line 2 already." {
		t.Errorf("a second time: %q", why)
	}
	for _, bad := range []string{"", "<html>", "host\na.example", "severity,comment\nsuspend,", "\"#domain\na.example"} {
		if _, err := hosts.Read(strings.NewReader(bad)); errs.KindOf(err) != errs.Invalid || err == nil {
			t.Errorf("%q: %v, want Invalid", bad, err)
		}
	}
}

func TestReadIsBounded(t *testing.T) {
	file := func(n int) *strings.Reader {
		var b strings.Builder
		b.WriteString("#domain\n")
		for i := range n {
			fmt.Fprintf(&b, "h%d.example\n", i)
		}
		return strings.NewReader(b.String())
	}
	if lines, err := hosts.Read(file(social.MaxHosts)); err != nil || len(lines) != social.MaxHosts {
		t.Errorf("%d lines: %d, %v", social.MaxHosts, len(lines), err)
	}
	if _, err := hosts.Read(file(social.MaxHosts + 1)); errs.KindOf(err) != errs.Invalid {
		t.Errorf("one more: %v, want Invalid", err)
	}
	lines, err := hosts.Read(strings.NewReader("#domain,#public_comment\nlong.example," + strings.Repeat("x", 1<<20) + "\ngood.example\n"))
	if err != nil || len(lines) != 2 || lines[0].Why == "" || lines[1].Why != "" {
		t.Errorf("a line of a megabyte: %d lines, %v", len(lines), err)
	}
}

// What goes out comes in again, of both lists.
func TestRoundTrip(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, h house) {
		bring := func(file string, w hosts.Wish) (does []string) {
			t.Helper()
			lines, err := hosts.Read(strings.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			out, _, err := h.Bring(ctx, admin, lines, w, func(int, int) {})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range out {
				does = append(does, c.Does)
			}
			return does
		}
		written := func(allows bool) string {
			t.Helper()
			var b bytes.Buffer
			if err := h.Write(ctx, admin, &b, allows); err != nil {
				t.Fatal(err)
			}
			return b.String()
		}
		blocks := head + "a.example,suspend,true,false,\"Spam, \"\"and\"\" worse\nwith two lines\",false\nc.example,suspend,false,false,'=cmd(),false\nxn--bcher-kva.example,silence,false,true,ä,true\n" // what spreadsheets compute is none
		mine := "plaza.example,suspend\nSocial.Plaza.example,suspend\n"
		if got, want := fmt.Sprint(bring(blocks+mine, hosts.Wish{Dry: true})), "[add add add fail fail]"; got != want {
			t.Errorf("dry: %s, want %s", got, want)
		}
		if got := written(false); got != head {
			t.Errorf("after trying there are %q", got)
		}
		if got, want := fmt.Sprint(bring(blocks+mine, hosts.Wish{})), "[add add add fail fail]"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if got := written(false); got != blocks {
			t.Errorf("written:\n%s\nwant\n%s", got, blocks)
		}
		other := head + "a.example,noop,false,false,,false\n"
		if got, want := fmt.Sprint(bring(other, hosts.Wish{})), "[keep]"; got != want {
			t.Errorf("again: %s, want %s", got, want)
		}
		if got, want := fmt.Sprint(bring(other, hosts.Wish{Overwrite: true})), "[change]"; got != want || !strings.HasPrefix(written(false), other) {
			t.Errorf("over: %s, want %s; %s", got, want, written(false))
		}
		allows := "#domain\nfriend.example\nxn--bcher-kva.example\n"
		if got, want := fmt.Sprint(bring("#domain\nbücher.example\nFriend.example\nplaza.example\nfriend.example\n", hosts.Wish{Allows: true})), "[add add fail fail]"; got != want || written(true) != allows {
			t.Errorf("let in: %s, want %s; %s", got, want, written(true))
		}
		if got, want := fmt.Sprint(bring(allows, hosts.Wish{Allows: true})), "[keep keep]"; got != want {
			t.Errorf("let in again: %s, want %s", got, want)
		}
		mona := social.Actor{Account: 8, Standing: social.Good, Role: social.Moderator}
		if _, _, err := h.Bring(ctx, mona, nil, hosts.Wish{}, nil); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("a moderator: %v, want Forbidden", err)
		}
	})
}

// What a rule cuts is counted before it is made, where it makes a difference.
func TestPreview(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, h house) {
		if err := h.store.Write(ctx, func(tx *store.Tx) error {
			if err := tx.AddFollow(ctx, social.Follow{Owner: rita, Target: fred}, true); err != nil {
				return err
			}
			if err := tx.AddFollow(ctx, social.Follow{Owner: rita, Target: ada}, false); err != nil { // asked only
				return err
			}
			return tx.AddMedia(ctx, social.Media{ID: 5, Owner: rita, Post: said, Kind: social.Image, State: social.MediaReady, At: tx.Now}, "")
		}); err != nil {
			t.Fatal(err)
		}
		see := func(b social.HostBlock) social.HostCut {
			t.Helper()
			c, err := h.PreviewBlock(ctx, admin, b)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		want := social.HostCut{Hosts: []string{"sub.elsewhere.example"}, Known: 1, Accounts: 1, Following: 1, Followers: 1, Posts: 1, Files: 1,
			Losers: []social.HostLoss{{Account: fred, Username: "fred", Following: 1, Followers: 1}}}
		for _, b := range []social.HostBlock{{Host: "Elsewhere.example", Severity: social.HostSuspends}, {Host: "sub.elsewhere.example", Severity: social.HostSilence},
			{Host: "elsewhere.example", Severity: social.HostNoop, RejectMedia: true}, {Host: "elsewhere.example", Severity: social.HostNoop, RejectReports: true}} {
			if got := see(b); !reflect.DeepEqual(got, want) {
				t.Errorf("%+v: %+v, want %+v", b, got, want)
			}
		}
		for _, b := range []social.HostBlock{{Host: "where.example", Severity: social.HostSuspends}, {Host: "elsewhere.example", Severity: social.HostNoop}} {
			if got := see(b); got.Known != 0 || got.Accounts != 0 {
				t.Errorf("%+v cuts %+v", b, got)
			}
		}
		if _, err := h.Add(ctx, admin, social.HostBlock{Host: "elsewhere.example", Severity: social.HostSuspends}); err != nil {
			t.Fatal(err)
		}
		if got := see(social.HostBlock{Host: "sub.elsewhere.example", Severity: social.HostSilence}); got.Known != 0 {
			t.Errorf("what is milder than what holds cuts %+v", got)
		}
		if got, err := h.PreviewLimit(ctx, admin); err != nil || got.Known != 1 { // its reports are refused, too
			t.Errorf("where only some may come: %+v, %v", got, err)
		}
		if got, err := h.PreviewDisallow(ctx, admin, "sub.elsewhere.example"); err != nil || got.Known != 0 {
			t.Errorf("where all may come, not to let in cuts %+v, %v", got, err)
		}
		for _, own := range []string{"social.plaza.example", "plaza.example"} {
			if _, err := h.PreviewBlock(ctx, admin, social.HostBlock{Host: own, Severity: social.HostSuspends}); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s: %v, want Invalid", own, err)
			}
		}
		if _, err := h.PreviewLimit(ctx, as(ada)); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("somebody: %v, want Forbidden", err)
		}
	})
}
