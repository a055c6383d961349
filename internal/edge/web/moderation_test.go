package web_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

func found(t *testing.T, w interface{ String() string }, form string) string {
	t.Helper()
	m := regexp.MustCompile(form).FindStringSubmatch(w.String())
	if m == nil {
		t.Fatalf("no %s", form)
	}
	return m[len(m)-1]
}

const casePath = `/moderation/cases/\d+`

// id is the account of somebody.
func (h *house) id(name string) (who social.AccountID) {
	h.t.Helper()
	if err := h.store.Read(h.t.Context(), func(v *store.View) error {
		a, err := v.AccountNamed(h.t.Context(), name, "")
		who = a.ID
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return who
}

// A report becomes a case, which is decided; whom it is about reads why and
// appeals, and somebody else hears that.
func TestFromReportToAppeal(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben, mona, olaf := h.member("ada", social.Member), h.member("ben", social.Member), h.member("mona", social.Moderator), h.member("olaf", social.Admin)
	want(t, olaf.post("/settings/house", "title", "Plaza", "sign_ups", "open", "rules", "Be kind.\nNo advertising."), 200, "Saved.")
	post := ben.say("Buy <cheap> watches", social.Public)

	want(t, ada.get(post+"/report"), 200, "What is wrong with it?", "Buy &lt;cheap&gt; watches", "No advertising.", "!Your e-mail address")
	want(t, ada.post(post+"/report", "comment", "Again"), 422, "Choose what it is about.", ">Again<")
	want(t, ada.post(post+"/report", "harm", "nonsense"), 422, "Choose from the list")
	page := ada.post(post+"/report", "harm", "rules", "rule", "2", "comment", "He <always> does")
	want(t, page, 200, "Your report has arrived, and waits", "He &lt;always&gt; does", "What happens next")
	mine := ada.at
	want(t, ada.get("/settings/reports"), 200, "A post of", "ben", "waits")
	want(t, ben.get(mine), 404)
	want(t, ben.get("/settings/reports"), 200, "You have reported nothing")
	want(t, ben.post(post+"/report", "harm", "spam"), 422, "You cannot report yourself.")

	for _, path := range []string{"/moderation", "/moderation/cases", "/moderation/next", "/moderation/appeals"} {
		want(t, ada.get(path), 403)
	}
	want(t, mona.get("/moderation"), 200, "case waits", "Next case", "Nothing was decided in the last 24 hours.", "!/moderation/words")
	want(t, mona.get("/moderation/cases"), 200, "1 case found", "Buy &lt;cheap&gt; watches", "Against a house rule", "1 report ")
	one := mona.get("/moderation/next")
	want(t, one, 200, "A post of ben", "He &lt;always&gt; does", "Names the rule: No advertising.", "their first report", "You have this case until", `value="2" selected`)
	c := found(t, one.Body, `data-path="(`+casePath+`)`)
	want(t, olaf.get(c), 200, "<bdi>mona</bdi></b> has this case")
	want(t, olaf.post(c+"/claim", "do", "take"), 409, "Somebody else has this case.")
	want(t, mona.post(c+"/note", "text", ""), 422, "Write something.")
	want(t, mona.post(c+"/note", "text", "Seen <before>"), 200, "Seen &lt;before&gt;")
	want(t, mona.post(c+"/route", "harm", "scam", "why", ""), 422, "Say in a few words why")
	want(t, mona.post(c+"/route", "harm", "scam", "why", "It is a trick"), 200, "Scam or impersonation", "Sorted anew.")
	want(t, mona.post(c+"/decide", "letter", "1"), 422, "Choose first what to do")
	want(t, mona.post(c+"/decide", "action", "hide_post", "rule", "2", "text", strings.Repeat("ä", social.MaxDecisionText+1)), 422, "at most 2,000 characters")
	want(t, mona.post(c+"/decide", "action", "hide_post"), 422, "Choose which rule was broken, or write down which law.", `value="hide_post" checked`)
	want(t, mona.post(c+"/decide", "action", "hide_post", "rule", "2", "days", "7", "facts", "It sells.", "letter", "1", "harm", "scam"), 200, "Decided.", "Nothing waits")
	want(t, mona.get(c), 200, "Post hidden", "breaks our rule “No advertising”", "Take it back", "!Decide, and next")
	want(t, mona.post(c+"/decide", "action", "dismiss"), 422, "Somebody has decided about this case already.")
	want(t, h.browser().get(post), 404)
	want(t, ada.get(mine), 200, "something was done about it")

	h.follow()
	link := h.letter("ben@example.org")
	for _, b := range []*browser{ben, h.browser()} {
		path := link
		if b == ben {
			path = "/settings/record"
		}
		want(t, b.get(path), 200, "Post hidden", "counts until", "No advertising.", "It sells.", "A person decided", "It was reported to us", "ends by itself", "Article 21", ">Appeal<", "!ada")
	}
	want(t, h.browser().get("/record/"+strings.Repeat("x", 43)), 404)
	appeal := found(t, h.browser().get(link).Body, `action="(/record/[^"]+/\d+)"`)
	want(t, h.browser().post(appeal, "text", " "), 422, "Say why you think")
	want(t, h.browser().post(appeal, "text", "They are <my> own"), 200, "They are &lt;my&gt; own", "Somebody who had no part in it")
	want(t, ben.get("/settings/record"), 200, "They are &lt;my&gt; own", "!>Appeal<")
	want(t, mona.get("/moderation/appeals"), 200, "you took part in the decision", "They are &lt;my&gt; own", "!Take the decision back")
	hearing := found(t, olaf.get("/moderation/appeals").Body, `action="(/moderation/appeals/\d+)"`)
	want(t, mona.post(hearing, "do", "approve", "answer", "Yes"), 422, "you took part in the decision")
	want(t, olaf.post(hearing, "do", "approve"), 422, "Say why: who appealed reads it.")
	want(t, olaf.post(hearing, "answer", "Right"), 422, "Choose whether")
	want(t, olaf.post(hearing, "do", "approve", "answer", "You are right."), 200, "Answered.", "No appeal waits")
	want(t, ben.get("/settings/record"), 200, "the decision was taken back", "You are right.", "Nothing counts against you now.")
	want(t, h.browser().get(post), 200, "Buy &lt;cheap&gt; watches")
	h.clock.Pass(social.AppealWithin - time.Minute)
	want(t, h.browser().get(link), 200)
	h.clock.Pass(2 * time.Minute)
	want(t, h.browser().get(link), 404)
}

// Anybody can report what everybody sees, and nobody what they do not.
func TestStrangersReport(t *testing.T) {
	t.Parallel()
	h := open(t)
	ben, mona := h.member("ben", social.Member), h.member("mona", social.Moderator)
	post, hidden := ben.say("for all", social.Public), ben.say("for friends", social.Followers)
	b := h.browser()
	want(t, b.get(post), 200, `href="`+post+`/report"`)
	want(t, b.get("/report"), 200, "You need no account for that.")
	want(t, b.get("/report?post=https://"+host+post), 200, "for all", "Your e-mail address", "good faith")
	want(t, b.get("/report?post=nonsense"), 422, "Nothing here has that address.", `value="nonsense"`)
	want(t, b.get("/report?post=https://evil.example"+post), 422)
	want(t, b.get(hidden+"/report"), 404)
	want(t, b.post(hidden+"/report", "harm", "spam", "comment", "x", "good", "1"), 404)
	want(t, b.post(post+"/report", "harm", "scam", "comment", "It <is> one"), 422, "in good faith", "It &lt;is&gt; one")
	want(t, b.post(post+"/report", "harm", "scam", "good", "1"), 422, "Say in a few words")
	want(t, b.post(post+"/report", "harm", "scam", "good", "1", "comment", "x", "email", "nowhere"), 422, "This is no e-mail address")
	want(t, b.post(post+"/report", "harm", "scam", "good", "1", "comment", "It is one", "reporter", "Zoe", "email", "zoe@far.example"), 200, "Your report has arrived. Its number is")
	want(t, b.post("/@ben/report", "harm", "spam", "good", "1", "comment", "All of it"), 200, "Its number is")
	want(t, mona.get("/moderation/next"), 200, "Somebody without an account", "Zoe zoe@far.example")
	for i := range 24 { // two were taken, and four refused
		if w := b.post(post+"/report", "harm", "scam", "good", "1", "comment", fmt.Sprint(i)); w.Code != http.StatusOK {
			t.Fatalf("report %d: %d", i, w.Code)
		}
	}
	want(t, b.post(post+"/report", "harm", "scam", "good", "1", "comment", "once more"), 429)
}

// Many cases are decided alike after a look at what that does.
func TestBatch(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben, mona := h.member("ada", social.Member), h.member("ben", social.Member), h.member("mona", social.Moderator)
	for i := range 3 {
		ada.post(ben.say(fmt.Sprintf("watches %d", i), social.Public)+"/report", "harm", "spam")
	}
	ada.post("/@ben/report", "harm", "spam")
	list := mona.get("/moderation/cases?queue=spam&words=WATCHES")
	want(t, list, 200, "3 cases found", "Spam 4")
	want(t, mona.get("/moderation/cases?about=@ben&harm=spam"), 200, "4 cases found")
	want(t, mona.get("/moderation/cases?about=nobody"), 422, "Nobody is called that here.")
	want(t, mona.get("/moderation/cases?harm=hate"), 200, "No such case")
	want(t, mona.get("/moderation/cases?page=7"), 200, "Nothing more")
	one := found(t, list.Body, `name="case" value="(\d+)"`)
	want(t, mona.post("/moderation/cases/batch", "search", "queue=spam", "action", "hide_post"), 422, "Tick some cases first")
	want(t, mona.post("/moderation/cases/batch", "search", "queue=spam", "case", one), 422, "Choose what to do")
	want(t, mona.post("/moderation/cases/batch", "search", "queue=spam", "which", "ticked", "case", one, "action", "dismiss"), 200, "in 1 case", "1 account is affected")
	page := mona.post("/moderation/cases/batch", "search", "queue=spam", "which", "all", "action", "hide_post", "letter", "1")
	want(t, page, 200, "in 3 cases", "3 reports are answered", "1 case is left out", "They are told", "Your post breaks the rules of this house. Nobody sees it any more.")
	ids := found(t, page.Body, `name="cases" value="([\d,]+)"`)
	want(t, ada.post("/moderation/cases/batch", "do", "decide", "cases", ids, "action", "hide_post"), 403)
	want(t, mona.post("/moderation/cases/batch", "do", "decide", "cases", ids, "search", "queue=spam", "action", "hide_post", "letter", "1"), 200, "3 cases are decided", "Everybody whom it is about is told.")
	want(t, mona.post("/moderation/cases/batch", "do", "decide", "cases", ids, "search", "queue=spam", "action", "hide_post"), 200, "0 cases are decided", "3 were passed over")
	want(t, mona.get("/moderation/cases"), 200, "1 case found")
	want(t, mona.get("/moderation"), 200, "3 decided in the last 24 hours: at this pace all is worked off in 8 hours.")
}

// What is kept ready is said where nothing else is.
func TestWordsKeptReady(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben, mona, olaf := h.member("ada", social.Member), h.member("ben", social.Member), h.member("mona", social.Moderator), h.member("olaf", social.Admin)
	want(t, mona.get("/moderation/words"), 403)
	want(t, olaf.post("/moderation/words", "name_0", "Ads", "text_0", ""), 422, "has to say something", `value="Ads"`)
	want(t, olaf.post("/moderation/words", "name_0", "Ads", "action_0", "delete_post", "harm_0", "spam", "text_0", "No ads in {house}: {rule}."), 200, "Saved.", "No ads in {house}")
	ada.post(ben.say("watches", social.Public)+"/report", "harm", "spam")
	c := found(t, mona.get("/moderation/next").Body, `data-path="(`+casePath+`)`)
	want(t, mona.get(c), 200, `data-text="No ads in {house}: {rule}."`)
	want(t, mona.post(c+"/decide", "action", "delete_post", "harm", "spam"), 200, "Decided.")
	want(t, ben.get("/settings/record"), 200, "No ads in Plaza: the rules of this house.", "Post deleted", "1 post that it is about is not there any more.")
	want(t, olaf.post("/moderation/words"), 200, "!No ads in")
}

// Nobody is given more than social.MaxGraphic cases a day that are hard to look
// at, and they can go on on purpose.
func TestEnoughForToday(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, mona := h.member("ada", social.Member), h.member("mona", social.Moderator)
	ben := h.member("ben", social.Member)
	ada.post(ben.say("a threat", social.Public)+"/report", "harm", "violence")
	me := h.id("mona")
	see := func(n int) {
		if err := h.store.Write(t.Context(), func(tx *store.Tx) error {
			for range n {
				if err := tx.Expose(t.Context(), me, social.Day(tx.Now)); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	see(social.MaxGraphic)
	want(t, mona.get("/moderation/next"), 200, "Enough of that for today", "Go on all the same")
	page := mona.get("/moderation/next?graphic=1")
	want(t, page, 200, "A post of ben", fmt.Sprintf("%d of %d hard ones today", social.MaxGraphic+1, social.MaxGraphic))
	want(t, mona.get("/moderation"), 200, "hard to look at")
}

// Where the house wants it, somebody else has to agree to what is grave.
func TestSecondEyes(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben, mona, olaf := h.member("ada", social.Member), h.member("ben", social.Member), h.member("mona", social.Moderator), h.member("olaf", social.Admin)
	house := h.instance.Settings()
	house.SecondEyes = true
	if err := h.instance.SetSettings(t.Context(), social.Actor{Account: h.id("olaf"), Role: social.Admin, Standing: social.Good}, house); err != nil {
		t.Fatal(err)
	}
	ada.post(ben.say("a threat", social.Public)+"/report", "harm", "violence")
	c := found(t, mona.get("/moderation/next").Body, `data-path="(`+casePath+`)`)
	want(t, mona.post(c+"/decide", "action", "suspend", "text", "Threats."), 200, "It is proposed.", "You are through")
	want(t, mona.get(c), 200, "Somebody else has to agree.")
	want(t, olaf.get(c), 200, "wants this: <b>Suspend the account</b>", "Threats.", "Because of: The rules of this house. It lasts until it is taken back.", "It happens as it stands here when you decide the same.")
	want(t, olaf.post(c+"/decide", "action", "suspend", "seen", "1"), 422, "Somebody else proposed this since you were shown the case")
	want(t, olaf.post(c+"/decide", "action", "suspend"), 200, "Decided.")
	want(t, h.browser().get("/@ben"), 404)
}

// In a house that wants a second pair of eyes, many at once are proposed, and
// nobody is told that something happened.
func TestBatchIsProposed(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, mona, olaf := h.member("ada", social.Member), h.member("mona", social.Moderator), h.member("olaf", social.Moderator)
	h.member("ben", social.Member)
	settings := h.instance.Settings()
	settings.SecondEyes = true
	if err := h.instance.SetSettings(t.Context(), social.Console, settings); err != nil {
		t.Fatal(err)
	}
	ada.post("/@ben/report", "harm", "spam")
	case1 := found(t, mona.get("/moderation/cases").Body, `name="case" value="(\d+)"`)
	suspend := []string{"do", "decide", "cases", case1, "search", "", "action", "suspend"}
	want(t, mona.post("/moderation/cases/batch", suspend...), 200, "1 case waits for somebody to agree", "Nothing has happened yet", "!is told", "!passed over")
	want(t, ada.get("/@ben"), 200)
	want(t, olaf.post("/moderation/cases/batch", "do", "look", "case", case1, "search", "", "action", "suspend"), 200, "In 1 case somebody else proposed it already: that happens now", "All else that is open about these accounts ends with it.", `name="seen"`, "!it is proposed")
	want(t, olaf.post("/moderation/cases/batch", suspend...), 200, "1 case is decided", "Everybody whom it is about is told.", "!waits for somebody")
}

// The page of a post that was drawn by lot has nothing by which it could be found.
func TestBlindPage(t *testing.T) {
	t.Parallel()
	h := open(t)
	mona := h.member("mona", social.Moderator)
	h.member("ben", social.Member)
	const which, post = social.CaseID(4_400_000_000_000_000_000), social.PostID(4_300_000_000_000_000_001)
	ben := h.id("ben")
	if err := h.store.Write(t.Context(), func(tx *store.Tx) error {
		if err := tx.AddMedia(t.Context(), social.Media{ID: 7, Owner: ben, Kind: social.Image, Type: "image/png", File: "a.png", Preview: "b.png", State: social.MediaReady}, ""); err != nil {
			return err
		}
		if err := tx.AddPost(t.Context(), social.Post{ID: post, Thread: post, Author: ben, Text: "Nice weather", Visibility: social.Public, Media: []social.MediaID{7}, At: tx.Now}); err != nil {
			return err
		}
		_, err := tx.AddCase(t.Context(), social.Case{ID: which, Subject: social.Subject{Account: ben, Post: post}, Harm: social.HarmOther, Queue: social.QueueGeneral, Sampled: true, Due: tx.Now.Add(time.Hour)})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	page := fmt.Sprintf("/moderation/cases/%d", which)
	want(t, mona.get(page), 200, "A post that was drawn by lot", "Nice weather", "Show the pictures", fmt.Sprintf("!%d", post), "!@ben", "!/ben")
	want(t, mona.get("/moderation/cases"), 200, "1 case found")
	want(t, mona.get("/moderation/cases?about=ben"), 200, "No such case")
	want(t, mona.post(page+"/decide", "action", "hide_post"), 200, "Decided.")
}
