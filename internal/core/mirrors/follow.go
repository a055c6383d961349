package mirrors

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// followerName is the cursor's.
const followerName = "mirrors"

// Follower marks the pages that facts have changed. What shows less than before
// is found by what pages show; what shows more, by where it belongs.
func Follower() work.Follower {
	return work.Follower{Name: followerName, Urgent: []event.Fact{event.PostPublished{}, event.PostEdited{}, event.PostDeleted{}, event.PostJudged{}, event.ReplyHeld{}}, Follow: func(ctx context.Context, tx *store.Tx, r event.Record) error {
		if kept, err := tx.Mirrors(ctx); err != nil || len(kept) == 0 {
			return err
		}
		return follow(ctx, marker{tx}, r.Fact)
	}}
}

// A marker marks.
type marker struct{ *store.Tx }

func follow(ctx context.Context, m marker, fact event.Fact) error {
	switch f := fact.(type) {
	case event.PostPublished:
		return m.came(ctx, f.Post, f.Author, f.ReplyTo, f.BoostOf, f.QuoteOf)
	case event.PostImported:
		return m.came(ctx, f.Post, f.Author, f.ReplyTo, f.BoostOf, 0)
	case event.PostDeleted:
		return m.left(ctx, f)
	case event.PostEdited:
		return m.edited(ctx, f.Post)
	case event.PostJudged:
		return m.edited(ctx, f.Post)
	case event.ReplyHeld: // what is let through for the first time comes as a post
		if f.State == social.HeldNot && f.Was == social.HeldHidden {
			return m.edited(ctx, f.Post)
		}
		return m.posts(ctx, f.Post, f.ReplyTo)
	case event.ThreadChanged:
		return m.posts(ctx, f.Thread)
	case event.Adopted:
		return m.adopted(ctx, f)
	case event.VotesShifted:
		return m.posts(ctx, f.Posts...)
	case event.Marked:
		return m.marked(ctx, f)
	case event.TagRuled:
		return m.MarkMirrorPages(ctx, tagPage(f.Tag))
	case event.SettingsChanged, event.EmojisChanged:
		return m.MarkMirrorWhole(ctx)
	}
	if post := changed(fact); post != 0 {
		return m.posts(ctx, post)
	}
	return m.account(ctx, fact)
}

// changed is the post that a fact is about which changes nothing but how it is
// shown.
func changed(fact event.Fact) social.PostID {
	switch f := fact.(type) {
	case event.Voted:
		return f.Post
	case event.PollEnded:
		return f.Post
	case event.Reacted:
		return f.Post
	case event.MediaChanged:
		return f.Post
	case event.LinkChanged:
		return f.Post
	case event.QuoteChanged:
		return f.Post
	}
	return 0
}

// posts marks what shows posts.
func (m marker) posts(ctx context.Context, posts ...social.PostID) error {
	var things []string
	for _, p := range posts {
		if p != 0 {
			things = append(things, social.MirrorPostThing(p))
		}
	}
	return m.MarkMirrorThings(ctx, things...)
}

// came marks where a new post belongs, and what it answers and passes on.
func (m marker) came(ctx context.Context, post social.PostID, author social.AccountID, parent, boosted, quoted social.PostID) error {
	if err := m.posts(ctx, parent, boosted, quoted); err != nil {
		return err
	}
	a, err := m.Account(ctx, author)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return nil // gone since
	}
	if err != nil || !a.Local() {
		return err
	}
	p, err := m.Post(ctx, post)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return nil
	}
	if err != nil {
		return err
	}
	if p.Visibility != social.Public && p.Visibility != social.Unlisted {
		return m.profiles(ctx, author) // they tell how many there are
	}
	if err := m.belongs(ctx, a, p); err != nil || p.IsBoost() {
		return err
	}
	return m.thread(ctx, p.ID)
}

// belongs marks the lists that a post stands in.
func (m marker) belongs(ctx context.Context, a social.Account, p social.Post) error {
	lists := pagesOf(a)
	if p.Visibility == social.Public && !p.IsBoost() {
		if !p.ToOthers() {
			lists = append(lists, PublicPage)
			if err := m.MarkMirrorPages(ctx, HomePage); err != nil {
				return err
			}
		}
		for _, t := range p.Tags {
			lists = append(lists, tagPage(t))
		}
	}
	for _, l := range lists {
		if err := m.MarkMirrorList(ctx, l, p.ID); err != nil {
			return err
		}
	}
	return nil
}

