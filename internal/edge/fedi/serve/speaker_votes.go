package serve

import (
	"context"
	"path"
	"time"

	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
)

// distinct is on what is done again under one address, and undone again: the
// same signed twice within a second cannot be told from a replay.
func distinct(a as2.ActivityDocument) as2.ActivityDocument {
	a.Published = as2.Date(time.Now())
	return a
}

func (s scribe) like(by social.AccountID, of view.Spot) as2.ActivityDocument {
	return distinct(as2.ActivityDocument{Context: as2.PlainContext, ID: s.View.LikeURI(by, of.Post), Type: "Like", Actor: s.View.ActorURI(by), To: []string{s.View.AccountURI(of.Author)}, Object: s.uriOf(of)})
}

// dislike is a vote against a post.
func (s scribe) dislike(by social.AccountID, of view.Spot) as2.ActivityDocument {
	a := s.like(by, of)
	a.ID, a.Type = s.View.DownURI(by, of.Post), "Dislike"
	return a
}

// about tells an author what one of ours did with their post.
func (s *Speaker) about(ctx context.Context, by social.AccountID, post social.PostID, words func(scribe, social.AccountID, view.Spot) as2.ActivityDocument) (federation.Said, error) {
	at := s.anew()
	of, err := at.reach(ctx, post)
	if err != nil {
		return federation.Said{}, err
	}
	return said(words(at, by, of), by, of.Author.ID)
}

// undoing is the words that take back what others say.
func undoing(words func(scribe, social.AccountID, view.Spot) as2.ActivityDocument) func(scribe, social.AccountID, view.Spot) as2.ActivityDocument {
	return func(s scribe, by social.AccountID, of view.Spot) as2.ActivityDocument { return undo(words(s, by, of)) }
}

// Liked implements federation.Speaker.
func (s *Speaker) Liked(ctx context.Context, by social.AccountID, post social.PostID) (federation.Said, error) {
	return s.about(ctx, by, post, scribe.like)
}

// Unliked implements federation.Speaker.
func (s *Speaker) Unliked(ctx context.Context, by social.AccountID, post social.PostID) (federation.Said, error) {
	return s.about(ctx, by, post, undoing(scribe.like))
}

// Disliked implements federation.Speaker.
func (s *Speaker) Disliked(ctx context.Context, by social.AccountID, post social.PostID) (federation.Said, error) {
	return s.about(ctx, by, post, scribe.dislike)
}

// Undisliked implements federation.Speaker.
func (s *Speaker) Undisliked(ctx context.Context, by social.AccountID, post social.PostID) (federation.Said, error) {
	return s.about(ctx, by, post, undoing(scribe.dislike))
}

// Reacted implements federation.Speaker.
func (s *Speaker) Reacted(ctx context.Context, with social.Reacting) (federation.Said, error) {
	words, err := s.reaction(ctx, with)
	if err != nil {
		return federation.Said{}, err
	}
	return s.about(ctx, with.Owner, with.Post, words)
}

// Unreacted implements federation.Speaker.
func (s *Speaker) Unreacted(ctx context.Context, with social.Reacting) (federation.Said, error) {
	words, err := s.reaction(ctx, with)
	if err != nil {
		return federation.Said{}, err
	}
	return s.about(ctx, with.Owner, with.Post, undoing(words))
}

// reaction is the words for an emoji under a post: a sign, or the name of a
// picture whose address stands in a tag.
func (s scribe) reaction(ctx context.Context, with social.Reacting) (func(scribe, social.AccountID, view.Spot) as2.ActivityDocument, error) {
	content, tag := with.Name, []as2.TagDocument(nil)
	if code, host, pictured := social.Pictured(with.Name); pictured {
		content = ":" + code + ":"
		tag = s.emojis(content)
		if host != "" {
			var err error
			if tag, err = s.theirEmoji(ctx, with.Name); err != nil {
				return nil, err
			}
		}
	}
	return func(s scribe, by social.AccountID, of view.Spot) as2.ActivityDocument {
		a := s.like(by, of)
		a.Context, a.ID, a.Type, a.Content, a.Tag = as2.ReactContext, s.View.ReactionURI(by, with.ID), "EmojiReact", content, tag
		return a
	}, nil
}

// theirEmoji is the picture of another host that a reaction is, as it was told
// here.
func (s scribe) theirEmoji(ctx context.Context, name string) ([]as2.TagDocument, error) {
	e, ok, err := s.View.ReactionEmoji(ctx, name)
	if err != nil || !ok {
		return nil, err
	}
	picture := &as2.PictureDocument{Type: "Image", MediaType: pictures[path.Ext(e.Image)], URL: e.Image}
	return []as2.TagDocument{{ID: e.URI, Type: "Emoji", Name: ":" + e.Shortcode + ":", Updated: as2.Date(e.ChangedAt), Icon: picture}}, nil
}
