package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// onlyOurs are columns that name accounts of this house alone.
var onlyOurs = []string{"sessions.account_id", "tokens.account_id", "codes.account_id", "mail_tokens.account_id", "invites.owner_id", "thread_mutes.owner_id", "notes.owner_id", "lists.owner_id",
	"markers.owner_id", "unsuggested.owner_id", "filters.owner_id", "scheduled.owner_id", "drafts.owner_id", "push_subscriptions.account_id", "imports.owner_id", "imported_posts.owner_id", "tag_follows.owner_id",
	"featured_tags.owner_id", "reply_rules.owner_id", "keepers.owner_id", "keepers.keeper_id", "thread_acts.owner_id", "shut_hosts.owner_id", "conversations.owner_id", "notice_policies.owner_id", "notice_requests.owner_id", "notices.owner_id",
	"announcement_reads.owner_id", "announcement_reactions.owner_id", "pins.owner_id", "field_checks.account_id",
	"jurors.account_id", "jury_seats.account_id", "pictures.sender_id", "confirmations.account_id", "likenesses.account_id", "likenesses.other_id"}

// goAlong are columns of what goes with an account, and does not keep it.
var goAlong = []string{"contacts.account_id", "public_keys.account_id", "acts.owner_id", "synchronized.account_id"}

// Whoever makes a table that names accounts says whether it keeps an account
// of another server from being forgotten.
func TestStrangersKnowEveryTable(t *testing.T) {
	refers, err := storetest.SQLite(t).References(t.Context(), "accounts")
	if err != nil || len(refers) < 20 {
		t.Fatalf("%v, %v", refers, err)
	}
	for _, at := range refers {
		table, column, _ := strings.Cut(at, ".")
		_, asked, _ := strings.Cut(store.Tied, "FROM "+table+" WHERE ")
		asked, _, _ = strings.Cut(asked, ")")
		if !strings.Contains(asked, column+" = a.id") && !slices.Contains(onlyOurs, at) && !slices.Contains(goAlong, at) {
			t.Errorf("%s names accounts: add it to tied in stranger.go, or here", at)
		}
	}
}

// forgotten are columns of what goes with a post, and does not keep it.
var forgotten = []string{"post_edits.post_id", "post_keys.post_id", "post_tags.post_id", "orphans.post_id", "quote_stamps.post_id", "reaction_counts.post_id", "quiet_posts.post_id", "thread_acts.thread_id",
	"vote_sums.post_id", "vote_parts.post_id", "vote_weights.post_id", "post_views.post_id"}

// Whoever makes a table that names posts says whether it keeps a post from
// elsewhere from being forgotten.
func TestForgettingKnowsEveryTable(t *testing.T) {
	refers, err := storetest.SQLite(t).References(t.Context(), "posts")
	if err != nil || len(refers) < 10 {
		t.Fatalf("%v, %v", refers, err)
	}
	for _, at := range refers {
		table, _, _ := strings.Cut(at, ".")
		if !strings.Contains(store.Touched, "FROM "+table+" ") && !slices.Contains(forgotten, at) {
			t.Errorf("%s names posts: add it to touched in stranger.go, or here", at)
		}
	}
}

// fileColumns are those whose name says that they hold the name of a file of
// the blob store; those that do not, but addresses elsewhere, or that say something
// of files which others name, are said here.
var fileColumns, noFiles = []string{"file", "preview", "still", "avatar", "header", "image", "picture", "thumbnail", "cover", "icon"}, []string{"foreign_emojis.image", "pictures.file"}

// A file that no row names is removed: a column that is not asked would lose
// all its files.
func TestEveryFileColumnIsAsked(t *testing.T) {
	columns, err := storetest.SQLite(t).Columns(t.Context())
	if err != nil || len(columns) < 100 {
		t.Fatalf("%v, %v", columns, err)
	}
	found := 0
	for _, at := range columns {
		table, column, _ := strings.Cut(at, ".")
		if !slices.ContainsFunc(fileColumns, func(f string) bool { return column == f || strings.HasSuffix(column, "_"+f) }) || slices.Contains(noFiles, at) {
			continue
		}
		if found++; !strings.Contains(store.NamedFilesQuery, fmt.Sprintf("SELECT %s FROM %s ", column, table)) {
			t.Errorf("%s seems to hold names of files: add it to namedFiles in file.go, or here", at)
		}
	}
	if found != 7 {
		t.Errorf("%d columns, want the 7 that are known; count the new one", found)
	}
}

func TestNamedFiles(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		if err := s.Write(ctx, func(tx *store.Tx) error {
			for i, host := range []string{"", "far.example"} {
				a := social.Account{ID: social.AccountID(i + 1), Username: "ada", Host: host, Kind: social.Person, Standing: social.Good, Avatar: "avatar" + host, Header: "header" + host}
				if err := tx.AddAccount(ctx, a); err != nil {
					return err
				}
			}
			if err := tx.AddMedia(ctx, social.Media{ID: 3, Owner: 1, State: social.MediaReady, File: "file", Preview: "preview"}, ""); err != nil {
				return err
			}
			if err := tx.AddEmoji(ctx, social.Emoji{ID: 4, Shortcode: "cat", File: "moves", Still: "still"}); err != nil {
				return err
			}
			l, err := tx.ClaimLink(ctx, "https://far.example/")
			if err != nil {
				return err
			}
			l.Image = "link"
			return tx.SetLink(ctx, l)
		}); err != nil {
			t.Fatal(err)
		}
		want := []string{"avatar", "file", "header", "link", "moves", "preview", "still"}
		if err := s.Read(ctx, func(v *store.View) error {
			got, err := v.NamedFiles(ctx, append([]string{"", "nobody's", "avatarfar.example", "headerfar.example"}, want...))
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%v, want %v", got, want)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

// Looking through what came from elsewhere reads each row by its id.
func TestForgettingUsesIndexes(t *testing.T) {
	s, old := storetest.SQLite(t), social.PostID(id.Floor(storetest.Noon))
	for what, run := range map[string]func(ctx context.Context, v *store.View) error{
		"UntouchedPosts": func(ctx context.Context, v *store.View) error {
			return got(v.UntouchedPosts(ctx, []social.PostID{1, 2}, old))
		},
		"PostsElsewhere": func(ctx context.Context, v *store.View) error { return got(v.PostsElsewhere(ctx, 1, old, 10)) },
		"Strangers": func(ctx context.Context, v *store.View) error {
			return got(v.Strangers(ctx, []social.AccountID{1, 2}, storetest.Noon))
		},
	} {
		plans, err := s.Plans(t.Context(), func(v *store.View) error { return run(t.Context(), v) })
		if err != nil || len(plans) != 1 {
			t.Fatalf("%s: %v, %v", what, plans, err)
		}
		for _, line := range plans[0] {
			if isScan(line) && !strings.HasPrefix(line, "SCAN w") || strings.Contains(line, "accounts_by_host") {
				t.Errorf("%s: %s\n\t%s", what, line, strings.Join(plans[0], "\n\t"))
			}
		}
	}
}