// inThread is how far above a post its answers are shown to strangers: no page
// has more of them, one below the other.
const inThread = 60

// thread marks the pages of what a post answers, which show it below.
func (m marker) thread(ctx context.Context, post social.PostID) error {
	above, err := m.Ancestors(ctx, post, inThread)
	if err != nil {
		return err
	}
	all, err := m.Posts(ctx, append(above, post))
	if err != nil {
		return err
	}
	for _, p := range all {
		a, err := m.Account(ctx, p.Author)
		if errs.KindOf(err) == errs.NotFound && err != nil || err == nil && !a.Local() {
			continue
		}
		if err != nil {
			return err
		}
		if err := m.MarkMirrorPages(ctx, PostPage(a.Username, p.ID)); err != nil {
			return err
		}
	}
	return nil
}

// left marks what showed a post that is gone.
func (m marker) left(ctx context.Context, f event.PostDeleted) error {
	if err := m.posts(ctx, f.Post, f.ReplyTo, f.BoostOf, f.QuoteOf); err != nil {
		return err
	}
	return m.profiles(ctx, f.Author)
}

// edited marks what shows a post, and the lists that it may stand in now.
func (m marker) edited(ctx context.Context, post social.PostID) error {
	if err := m.posts(ctx, post); err != nil {
		return err
	}
	p, err := m.Post(ctx, post)
	if err == nil {
		return m.came(ctx, post, p.Author, 0, 0, 0)
	}
	if errs.KindOf(err) == errs.NotFound {
		return nil
	}
	return err
}

// adopted marks the threads that posts have come into.
func (m marker) adopted(ctx context.Context, f event.Adopted) error {
	if err := m.posts(ctx, append(f.Others, f.Post, f.ReplyTo)...); err != nil {
		return err
	}
	for _, p := range append(f.Others, f.Post) {
		if p != 0 {
			if err := m.thread(ctx, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// marked marks what shows the count of a post, or what its author pinned.
func (m marker) marked(ctx context.Context, f event.Marked) error {
	switch f.Mark {
	case social.Liked, social.VotedDown, social.Boosted:
		return m.posts(ctx, f.Post)
	case social.Pinned:
		return m.profiles(ctx, f.Owner)
	}
	return nil
}

// account marks what shows somebody who changed.
func (m marker) account(ctx context.Context, fact event.Fact) error {
	switch f := fact.(type) {
	case event.Joined:
		return m.profiles(ctx, f.Account)
	case event.Followed:
		return m.profiles(ctx, f.Owner, f.Target)
	case event.Unfollowed:
		return m.profiles(ctx, f.Owner, f.Target)
	case event.ProfileChanged:
		return m.person(ctx, f.Account)
	case event.FieldsChecked:
		return m.person(ctx, f.Account)
	case event.BadgesChanged:
		return m.person(ctx, f.Account)
	case event.Moved:
		return m.person(ctx, f.Account)
	case event.AccountLeft:
		return m.person(ctx, f.Account)
	case event.AccountDeleted:
		return m.person(ctx, f.Account)
	case event.Decided:
		switch f.Action {
		case social.Unlimit, social.Unsuspend:
			return m.MarkMirrorWhole(ctx) // what they said may belong anywhere
		}
		return m.person(ctx, f.Account)
	case event.AccessChanged:
		if f.Account != 0 && f.Token == 0 {
			return m.profiles(ctx, f.Account)
		}
	}
	return nil
}

// person marks all that shows somebody.
func (m marker) person(ctx context.Context, who social.AccountID) error {
	if err := m.MarkMirrorThings(ctx, social.MirrorAccountThing(who)); err != nil {
		return err
	}
	return m.profiles(ctx, who)
}

// profiles marks the own pages of people who live here.
func (m marker) profiles(ctx context.Context, who ...social.AccountID) error {
	as, err := m.Accounts(ctx, who)
	if err != nil {
		return err
	}
	for _, a := range as {
		if a.Local() {
			if err := m.MarkMirrorPages(ctx, pagesOf(a)...); err != nil {
				return err
			}
		}
	}
	return nil
}
