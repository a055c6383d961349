package web_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/core/measures"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Those who run the house see how it does; how the machine does, admins alone.
func TestDashboard(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, mona, olaf := h.member("ada", social.Member), h.member("mona", social.Moderator), h.member("olaf", social.Admin)
	want(t, ada.get("/admin"), 403)
	want(t, mona.get("/admin"), 200, "counted some minutes after the house began", "Nothing is known yet.")
	ada.say("Hello", social.Public)
	if err := measures.New(h.store).Keep(t.Context()); err != nil {
		t.Fatal(err)
	}
	want(t, mona.get("/admin"), 200, "Sign-ups", "3 in 30 days", "1 today, so far", "How it is looked after", "<svg", "!The machine", "!Database", "!10.0 GB", "!/settings/house")
	want(t, olaf.get("/admin"), 200, "The machine", "1.5 GB of 10.0 GB", "Deliveries that wait", "Servers that do not answer", "<p class=\"large\">0</p>", "/settings/house")
	want(t, mona.get("/settings"), 200, `href="/admin"`)
	want(t, ada.get("/settings"), 200, `!href="/admin"`)
}

// The staff finds people and does about them what the case pages and apps do, by the
// same rules.
func TestAdminPeople(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, mona, olaf, olga := h.member("ada", social.Member), h.member("mona", social.Moderator), h.member("olaf", social.Admin), h.member("olga", social.Owner)
	want(t, olaf.post("/settings/house", "title", "Plaza", "sign_ups", "approval"), 200, "Saved.")
	want(t, ada.get("/admin/people"), 403)
	want(t, mona.get("/admin/people"), 200, "@ada", "@olaf", ">admin<", "!ada@example.org", `!name="email"`)
	want(t, mona.get("/admin/people?q=AD"), 200, "@ada", "!@olaf")
	want(t, mona.get("/admin/people?email=ada@"), 200, "@olaf")
	want(t, olaf.get("/admin/people?email=ada@"), 200, "ada@example.org", "!"+personPath(h, "olaf"))
	want(t, mona.get("/admin/people?role=staff"), 200, `<small><bdi dir="ltr">@mona`, `!<small><bdi dir="ltr">@ada`)
	want(t, mona.get("/admin/people?role=nonsense&state=nonsense&before=x"), 200, `<small><bdi dir="ltr">@ada`)
	want(t, mona.get("/admin/people?from=elsewhere&q=zoe@far.example"), 200, "Nobody is like that", `value="far.example"`)

	page := personPath(h, "ada")
	want(t, mona.get("/admin/people/7"), 404)
	want(t, mona.get(page), 200, "@ada", "Decide about the account", "Nothing yet.", "!ada@example.org", "!Give this role")
	want(t, olaf.get(page), 200, "ada@example.org", "Give this role", `!value="admin"`)
	want(t, mona.post(page), 422, "Choose first what to do.")
	want(t, mona.post(page, "action", "hide_post"), 422, "Choose first what to do.")
	want(t, ada.post(page, "action", "warn"), 403)
	want(t, mona.post(page, "action", "disable", "text", "Come <back> later"), 200, "Decided.", "Account frozen", "Come &lt;back&gt; later", ">frozen<", "Open the account again", `!value="disable"`)
	want(t, mona.get("/admin/people?state=disabled"), 200, `<small><bdi dir="ltr">@ada`, "!"+personPath(h, "mona"))
	want(t, mona.post(page, "action", "enable"), 200, "Account open again", "!>frozen<")
	want(t, mona.post(page, "action", "suspend"), 200, ">suspended<", "Suspend no more")
	want(t, mona.post(page, "action", "unsuspend"), 200, "!>suspended<")
	for _, name := range []string{"mona", "olaf", "olga"} {
		want(t, mona.get(personPath(h, name)), 200, "Not yours to decide", `!value="suspend"`)
		want(t, mona.post(personPath(h, name), "action", "suspend"), 403)
	}

	want(t, mona.post(page+"/role", "role", "moderator"), 403)
	want(t, olaf.post(page+"/role", "role", "nonsense"), 422)
	want(t, olaf.post(page+"/role", "role", "admin"), 403)
	want(t, olaf.post(page+"/role", "role", "owner"), 403)
	want(t, olaf.post(page+"/role", "role", "moderator"), 200, "Saved.", ">moderator<", "Another role")
	want(t, ada.get("/admin/people"), 200)
	want(t, olaf.post(personPath(h, "olga")+"/role", "role", "user"), 403)
	want(t, olga.post(page+"/role", "role", "admin"), 200, "Saved.", ">admin<")
	want(t, olga.post(personPath(h, "olga")+"/role", "role", "admin"), 403)
	want(t, olaf.post(page+"/role", "role", "user"), 403)

	wim := h.browser()
	want(t, wim.post("/auth/sign_up", "user[username]", "wim", "user[email]", "wim@example.org", "user[password]", "correct horse", "user[reason]", "I <like> it", "user[agreement]", "1"), 200, "We sent a letter")
	want(t, mona.get(personPath(h, "wim")), 200, "address not confirmed", "!Asks to join")
	want(t, wim.get(h.letter("wim@example.org")), 200)
	want(t, mona.get("/admin/people?state=pending"), 200, `<small><bdi dir="ltr">@wim`, ">waiting<", `!<small><bdi dir="ltr">@ada`)
	want(t, mona.get(personPath(h, "wim")), 200, "Asks to join", "I &lt;like&gt; it", "Let in")
	want(t, mona.post("/settings/approvals/"+personPath(h, "wim")[len("/admin/people/"):], "do", "approve", "back", "/admin/people?state=pending"), 200, "Approved. They were told.", "Nobody is like that")
}

