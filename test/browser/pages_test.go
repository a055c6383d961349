package browser

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/core/imports"
	"github.com/plaza-social/plaza/internal/social"
)

// A page is a place in the house, as somebody sees it. Who is empty for a
// stranger.
type page struct{ name, who, path string }

// path is where a link to the house leads.
func (h house) path(link string) string { return strings.TrimPrefix(link, h.url) }

// pages are all there are, most of them with something on them.
func (h house) pages() []page {
	h.t.Helper()
	list := h.crowd()
	omar, edited, warned := h.latest("omar", "Jupiter"), h.latest(longName, "Then I said"), h.latest(longName, "Behind this warning")
	long, max := h.latest(longName, longWord), "/@"+longName
	collection := h.collection()
	h.relays()
	h.juries(longName, "laila")
	matter, answered, sent := h.matters()
	rule := h.autoRules()
	app, _, err := h.Auth.RegisterApp(h.t.Context(), social.App{Name: "Lantern", Website: "https://lantern.example", Scopes: social.ParseScopes("read write follow push")})
	h.must(err)
	consent := "/oauth/authorize?" + url.Values{"response_type": {"code"}, "client_id": {app.ClientID}, "redirect_uri": {auth.OutOfBand}, "scope": {"read write follow push"}}.Encode()
	ada, err := h.View.Named(h.t.Context(), "ada", "")
	h.must(err)
	invite, err := h.Auth.Invite(h.t.Context(), social.Actor{Account: ada.ID, Standing: social.Good, Role: social.Owner}, 0, 0)
	h.must(err)
	file := "juno,true,false\nzoe@far.example,true,false\nnobody,true,false\n"
	brought, err := h.Imports.Start(h.t.Context(), social.Actor{Account: ada.ID, Standing: social.Good}, imports.Wish{Kind: social.ImportFollowing, Mode: social.ImportMerge}, strings.NewReader(file), int64(len(file)))
	h.must(err)
	h.Hosts.Fetch = func(context.Context, string) ([]byte, error) {
		return []byte("#domain,#severity\nfar.example,suspend\nawful-and-with-a-very-long-name-that-has-to-be-broken-somewhere.example,silence\n"), nil
	}
	heeded, err := h.Hosts.Subscribe(h.t.Context(), social.Actor{Account: ada.ID, Standing: social.Good, Role: social.Owner}, "https://lists.example/"+strings.Repeat("shared-", 12)+"list.csv", true)
	h.must(err)
	friend, err := h.Hosts.Allow(h.t.Context(), social.Actor{Account: ada.ID, Standing: social.Good, Role: social.Owner}, "friend.example")
	h.must(err)
	waits, decided, own := h.desk()
	h.holds(longName)
	ruled := h.ruled()
	shown, veiled := h.shown("juno", false), h.shown("juno", true)
	begun, later := h.writing(longName)
	filter := h.filtered(longName)
	claim := h.known("juno", longName)
	h.must(h.Measures.Keep(h.t.Context()))
	all := []page{
		{"admin", "ada", "/admin"}, {"audit", "ada", "/admin/audit"}, {"audit-none", "ada", "/admin/audit?kind=hosts&by=7"}, {"jobs", "ada", "/admin/jobs"}, {"people", "ada", "/admin/people"}, {"people-none", "ada", "/admin/people?q=zzzz&role=staff"}, {"people-away", "ada", "/admin/people?from=elsewhere"}, {"person", "ada", fmt.Sprintf("/admin/people/%d", h.actor(longName).Account)},
		{"matters", "ada", "/moderation/matters"}, {"matters-together", "ada", "/moderation/matters?host=scanner.example"}, {"matter", "ada", matter}, {"matter-answered", "ada", answered}, {"matter-new", "ada", "/moderation/matters/new"}, {"matter-days", "ada", "/moderation/matters/days"},
		{"shown", "ada", shown}, {"shown-veiled", "", veiled}, {"media", "", shown + "/media/2"}, {"media-veiled", "ada", veiled + "/media/1"}, {"share", "ada", shown + "/share"}, {"share-stranger", "", omar + "/share"}, {"share-direct", longName, h.latest(longName, "a word between us") + "/share"},
		{"shared", "ada", "/share?" + url.Values{"title": {"A page"}, "text": {"Read this"}, "url": {"https://example.com/page"}}.Encode()}, {"reading", "", h.row("juno") + "/thread"},
		{"draft", longName, begun}, {"drafts", longName, "/drafts"}, {"drafts-empty", "ivy", "/drafts"}, {"scheduled", longName, "/scheduled"}, {"scheduled-one", longName, later}, {"scheduled-empty", "ivy", "/scheduled"},
		{"legal", "", "/legal"}, {"legal-old", "", strings.Replace(sent, "/report/notice", "/legal", 1)}, {"legal-notice", "", "/report?kind=dsa16&about=" + url.QueryEscape("https://plaza.example"+omar)}, {"legal-rights", "", "/report?kind=dmca"}, {"legal-order", "", "/report?kind=order"}, {"legal-sent", "", sent},
		{"moderation", "ada", "/moderation"}, {"cases", "ada", "/moderation/cases"}, {"cases-none", "ada", "/moderation/cases?harm=minors"}, {"case", "ada", waits}, {"case-decided", "ada", decided},
		{"case-next", "ada", "/moderation/next"}, {"case-next-none", "ada", "/moderation/next?queue=legal"}, {"appeals", "ada", "/moderation/appeals"}, {"words-ready", "ada", "/moderation/words"}, {"holds", "ada", "/moderation/holds"},
		{"record", "rosa", "/settings/record"}, {"record-empty", "ivy", "/settings/record"}, {"record-old", "", "/record/abc"}, {"report-find", "", "/report"}, {"report-stranger", "", omar + "/report"},
		{"report-post", "ada", omar + "/report"}, {"report-account", "ada", "/@juno/report"}, {"reports", "juno", "/settings/reports"}, {"report-own", "juno", own}, {"reports-empty", "ivy", "/settings/reports"}, {"set-filters", longName, "/settings/filters"}, {"set-filters-empty", "ivy", "/settings/filters"}, {"set-filter", longName, filter}, {"set-threads", "juno", "/settings/threads"}, {"set-threads-empty", "ivy", "/settings/threads"}, {"thread-ruled", "juno", ruled}, {"thread-ruled-stranger", "", ruled},
		{"hosts-friend", "ada", fmt.Sprintf("/settings/hosts/allow/%d", friend.ID)}, {"hosts-cut", "ada", "/settings/hosts/preview?host=far.example&severity=suspend"}, {"hosts-limit", "ada", "/settings/hosts/limit"}, {"hosts-files", "ada", "/settings/hosts/files"},
		{"jury", longName, "/jury"}, {"jury-waiting", "laila", "/jury"}, {"jury-empty", "ivy", "/jury"}, {"set-jury", "ivy", "/settings/jury"}, {"jury-quiz", "ivy", "/settings/jury/quiz"}, {"juries", "ada", "/settings/juries"},
		{"hosts-lists", "ada", "/settings/hosts/lists"}, {"hosts-list", "ada", fmt.Sprintf("/settings/hosts/lists/%d", heeded.ID)},
		{"rules", "ada", "/moderation/rules"}, {"rule-new", "ada", "/moderation/rules/new"}, {"rule", "ada", rule}, {"rule-hits", "ada", rule + "/hits"}, {"hashes", "ada", "/moderation/hashes"},
		{"import", "ada", "/settings/import"}, {"import-one", "ada", fmt.Sprintf("/settings/import/%d", brought.ID)},
		{"offline", "", "/offline"}, {"landing", "", "/"}, {"thread-stranger", "", omar}, {"profile-stranger", "", "/@juno"}, {"public", "", "/public"}, {"public-local", "", "/public/local"},
		{"tag", "", "/tags/sourdough"}, {"tag-empty", "", "/tags/nothing"}, {"about", "", "/about"}, {"about-moderation", "", "/about/moderation"}, {"about-decisions", "", "/about/moderation/decisions"}, {"privacy", "", "/privacy"}, {"terms", "", "/terms"}, {"not-found", "", "/nowhere"},
		{"sign-up", "", "/auth/sign_up"}, {"invited", "", "/invite/" + invite.Code}, {"invite-old", "", "/invite/abc"}, {"sign-in", "", "/auth/sign_in"}, {"second-old", "", "/auth/second"}, {"waiting", "", "/auth/waiting"}, {"link", "", "/auth/confirmation?token=old"},
		{"forgot", "", "/auth/password/new"}, {"password-old", "", "/auth/password/edit?token=x"}, {"search-stranger", "", "/search?q=ju"},
		{"home", "ada", "/"}, {"thread", "ada", omar}, {"profile", "ada", "/@juno"}, {"profile-own", "ada", "/@ada"}, {"replies", "ada", "/@omar/with_replies"},
		{"following", "ada", "/@juno/following"}, {"followers", "ada", "/@juno/followers"}, {"likes-of", "ada", h.latest("juno", "Third attempt") + "/likes"}, {"boosts-of", "ada", omar + "/boosts"},
		{"notices", "ada", "/notifications"}, {"mentions", "rosa", "/notifications?only=mentions"}, {"search", "ada", "/search"}, {"found", "ada", "/search?q=sourdough"}, {"found-people", "ada", "/search?q=o&type=accounts"},
		{"found-none", "ada", "/search?q=zzzz"}, {"interaction", "ada", "/authorize_interaction?uri=https://far.example/@zoe"}, {"new", "ada", "/new"}, {"menu", "ada", "/menu"}, {"settings", "ada", "/settings"}, {"house", "ada", "/settings/house"}, {"approvals", "ada", "/settings/approvals"},
		{"hosts", "ada", "/settings/hosts"}, {"relays", "ada", "/settings/relays"}, {"copies", "ada", "/settings/copies"}, {"screen", "ada", "/settings/screen"}, {"badges", "", "/help/badges"}, {"names", "ada", "/settings/names"}, {"claim", "", claim}, {"claim-old", "", "/auth/claim?key=x"}, {"about-known", "ada", "/@juno/about"}, {"announcements", "ada", "/settings/announcements"}, {"emojis", "ada", "/settings/emojis"}, {"emojis-no", "ivy", "/settings/emojis"}, {"look-house", "ada", "/settings/appearance"},
		{"embed", "", omar + "/embed"}, {"quotes-empty", "", omar + "/quotes"}, {"held-replies", "juno", h.heldReplies()}, {"held-replies-empty", "ivy", "/replies"}, {"held-replies-kept", "rosa", fmt.Sprintf("/replies?of=%d", h.actor("juno").Account)}, {"held-refused", "juno", "/replies?state=refused"}, {"held-thread", "juno", h.latest("juno", "Ask me anything")}, {"held-closed", "omar", h.latest("juno", "Only whom I name")}, {"quotes", "", h.quoted() + "/quotes"}, {"quoting", "ada", h.latest("laila", "Worth reading")}, {"reach", "laila", h.viewed("laila", "to be quoted")}, {"reach-none", "ada", h.latest("ada", "") + "/reach"}, {"chain", "ada", h.chained()}, {"set-notices-empty", "ivy", "/settings/notices"},
		{"collection", "", collection}, {"collection-in", "juno", collection},
		{"explore", "", "/explore"}, {"explore-member", "ada", "/explore"}, {"explore-tags", "ada", "/explore/tags"}, {"explore-links", "ada", "/explore/links"}, {"explore-link", "ada", "/explore/links/posts?url=https://example.com/"},
		{"explore-people", "ada", "/explore/people"}, {"explore-people-new", "", "/explore/people?order=new"}, {"explore-collections", "", "/explore/collections"}, {"explore-french", "ada", "/explore?language=fr"}, {"orders", "", "/help/orders"}, {"catch-up", "ada", "/catch-up?from=72"}, {"catch-up-topics", "ada", "/catch-up?from=72&by=topics"},
		{"catch-up-none", "ivy", "/catch-up"}, {"talks-empty", "ivy", "/conversations"}, {"talk-requests-empty", "ivy", "/conversations/requests"}, {"keys", "ada", "/keys"}, {"keys-stranger", "", "/keys"}, {"tags", "ada", "/tags"}, {"tags-empty", "ivy", "/tags"},
		{"profile-media", "ada", "/@juno/media"}, {"featured", "ada", max + "/featured"}, {"featured-empty", "ivy", "/@ivy/featured"}, {"about-somebody", "ada", max + "/about"}, {"found-narrowed", "ada", "/search?q=from:omar+is:reply"}, {"found-vague", "ada", "/search?q=has:image"},
		{"consent", "ada", consent}, {"code", "ada", "/oauth/authorize/native?code=" + strings.Repeat("Qx7", 14)},
		{"home-empty", "ivy", "/"}, {"notices-empty", "ivy", "/notifications"}, {"bookmarks-empty", "ivy", "/bookmarks"}, {"likes-empty", "ivy", "/favourites"}, {"lists-empty", "ivy", "/lists"},
		{"blocks-empty", "ivy", "/settings/blocks"}, {"mutes-empty", "ivy", "/settings/mutes"}, {"requests-empty", "ivy", "/settings/follow_requests"}, {"invites-empty", "ivy", "/settings/invites"}, {"apps-empty", "ivy", "/settings/apps"}, {"profile-empty", "ivy", "/@ivy"}, {"profile-private", "ivy", max + "/followers"},
	}
	for _, p := range []page{{"long-home", "", "/"}, {"long-profile", "", max}, {"long-thread", "", long}, {"thread-best", "", long + "?order=best"}, {"rtl-profile", "", "/@laila"}, {"warned", "", warned}, {"edited", "", edited}, {"history", "", edited + "/history"}, {"edit", "", edited + "/edit"}, {"delete", "", edited + "/delete"},
		{"noted", "", "/@rosa"}, {"talks", "", "/conversations"}, {"talk-requests", "", "/conversations/requests"}, {"bookmarks", "", "/bookmarks"}, {"likes", "", "/favourites"}, {"lists", "", "/lists"}, {"list", "", list}, {"list-edit", "", list + "/edit"}, {"long-notices", "", "/notifications"},
		{"set-profile", "", "/settings/profile"}, {"set-privacy", "", "/settings/privacy"}, {"set-look", "", "/settings/appearance"}, {"set-account", "", "/settings/account"}, {"set-security", "", "/settings/security"}, {"set-sessions", "", "/settings/sessions"}, {"set-apps", "", "/settings/apps"},
		{"set-notices", "", "/settings/notices"}, {"set-requests", "", "/settings/follow_requests"}, {"set-mutes", "", "/settings/mutes"}, {"set-blocks", "", "/settings/blocks"}, {"set-invites", "", "/settings/invites"}, {"set-delete", "", "/settings/delete"}, {"set-moving", "", "/settings/moving"}} {
		p.who = longName
		all = append(all, p)
	}
	return all
}

