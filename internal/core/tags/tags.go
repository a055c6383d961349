// Package tags is what people do with hashtags: follow them, so that public
// posts with them come home, and show them on their pages.
package tags

import (
	"context"
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Limits of a page of followed tags, and of suggestions and what they are
// taken from.
const (
	DefaultPage    = 100
	MaxPage        = 200
	maxSuggestions = 10
	recentPosts    = 500
)

// Service does it.
type Service struct {
	store *store.Store
	view  *view.View
}

// New returns a Service.
func New(s *store.Store, v *view.View) *Service { return &Service{store: s, view: v} }

// check is a tag's key and its name as typed, or why it is none.
func check(typed string) (key, name string, err error) {
	name = social.TagName(typed)
	if ps := text.Parse("#" + name); len(ps) != 1 || ps[0].Kind != text.Tag {
		return "", "", errs.New(errs.Invalid, "Validation failed: A tag is made of letters, digits and _, and not of digits only.")
	}
	return social.TagKey(name), name, nil
}

// Follow has the public posts with a tag come to by's home. Following again is
// fine.
func (s *Service) Follow(ctx context.Context, by social.Actor, tag string) error {
	key, name, err := check(tag)
	if err != nil {
		return err
	}
	return s.store.WriteFor(ctx, by, "follow tag", func(tx *store.Tx) error {
		isNew, err := tx.FollowTag(ctx, by.Account, key, name)
		if err != nil || !isNew {
			return err
		}
		if n, err := tx.FollowedTagCount(ctx, by.Account); err != nil {
			return err
		} else if n > social.MaxFollowedTags {
			return errs.Newf(errs.Invalid, "Validation failed: You can follow at most %d tags.", social.MaxFollowedTags)
		}
		tx.Record(event.TagFollowed{Owner: by.Account, Tag: key})
		return nil
	})
}

// Unfollow ends that. Not following is fine.
func (s *Service) Unfollow(ctx context.Context, by social.Actor, tag string) error {
	return s.store.WriteFor(ctx, by, "unfollow tag", func(tx *store.Tx) error {
		was, err := tx.UnfollowTag(ctx, by.Account, social.TagKey(tag))
		if was {
			tx.Record(event.TagFollowed{Owner: by.Account, Tag: social.TagKey(tag), Off: true})
		}
		return err
	})
}

// Followed is a page of the tags that by follows, the last first.
func (s *Service) Followed(ctx context.Context, by social.Actor, p social.Page) (out view.Slice[social.FollowedTag], err error) {
	err = s.store.Read(ctx, func(v *store.View) (err error) {
		out.Items, err = v.FollowedTags(ctx, by.Account, p)
		return err
	})
	if n := len(out.Items); n > 0 {
		if p.Oldest { // pages are shown newest first
			slices.Reverse(out.Items)
		}
		out.Newest, out.Oldest = int64(out.Items[0].ID), int64(out.Items[n-1].ID)
	}
	return out, err
}

// Feature has by's page show a tag. Featuring again is fine.
func (s *Service) Feature(ctx context.Context, by social.Actor, tag string) (out Featured, err error) {
	key, name, err := check(tag)
	if err != nil {
		return out, err
	}
	err = s.store.WriteFor(ctx, by, "feature tag", func(tx *store.Tx) error {
		all, err := tx.FeaturedTags(ctx, by.Account)
		if err != nil {
			return err
		}
		out.FeaturedTag = social.FeaturedTag{ID: social.FeaturedTagID(id.New(tx.Now)), Key: key, Name: name}
		if i := slices.IndexFunc(all, func(t social.FeaturedTag) bool { return t.Key == key }); i >= 0 {
			out.FeaturedTag = all[i]
		} else if len(all) >= social.MaxFeaturedTags {
			return errs.Newf(errs.Invalid, "Validation failed: You can feature at most %d tags.", social.MaxFeaturedTags)
		} else if err := tx.FeatureTag(ctx, by.Account, out.FeaturedTag); err != nil {
			return err
		}
		return count(ctx, &tx.View, by.Account, []*Featured{&out})
	})
	return out, err
}

// Unfeature ends that. Not featuring is fine.
func (s *Service) Unfeature(ctx context.Context, by social.Actor, tag string) error {
	err := s.unfeature(ctx, by, func(t social.FeaturedTag) bool { return t.Key == social.TagKey(tag) })
	if errs.KindOf(err) == errs.NotFound {
		return nil
	}
	return err
}

// Remove is Unfeature by what is shown, or NotFound.
func (s *Service) Remove(ctx context.Context, by social.Actor, which social.FeaturedTagID) error {
	return s.unfeature(ctx, by, func(t social.FeaturedTag) bool { return t.ID == which })
}

func (s *Service) unfeature(ctx context.Context, by social.Actor, which func(social.FeaturedTag) bool) error {
	return s.store.WriteFor(ctx, by, "unfeature tag", func(tx *store.Tx) error {
		all, err := tx.FeaturedTags(ctx, by.Account)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, which)
		if i < 0 {
			return store.NoPost
		}
		return tx.UnfeatureTag(ctx, by.Account, all[i].ID)
	})
}

