package browser

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/core/collections"
	"github.com/plaza-social/plaza/internal/social"
)

// A house is a server with people in it: those of the demo, and some whose
// names and words are hard to show well.
type house struct {
	*app.App
	t   *testing.T
	url string
}

func furnish(t *testing.T, a *app.App, url string) house {
	t.Helper()
	h := house{a, t, url}
	if _, err := a.Furnish(t.Context()); err != nil {
		t.Fatal(err)
	}
	wish := a.Instance.Settings()
	wish.Title, wish.Description, wish.Contact = "The Arcade", "A small square for people who make things and like to talk about them.", "ada@plaza.example"
	wish.Rules = []social.Rule{{Text: "Be kind.", Hint: "Disagree with what was said, not with who said it."}, {Text: "No advertising."},
		{Text: "Warn before what others may not want to see.", Hint: "Spoilers, blood, and the ends of books."}}
	wish.Terms = []social.Text{{Body: "Be good to each other.\n\nYou must be 16.", Since: a.Store.Now()}}
	owner := h.actor("ada")
	owner.Role = social.Owner
	h.must(a.Instance.SetSettings(t.Context(), owner, wish))
	return h
}

func (h house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h house) actor(name string) social.Actor {
	h.t.Helper()
	face, err := h.View.Named(h.t.Context(), name, "")
	h.must(err)
	return social.Actor{Account: face.ID, Standing: social.Good, Role: social.Member}
}

func (h house) create(name, display string) social.Actor {
	h.t.Helper()
	_, _, err := h.Auth.Create(h.t.Context(), auth.SignUp{Username: name, Email: name + "@plaza.example", Password: app.DemoPassword}, social.Member)
	h.must(err)
	by := h.actor(name)
	_, err = h.Accounts.SetProfile(h.t.Context(), by, social.Profile{DisplayName: &display})
	h.must(err)
	return by
}

func (h house) say(by social.Actor, d social.Draft) social.Post {
	h.t.Helper()
	if d.Visibility == "" {
		d.Visibility = social.Public
	}
	p, err := h.Posts.Publish(h.t.Context(), by, d)
	h.must(err)
	return p
}

// latest is the path of the newest of somebody's own posts with some words.
func (h house) latest(name, words string) string {
	h.t.Helper()
	by := h.actor(name)
	posts, err := h.Timelines.Account(h.t.Context(), by, by.Account, social.AccountQuery{NoBoosts: true}, social.Page{Limit: 40})
	h.must(err)
	for _, p := range posts.Items {
		if strings.Contains(p.Text, words) {
			return fmt.Sprintf("/@%s/%d", name, p.ID)
		}
	}
	h.t.Fatalf("%s has not said %q", name, words)
	return ""
}

// Names and words that are hard to show well.
const (
	longName = "maximiliane_von_und_zu_hohenst"
	longWord = "Donaudampfschifffahrtsgesellschaftskapitänswitwenversicherungspolicenverwaltungsangestelltenausweis"
)