// writing has somebody begin to write, and schedule something. It returns the
// pages of both.
func (h house) writing(name string) (begun, later string) {
	h.t.Helper()
	by, path := h.actor(name), h.latest("omar", "Jupiter")
	answered, ok := id.Parse(path[strings.LastIndex(path, "/")+1:])
	if !ok {
		h.t.Fatal(path)
	}
	d := social.Draft{Text: "A thread about " + longWord, Warning: "It goes on and on", Visibility: social.Unlisted, ReplyTo: social.PostID(answered), Poll: &social.PollDraft{Options: []string{"Yes", longWord}},
		Then: []social.Draft{{Text: "And this comes after it."}, {Text: "This, too, in the end."}}}
	k, err := h.Posts.KeepDraft(h.t.Context(), by, social.KeptDraft{ID: 7, Draft: d, When: social.When{Date: "2030-01-31", Zone: "Europe/Berlin"}}, 0)
	h.must(err)
	_, err = h.Posts.KeepDraft(h.t.Context(), by, social.KeptDraft{ID: 8, Draft: social.Draft{Warning: "Only a warning yet", Visibility: social.Public}}, 0)
	h.must(err)
	l, err := h.Posts.Schedule(h.t.Context(), by, social.Draft{Text: longWord + " in the morning, when everybody has slept.", Visibility: social.Public, Then: d.Then}, h.Store.Now().Add(30*time.Hour))
	h.must(err)
	return fmt.Sprintf("/new?draft=%d", k.ID), fmt.Sprintf("/scheduled/%d", l.ID)
}

