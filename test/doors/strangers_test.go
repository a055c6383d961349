package doors

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// tell reports a post without an account.
func tell(t *testing.T, s *apptest.Server, path, email, words string) {
	t.Helper()
	if a := send(t, s, "POST", path+"/report", form("harm", "violence", "comment", words, "reporter", "Zoe", "email", email, "good", "1")); a.Status != 200 {
		t.Fatalf("reported: %d\n%s", a.Status, a.Body)
	}
}

var letterLink = regexp.MustCompile(`https?://\S+(/record/\S+)`)

// lettersSent waits for a letter, and for all that were to be sent before it: they go out several at a time.
func lettersSent(t *testing.T, s *apptest.Server, to string) {
	t.Helper()
	s.Letter(to)
	s.Eventually("all letters to be sent", func() bool {
		var all []store.JobStat
		if err := s.Store.Read(t.Context(), func(v *store.View) (err error) { all, err = v.JobStats(t.Context()); return err }); err != nil {
			t.Fatal(err)
		}
		return !slices.ContainsFunc(all, func(j store.JobStat) bool { return j.Kind == auth.LetterJob && j.Waiting > 0 })
	})
}

// Somebody without an account learns that their report came, what became of it and
// why, and can have it looked at again: each by one letter, and only if they want.
func TestLettersToStrangers(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, mo := s.Join("ada", social.Member), s.Join("mo", social.Moderator)
		path := "/@ada/" + ada.Post("Bring torches.", "public").ID
		tell(t, s, path, "zoe@far.example", "It calls for arson.")
		first := s.Letter("zoe@far.example")
		link := letterLink.FindStringSubmatch(first.Text)
		if link == nil || strings.Contains(first.Text, "arson") || strings.Contains(first.Text, "Zoe") || strings.Contains(first.Text, "@ada") {
			t.Fatalf("the letter is\n%s", first.Text)
		}
		page := string(send(t, s, "GET", link[1]).Body)
		for _, want := range []string{"waits to be looked at", "Write to me", "plaza receipt 1"} {
			if !strings.Contains(page, want) {
				t.Errorf("there is no %q in\n%s", want, page)
			}
		}
		if a := send(t, s, "POST", link[1]+"/again", form("text", "x")); a.Status != 422 {
			t.Errorf("asked to look again before it was looked at: %d", a.Status)
		}
		if a := send(t, s, "POST", link[1]+"/answer"); a.Status != 303 {
			t.Fatalf("they want a letter: %d\n%s", a.Status, a.Body)
		}
		// another one, who says nothing
		tell(t, s, path, "yan@far.example", "Look at that.")
		silent := s.Letter("yan@far.example")
		cases, _, err := s.Moderation.Cases(t.Context(), social.Console, social.CaseQuery{}, 0)
		if err != nil || len(cases) != 1 {
			t.Fatalf("%d cases, %v", len(cases), err)
		}
		if err := s.Moderation.Decide(t.Context(), social.Actor{Account: mo.Actor().Account, Standing: social.Good, Role: social.Moderator}, social.Decision{Case: cases[0].ID, Action: social.HidePost, Facts: "What ada is told."}, false); err != nil {
			t.Fatal(err)
		}
		s.Eventually("what came of it", func() bool { return strings.Contains(s.Letter("zoe@far.example").Subject, "decided") })
		told := s.Letter("zoe@far.example")
		for _, want := range []string{"The post was hidden", "rules of this house", "A person decided", "looked at again", "Article 21"} {
			if !strings.Contains(strings.Join(strings.Fields(told.Text), " "), want) {
				t.Errorf("there is no %q in\n%s", want, told.Text)
			}
		}
		if strings.Contains(told.Text, "What ada is told") {
			t.Errorf("it tells what was found about somebody:\n%s", told.Text)
		}
		if n := len(s.Letters("zoe@far.example")); n != 2 {
			t.Errorf("%d letters to who wanted them, want two", n)
		}
		if n := len(s.Letters("yan@far.example")); n != 1 {
			t.Errorf("%d letters to who never said that the address is theirs, want one", n)
		}
		if page := string(send(t, s, "GET", letterLink.FindStringSubmatch(silent.Text)[1]).Body); !strings.Contains(page, "The post was hidden") {
			t.Errorf("who has the link sees\n%s", page)
		}
		if a := send(t, s, "POST", link[1]+"/again", form("text", "")); a.Status != 422 {
			t.Errorf("without a reason: %d", a.Status)
		}
		if a := send(t, s, "POST", link[1]+"/again", form("text", strings.Repeat("é", social.MaxAgain+1))); a.Status != 422 {
			t.Errorf("with too many words: %d", a.Status)
		}
		for _, token := range []string{"/record/abc", link[1] + "x"} {
			for _, do := range []string{"/answer", "/again"} {
				if a := send(t, s, "POST", token+do, form("text", "x")); a.Status != 404 {
					t.Errorf("%s%s: %d", token, do, a.Status)
				}
			}
		}
	})
}