// Featured is a tag on somebody's page, and how they use it in posts that are
// for everybody.
type Featured struct {
	social.FeaturedTag
	Uses int
	Last time.Time // zero if they never did
}

// Featured is what an account features, as by may see it. Who is blocked is
// shown nothing.
func (s *Service) Featured(ctx context.Context, by social.Actor, of social.AccountID) ([]Featured, error) {
	owner, err := s.view.Face(ctx, of)
	if err != nil {
		return nil, err
	}
	reader, err := s.view.Reader(ctx, by.Account)
	if err != nil || owner.Standing != social.Good || reader.Relation(of, s.store.Now()).BlockedBy {
		return nil, err
	}
	var out []*Featured
	err = s.store.Read(ctx, func(v *store.View) error {
		all, err := v.FeaturedTags(ctx, of)
		for _, t := range all {
			out = append(out, &Featured{FeaturedTag: t})
		}
		if err != nil || len(out) == 0 {
			return err
		}
		return count(ctx, v, of, out)
	})
	list := make([]Featured, len(out))
	for i, f := range out {
		list[i] = *f
	}
	return list, err
}

// count fills in how tags are used by their owner.
func count(ctx context.Context, v *store.View, owner social.AccountID, all []*Featured) error {
	keys := make([]string, len(all))
	for i, f := range all {
		keys[i] = f.Key
	}
	uses, err := v.TagUsesBy(ctx, owner, keys)
	for _, u := range uses {
		f := all[slices.Index(keys, u.Tag)]
		f.Uses, f.Last = u.Uses, u.Last
	}
	return err
}

// Suggestions are tags that by used lately and does not feature.
func (s *Service) Suggestions(ctx context.Context, by social.Actor) (keys []string, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		featured, err := v.FeaturedTags(ctx, by.Account)
		if err != nil {
			return err
		}
		uses, err := v.RecentTagsBy(ctx, by.Account, recentPosts, maxSuggestions+social.MaxFeaturedTags)
		for _, u := range uses {
			if shown := func(t social.FeaturedTag) bool { return t.Key == u.Tag }; !slices.ContainsFunc(featured, shown) {
				keys = append(keys, u.Tag)
			}
		}
		return err
	})
	return keys[:min(len(keys), maxSuggestions)], err
}

// A Stand is what by does with tags.
type Stand struct{ follows, features map[string]bool }

// Follows reports whether by follows a tag, and Features whether by features
// it, given the key.
func (s Stand) Follows(key string) bool { return s.follows[key] }

// Features reports whether by features a tag.
func (s Stand) Features(key string) bool { return s.features[key] }

// Stands is how by stands to some tags.
func (s *Service) Stands(ctx context.Context, by social.Actor, keys []string) (st Stand, err error) {
	if !by.SignedIn() || len(keys) == 0 {
		return st, nil
	}
	reader, err := s.view.Reader(ctx, by.Account)
	if err != nil {
		return st, err
	}
	st.follows, st.features = map[string]bool{}, map[string]bool{}
	for _, k := range keys {
		st.follows[k] = reader.FollowsTag(k)
	}
	return st, s.store.Read(ctx, func(v *store.View) error {
		all, err := v.FeaturedTags(ctx, by.Account)
		for _, t := range all {
			st.features[t.Key] = true
		}
		return err
	})
}