// elsewhere are the pages that cannot be seen in a house with people in it, what is
// no page, and what is a part of one.
var elsewhere = []string{"/setup", "/live", "/new/complete"}

// missing fails the test for pages that are in no list: new ones are looked at,
// too.
func (h house) missing(t *testing.T, all []page) {
	t.Helper()
	for _, r := range h.Routes() {
		if r.Method != "GET" || r.Edge != "web" || strings.Contains(r.Path, "*") || strings.Contains(r.Path, ".") || slices.Contains(elsewhere, r.Path) {
			continue
		}
		form := regexp.MustCompile("^" + regexp.MustCompile(`\\\{\w+\\\}`).ReplaceAllString(regexp.QuoteMeta(r.Path), `[^/?]+`) + `(\?|$)`)
		if !slices.ContainsFunc(all, func(p page) bool { return form.MatchString(p.path) }) {
			t.Errorf("no page here is %s: give it a line", r.Path)
		}
	}
}

// sitting opens a tab for everybody that pages are seen by.
func (h house) sitting(password string, all []page) map[string]*tab {
	h.t.Helper()
	tabs := map[string]*tab{}
	for _, p := range all {
		if tabs[p.who] != nil {
			continue
		}
		b := open(h.t, h.url)
		if p.who != "" {
			b.signIn(p.who, password)
		}
		tabs[p.who] = b
	}
	return tabs
}

func (p page) String() string {
	if p.who == "" {
		return fmt.Sprintf("%s (%s)", p.name, p.path)
	}
	return fmt.Sprintf("%s (%s, %s)", p.name, p.path, p.who)
}
