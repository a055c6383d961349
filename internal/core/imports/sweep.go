package imports

import (
	"context"
	"errors"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// sweepPage is how much of what is there is compared with the file at once.
const sweepPage = 200

// sweep ends what is not in the file. When it is interrupted it begins anew,
// and meets what is left.
func (s *Service) sweep(ctx context.Context, by social.Actor, imp social.Import) (err error) {
	n := 0
	switch imp.Kind {
	case social.ImportFollowing:
		n, err = s.sweepPeople(ctx, by, imp, social.EdgesFollowing, s.Relations.Unfollow)
	case social.ImportBlocks:
		n, err = s.sweepPeople(ctx, by, imp, social.EdgesBlocking, s.Relations.Unblock)
	case social.ImportMutes:
		n, err = s.sweepPeople(ctx, by, imp, social.EdgesMuting, s.Relations.Unmute)
	case social.ImportBookmarks:
		n, err = s.sweepBookmarks(ctx, by, imp)
	case social.ImportLists:
		n, err = s.sweepLists(ctx, by, imp)
	}
	if errors.Is(err, errGone) {
		return nil
	}
	return errors.Join(err, s.store.Write(ctx, func(tx *store.Tx) error {
		now, gone := tx.HoldImport(ctx, imp.ID)
		if gone != nil {
			return gone
		}
		now.Removed += n
		now.Swept = err == nil
		return tx.SetImport(ctx, now)
	}))
}

// errGone is for an import that was cancelled while it was worked at.
var errGone = errors.New("no longer wanted")

// wanted reports whether imp goes on.
func (s *Service) wanted(ctx context.Context, v *store.View, imp social.Import) error {
	now, err := v.ImportByID(ctx, imp.ID)
	if errs.KindOf(err) == errs.NotFound && err != nil || err == nil && now.State != social.ImportRunning {
		return errGone
	}
	return err
}

func (s *Service) sweepPeople(ctx context.Context, by social.Actor, imp social.Import, k social.EdgeKind,
	end func(context.Context, social.Actor, social.AccountID) error) (n int, err error) {
	for page := (social.Page{Limit: sweepPage}); ; {
		var edges []store.Edge
		var over []social.AccountID
		if err := s.store.Read(ctx, func(v *store.View) (err error) {
			if err = s.wanted(ctx, v, imp); err != nil {
				return err
			}
			if edges, err = v.Edges(ctx, k, by.Account, page); err != nil {
				return err
			}
			over, err = notIn(ctx, v, imp, edges)
			return err
		}); err != nil || len(edges) == 0 {
			return n, err
		}
		for _, who := range over {
			if err := end(ctx, by, who); err != nil && errs.KindOf(err) != errs.NotFound {
				return n, err
			}
			n++
		}
		page.Before = edges[len(edges)-1].ID
	}
}

// notIn is those of edges that the file does not name.
func notIn(ctx context.Context, v *store.View, imp social.Import, edges []store.Edge) (over []social.AccountID, err error) {
	ids := make([]social.AccountID, len(edges))
	for i, e := range edges {
		ids[i] = e.Other
	}
	people, err := v.Accounts(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, a := range people {
		named, err := v.LineAbout(ctx, imp.ID, strings.ToLower(a.Acct()))
		if err != nil {
			return nil, err
		}
		if !named {
			over = append(over, a.ID)
		}
	}
	return over, nil
}

func (s *Service) sweepBookmarks(ctx context.Context, by social.Actor, imp social.Import) (n int, err error) {
	for page := (social.Page{Limit: sweepPage}); ; {
		var marks []store.Marking
		var over []social.PostID
		if err := s.store.Read(ctx, func(v *store.View) (err error) {
			if err = s.wanted(ctx, v, imp); err != nil {
				return err
			}
			if marks, err = v.MarkedBy(ctx, social.Bookmarked, by.Account, page); err != nil {
				return err
			}
			for _, m := range marks {
				named, err := s.names(ctx, v, imp, m.Post)
				if err != nil {
					return err
				}
				if !named {
					over = append(over, m.Post)
				}
			}
			return nil
		}); err != nil || len(marks) == 0 {
			return n, err
		}
		for _, p := range over {
			if _, err := s.Posts.Mark(ctx, by, p, social.Bookmarked, false); err != nil && errs.KindOf(err) != errs.NotFound {
				return n, err
			}
			n++
		}
		page.Before = int64(marks[len(marks)-1].ID)
	}
}

// names reports whether a file of bookmarks names a post by any of its
// addresses.
func (s *Service) names(ctx context.Context, v *store.View, imp social.Import, which social.PostID) (bool, error) {
	p, err := v.Post(ctx, which)
	if err != nil {
		return false, err
	}
	origin, err := v.OriginOf(ctx, imp.Owner, which)
	if err != nil {
		return false, err
	}
	for _, target := range []string{hereTarget(which), p.URI, origin} {
		named, err := v.LineAbout(ctx, imp.ID, target)
		if err != nil || named && target != "" {
			return named, err
		}
	}
	return false, nil
}

// sweepLists removes the lists that the file does not name, and empties the
// others, which it fills.
func (s *Service) sweepLists(ctx context.Context, by social.Actor, imp social.Import) (n int, err error) {
	var over []social.List
	members := map[social.ListID][]social.AccountID{}
	if err := s.store.Read(ctx, func(v *store.View) error {
		if err := s.wanted(ctx, v, imp); err != nil {
			return err
		}
		lists, err := v.Lists(ctx, by.Account)
		if err != nil {
			return err
		}
		for _, l := range lists {
			named, err := v.LineAbout(ctx, imp.ID, l.Title)
			if err != nil {
				return err
			}
			if !named {
				over = append(over, l)
				continue
			}
			if members[l.ID], err = v.Members(ctx, l.ID, social.Page{Limit: social.MaxMembers}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return 0, err
	}
	for _, l := range over {
		if err := s.Lists.Delete(ctx, by, l.ID); err != nil && errs.KindOf(err) != errs.NotFound {
			return n, err
		}
		n++
	}
	for l, ms := range members {
		if err := s.Lists.EndMembers(ctx, by, l, ms); err != nil && errs.KindOf(err) != errs.NotFound {
			return n, err
		}
	}
	return n, nil
}
