package serve

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
)

// A Speaker has the words for what happened here. It is a federation.Speaker.
type Speaker struct{ scribe }

// NewSpeaker returns one.
func NewSpeaker(c Config, s Services) *Speaker { return &Speaker{scribe{c, s}} }

var _ federation.Speaker = (*Speaker)(nil)

// anew is the Speaker with nothing in memory: what it tells of has just
// happened, and the caches may not have heard of it.
func (s *Speaker) anew() scribe {
	fresh := s.scribe
	fresh.View = s.View.Anew()
	return fresh
}

// of is who speaks of a post or a boost: under the name that the house had when
// it was made, which is whom other servers know it from.
func (s scribe) of(which social.PostID) scribe { return s.under(s.View.At(int64(which))) }

// under is who speaks under a name of the house.
func (s scribe) under(name view.Base) scribe {
	if name != s.View.Base {
		s.View = s.View.Under(name)
	}
	return s
}

var nothing = errs.New(errs.NotFound, "There is nothing to tell other servers.")

// said is an activity as it is sent.
func said(a as2.ActivityDocument, by social.AccountID, to ...social.AccountID) (federation.Said, error) {
	body, err := as2.Write(a)
	return federation.Said{Body: body, Signer: by, To: slices.DeleteFunc(to, func(id social.AccountID) bool { return id == 0 })}, err
}

// widely is said, for all whom something with a visibility is for besides.
func widely(a as2.ActivityDocument, by social.AccountID, post social.PostID, v social.Visibility, to ...social.AccountID) (federation.Said, error) {
	d, err := said(a, by, to...)
	d.Post, d.Open, d.Public = post, v == social.Public, v == social.Public || v == social.Unlisted
	d.Followers = d.Public || v == social.Followers
	return d, err
}

// own is a post or a boost of ours, as its author sees it.
func (s scribe) own(ctx context.Context, id social.PostID) (*view.Seen, surroundings, error) {
	p, near, err := s.ownHeld(ctx, id)
	if err == nil && !told(p) {
		err = nothing
	}
	return p, near, err
}

// ownHeld is own, also for what is held.
func (s scribe) ownHeld(ctx context.Context, id social.PostID) (*view.Seen, surroundings, error) {
	spots, err := s.View.Spots(ctx, []social.PostID{id})
	if err != nil {
		return nil, surroundings{}, err
	}
	at, ok := spots[id]
	if !ok || !at.Author.Local() {
		return nil, surroundings{}, nothing
	}
	p, err := s.View.Post(ctx, social.Actor{Account: at.Author.ID, Standing: social.Good}, id)
	if err != nil {
		return nil, surroundings{}, err
	}
	if !leaves(p) {
		return nil, surroundings{}, nothing
	}
	near, err := s.around(ctx, p)
	return p, near, err
}

// audienceOf are the accounts that a post is for by name. Who is answered
// before everybody hears of it, too.
func audienceOf(p *view.Seen) (to []social.AccountID) {
	for _, m := range p.Mentions {
		to = append(to, m.Account)
	}
	if open := p.Visibility == social.Public || p.Visibility == social.Unlisted; open && p.ReplyAuthor != 0 && !slices.Contains(to, p.ReplyAuthor) {
		to = append(to, p.ReplyAuthor)
	}
	return to
}

// Created implements federation.Speaker.
func (s *Speaker) Created(ctx context.Context, post social.PostID) (federation.Said, error) {
	at := s.anew().of(post)
	p, near, err := at.own(ctx, post)
	if err != nil || p.IsBoost() {
		return federation.Said{}, firstOf(err, nothing)
	}
	return at.tells(ctx, at.create(p, near), p)
}