func personPath(h *house, name string) string { return fmt.Sprintf("/admin/people/%d", h.id(name)) }

// Admins see who of the staff did what, and what is done in the background.
func TestAuditAndJobs(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.member("ada", social.Member)
	mona, olaf := h.member("mona", social.Moderator), h.member("olaf", social.Admin)
	for _, path := range []string{"/admin/audit", "/admin/jobs"} {
		want(t, mona.get(path), 403)
	}
	want(t, mona.get("/admin"), 200, "!/admin/audit", "!/admin/jobs")
	want(t, olaf.get("/admin"), 200, "/admin/audit", "/admin/jobs")
	want(t, olaf.get("/admin/audit?kind=hosts"), 200, "Nothing was found")
	want(t, mona.post(personPath(h, "ada"), "action", "disable"), 200, "Decided.")
	want(t, olaf.post("/settings/hosts", "host", "bad.example", "severity", "silence"), 200, "Saved.")
	want(t, olaf.post(personPath(h, "ada")+"/role", "role", "moderator"), 200, "Saved.")
	want(t, olaf.get("/admin/audit"), 200, "Account frozen", personPath(h, "ada"), personPath(h, "mona"), "Another role", "Changed what is done about others", "bad.example", "Was shown e-mail addresses")
	want(t, olaf.get("/admin/audit?by="+personPath(h, "mona")[len("/admin/people/"):]), 200, "Account frozen", "!bad.example")
	want(t, olaf.get("/admin/audit?kind=hosts"), 200, "bad.example", "!Account frozen")
	want(t, olaf.get("/admin/audit?kind=nonsense&by=x&before=-3"), 200, "Account frozen")
	want(t, olaf.get("/admin/audit?before=1"), 200, "Another role", "To the newest", "!bad.example")

	ctx := t.Context()
	if err := h.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.AddJob(ctx, "flying", "a <secret>", tx.Now, ""); err != nil {
			return err
		}
		jobs, err := tx.ClaimJobs(ctx, "flying", 1, time.Minute)
		if err != nil {
			return err
		}
		return tx.BuryJob(ctx, jobs[0], "no <wings>")
	}); err != nil {
		t.Fatal(err)
	}
	want(t, olaf.get("/admin/jobs"), 200, "<code>flying</code>", "no &lt;wings&gt;", "Given up on 2 January 2026", "1 attempt", "deliveries wait", "!secret")
}
