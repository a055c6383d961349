// Command gomastodon does with the client library go-mastodon what programs
// built on it do: nearly all that it offers. It stands apart from our module,
// which does not need that library.
package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"image"
	"image/png"
	"log"
	"os"
	"runtime/debug"
	"strings"
	"time"

	mastodon "github.com/mattn/go-mastodon"
)

var (
	url = os.Getenv("URL")
	ctx = context.Background()
	ada = as(os.Getenv("ADA"))
	ben = as(os.Getenv("BEN"))
	mod = as(os.Getenv("OLGA"))
)

func as(token string) *mastodon.Client {
	return mastodon.NewClient(&mastodon.Config{Server: url, AccessToken: token})
}

func main() {
	log.SetFlags(0)
	w := world{}
	w.me = see("GetAccountCurrentUser", func(a *mastodon.Account) bool { return a.Acct == "ada" })(ada.GetAccountCurrentUser(ctx))
	w.him = must(ben.GetAccountCurrentUser(ctx))
	w.her = must(mod.GetAccountCurrentUser(ctx))
	house()
	w.people()
	w.profile()
	w.posts()
	w.marks()
	w.attachments()
	w.timelines()
	w.tags()
	w.notices()
	w.rest()
	w.streams()
	info, _ := debug.ReadBuildInfo()
	version := ""
	for _, d := range info.Deps {
		if d.Path == "github.com/mattn/go-mastodon" {
			version = d.Version
		}
	}
	end(version)
}

// world is the people, and the post that most is about.
type world struct {
	me, him, her *mastodon.Account
	post         *mastodon.Status
}

func must[T any](got T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return got
}

func anything[T any](T) bool { return true }

func hasAccount(id mastodon.ID) func([]*mastodon.Account) bool {
	return func(all []*mastodon.Account) bool {
		for _, a := range all {
			if a.ID == id {
				return true
			}
		}
		return false
	}
}

func hasStatus(id mastodon.ID) func([]*mastodon.Status) bool {
	return func(all []*mastodon.Status) bool {
		for _, s := range all {
			if s.ID == id {
				return true
			}
		}
		return false
	}
}

func house() {
	see("GetInstance", func(i *mastodon.Instance) bool { return strings.Contains(i.Version, "Plaza") })(ada.GetInstance(ctx))
	see("GetInstancePeers", func(l []string) bool { return len(l) == 0 })(ada.GetInstancePeers(ctx))
	see("GetInstanceActivity", func(l []*mastodon.WeeklyActivity) bool { return len(l) == 12 })(ada.GetInstanceActivity(ctx))
	app := see("RegisterApp", func(a *mastodon.Application) bool {
		return a.ClientID != "" && strings.Contains(a.AuthURI, "/oauth/authorize")
	})(
		mastodon.RegisterApp(ctx, &mastodon.AppConfig{Server: url, ClientName: "go-mastodon", Scopes: "read write follow", RedirectURIs: "urn:ietf:wg:oauth:2.0:oob"}))
	c := mastodon.NewClient(&mastodon.Config{Server: url, ClientID: app.ClientID, ClientSecret: app.ClientSecret})
	done("AuthenticateApp", c.AuthenticateApp(ctx))
	see("VerifyAppCredentials", func(v *mastodon.ApplicationVerification) bool { return v.Name == "go-mastodon" })(c.VerifyAppCredentials(ctx))
	refused("Authenticate with a wrong password", "invalid_grant", c.Authenticate(ctx, "ada@example.com", "no"))
	done("Authenticate", c.Authenticate(ctx, "ada@example.com", "interop-password"))
	see("GetAccountCurrentUser after Authenticate", func(a *mastodon.Account) bool { return a.Acct == "ada" })(c.GetAccountCurrentUser(ctx))
	done("RevokeToken", c.RevokeToken(ctx))
	_, err := c.GetAccountCurrentUser(ctx)
	refused("GetAccountCurrentUser after RevokeToken", "401", err)
}

