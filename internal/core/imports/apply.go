package imports

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// about does what a line says of somebody, unless it is so already.
func (s *Service) about(ctx context.Context, by social.Actor, k social.ImportKind, r row) error {
	them, rel, err := s.person(ctx, by, r)
	if errs.KindOf(err) == errs.NotFound && err != nil && r.Host != "" && s.found(ctx, r) {
		them, rel, err = s.person(ctx, by, r)
	}
	switch {
	case errs.KindOf(err) == errs.NotFound && err != nil && r.Host != "":
		return outcome{social.LineWaiting, fmt.Sprintf("%s is on another server and not known here yet.", r.acct())}
	case errs.KindOf(err) == errs.NotFound && err != nil, err == nil && them.Standing == social.Pending:
		return outcome{social.LineFailed, fmt.Sprintf("There is nobody called %s here.", r.Name)}
	case err != nil:
		return err
	}
	switch k {
	case social.ImportFollowing:
		return s.follow(ctx, by, them, rel, r)
	case social.ImportBlocks:
		if rel.Blocks {
			return nil
		}
		return s.Relations.Block(ctx, by, them.ID)
	case social.ImportMutes:
		if rel.Mutes && rel.MuteNotices == r.Notices && rel.MuteUntil.IsZero() {
			return nil
		}
		return s.Relations.Mute(ctx, by, them.ID, r.Notices, 0)
	case social.ImportLists:
		return s.putOnList(ctx, by, them.ID, r.List)
	}
	return fmt.Errorf("imports of %s have no lines about people", k)
}

// person is whom a line is about, and how by stands to them, or NotFound.
func (s *Service) person(ctx context.Context, by social.Actor, r row) (them social.Account, rel social.Relation, err error) {
	err = s.store.Read(ctx, func(v *store.View) (err error) {
		if them, err = v.AccountNamed(ctx, r.Name, r.Host); err != nil {
			return err
		}
		rel, err = v.Relation(ctx, by.Account, them.ID)
		return err
	})
	return them, rel, err
}

// findWait is how long a line waits for another server. It has to fit, twice,
// into what a piece of an import may take.
const findWait = 2500 * time.Millisecond

// found asks another server for whom a line is about. Who is not to be had now
// may be when the line is seen to again.
func (s *Service) found(ctx context.Context, r row) bool {
	if s.Find == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, findWait)
	defer cancel()
	return s.Find(ctx, r.Name, r.Host) == nil
}

func (s *Service) follow(ctx context.Context, by social.Actor, them social.Account, rel social.Relation, r row) error {
	same := rel.Boosts == r.Boosts && rel.Notify == r.Notify && slices.Equal(rel.Languages, r.Languages)
	if same && (rel.Follows || rel.Requested) {
		return nil
	}
	f := social.Follow{Target: them.ID, Boosts: r.Boosts, Notify: r.Notify, Languages: r.Languages}
	if err := s.Relations.Follow(ctx, by, f); err != nil {
		return err
	}
	if them.Locked && !rel.Follows {
		return outcome{social.LineDone, fmt.Sprintf("%s approves followers by hand and was asked.", them.Acct())}
	}
	return nil
}

// putOnList makes the list if there is none of that title.
func (s *Service) putOnList(ctx context.Context, by social.Actor, who social.AccountID, title string) error {
	var lists, with []social.List
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		if lists, err = v.Lists(ctx, by.Account); err != nil {
			return err
		}
		with, err = v.ListsWith(ctx, by.Account, who)
		return err
	}); err != nil {
		return err
	}
	called := func(l social.List) bool { return l.Title == title }
	if slices.ContainsFunc(with, called) {
		return nil
	}
	i := slices.IndexFunc(lists, called)
	if i < 0 {
		l, err := s.Lists.Add(ctx, by, social.List{Title: title, Replies: social.RepliesList})
		if err != nil {
			return err
		}
		lists, i = []social.List{l}, 0
	}
	return s.Lists.AddMembers(ctx, by, lists[i].ID, []social.AccountID{who})
}

// keepBookmark bookmarks the post at an address: one of here, one that came
// along with an archive, or one of elsewhere that is known here. A post that
// is not for by is as unknown as one that is not there.
func (s *Service) keepBookmark(ctx context.Context, by social.Actor, at string) error {
	which := s.postHere(at)
	if which == 0 {
		err := s.store.Read(ctx, func(v *store.View) (err error) {
			if which, err = v.PostFrom(ctx, by.Account, at); errors.Is(err, store.NoPost) {
				which, err = v.PostByURI(ctx, at)
			}
			return err
		})
		if err != nil && !errors.Is(err, store.NoPost) {
			return err
		}
	}
	if which != 0 {
		_, err := s.Posts.Mark(ctx, by, which, social.Bookmarked, true)
		if errs.KindOf(err) != errs.NotFound || err == nil {
			return err
		}
	}
	if s.postHere(at) != 0 {
		return outcome{social.LineFailed, "There is no such post here, or it is not for you."}
	}
	return outcome{social.LineWaiting, "This post is on another server and not known here yet."}
}
