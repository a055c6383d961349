package web_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// What the house tells is read once; what people make of it stands under it.
func TestAnnouncements(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben := h.member("ada", social.Admin), h.member("ben", social.Member)
	want(t, ben.get("/settings/announcements"), 403)
	want(t, ada.post("/settings/announcements", "text", ""), 422, "Write what is to be announced.")
	want(t, ada.post("/settings/announcements", "text", "We move.", "until", "soon"), 422, "is a date", "We move.")
	want(t, ada.post("/settings/announcements", "text", "We <move> house.", "until", "2090-01-01"), 200, "Everybody who is here is told.", "We &lt;move&gt; house.", "until 1 January 2090")
	home := ben.get("/")
	want(t, home, 200, "We &lt;move&gt; house.", "I have read it")
	path := regexp.MustCompile(`/announcements/\d+/`).FindString(home.Body.String())
	want(t, ben.post(path+"react", "add", "🎉"), 200, "🎉 1", `aria-pressed="true"`)
	want(t, ben.post(path+"react", "add", "no"), 422)
	want(t, ben.post(path+"react", "remove", "🎉"), 200, "!🎉 1")
	want(t, ben.post(path+"dismiss"), 200, "!We &lt;move&gt; house.")
	want(t, ada.get("/"), 200, "We &lt;move&gt; house.")
	want(t, ada.post("/settings"+path+"delete"), 200, "Deleted.", "!We &lt;move&gt; house.")
	want(t, ada.post("/settings"+path+"delete"), 404)
}

func TestOtherHosts(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, mona := h.member("ada", social.Admin), h.member("mona", social.Moderator)
	want(t, mona.get("/settings/hosts"), 403)
	want(t, ada.post("/settings/hosts", "host", "no host", "severity", "silence"), 422, "such as example.org", `value="no host"`)
	want(t, ada.post("/settings/hosts", "host", "Bad.example", "severity", "silence", "public", "Spam."), 200, "Saved.", "bad.example", "Silence", "Spam.")
	want(t, ada.get("/settings/hosts?host=bad.example"), 200, `value="bad.example"`, `value="silence" checked`)
	want(t, ada.get("/settings/hosts/preview?host=Bad.example&severity=suspend"), 200, "Keep away from bad.example", "Nothing that is known here", `value="Spam."`, `name="severity" value="suspend"`, "!reject_media")
	want(t, ada.get("/settings/hosts/preview?host=no+host&severity=suspend"), 422, "such as example.org", `value="no host"`)
	want(t, ada.get("/settings/hosts/preview?host=bad.example&severity=ban"), 422, "How severe a block is")
	want(t, mona.get("/settings/hosts/preview?host=bad.example&severity=suspend"), 403)
	page := ada.post("/settings/hosts", "host", "bad.example", "severity", "suspend", "reject_media", "1")
	want(t, page, 200, "Saved.", "no pictures", "!Spam.")
	end := regexp.MustCompile(`/settings/hosts/\d+/end`).FindString(page.Body.String())
	want(t, ada.post(end), 200, "!bad.example</b>")
	want(t, ada.post(end), 404)
	page = ada.post("/settings/hosts/allow", "allow", "friend.example")
	want(t, page, 200, "friend.example")
	want(t, ada.get("/settings/hosts/limit"), 200, "Nothing that is known here", `name="limited" value="1"`)
	want(t, ada.post("/settings/hosts/limit", "limited", "1"), 200, "Only hosts that were let in may come.")
	want(t, ada.get(strings.TrimSuffix(regexp.MustCompile(`/settings/hosts/allow/\d+/end`).FindString(page.Body.String()), "/end")), 200, "Let friend.example in no more")
	want(t, ada.get("/settings/hosts/allow/17"), 404)
	want(t, ada.post(regexp.MustCompile(`/settings/hosts/allow/\d+/end`).FindString(page.Body.String())), 200, "!friend.example")
}