func firstOf(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

// Edited implements federation.Speaker.
func (s *Speaker) Edited(ctx context.Context, post social.PostID) (federation.Said, error) {
	at := s.anew().of(post)
	p, near, err := at.own(ctx, post)
	if err != nil || p.IsBoost() {
		return federation.Said{}, firstOf(err, nothing)
	}
	n := at.note(p, near)
	return at.tells(ctx, as2.ActivityDocument{Context: contextOf(p), ID: n.ID + "#updates/" + moment(at.View.Now()), Type: "Update", Actor: n.AttributedTo,
		Published: as2.Date(at.View.Now()), To: n.To, Cc: n.Cc, Object: n}, p)
}

// Deleted implements federation.Speaker.
func (s *Speaker) Deleted(ctx context.Context, post federation.Left) (federation.Said, error) {
	at := s.anew().of(post.Post)
	named, err := at.View.Faces(ctx, post.Mentions)
	if err != nil {
		return federation.Said{}, err
	}
	to := at.audience(post.Author, post.Visibility, at.uris(named))
	id := at.View.PostURI(post.Post)
	a := as2.ActivityDocument{Context: as2.PlainContext, ID: id + "#delete", Type: "Delete", Actor: at.View.ActorURI(post.Author), To: to.to, Cc: to.cc,
		Object: &as2.TombstoneDocument{ID: id, Type: "Tombstone"}}
	if post.Visibility == social.Circle { // also for those who are not of it any more, and have it
		return at.apart(ctx, a, post.Author, 0, post.Audience)
	}
	return widely(a, post.Author, 0, post.Visibility, append(post.Mentions, post.ReplyAuthor)...)
}

// Boosted implements federation.Speaker.
func (s *Speaker) Boosted(ctx context.Context, boost social.PostID) (federation.Said, error) {
	at := s.anew().of(boost)
	p, near, err := at.own(ctx, boost)
	if err != nil || !p.IsBoost() {
		return federation.Said{}, firstOf(err, nothing)
	}
	return widely(at.announce(p, near.spots[p.BoostOf]), p.Post.Author, p.ID, p.Visibility, p.BoostAuthor)
}

// Unboosted implements federation.Speaker.
func (s *Speaker) Unboosted(ctx context.Context, boost federation.Left) (federation.Said, error) {
	at := s.anew().of(boost.Post)
	spots, err := at.View.Spots(ctx, []social.PostID{boost.BoostOf})
	if err != nil {
		return federation.Said{}, err
	}
	a := as2.ActivityDocument{Context: as2.PlainContext, ID: at.View.BoostURI(boost.Post), Type: "Announce", Actor: at.View.ActorURI(boost.Author), Object: at.View.PostURI(boost.BoostOf)}
	var named []string
	if of, ok := spots[boost.BoostOf]; ok { // if it is gone, the boost's own address does
		if of.LocalOnly {
			return federation.Said{}, nothing
		}
		a.Object, named = at.uriOf(of), []string{at.View.AccountURI(of.Author)}
	}
	to := at.audience(boost.Author, boost.Visibility, named)
	a.To, a.Cc = to.to, to.cc
	return widely(undo(a), boost.Author, 0, boost.Visibility, boost.BoostAuthor)
}

// reach is a post that somebody does something with, if that can be told.
func (s scribe) reach(ctx context.Context, post social.PostID) (view.Spot, error) {
	spots, err := s.View.Spots(ctx, []social.PostID{post})
	if err != nil {
		return view.Spot{}, err
	}
	at, ok := spots[post]
	if !ok || at.LocalOnly {
		return at, nothing
	}
	return at, nil
}

// Pinned implements federation.Speaker.
func (s *Speaker) Pinned(ctx context.Context, by social.AccountID, post social.PostID) (federation.Said, error) {
	return s.pin(ctx, "Add", by, post)
}

// Unpinned implements federation.Speaker.
func (s *Speaker) Unpinned(ctx context.Context, by social.AccountID, post social.PostID) (federation.Said, error) {
	return s.pin(ctx, "Remove", by, post)
}

// pin is told where the post was told, too.
func (s *Speaker) pin(ctx context.Context, what string, by social.AccountID, post social.PostID) (federation.Said, error) {
	at := s.anew().of(post)
	p, _, err := at.own(ctx, post)
	if err != nil {
		return federation.Said{}, err
	}
	to := at.audience(by, p.Visibility, nil)
	return widely(as2.ActivityDocument{Context: as2.PlainContext, ID: at.passing(by, "pins/"+num(post)), Type: what, Actor: at.View.ActorURI(by), To: to.to, Cc: to.cc,
		Object: at.View.PostURI(post), Target: at.View.ActorURI(by) + "/featured"}, by, p.ID, p.Visibility)
}

// Voted implements federation.Speaker.
func (s *Speaker) Voted(ctx context.Context, by social.AccountID, post social.PostID) (out []federation.Said, err error) {
	at := s.anew()
	p, err := at.View.Post(ctx, social.Actor{Account: by, Standing: social.Good}, post)
	if err != nil || p.Card.Poll == nil || p.Author.Local() {
		return nil, firstOf(err, nothing)
	}
	author := at.View.AccountURI(p.Author)
	for _, choice := range p.Votes {
		if choice >= len(p.Card.Poll.Options) {
			continue
		}
		id := at.View.ActorURI(by) + "#votes/" + num(post) + "/" + num(int64(choice))
		a, err := said(as2.ActivityDocument{Context: as2.PlainContext, ID: id + "/activity", Type: "Create", Actor: at.View.ActorURI(by), To: []string{author},
			Object: &as2.VoteDocument{ID: id, Type: "Note", Name: p.Card.Poll.Options[choice].Title, AttributedTo: at.View.ActorURI(by), To: author, InReplyTo: at.View.URIOf(p.Post)}}, by, p.Author.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}
