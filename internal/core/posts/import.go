package posts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Import brings along posts of by's from another time and place, and tells
// what came of each. They keep their dates and are no news to anybody. What
// was brought along before is left as it is, so this can be repeated.
func (s *Service) Import(ctx context.Context, by social.Actor, all []social.Past) (out []social.PastResult, err error) {
	if err := by.MustAct(); err != nil {
		return nil, err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		out = make([]social.PastResult, len(all))
		if _, err := tx.HoldAccount(ctx, by.Account); err != nil { // two at once would make doubles
			return err
		}
		for i, p := range all {
			r, err := s.bring(ctx, tx, by, p)
			if err != nil {
				return err
			}
			out[i] = r
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("import posts: %w", err)
	}
	return out, nil
}

func (s *Service) bring(ctx context.Context, tx *store.Tx, by social.Actor, past social.Past) (social.PastResult, error) {
	earlier, err := cameOf(ctx, tx, by.Account, past.Same, past.Origin)
	if err == nil {
		return social.PastResult{Post: earlier.ID, State: social.LineDone}, nil
	}
	if !errors.Is(err, store.NoPost) {
		return social.PastResult{}, err
	}
	past = tidied(past)
	if why := wrong(past, tx.Now); why != "" {
		return social.PastResult{State: social.LineFailed, Reason: why}, nil
	}
	p := social.Post{ID: social.PostID(id.New(past.At)), Author: by.Account, Text: past.Text, Warning: past.Warning,
		Sensitive: past.Sensitive || past.Warning != "", Language: past.Language, Visibility: past.Visibility,
		App: social.ImportedWith, At: past.At, EditedAt: past.EditedAt}
	p.Thread = p.ID
	r := social.PastResult{Post: p.ID, New: true, State: social.LineDone}
	if past.Boost != "" {
		return s.bringBoost(ctx, tx, by, p, past)
	}
	if r.Reason, err = s.surroundings(ctx, tx, &p, past); err != nil {
		return r, err
	}
	return r, keepPast(ctx, tx, p, past.Origin)
}

// tidied is past as we keep what people type.
func tidied(p social.Past) social.Past {
	p.Text, p.Warning, p.Language = strings.TrimSpace(text.Clean(p.Text)), text.Clean(p.Warning), text.Clean(p.Language)
	p.At = p.At.Truncate(time.Millisecond).UTC()
	if p.EditedAt.Before(p.At) {
		p.EditedAt = time.Time{}
	}
	return p
}

// wrong says what keeps past from being a post, or nothing.
func wrong(past social.Past, now time.Time) string {
	switch {
	case past.At.Before(social.Earliest) || past.At.After(now) || past.EditedAt.After(now):
		return "Its date cannot be right: it lies before the year 2000 or in the future."
	case past.Boost == "" && past.Text == "" && past.Files > 0:
		return "It has no words, and its pictures are not taken over."
	case past.Boost == "" && past.Text == "":
		return "It has no words."
	case len(past.Text) > social.MaxTextBytes || len(past.Warning) > social.MaxTextBytes:
		return "It is too long: it has more than 64 KiB."
	case len(past.Language) > social.MaxLanguage:
		return "Its language is not a language code."
	}
	if _, err := social.ParseVisibility(string(past.Visibility)); err != nil {
		return errs.Public(err)
	}
	return ""
}

// surroundings fills in what p answers, whom it calls and its tags, and says
// what is missing.
func (s *Service) surroundings(ctx context.Context, tx *store.Tx, p *social.Post, past social.Past) (missing string, err error) {
	if past.Files > 0 {
		missing = fmt.Sprintf("Its pictures were not taken over: %d.", past.Files)
	}
	if past.ReplyTo != "" {
		parent, err := cameOf(ctx, tx, p.Author, past.Parent, past.ReplyTo)
		switch {
		case errors.Is(err, store.NoPost):
			missing = strings.TrimSpace(missing + " It answers a post that is not here, and stands by itself.")
		case err != nil:
			return missing, err
		default:
			p.AnswerIn(parent)
		}
	}
	return missing, s.referTo(ctx, tx, p, past.Mentions)
}

// cameOf is the post of the author's own that came of origin, or was written
// here and exported, as which; or NoPost.
func cameOf(ctx context.Context, tx *store.Tx, author social.AccountID, which social.PostID, origin string) (social.Post, error) {
	came, err := tx.PostFrom(ctx, author, origin)
	if errors.Is(err, store.NoPost) {
		came, err = which, nil
	}
	if err != nil {
		return social.Post{}, err
	}
	p, err := tx.Post(ctx, came)
	if err == nil && p.Author != author {
		err = store.NoPost
	}
	return p, err
}

// referTo is refer for a post from elsewhere: a name that it wrote without
// meaning anybody, or somebody else than who has it here, calls nobody.
func (s *Service) referTo(ctx context.Context, tx *store.Tx, p *social.Post, called []string) error {
	meant := map[string]bool{}
	for _, c := range called {
		meant[strings.ToLower(c)] = true
	}
	return s.refer(ctx, tx, p, func(piece text.Piece) bool {
		return piece.Host != "" && meant[strings.ToLower(piece.Username+"@"+piece.Host)] && len(p.Mentions) < social.MaxMentions
	})
}

// keepPast stores p and counts it.
func keepPast(ctx context.Context, tx *store.Tx, p social.Post, origin string) error {
	if err := tx.AddPost(ctx, p); err != nil {
		return err
	}
	if err := tx.CountIn(ctx, p); err != nil {
		return err
	}
	tx.Record(event.PostImported{Post: p.ID, Author: p.Author, Visibility: p.Visibility, ReplyTo: p.ReplyTo, BoostOf: p.BoostOf})
	return tx.PostCameFrom(ctx, p.Author, origin, p.ID)
}

// bringBoost passes on, as of then, a post that is here.
func (s *Service) bringBoost(ctx context.Context, tx *store.Tx, by social.Actor, p social.Post, past social.Past) (social.PastResult, error) {
	waiting := social.PastResult{State: social.LineWaiting, Reason: "The post that it passes on is not known here."}
	which, err := past.BoostOf, error(nil)
	for _, find := range []func() (social.PostID, error){
		func() (social.PostID, error) { return tx.PostFrom(ctx, by.Account, past.Boost) },
		func() (social.PostID, error) { return tx.PostByURI(ctx, past.Boost) },
	} {
		if which == 0 {
			if which, err = find(); err != nil && !errors.Is(err, store.NoPost) {
				return waiting, err
			}
		}
	}
	target, err := tx.VisiblePost(ctx, by.Account, which)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return waiting, nil
	}
	if err != nil {
		return waiting, err
	}
	if err := target.MayBoost(by); err != nil || target.IsBoost() || target.At.After(p.At) {
		return social.PastResult{State: social.LineFailed, Reason: "The post that it passes on is not for passing on."}, nil
	}
	if done, err := tx.BoostBy(ctx, by.Account, target.ID); !errors.Is(err, store.NoPost) {
		return social.PastResult{Post: done.ID, State: social.LineDone}, err
	}
	if _, err := tx.HoldPost(ctx, target.ID); err != nil { // somebody may be deleting it
		if errors.Is(err, store.NoPost) {
			return waiting, nil
		}
		return waiting, err
	}
	p.Text, p.Warning, p.Sensitive, p.EditedAt = "", "", false, time.Time{}
	p.BoostOf, p.BoostAuthor = target.ID, target.Author
	if slices.Contains([]social.Visibility{social.Followers, social.Direct}, target.Visibility) || target.Visibility.Narrower(p.Visibility) {
		p.Visibility = target.Visibility
	}
	return social.PastResult{Post: p.ID, New: true, State: social.LineDone}, keepPast(ctx, tx, p, past.Origin)
}