// crowd adds people who are hard on a design, and ivy, to whom nothing has
// happened yet. It returns the longest list's path.
func (h house) crowd() (list string) {
	h.t.Helper()
	ctx := h.t.Context()
	h.create("ivy", "Ivy")
	laila := h.create("laila", "ليلى حداد")
	h.say(laila, social.Draft{Text: "صباح الخير أيها الميدان! القهوة جاهزة ☕ والكتب على الطاولة. #صباح", Language: "ar"})
	max := h.create(longName, "Maximiliane von und zu Hohenst")
	bio := "Curator. " + longWord + " https://example.com/a/very/long/way/to/say/where/one/is/from?and=why"
	fields := []social.Field{{Name: "Website", Value: "https://example.com/maximiliane/" + strings.Repeat("collection-", 12)}, {Name: longWord[:60], Value: "yes"}, {Name: "所在地", Value: "東京都千代田区丸の内一丁目"}}
	locked := true
	_, err := h.Accounts.SetProfile(ctx, max, social.Profile{Bio: &bio, Fields: &fields, Locked: &locked})
	h.must(err)
	post := h.say(max, social.Draft{Text: longWord + " " + strings.Repeat("ha", 120) + "\n\n日本語の長い文章は単語の間に空白がないので、行の折り返しが正しく行われるかどうかを確かめる必要があります。\n\nhttps://example.com/" + strings.Repeat("deep/", 30) + "\n\n#" + strings.Repeat("tag", 20)})
	first := post.ID
	for i := range 6 { // a thread that goes deep
		by := laila
		if i%2 == 1 {
			by = max
		}
		post = h.say(by, social.Draft{Text: fmt.Sprintf("Answer %d, and so on: %s", i+1, strings.Repeat("more to say, ", i*3)), ReplyTo: post.ID, Visibility: social.Unlisted})
	}
	h.say(laila, social.Draft{Text: "And one beside it.", ReplyTo: first, Visibility: social.Unlisted})
	h.say(max, social.Draft{Text: "Behind this warning stands nothing bad.", Warning: strings.Repeat("A warning that goes on for longer than the thing it warns of. ", 3), Language: "en"})
	h.say(max, social.Draft{Text: "@laila a word between us.", Visibility: social.Direct})
	edited := h.say(max, social.Draft{Text: "First I said this."})
	_, err = h.Posts.Edit(ctx, max, edited.ID, social.Draft{Text: "Then I said that."})
	h.must(err)
	for _, mark := range []social.Marks{social.Bookmarked, social.Liked, social.Pinned} {
		_, err = h.Posts.Mark(ctx, max, edited.ID, mark, true)
		h.must(err)
	}
	h.must(h.Relations.Follow(ctx, laila, social.Follow{Target: max.Account, Boosts: true}))
	h.must(h.Relations.Block(ctx, max, h.actor("echo").Account))
	h.must(h.Relations.Mute(ctx, max, h.actor("wim").Account, true, time.Hour))
	h.must(h.Relations.SetNote(ctx, max, h.actor("rosa").Account, "Owes me a radio."))
	h.say(h.create("stranger", longWord[:30]), social.Draft{Text: "@" + longName + " nobody asked me, but " + longWord, Visibility: social.Direct})
	h.must(h.Relations.Follow(ctx, max, social.Follow{Target: h.actor("rosa").Account, Boosts: true}))
	l, err := h.Lists.Add(ctx, max, social.List{Title: longWord, Replies: social.RepliesList})
	h.must(err)
	h.must(h.Lists.AddMembers(ctx, max, l.ID, []social.AccountID{h.actor("rosa").Account}))
	_, err = h.Lists.MakeFeed(ctx, max, l.ID)
	h.must(err)
	_, err = h.Auth.Invite(ctx, max, 5, 7*24*time.Hour)
	h.must(err)
	_, err = h.Auth.TokenFor(ctx, max.Account, social.ParseScopes(app.AllScopes))
	h.must(err)
	return fmt.Sprintf("/lists/%d", l.ID)
}

// quoted is the path of a post that laila quotes.
func (h house) quoted() string {
	h.t.Helper()
	by := h.actor("laila")
	post := h.say(by, social.Draft{Text: "A first sentence, to be quoted."})
	h.say(by, social.Draft{Text: "Worth reading to its end.", Quote: post.ID})
	return fmt.Sprintf("/@laila/%d", post.ID)
}

// heldReplies has replies to juno wait, and others be refused. It is where they do.
func (h house) heldReplies() string {
	h.t.Helper()
	juno, omar := h.actor("juno"), h.actor("omar")
	post := h.say(juno, social.Draft{Text: "Ask me anything, and I answer what I like.", ReplyPolicy: social.ReplyApproval})
	h.say(juno, social.Draft{Text: "Only whom I name can answer this.", ReplyPolicy: social.ReplyMentioned})
	for _, d := range []social.Draft{{Text: "Which flour do you take?"}, {Text: "And how long does it rest, when it is as hot as it was last week?"}, {Text: "Buy my book."}} {
		d.ReplyTo = post.ID
		p := h.say(omar, d)
		if d.Text == "Buy my book." {
			_, err := h.Posts.Refuse(h.t.Context(), juno, []social.PostID{p.ID})
			h.must(err)
		}
	}
	return "/replies"
}

