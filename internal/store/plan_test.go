package store_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/social/trend"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// hot are the queries that run all the time, or over tables that grow for
// ever. Each finds its rows by an index, and in order unless sorts says why
// not. A query that belongs here has a line here.
var hot = []struct {
	name  string
	run   func(ctx context.Context, v *store.View, p social.Page) error
	uses  string // some line of the plan has this
	sorts string // why it may sort
}{
	{name: "NameHeld", uses: "MULTI-INDEX OR", sorts: "the few that are held", run: func(ctx context.Context, v *store.View, _ social.Page) error {
		return got(v.NameHeld(ctx, "person_x", 0))
	}},
	{name: "PostsBy", uses: "posts_by_author (author_id=? AND id>? AND id<?)", sorts: "what many wrote within a window of time",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.PostsBy(ctx, []social.AccountID{1, 2}, p))
		}},
	{name: "BarePostsBy", uses: "USING COVERING INDEX posts_by_author (author_id=? AND id>? AND id<?)", sorts: "what many wrote within a window of time",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.BarePostsBy(ctx, []social.AccountID{1, 2}, p))
		}},
	{name: "AccountPosts", uses: "posts_by_author (author_id=? AND id>? AND id<?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.AccountPosts(ctx, 1, social.AccountQuery{NoReplies: true, NoBoosts: true, Tag: "go"}, p))
		}},
	{name: "PublicPosts", uses: "posts_public (id>? AND id<?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.PublicPosts(ctx, social.PublicQuery{}, p))
		}},
	{name: "PublicPosts of ours", uses: "posts_public (id>? AND id<?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.PublicPosts(ctx, social.PublicQuery{From: social.Ours}, p))
		}},
	{name: "TaggedPosts", uses: "(tag=? AND post_id>? AND post_id<?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.TaggedPosts(ctx, social.TagQuery{Any: []string{"go"}, All: []string{"a"}, None: []string{"b"}, From: social.Ours}, p))
		}},
	{name: "TaggedPosts with one of two", uses: "(tag=? AND post_id>? AND post_id<?)", sorts: "the pages of two tags, merged",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.TaggedPosts(ctx, social.TagQuery{Any: []string{"go", "cat"}}, p))
		}},
	{name: "BarePostsTagged", uses: "(tag=? AND post_id>? AND post_id<?)", sorts: "what has one of many tags within a window of time",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.BarePostsTagged(ctx, []string{"go", "cat"}, p))
		}},
	{name: "Withheld", uses: "media_by_file (file=?)",
		run: func(ctx context.Context, v *store.View, _ social.Page) error {
			_, err := v.Withheld(ctx, "x")
			return err
		}},
	{name: "WithheldElsewhere, a picture", uses: "media_by_remote (remote=?)",
		run: func(ctx context.Context, v *store.View, _ social.Page) error {
			_, err := v.WithheldElsewhere(ctx, social.AsMedia, "x")
			return err
		}},
	{name: "WithheldElsewhere, a face", uses: "accounts_far_by_avatar (avatar=?)",
		run: func(ctx context.Context, v *store.View, _ social.Page) error {
			_, err := v.WithheldElsewhere(ctx, social.AsAvatar, "x")
			return err
		}},
	{name: "CountSeatsWaiting", uses: "jury_seats_waiting (account_id=?)",
		run: func(ctx context.Context, v *store.View, _ social.Page) error {
			_, err := v.CountSeatsWaiting(ctx, 1)
			return err
		}},
	{name: "SeatsWaiting", uses: "jury_seats_waiting (account_id=?)", sorts: "a few seats of one juror",
		run: func(ctx context.Context, v *store.View, _ social.Page) error { return got(v.SeatsWaiting(ctx, 1)) }},
	{name: "ForeignEmojis", uses: "sqlite_autoindex_foreign_emojis_1 (host=? AND shortcode=?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.ForeignEmojis(ctx, []social.AccountID{1, 2}, []string{"cat"}))
		}},
	{name: "FollowersHere", uses: "(target_id=?", sorts: "of those who follow one account, ours",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.FollowersHere(ctx, 1, 0, p.Limit))
		}},
	{name: "OrphansOf", uses: "orphans_by_parent (parent_uri=?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.OrphansOf(ctx, "https://far.example/1", p.Limit))
		}},
	{name: "Stamped", uses: "quote_stamps_by_uri (uri=?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.Stamped(ctx, "https://far.example/1", p.Limit))
		}},
	{name: "Filters", uses: "filters_by_owner (owner_id=?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error { return got(v.Filters(ctx, 1)) }},
	{name: "FollowedTags", sorts: "the tags one follows: MaxFollowedTags at most",
		run: func(ctx context.Context, v *store.View, p social.Page) error { return got(v.FollowedTags(ctx, 1, p)) }},
	{name: "TagUsesBy", sorts: "to count each tag",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.TagUsesBy(ctx, 1, []string{"go"}))
		}},
	{name: "DirectPosts", uses: "posts_direct (author_id=? AND id>? AND id<?)", sorts: "two pages, merged",
		run: func(ctx context.Context, v *store.View, p social.Page) error { return got(v.DirectPosts(ctx, 1, p)) }},
	{name: "Thread", uses: "posts_branches (reply_to=?)", sorts: "the thread and what opened beneath it, merged",
		run: func(ctx context.Context, v *store.View, p social.Page) error { return got(v.Thread(ctx, 1, p.Limit)) }},
	{name: "ThreadVotes", uses: "posts_by_thread (thread_id=?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.ThreadVotes(ctx, 1, p.Limit))
		}},
	{name: "VoteOf", uses: "likes_once (post_id=? AND owner_id=?)",
		run: func(ctx context.Context, v *store.View, _ social.Page) error { return got(v.VoteOf(ctx, 1, 2)) }},
	{name: "WeightsBetween", uses: "vote_weights_of_pair (voter_id=? AND author_id=? AND at_ms>? AND at_ms<?)",
		run: func(ctx context.Context, v *store.View, _ social.Page) error {
			return got(v.WeightsBetween(ctx, 1, 2, time.UnixMilli(0), time.UnixMilli(1)))
		}},
	{name: "DownsSince", uses: "downs_by_owner (owner_id=? AND id>?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.DownsSince(ctx, 1, time.UnixMilli(0), p.Limit))
		}},
	{name: "VotesAside", uses: "votes_aside_by_owner (owner_id=? AND id>? AND id<?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error { return got(v.VotesAside(ctx, 1, p)) }},
	{name: "ElsewhereInThread", uses: "posts_by_thread (thread_id=?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.ElsewhereInThread(ctx, 1, p.Limit))
		}},
	{name: "AnyUnasked", uses: "peers_by_asked (asked_ms<?)",
		run: func(ctx context.Context, v *store.View, _ social.Page) error {
			_, err := v.AnyUnasked(ctx, time.Now())
			return err
		}},
	{name: "AccountsAtInbox", uses: "contacts_by_inbox (inbox=?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.AccountsAtInbox(ctx, "https://far.example/inbox", p.Limit))
		}},
	{name: "FollowersElsewhere", sorts: "the followers of one account, by their follows",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.FollowersElsewhere(ctx, 1, 0, p.Limit))
		}},
	{name: "Ancestors", sorts: "what it found, by depth",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.Ancestors(ctx, 1, p.Limit))
		}},
	{name: "Quotes", uses: "posts_quoting (quote_of=? AND id>? AND id<?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error { return got(v.Quotes(ctx, 1, p)) }},
	{name: "Quoters", uses: "posts_quoting (quote_of=?",
		run: func(ctx context.Context, v *store.View, p social.Page) error { return got(v.Quoters(ctx, 1, p.Limit)) }},
	{name: "Posts",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.Posts(ctx, []social.PostID{1, 2}))
		}},
	{name: "BoostBy", run: func(ctx context.Context, v *store.View, _ social.Page) error { return got(v.BoostBy(ctx, 1, 2)) }},
	{name: "Edits", run: func(ctx context.Context, v *store.View, _ social.Page) error { return got(v.Edits(ctx, 1)) }},
	{name: "Notices", uses: "notices_by_kind (owner_id=? AND kind=? AND id>? AND id<?)", sorts: "a page of each kind, merged",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.Notices(ctx, 1, social.NoticeFilter{Not: []social.NoticeKind{social.NoticeLike}}, p))
		}},
	{name: "groups of notices", uses: "notices_newest (owner_id=? AND kind=? AND id>? AND id<?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.Notices(ctx, 1, social.NoticeFilter{Kinds: []social.NoticeKind{social.NoticeLike}, Groups: social.GroupedKinds}, p))
		}},
	{name: "GroupSamples", uses: "notices_by_group (group_id=?)", sorts: "some of each group, merged",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.GroupSamples(ctx, []social.NoticeID{1, 2}, 8, 1))
		}},
	{name: "GroupMembers", uses: "notices_by_group (group_id=? AND id>? AND id<?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error { return got(v.GroupMembers(ctx, 1, p)) }},
	{name: "Notices from one", uses: "notices_by_from (from_id=? AND owner_id=?", sorts: "what one account did",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.Notices(ctx, 1, social.NoticeFilter{From: 2, Kinds: []social.NoticeKind{social.NoticeLike}}, p))
		}},
	{name: "Marks",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.Marks(ctx, 1, []social.PostID{1, 2}))
		}},
	{name: "MarkedBy", uses: "likes_by_owner (owner_id=? AND id>? AND id<?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.MarkedBy(ctx, social.Liked, 1, p))
		}},
	{name: "MarkedBy, against", uses: "downs_by_owner (owner_id=? AND id>? AND id<?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.MarkedBy(ctx, social.VotedDown, 1, p))
		}},
	{name: "ReactionCounts", uses: "sqlite_autoindex_reaction_counts_1 (post_id=?)", sorts: "the kinds under each: MaxReactionKinds at most",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.ReactionCounts(ctx, []social.PostID{1, 2}))
		}},
	{name: "Holdings", uses: "holdings_of (owner_id=? AND state=? AND post_id>? AND post_id<?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.Holdings(ctx, 1, social.HeldPending, 0, p))
		}},
	{name: "ReactionsBy", uses: "reactions_once (post_id=? AND owner_id=?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.ReactionsBy(ctx, 1, []social.PostID{1, 2}))
		}},
	{name: "ReactionsOf", uses: "reactions_by_name (post_id=? AND name=?)", sorts: "some of each kind, merged",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.ReactionsOf(ctx, 1, []string{"a", "b"}, p.Limit))
		}},
	{name: "ReactionsMade", uses: "reactions_by_owner (owner_id=? AND id>? AND id<?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.ReactionsMade(ctx, 1, p))
		}},
	{name: "Views", uses: "PRIMARY KEY (post_id=? AND day>?)",
		run: func(ctx context.Context, v *store.View, _ social.Page) error { return got(v.Views(ctx, 1, 2)) }},
	{name: "ViewsBy", uses: "posts_by_author (author_id=? AND id>?)", sorts: "the days of some posts",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.ViewsBy(ctx, 1, 2, p.Limit))
		}},
	{name: "Echoes, boosts", uses: "posts_boosts (boost_of=?)", sorts: "the last of one post, and by day",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.Echoes(ctx, social.EchoBoosts, social.Post{ID: 1}, 2, p.Limit))
		}},
	{name: "Echoes, quotes", uses: "posts_quoting (quote_of=?", sorts: "by day",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.Echoes(ctx, social.EchoQuotes, social.Post{ID: 1}, 2, p.Limit))
		}},
	{name: "Echoes, replies", uses: "posts_by_parent (reply_to=?", sorts: "by day",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.Echoes(ctx, social.EchoReplies, social.Post{ID: 1}, 2, p.Limit))
		}},
	{name: "Echoes, likes", uses: "likes_once (post_id=?)", sorts: "the last of one post, and by day",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.Echoes(ctx, social.EchoLikes, social.Post{ID: 1}, 2, p.Limit))
		}},
	{name: "LikesOf", uses: "likes_once (post_id=?)", sorts: "the likes of one post",
		run: func(ctx context.Context, v *store.View, p social.Page) error { return got(v.LikesOf(ctx, 1, p)) }},
	{name: "Circle", sorts: "the members of one's own lists, to name each once",
		run: func(ctx context.Context, v *store.View, p social.Page) error { return got(v.Circle(ctx, 1)) }},
	{name: "Relation", run: func(ctx context.Context, v *store.View, p social.Page) error { return got(v.Relation(ctx, 1, 2)) }},
	{name: "followers", uses: "follows_by_target (target_id=? AND id>? AND id<?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.Edges(ctx, social.EdgesFollowers, 1, p))
		}},
	{name: "follow requests", uses: "follows_by_target (target_id=? AND id>? AND id<?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.Edges(ctx, social.EdgesRequests, 1, p))
		}},
	{name: "following", sorts: "whom one follows: MaxFollows at most",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.Edges(ctx, social.EdgesFollowing, 1, p))
		}},
	{name: "Notifying", uses: "follows_notifying (target_id=?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.Notifying(ctx, 1, p.Limit))
		}},
	{name: "TrendEntries", uses: "posts_public (id>?", sorts: "to have each author once: MaxEntries posts at most",
		run: func(ctx context.Context, v *store.View, _ social.Page) error {
			return v.TrendEntries(ctx, storetest.Noon, 1000, func(trend.Entry) error { return nil })
		}},
	{name: "TrendEntries of some authors", uses: "posts_by_author (author_id=? AND id>?)",
		run: func(ctx context.Context, v *store.View, _ social.Page) error { return v.PlanTrendEntriesOf(ctx) }},
	{name: "TrendEntries, the likes that count", uses: "likes_once (post_id=?)", sorts: "to count them by host",
		run: func(ctx context.Context, v *store.View, _ social.Page) error { return v.PlanTrendLikes(ctx) }},
	{name: "TrendEntries, the boosts that count", uses: "posts_boosts (boost_of=?)", sorts: "to count them by host",
		run: func(ctx context.Context, v *store.View, _ social.Page) error { return v.PlanTrendBoosts(ctx) }},
	{name: "TagsByFollowed", uses: "(tag=? AND post_id=?)", sorts: "to count each tag",
		run: func(ctx context.Context, v *store.View, _ social.Page) error {
			return got(v.TagsByFollowed(ctx, 1, 2, []string{"go"}))
		}},
	{name: "BoostsByFollowed", uses: "posts_boosts (boost_of=?", sorts: "to count each post",
		run: func(ctx context.Context, v *store.View, _ social.Page) error {
			return got(v.BoostsByFollowed(ctx, 1, []social.PostID{1, 2}))
		}},
	{name: "FollowsByFollowed", uses: "follows_once (owner_id=? AND target_id=?)", sorts: "to count each of them",
		run: func(ctx context.Context, v *store.View, _ social.Page) error {
			return got(v.FollowsByFollowed(ctx, 1, []social.AccountID{1, 2}))
		}},
	{name: "LinksByFollowed", uses: "posts_by_author (author_id=? AND id>?)", sorts: "to count each link",
		run: func(ctx context.Context, v *store.View, _ social.Page) error {
			return got(v.LinksByFollowed(ctx, 1, 2, []social.LinkID{1, 2}))
		}},
	{name: "MostFollowed", uses: "accounts_by_followers",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.MostFollowed(ctx, 1, p.Limit))
		}},
	{name: "FamiliarFollowers",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.FamiliarFollowers(ctx, 1, 2, p.Limit))
		}},
	{name: "ListByFeed", uses: "lists_by_feed (feed=?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error { return got(v.ListByFeed(ctx, "x")) }},
	{name: "Members", run: func(ctx context.Context, v *store.View, p social.Page) error { return got(v.Members(ctx, 1, p)) }},
	{name: "Accounts",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.Accounts(ctx, []social.AccountID{1, 2}))
		}},
	{name: "AccountNamed", uses: "accounts_by_name (username_key=? AND host=?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.AccountNamed(ctx, "ada", ""))
		}},
	{name: "TokenByHash", uses: "(hash=?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error { return got(v.TokenByHash(ctx, "x")) }},
	{name: "SessionByHash", uses: "(hash=?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error { return got(v.SessionByHash(ctx, "x")) }},
	{name: "UserByEmail", uses: "(email_key=?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error { return got(v.UserByEmail(ctx, "x")) }},
	{name: "SearchPosts of one author", uses: "posts_by_author (author_id=? AND id>? AND id<?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.SearchPosts(ctx, store.PostSearch{Reader: 1, By: 2, Has: []store.PostTrait{"image"}, Languages: []string{"en"}}, p))
		}},
	{name: "UnreadConversations", uses: "conversations_unread (owner_id=?)",
		run: func(ctx context.Context, v *store.View, _ social.Page) error {
			_, err := v.UnreadConversations(ctx, 1, 100)
			return err
		}},
	{name: "SearchPosts", sorts: "the last messages of one reader, as DirectPosts",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.SearchPosts(ctx, store.PostSearch{Reader: 1, Phrases: []string{"word"}}, p))
		}},
	{name: "TagUses", uses: "(tag=? AND post_id>? AND post_id<?)", sorts: "to count authors",
		run: func(ctx context.Context, v *store.View, p social.Page) error { return got(v.TagUses(ctx, "go", 1, 2)) }},
	{name: "JobDue", uses: "jobs_due (kind=? AND due_ms<?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.JobDue(ctx, "mail", storetest.Noon))
		}},
	{name: "AccountPosts of ours", uses: "posts_by_author (author_id=? AND id>? AND id<?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.AccountPosts(ctx, 1, social.AccountQuery{OursOnly: true}, p))
		}},
	{name: "MirrorPages", uses: "mirror_files_by_page (page=? AND mirror_id=?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.MirrorPages(ctx, 1, []string{"/"}))
		}},
	{name: "MirrorFiles", uses: "PRIMARY KEY (path=? AND mirror_id=?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.MirrorFiles(ctx, 1, []string{"index.html"}))
		}},
	{name: "MirrorUnder", uses: "mirror_files_by_slot (slot>? AND slot<?)", sorts: "files of one slot, if there were two",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.MirrorUnder(ctx, 1, "3f", p.Limit))
		}},
	{name: "MirrorMarks", uses: "PRIMARY KEY (mirror_id=?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.MirrorMarks(ctx, 1, storetest.Noon, p.Limit))
		}},
	{name: "FilterAccounts of ours", uses: "SEARCH u USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.FilterAccounts(ctx, social.AccountFilter{From: social.Ours, Called: "a", Roles: []social.Role{social.Member}}, p))
		}},
	{name: "EvidenceAmong", uses: "INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.EvidenceAmong(ctx, []evidence.Type{evidence.TypeHold, evidence.TypeConfig}, 100, 600, p.Limit))
		}},
	{name: "Figures", uses: "PRIMARY KEY (day>? AND day<?)",
		run: func(ctx context.Context, v *store.View, p social.Page) error {
			return got(v.Figures(ctx, 1, 30, p.Limit))
		}},
}