func (w *world) people() {
	see("GetAccount", func(a *mastodon.Account) bool { return a.Acct == "ben" })(ada.GetAccount(ctx, w.him.ID))
	see("AccountLookup", func(a *mastodon.Account) bool { return a.ID == w.him.ID })(ada.AccountLookup(ctx, "ben"))
	see("AccountsSearch", hasAccount(w.him.ID))(ada.AccountsSearch(ctx, "ben", 5))
	see("AccountsSearchResolve", hasAccount(w.him.ID))(ada.AccountsSearchResolve(ctx, "ben", 5, true))
	see("AccountFollow", func(r *mastodon.Relationship) bool { return r.Following })(ada.AccountFollow(ctx, w.him.ID))
	see("GetAccountRelationships", func(l []*mastodon.Relationship) bool { return len(l) == 1 && l[0].Following })(ada.GetAccountRelationships(ctx, []string{string(w.him.ID)}))
	see("GetAccountFollowers", hasAccount(w.me.ID))(ada.GetAccountFollowers(ctx, w.him.ID, nil))
	see("GetAccountFollowing", hasAccount(w.him.ID))(ada.GetAccountFollowing(ctx, w.me.ID, &mastodon.Pagination{Limit: 5}))
	see("AccountMute", func(r *mastodon.Relationship) bool { return r.Muting })(ada.AccountMute(ctx, w.her.ID))
	see("GetMutes", hasAccount(w.her.ID))(ada.GetMutes(ctx, nil))
	see("AccountUnmute", func(r *mastodon.Relationship) bool { return !r.Muting })(ada.AccountUnmute(ctx, w.her.ID))
	see("AccountBlock", func(r *mastodon.Relationship) bool { return r.Blocking })(ada.AccountBlock(ctx, w.her.ID))
	see("GetBlocks", hasAccount(w.her.ID))(ada.GetBlocks(ctx, nil))
	see("AccountUnblock", func(r *mastodon.Relationship) bool { return !r.Blocking })(ada.AccountUnblock(ctx, w.her.ID))
	if where("GET /api/v1/endorsements") {
		see("GetEndorsements", func(l []*mastodon.Account) bool { return len(l) == 0 })(ada.GetEndorsements(ctx, nil))
	}
}

func (w *world) profile() {
	yes, no, name := true, false, "Ada L"
	avatar := "data:image/png;base64," + base64.StdEncoding.EncodeToString(picture())
	see("AccountUpdate", func(a *mastodon.Account) bool {
		return a.DisplayName == name && len(a.Fields) == 1 && !strings.HasSuffix(a.Avatar, "/avatar.png")
	})(ada.AccountUpdate(ctx, &mastodon.Profile{DisplayName: &name, Avatar: avatar, Fields: &[]mastodon.Field{{Name: "web", Value: "https://example.com"}}}))
	must(ben.AccountUpdate(ctx, &mastodon.Profile{Locked: &yes}))
	must(mod.AccountFollow(ctx, w.him.ID))
	see("GetFollowRequests", hasAccount(w.her.ID))(ben.GetFollowRequests(ctx, nil))
	done("FollowRequestAuthorize", ben.FollowRequestAuthorize(ctx, w.her.ID))
	see("AccountUnfollow", func(r *mastodon.Relationship) bool { return !r.Following })(mod.AccountUnfollow(ctx, w.him.ID))
	must(mod.AccountFollow(ctx, w.him.ID))
	done("FollowRequestReject", ben.FollowRequestReject(ctx, w.her.ID))
	see("GetFollowRequests afterwards", func(l []*mastodon.Account) bool { return len(l) == 0 })(ben.GetFollowRequests(ctx, nil))
	must(ben.AccountUpdate(ctx, &mastodon.Profile{Locked: &no}))
}

