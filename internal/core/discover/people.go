package discover

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/social/trend"
	"github.com/plaza-social/plaza/internal/store"
)

// Limits of suggestions.
const (
	MaxSuggestions = 80
	maxFriends     = 100 // of a reader, whose follows are looked at
	MaxDirectory   = 80
	MaxOffset      = 1000
)

// A Reason says why somebody is suggested.
type Reason string

// The reasons, as Mastodon names them.
// https://docs.joinmastodon.org/entities/Suggestion/#sources
const (
	FriendsOfFriends Reason = "friends_of_friends"
	MostFollowed     Reason = "most_followed"
)

// A Suggestion is somebody by may want to follow, and why.
type Suggestion struct {
	Account *view.Face
	Reasons []Reason
	Why     []trend.Reason // the same, with how many
}

// Suggestions is whom by may want to follow: first whom those that by follows
// follow, then whom most people here do. Only who wants to be found is named.
func (s *Service) Suggestions(ctx context.Context, by social.Actor, limit int) ([]Suggestion, error) {
	var order []social.AccountID
	why := map[social.AccountID][]Reason{}
	take := func(ids []social.AccountID, r Reason) {
		for _, who := range ids {
			if why[who] == nil {
				order = append(order, who)
			}
			why[who] = append(why[who], r)
		}
	}
	if err := s.store.Read(ctx, func(v *store.View) error {
		friends, err := v.FriendsOfFriends(ctx, by.Account, maxFriends, limit)
		if err != nil {
			return err
		}
		take(friends, FriendsOfFriends)
		most, err := v.MostFollowed(ctx, by.Account, limit)
		take(most, MostFollowed)
		return err
	}); err != nil {
		return nil, err
	}
	order = order[:min(limit, len(order))]
	followed, err := heeds(ctx, s, by, func(v *store.View) (map[social.AccountID]int, error) {
		return v.FollowsByFollowed(ctx, by.Account, order)
	})
	if err != nil {
		return nil, err
	}
	faces, err := s.offeredTo(ctx, by, order)
	var out []Suggestion
	for _, f := range faces {
		x := Suggestion{Account: f, Reasons: why[f.ID]}
		if slices.Contains(x.Reasons, MostFollowed) {
			x.Why = []trend.Reason{{Kind: trend.Most}}
		}
		x.Why = trend.Because(trend.Followed, followed[f.ID], x.Why)
		out = append(out, x)
	}
	return out, err
}

// offered reports whether f may be put before people who do not follow it, as it
// stands now: whoever was counted before may have thought better of it.
func offered(f *view.Face) bool {
	return f.Discoverable && f.Standing == social.Good && !f.Limited && f.MovedTo == 0
}

// Dismiss has somebody not be suggested to by again.
func (s *Service) Dismiss(ctx context.Context, by social.Actor, who social.AccountID) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	if _, err := s.view.Face(ctx, who); err != nil {
		return err
	}
	return s.store.Write(ctx, func(tx *store.Tx) error { return tx.Unsuggest(ctx, by.Account, who) })
}

// Directory is those who want to be found. Who blocks by, or is blocked, is
// left out; full says that there may be more.
func (s *Service) Directory(ctx context.Context, by social.Actor, newest, ours bool, offset, limit int) (out []*view.Face, full bool, err error) {
	var ids []social.AccountID
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		ids, err = v.Directory(ctx, newest, ours, limit, offset)
		return err
	}); err != nil {
		return nil, false, err
	}
	faces, err := s.offeredTo(ctx, by, ids)
	return faces, len(ids) == limit, err
}

// offeredTo is those of ids that may be put before by.
func (s *Service) offeredTo(ctx context.Context, by social.Actor, ids []social.AccountID) ([]*view.Face, error) {
	reader, err := s.view.Reader(ctx, by.Account)
	if err != nil {
		return nil, err
	}
	faces, err := s.view.Faces(ctx, ids)
	return slices.DeleteFunc(faces, func(f *view.Face) bool {
		rel := reader.RelationTo(f, s.store.Now())
		return !offered(f) || rel.Apart() || rel.Mutes
	}), err
}