// got leaves out what was read. That there is no such row is fine.
func got[T any](_ T, err error) error {
	if k := errs.KindOf(err); err != nil && (k == errs.NotFound || k == errs.Unauthenticated) {
		return nil
	}
	return err
}

// mayScan are what SQLite calls a scan and is none of a table of ours.
var mayScan = regexp.MustCompile(`^SCAN ((json_each|post_words) VIRTUAL TABLE .*|up|page|newest)$`)

func isScan(line string) bool { return strings.HasPrefix(line, "SCAN ") && !mayScan.MatchString(line) }

func TestHotQueriesUseIndexes(t *testing.T) {
	s := storetest.SQLite(t)
	down := social.Page{Before: id.Floor(storetest.Noon), After: id.Floor(storetest.Noon.Add(-time.Hour)), Limit: 20}
	up := down
	up.Oldest = true
	for _, q := range hot {
		for _, p := range []social.Page{down, up} {
			plans, err := s.Plans(t.Context(), func(v *store.View) error { return q.run(t.Context(), v, p) })
			if err != nil || len(plans) == 0 {
				t.Errorf("%s: %d plans, %v", q.name, len(plans), err)
			}
			uses := false
			for _, plan := range plans {
				text := strings.Join(plan, "\n\t")
				uses = uses || strings.Contains(text, q.uses)
				for _, line := range plan {
					if isScan(line) {
						t.Errorf("%s reads a whole table: %s\n\t%s", q.name, line, text)
					}
					if strings.Contains(line, "USE TEMP B-TREE") && q.sorts == "" {
						t.Errorf("%s sorts: %s\n\t%s", q.name, line, text)
					}
				}
			}
			if !uses {
				t.Errorf("%s does not use %s:\n\t%v", q.name, q.uses, plans)
			}
		}
	}
}

// A check that finds nothing wrong with a full scan would be none.
func TestPlansShowScans(t *testing.T) {
	s := storetest.SQLite(t)
	plans, err := s.Plans(t.Context(), func(v *store.View) error { return got(v.Staff(t.Context())) })
	if err != nil || len(plans) != 1 || !isScan(plans[0][0]) {
		t.Errorf("%v, %v; want a scan of the few that are users", plans, err)
	}
}