// What was dismissed can be looked at again, once.
func TestLookAgain(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, mo := s.Join("ada", social.Member), s.Join("mo", social.Moderator)
		path := "/@ada/" + ada.Post("Bring torches.", "public").ID
		tell(t, s, path, "zoe@far.example", "It calls for arson.")
		link := letterLink.FindStringSubmatch(s.Letter("zoe@far.example").Text)
		cases, _, err := s.Moderation.Cases(t.Context(), social.Console, social.CaseQuery{}, 0)
		if err != nil || len(cases) != 1 {
			t.Fatalf("%d cases, %v", len(cases), err)
		}
		if err := s.Moderation.Decide(t.Context(), social.Actor{Account: mo.Actor().Account, Standing: social.Good, Role: social.Moderator}, social.Decision{Case: cases[0].ID, Action: social.Dismiss}, false); err != nil {
			t.Fatal(err)
		}
		if a := send(t, s, "POST", link[1]+"/again", form("text", "Torches burn.")); a.Status != 422 {
			t.Errorf("by somebody who did not say that it is theirs: %d", a.Status)
		}
		send(t, s, "POST", link[1]+"/answer")
		if page := string(send(t, s, "GET", link[1]).Body); !strings.Contains(page, "Nothing was done") || !strings.Contains(page, "Ask to look again") {
			t.Errorf("the page is\n%s", page)
		}
		if a := send(t, s, "POST", link[1]+"/again", form("text", "Torches burn.")); a.Status != 303 {
			t.Errorf("asked again: %d\n%s", a.Status, a.Body)
		}
		if a := send(t, s, "POST", link[1]+"/again", form("text", "And again.")); a.Status != 422 {
			t.Errorf("asked twice: %d", a.Status)
		}
		cases, n, err := s.Moderation.Cases(t.Context(), social.Console, social.CaseQuery{}, 0)
		if err != nil || n != 1 || !strings.Contains(fmt.Sprint(cases), "torches") && len(cases) != 1 {
			t.Errorf("%d cases wait, %v", n, err)
		}
	})
}

// A form that anybody can fill in with anybody's address is no way to send anybody
// letters.
func TestNoCannon(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		path := "/@ada/" + s.Join("ada", social.Member).Post("Bring torches.", "public").ID
		for i := range social.MaxStrangerLetters + 2 {
			tell(t, s, path, []string{"Zoe@far.example", "zoe@far.example"}[i%2], fmt.Sprintf("For the %dth time.", i))
		}
		tell(t, s, path, "last@far.example", "Now others.")
		lettersSent(t, s, "last@far.example") // all before were looked at
		if n := len(s.Letters("zoe@far.example")) + len(s.Letters("Zoe@far.example")); n != social.MaxStrangerLetters {
			t.Errorf("%d letters in a day to one address, want %d", n, social.MaxStrangerLetters)
		}
		for i := social.MaxStrangerLetters + 1; i < social.MaxStrangerHour+1; i++ {
			tell(t, s, path, fmt.Sprintf("a%d@far.example", i), fmt.Sprintf("From %d.", i))
		}
		if _, err := s.Matters.Take(t.Context(), social.Anyone, social.MatterDraft{Class: social.ClassNotice, Channel: social.ByForm, Category: social.HarmHate, From: social.Sender{Name: "Nora", Email: "after@far.example"},
			Text: "Look.", Addresses: []string{s.URL + path}, GoodFaith: true}); err != nil {
			t.Fatal(err)
		}
		lettersSent(t, s, "after@far.example") // what came before it was looked at before
		s.Letter(fmt.Sprintf("a%d@far.example", social.MaxStrangerHour-1))
		if n := len(s.Letters(fmt.Sprintf("a%d@far.example", social.MaxStrangerHour))); n != 0 {
			t.Error("there is no end to the letters of an hour")
		}
	})
}

// One network that reports a lot has its letters wait; they come from its addresses
// one as the other. Others get theirs at once.
func TestLettersByNetwork(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		path := "/@ada/" + s.Join("ada", social.Member).Post("Bring torches.", "public").ID
		report := func(at, email string) {
			if a := send(t, s, "POST", path+"/report", from(at), form("harm", "violence", "comment", "Look.", "email", email, "good", "1")); a.Status != 200 {
				t.Fatalf("reported: %d\n%s", a.Status, a.Body)
			}
		}
		for i := range social.MaxStrangerNetwork + 1 {
			report(fmt.Sprintf("192.0.2.%d", i), fmt.Sprintf("a%d@far.example", i))
		}
		report("198.51.100.7", "other@far.example")
		lettersSent(t, s, "other@far.example") // all before were looked at
		s.Letter(fmt.Sprintf("a%d@far.example", social.MaxStrangerNetwork-1))
		if n := len(s.Letters(fmt.Sprintf("a%d@far.example", social.MaxStrangerNetwork))); n != 0 {
			t.Error("a network gets more than its share at once")
		}
	}, proxied, apptest.WithLimits)
}
