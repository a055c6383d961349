package strays

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// maxWords is how much of a post is shown, in characters.
const maxWords = 80

// besides are facts that follow from others by themselves.
var besides = map[string]bool{
	event.NoticeMade{}.Kind(): true, event.NoticesMerged{}.Kind(): true, event.LinkChanged{}.Kind(): true, event.Adopted{}.Kind(): true, event.VotesShifted{}.Kind(): true,
	event.PostsImported{}.Kind(): true, event.FieldsChecked{}.Kind(): true, event.BadgesChanged{}.Kind(): true, event.PollEnded{}.Kind(): true, event.AccountDeleted{}.Kind(): true, event.Widened{}.Kind(): true,
}

// tell says what a fact means. It reports false for what nobody did.
func (t *teller) tell(ctx context.Context, f event.Fact, s *Stray) (ok bool, err error) {
	if besides[f.Kind()] {
		return false, nil
	}
	who, says := social.AccountID(0), ""
	switch f := f.(type) {
	case event.PostPublished:
		who, s.Post = f.Author, f.Post
		says, s.Mergeable, err = t.published(ctx, f)
	case event.PostEdited:
		who, s.Post, says = f.Author, f.Post, fmt.Sprint("edited post ", f.Post)
	case event.PostDeleted:
		who, s.Post, says = f.Author, f.Post, fmt.Sprint("deleted post ", f.Post)
	case event.PostImported:
		who, s.Post, says = f.Author, f.Post, fmt.Sprint("brought along post ", f.Post, " from elsewhere")
	case event.Marked:
		who, s.Post, says = f.Owner, f.Post, fmt.Sprintf("%s post %d", marked(f), f.Post)
	case event.Reacted:
		who, s.Post, says = f.Owner, f.Post, fmt.Sprintf("%s %s under post %d", did(f.Off, "put", "took back"), f.Name, f.Post)
	case event.Voted:
		who, s.Post, says = f.Voter, f.Post, fmt.Sprint("voted under post ", f.Post)
	case event.Followed, event.FollowAsked, event.Unfollowed, event.Distanced:
		who, says, err = t.related(ctx, f)
	default:
		who, says, err = t.other(ctx, f)
	}
	if err != nil {
		return false, err
	}
	s.Says = says
	s.Who, err = t.name(ctx, who)
	return true, err
}

func did(off bool, begin, end string) string {
	if off {
		return end
	}
	return begin
}

// published is told with the words of the post, if it is still there.
func (t *teller) published(ctx context.Context, f event.PostPublished) (says string, mergeable bool, err error) {
	if f.BoostOf != 0 {
		return fmt.Sprint("boosted post ", f.BoostOf), false, nil
	}
	says = fmt.Sprintf("posted %d (%s)", f.Post, f.Visibility)
	p, err := t.v.Post(ctx, f.Post)
	if errors.Is(err, store.NoPost) {
		return says + ", and deleted it", false, nil
	}
	if err != nil {
		return "", false, err
	}
	if n := len(p.Media); n > 0 {
		says += fmt.Sprintf(", with %d files", n)
	}
	if p.Text != "" {
		says += fmt.Sprintf(": %q", short(p.Text))
	}
	return says, !f.Remote, nil
}

func short(s string) string {
	if r := []rune(s); len(r) > maxWords {
		return string(r[:maxWords]) + "…"
	}
	return s
}

func marked(f event.Marked) string {
	for _, m := range []struct {
		mark       social.Marks
		begin, end string
	}{
		{social.Liked, "liked", "no longer likes"}, {social.Bookmarked, "bookmarked", "no longer bookmarks"},
		{social.Pinned, "pinned", "unpinned"}, {social.MutedThread, "muted the thread of", "no longer mutes the thread of"},
		{social.VotedDown, "voted down", "no longer votes down"},
	} {
		if f.Mark.Has(m.mark) {
			return did(f.Off, m.begin, m.end)
		}
	}
	return "marked"
}

// related is what one account did about another.
func (t *teller) related(ctx context.Context, f event.Fact) (who social.AccountID, says string, err error) {
	var target social.AccountID
	switch f := f.(type) {
	case event.Followed:
		who, target, says = f.Owner, f.Target, did(!f.New, "followed", "changed what it wants to see of")
	case event.FollowAsked:
		who, target, says = f.Owner, f.Target, "asked to follow"
	case event.Unfollowed:
		who, target, says = f.Owner, f.Target, "no longer follows"
	case event.Distanced:
		who, target, says = f.Owner, f.Target, "muted, or no longer mutes,"
		if f.Blocked || f.Unblocked {
			says = did(f.Unblocked, "blocked", "unblocked")
		}
	}
	name, err := t.name(ctx, target)
	return who, says + " " + name, err
}

// other is what is said in the words of the fact: its kind and what it is about.
func (t *teller) other(ctx context.Context, f event.Fact) (who social.AccountID, says string, err error) {
	switch f := f.(type) {
	case event.Joined:
		return f.Account, did(f.Waiting, "joined", "asked to join"), nil
	case event.ProfileChanged:
		return f.Account, "changed the profile", nil
	case event.AccountLeft:
		return f.Account, "left for good", nil
	case event.Moved:
		name, err := t.name(ctx, f.Target)
		return f.Account, "moved to " + name, err
	case event.Decided:
		name, err := t.name(ctx, f.Account)
		return f.By, fmt.Sprintf("decided about %s: %s", name, f.Action), err
	case event.Reported:
		name, err := t.name(ctx, f.Target)
		return f.Reporter, "reported " + name, err
	case event.TagFollowed:
		return f.Owner, did(f.Off, "followed", "no longer follows") + " #" + f.Tag, nil
	case event.ListChanged:
		return f.Owner, "changed a list", nil
	case event.FiltersChanged:
		return f.Owner, "changed filters", nil
	case event.SettingsChanged:
		return 0, "the settings of the house changed", nil
	case event.AccessChanged:
		return f.Account, "who may do what changed, or somebody signed out", nil
	}
	b, err := json.Marshal(f)
	return 0, strings.ReplaceAll(f.Kind(), ".", " ") + " " + string(b), err
}