func (w *world) posts() {
	w.post = see("PostStatus", func(s *mastodon.Status) bool { return s.SpoilerText == "food" && s.Visibility == "public" })(
		ada.PostStatus(ctx, &mastodon.Toot{Status: "Bread #interop", SpoilerText: "food", Visibility: "public", Language: "en"}))
	reply := must(ben.PostStatus(ctx, &mastodon.Toot{Status: "@ada Salt", InReplyToID: w.post.ID}))
	see("GetStatus", func(s *mastodon.Status) bool { return s.Account.Acct == "ada" })(ben.GetStatus(ctx, w.post.ID))
	see("GetStatusContext", func(c *mastodon.Context) bool { return len(c.Descendants) == 1 && c.Descendants[0].ID == reply.ID })(ben.GetStatusContext(ctx, w.post.ID))
	see("UpdateStatus", func(s *mastodon.Status) bool { return strings.Contains(s.Content, "butter") })(ada.UpdateStatus(ctx, &mastodon.Toot{Status: "Bread and butter #interop"}, w.post.ID))
	see("GetStatusSource", func(s *mastodon.Source) bool { return s.Text == "Bread and butter #interop" })(ada.GetStatusSource(ctx, w.post.ID))
	see("GetStatusHistory", func(l []*mastodon.StatusHistory) bool { return len(l) == 2 })(ben.GetStatusHistory(ctx, w.post.ID))
	if where("GET /api/v1/statuses/{id}/card") {
		see("GetStatusCard", anything[*mastodon.Card])(ben.GetStatusCard(ctx, w.post.ID))
	}
	poll := must(ada.PostStatus(ctx, &mastodon.Toot{Status: "Rye or wheat?", Poll: &mastodon.TootPoll{Options: []string{"rye", "wheat"}, ExpiresInSeconds: 3600}})).Poll
	see("PollVote", func(p *mastodon.Poll) bool { return p.Voted && len(p.OwnVotes) == 1 })(ben.PollVote(ctx, poll.ID, 1))
	see("GetPoll", func(p *mastodon.Poll) bool { return p.VotesCount == 1 })(ada.GetPoll(ctx, poll.ID))
	later := time.Now().Add(time.Hour)
	see("PostStatus later", func(s *mastodon.Status) bool { return s.ID != "" })(ada.PostStatus(ctx, &mastodon.Toot{Status: "Later", ScheduledAt: &later}))
}

func (w *world) marks() {
	see("Favourite", func(s *mastodon.Status) bool { return s.Favourited == true })(ben.Favourite(ctx, w.post.ID))
	see("GetFavourites", hasStatus(w.post.ID))(ben.GetFavourites(ctx, nil))
	see("GetFavouritedBy", hasAccount(w.him.ID))(ada.GetFavouritedBy(ctx, w.post.ID, nil))
	see("Unfavourite", func(s *mastodon.Status) bool { return s.Favourited == false })(ben.Unfavourite(ctx, w.post.ID))
	see("Bookmark", func(s *mastodon.Status) bool { return s.Bookmarked == true })(ben.Bookmark(ctx, w.post.ID))
	see("GetBookmarks", hasStatus(w.post.ID))(ben.GetBookmarks(ctx, nil))
	see("Unbookmark", func(s *mastodon.Status) bool { return s.Bookmarked == false })(ben.Unbookmark(ctx, w.post.ID))
	see("Reblog", func(s *mastodon.Status) bool { return s.Reblog != nil && s.Reblog.ID == w.post.ID })(ben.Reblog(ctx, w.post.ID))
	see("GetRebloggedBy", hasAccount(w.him.ID))(ada.GetRebloggedBy(ctx, w.post.ID, nil))
	see("Unreblog", func(s *mastodon.Status) bool { return s.Reblogged == false })(ben.Unreblog(ctx, w.post.ID))
}

func picture() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 16, 16))); err != nil {
		log.Fatal(err)
	}
	return b.Bytes()
}