// What is sent to other hosts, and how that goes, is for admins to see.
func TestSentToHosts(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada := h.member("ada", social.Admin)
	want(t, ada.get("/settings/hosts"), 200, "0 were met")
	ctx := t.Context()
	if err := h.store.Write(ctx, func(tx *store.Tx) error {
		for i := range 101 {
			name := fmt.Sprintf("well%03d.example", i)
			if err := tx.MeetPeer(ctx, name); err != nil {
				return err
			}
		}
		if err := tx.SetPeerSoftware(ctx, "well000.example", "garden", "4.5"); err != nil {
			return err
		}
		if err := tx.MeetPeer(ctx, "ill.example"); err != nil {
			return err
		}
		if err := tx.AddActivity(ctx, social.Activity{ID: 1, Body: []byte("{}")}); err != nil {
			return err
		}
		if err := tx.Send(ctx, 1, []store.Inbox{{Host: "ill.example", URL: "https://ill.example/inbox"}}); err != nil {
			return err
		}
		if err := tx.PeerFailed(ctx, "ill.example", "it <answered> 502"); err != nil {
			return err
		}
		return tx.QueueDone(ctx, "ill.example", tx.Now.Add(time.Hour))
	}); err != nil {
		t.Fatal(err)
	}
	want(t, ada.get("/settings/hosts"), 200, "102 were met", "ill.example", "1 wait", "1 failure", "tried again", "it &lt;answered&gt; 502", "!well000.example")
	want(t, ada.get("/settings/hosts?peers=all"), 200, "ill.example", "well000.example", "garden 4.5", "!well100.example", "peers=all&amp;peers_after=well098.example")
	want(t, ada.get("/settings/hosts?peers=all&peers_after=well098.example"), 200, "well099.example", "well100.example", "!well098.example</b>", "!More hosts")
	h.clock.Pass(social.ParkAfter + time.Second)
	want(t, h.member("eve", social.Admin).get("/settings/hosts"), 200, "nothing is queued for it")
}

func TestScreen(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, mona := h.member("ada", social.Admin), h.member("mona", social.Moderator)
	want(t, mona.get("/settings/screen"), 403)
	for _, tt := range []struct {
		what, field, bad, good, shown string
	}{
		{"mail", "mail", "no host", "spam.example", "spam.example"},
		{"address", "address", "troll", "troll@example.com", social.MailPrint("t.roll@example.com")[:16]},
		{"net", "net", "here", "198.51.100.7/24", "198.51.100.0/24"},
	} {
		want(t, ada.post("/settings/screen/"+tt.what, tt.field, tt.bad, "severity", "no_access"), 422)
		page := ada.post("/settings/screen/"+tt.what, tt.field, tt.good, "severity", "sign_up_block", "days", "7")
		want(t, page, 200, "Saved.", tt.shown)
		want(t, ada.post("/settings/screen/"+tt.what, tt.field, tt.good, "severity", "sign_up_block"), 422, "on the list already")
		end := regexp.MustCompile(`/settings/screen/` + tt.what + `/\d+/end`).FindString(page.Body.String())
		want(t, ada.post(end), 200, "!"+tt.shown+"<")
	}
	want(t, ada.post("/settings/screen/net", "net", "192.0.2.0/24", "severity", "no_access"), 422, "You come from this network yourself")
}

// Relays are for admins; the page says what came of each.
func TestRelays(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, mona := h.member("ada", social.Admin), h.member("mona", social.Moderator)
	h.relays.Find = func(_ context.Context, address string) (social.Relay, error) {
		switch address {
		case "https://relay.example/inbox":
			return social.Relay{Kind: social.RelayMastodon, Inbox: address, Host: "relay.example"}, nil
		case "https://slow.example":
			return social.Relay{}, errs.New(errs.Unavailable, "That server is <slow>.")
		}
		return social.Relay{}, errs.New(errs.Invalid, "Say where the relay is.")
	}
	want(t, mona.get("/settings/relays"), 403)
	want(t, ada.get("/settings/relays"), 200, "There are none.", "nobody can say who gets them")
	want(t, ada.post("/settings/relays", "address", "<relay>"), 422, "Say where the relay is.", `value="&lt;relay&gt;"`)
	want(t, ada.post("/settings/relays", "address", "https://slow.example"), 422, "That server is &lt;slow&gt;.", `value="https://slow.example"`)
	page := ada.post("/settings/relays", "address", "https://relay.example/inbox")
	want(t, page, 200, "Saved.", "relay.example/inbox", "was asked", "let in by hand")
	want(t, ada.post("/settings/relays", "address", "https://relay.example/inbox"), 422, "on the list already")
	all, err := h.relays.All(t.Context(), social.Keyboard)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	if err := h.relays.Answer(t.Context(), "https://relay.example/actor", all[0].ID, true); err != nil {
		t.Fatal(err)
	}
	if err := h.store.Write(t.Context(), func(tx *store.Tx) error {
		if err := tx.MeetPeer(t.Context(), "relay.example"); err != nil {
			return err
		}
		return tx.PeerFailed(t.Context(), "relay.example", "it <answered> 502")
	}); err != nil {
		t.Fatal(err)
	}
	want(t, ada.get("/settings/relays"), 200, "passes posts on", "!let in by hand", "1 failure", "it &lt;answered&gt; 502")
	end := regexp.MustCompile(`/settings/relays/\d+/end`).FindString(page.Body.String())
	want(t, mona.post(end), 403)
	want(t, ada.post(end), 200, "There are none.")
	want(t, ada.post(end), 404)
}