// collection is the path of a collection of ada's that juno and omar are in.
func (h house) collection() string {
	h.t.Helper()
	var in []social.AccountID
	for _, name := range []string{"juno", "omar"} {
		by, yes := h.actor(name), true
		if _, err := h.Accounts.SetProfile(h.t.Context(), by, social.Profile{Discoverable: &yes}); err != nil {
			h.t.Fatal(err)
		}
		in = append(in, by.Account)
	}
	name, about, tag := "People who bake", "Ask them about #sourdough.", "Sourdough"
	c, err := h.Collections.Add(h.t.Context(), h.actor("ada"), collections.Change{Name: &name, Description: &about, Tag: &tag}, in)
	h.must(err)
	return fmt.Sprintf("/collections/%d", c.ID)
}

// ruled has a thread of juno's with a reply on top, one that is hidden, and a lock,
// and has rules hold what answers juno. It returns the page of the thread.
func (h house) ruled() string {
	h.t.Helper()
	ctx, juno, rosa, laila := h.t.Context(), h.actor("juno"), h.actor("rosa"), h.actor("laila")
	root := h.say(juno, social.Draft{Text: "Which of the three should hang in the hall?"})
	first := h.say(rosa, social.Draft{Text: "The blue one, by all means.", ReplyTo: root.ID})
	other := h.say(laila, social.Draft{Text: "My shop sells frames: " + longWord, ReplyTo: root.ID})
	h.must(h.Threads.AskKeeper(ctx, juno, laila.Account))
	h.must(h.Threads.AskKeeper(ctx, juno, rosa.Account))
	h.must(h.Threads.AcceptKeeper(ctx, rosa, juno.Account))
	h.must(h.Posts.Do(ctx, juno, first.ID, social.PinReply, ""))
	h.must(h.Posts.Do(ctx, rosa, other.ID, social.HideReply, social.HideSpam))
	h.must(h.Posts.Do(ctx, juno, root.ID, social.LockThread, ""))
	_, err := h.Threads.SetRules(ctx, juno, social.ReplyRules{Words: []string{"half price", "follow back"}, Languages: []string{"en", "fr"}, MinDays: 3})
	h.must(err)
	return fmt.Sprintf("/@juno/%d", root.ID)
}

// desk has things reported, decided and appealed. It returns a case that waits,
// one that is decided, and what juno reported.
func (h house) desk() (waits, decided, own string) {
	h.t.Helper()
	ctx, owner, juno, rosa := h.t.Context(), h.actor("ada"), h.actor("juno"), h.actor("rosa")
	owner.Role = social.Owner
	max := h.actor(longName)
	file := func(by social.Actor, p social.Post, harm social.Harm, words string) social.Report {
		r, err := h.Moderation.Report(ctx, by, social.Report{Target: p.Author, Posts: []social.PostID{p.ID}, Harm: harm, Comment: words})
		h.must(err)
		return r
	}
	bad := h.say(max, social.Draft{Text: "Whoever draws like that should be kept from drawing, and " + longWord + " says so, too."})
	first := file(juno, bad, social.HarmViolence, "He means me. He has done so before, on three days in a row.")
	file(rosa, bad, social.HarmHarassment, "")
	h.must(h.Moderation.WriteNote(ctx, owner, first.Case, "He was asked to stop in spring."))
	said := h.say(rosa, social.Draft{Text: "My prints are on sale: half price for all who write to me today."})
	second := file(juno, said, social.HarmSpam, "An advertisement.")
	h.must(h.Moderation.Decide(ctx, social.Console, social.Decision{Case: second.Case, Action: social.LabelPost, Rule: "2", Text: "This is an advertisement. It stands behind a warning now.", Facts: "It offers prints for money."}, true))
	record, err := h.Moderation.Record(ctx, rosa, social.Page{Limit: 1})
	h.must(err)
	_, err = h.Moderation.Appeal(ctx, rosa, record[0].Decision.ID, "I drew them myself, and have asked before.")
	h.must(err)
	return fmt.Sprintf("/moderation/cases/%d", first.Case), fmt.Sprintf("/moderation/cases/%d", second.Case), fmt.Sprintf("/settings/reports/%d", first.ID)
}