func (w *world) attachments() {
	sent := see("UploadMediaFromBytes", func(a *mastodon.Attachment) bool { return a.Type == "image" })(ada.UploadMediaFromBytes(ctx, picture()))
	done("GetMediaStatus", ada.GetMediaStatus(ctx, sent))
	described := see("UploadMediaFromMedia", func(a *mastodon.Attachment) bool { return a.Description == "A square" })(
		ada.UploadMediaFromMedia(ctx, &mastodon.Media{File: bytes.NewReader(picture()), Thumbnail: bytes.NewReader(picture()), Description: "A square", Focus: "0.5,-0.5"}))
	see("UploadMediaFromReader", func(a *mastodon.Attachment) bool { return a.ID != "" })(ada.UploadMediaFromReader(ctx, bytes.NewReader(picture())))
	see("PostStatus with a picture", func(s *mastodon.Status) bool {
		return len(s.MediaAttachments) == 1 && s.MediaAttachments[0].Description == "A square"
	})(
		ada.PostStatus(ctx, &mastodon.Toot{Status: "Look", MediaIDs: []mastodon.ID{described.ID}}))
}

func (w *world) timelines() {
	his := must(ben.PostStatus(ctx, &mastodon.Toot{Status: "For home #interop"}))
	see("GetTimelineHome", hasStatus(his.ID))(ada.GetTimelineHome(ctx, &mastodon.Pagination{Limit: 5}))
	see("GetTimelinePublic", hasStatus(w.post.ID))(ada.GetTimelinePublic(ctx, true, nil))
	see("GetTimelineMedia", anything[[]*mastodon.Status])(ada.GetTimelineMedia(ctx, true, nil))
	see("GetTimelineHashtag", hasStatus(his.ID))(ada.GetTimelineHashtag(ctx, "interop", false, nil))
	see("GetTimelineHashtagMultiple", func(l []*mastodon.Status) bool { return len(l) == 0 })(
		ada.GetTimelineHashtagMultiple(ctx, "interop", false, &mastodon.TagData{None: []string{"interop"}}, nil))
	pg := &mastodon.Pagination{Limit: 1}
	see("GetTimelineHashtag, a page", func(l []*mastodon.Status) bool { return len(l) == 1 && l[0].ID == his.ID && pg.MaxID != "" })(ada.GetTimelineHashtag(ctx, "interop", true, pg))
	see("GetTimelineHashtag, the next", func(l []*mastodon.Status) bool { return len(l) == 1 && l[0].ID == w.post.ID })(ada.GetTimelineHashtag(ctx, "interop", true, &mastodon.Pagination{MaxID: pg.MaxID, Limit: 1}))
	see("GetAccountStatuses", hasStatus(his.ID))(ada.GetAccountStatuses(ctx, w.him.ID, nil))
	see("GetAccountPinnedStatuses", func(l []*mastodon.Status) bool { return len(l) == 0 })(ada.GetAccountPinnedStatuses(ctx, w.him.ID))
	n := 0
	for s, err := range ada.AccountStatuses(ctx, w.him.ID, &mastodon.Pagination{Limit: 1}) {
		if err != nil || s.Account.ID != w.him.ID {
			log.Fatal("go-mastodon: AccountStatuses: ", err)
		}
		n++
	}
	see("AccountStatuses", func(n int) bool { return n == 2 })(n, nil)
	list := see("CreateList", func(l *mastodon.List) bool { return l.Title == "Bakers" })(ada.CreateList(ctx, "Bakers"))
	done("AddToList", ada.AddToList(ctx, list.ID, w.him.ID))
	see("GetListAccounts", hasAccount(w.him.ID))(ada.GetListAccounts(ctx, list.ID))
	see("GetTimelineList", hasStatus(his.ID))(ada.GetTimelineList(ctx, list.ID, nil))
	see("GetLists", func(l []*mastodon.List) bool { return len(l) == 1 })(ada.GetLists(ctx))
	see("GetList", func(l *mastodon.List) bool { return l.ID == list.ID })(ada.GetList(ctx, list.ID))
	see("GetAccountLists", func(l []*mastodon.List) bool { return len(l) == 1 })(ada.GetAccountLists(ctx, w.him.ID))
	see("RenameList", func(l *mastodon.List) bool { return l.Title == "Cooks" })(ada.RenameList(ctx, list.ID, "Cooks"))
	done("RemoveFromList", ada.RemoveFromList(ctx, list.ID, w.him.ID))
	see("GetListAccounts afterwards", func(l []*mastodon.Account) bool { return len(l) == 0 })(ada.GetListAccounts(ctx, list.ID))
	done("DeleteList", ada.DeleteList(ctx, list.ID))
	_, err := ada.GetList(ctx, list.ID)
	refused("GetList afterwards", "404", err)
}

func (w *world) tags() {
	see("TagInfo", func(t *mastodon.FollowedTag) bool { return t.Name == "interop" && len(t.History) > 0 })(ada.TagInfo(ctx, "interop"))
	see("GetTrendingStatuses", anything[[]*mastodon.Status])(ada.GetTrendingStatuses(ctx, nil))
	see("Search", func(r *mastodon.Results) bool { return len(r.Accounts) == 1 })(ada.Search(ctx, "ben", false))
	see("Search of an address", func(r *mastodon.Results) bool { return len(r.Statuses) == 1 && r.Statuses[0].ID == w.post.ID })(ada.Search(ctx, w.post.URL, true))
	if where("POST /api/v1/tags/{hashtag}/follow") {
		see("TagFollow", func(t *mastodon.FollowedTag) bool { return t.Following })(ada.TagFollow(ctx, "interop"))
		see("TagsFollowed", func(l []*mastodon.FollowedTag) bool { return len(l) == 1 && l[0].Name == "interop" })(ada.TagsFollowed(ctx, nil))
		see("GetFollowedTags", func(l []*mastodon.FollowedTag) bool { return len(l) == 1 })(ada.GetFollowedTags(ctx, nil))
		see("TagUnfollow", func(t *mastodon.FollowedTag) bool { return !t.Following })(ada.TagUnfollow(ctx, "interop"))
	}
}

func (w *world) notices() {
	must(ben.PostStatus(ctx, &mastodon.Toot{Status: "@ada Tell her"}))
	all := see("GetNotifications", func(l []*mastodon.Notification) bool { return l[0].Type == "mention" })(soon(
		func() ([]*mastodon.Notification, error) { return ada.GetNotifications(ctx, nil) },
		func(l []*mastodon.Notification) bool {
			return len(l) > 0 && l[0].Status != nil && strings.Contains(l[0].Status.Content, "Tell her")
		}))
	see("GetNotification", func(n *mastodon.Notification) bool { return n.ID == all[0].ID })(ada.GetNotification(ctx, all[0].ID))
	exclude := []string{"mention"}
	see("GetNotificationsExclude", func(l []*mastodon.Notification) bool { return len(l) == 0 || l[0].Type != "mention" })(ada.GetNotificationsExclude(ctx, &exclude, nil))
	for n, err := range ada.Notifications(ctx, &mastodon.NotificationFilter{Includes: []string{"mention"}}, nil) {
		see("Notifications", func(n *mastodon.Notification) bool { return n.Type == "mention" })(n, err)
	}
	done("DismissNotification", ada.DismissNotification(ctx, all[0].ID))
	_, err := ada.GetNotification(ctx, all[0].ID)
	refused("GetNotification afterwards", "404", err)
	done("ClearNotifications", ada.ClearNotifications(ctx))
	see("GetNotifications afterwards", func(l []*mastodon.Notification) bool { return len(l) == 0 })(ada.GetNotifications(ctx, nil))
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	yes, no := mastodon.Sbool(true), mastodon.Sbool(false)
	see("AddPushSubscription", func(s *mastodon.PushSubscription) bool {
		return s.Endpoint == "https://push.example/x" && bool(*s.Alerts.Mention)
	})(
		ada.AddPushSubscription(ctx, "https://push.example/x", key.PublicKey, make([]byte, 16), mastodon.PushAlerts{Mention: &yes}))
	see("GetPushSubscription", func(s *mastodon.PushSubscription) bool { return s.ServerKey != "" })(ada.GetPushSubscription(ctx))
	see("UpdatePushSubscription", func(s *mastodon.PushSubscription) bool { return !bool(*s.Alerts.Mention) && bool(*s.Alerts.Follow) })(
		ada.UpdatePushSubscription(ctx, &mastodon.PushAlerts{Mention: &no, Follow: &yes}))
	done("RemovePushSubscription", ada.RemovePushSubscription(ctx))
}
