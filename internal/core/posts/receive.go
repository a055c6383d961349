package posts

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// receiveTries is how often a post is kept that comes twice at once, or whose
// id another post has.
const receiveTries = 3

var (
	errGone   = errs.New(errs.NotFound, "This post is gone.")
	errNobody = errs.New(errs.NotFound, "This post is for nobody here.")
)

// Lookup is which post an ActivityPub id names, ours or a remote one, boosts
// included; or NotFound. It is not asked who may see it.
func (s *Service) Lookup(ctx context.Context, uri string) (which social.PostID, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		p, err := s.find(ctx, v, uri)
		which = p.ID
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("look a post up: %w", err)
	}
	return which, nil
}

func (s *Service) find(ctx context.Context, v *store.View, uri string) (social.Post, error) {
	place, ours := s.config.parse(uri)
	which := place.Post
	switch {
	case !ours:
		var err error
		if which, err = v.PostByURI(ctx, uri); err != nil {
			return social.Post{}, err
		}
	case which == 0 || place.Part != "" && place.Part != "activity":
		return social.Post{}, store.NoPost
	}
	p, err := v.Post(ctx, which)
	if err == nil && ours && p.URI != "" { // it is at home elsewhere, and only shown here
		err = store.NoPost
	}
	return p, err
}

// Receive keeps a post of by's, who is from another server. What is here
// already is given back as it is. It is NotFound for what is gone, and for
// what is for nobody here.
func (s *Service) Receive(ctx context.Context, by social.Actor, f social.ForeignPost) (post social.Post, err error) {
	if err := by.MustAct(); err != nil {
		return post, err
	}
	for range receiveTries {
		if err = s.store.Write(ctx, func(tx *store.Tx) error {
			post, err = s.receive(ctx, tx, by, f)
			return err
		}); errs.KindOf(err) != errs.Conflict {
			break
		}
	}
	if err != nil {
		return social.Post{}, fmt.Errorf("receive post: %w", err)
	}
	return post, nil
}

func (s *Service) receive(ctx context.Context, tx *store.Tx, by social.Actor, f social.ForeignPost) (post social.Post, err error) {
	author, err := stranger(ctx, tx, by)
	if err != nil {
		return post, err
	}
	if err := f.Check(author); err != nil {
		return post, err
	}
	if here, err := here(ctx, tx, by, f.URI); err != nil || here.ID != 0 {
		if err == nil && !f.Quiet {
			err = tellLate(ctx, tx, here)
		}
		if err == nil && here.ID != 0 {
			err = widen(ctx, tx, here, f)
		}
		return here, err
	}
	f = f.Trimmed(tx.Now, author.Host)
	post = written(f, by.Account)
	if err := s.calls(ctx, tx, &post, f); err != nil {
		return post, err
	}
	if post.Visibility == social.Circle {
		if post.Audience, err = addressed(ctx, tx, by.Account, f); err != nil {
			return post, err
		}
	}
	if ok, err := concerns(ctx, tx, post); err != nil || !ok {
		return post, cmp.Or(err, errNobody)
	}
	orphan, err := s.under(ctx, tx, &post, f.ReplyTo)
	if err != nil {
		return post, err
	}
	if err := withoutLeft(ctx, tx, &post); err != nil {
		return post, err
	}
	stamp, err := s.quoteFrom(ctx, tx, &post, author, f)
	if err != nil {
		return post, err
	}
	if err := keepForeign(ctx, tx, &post, f, stamp); err != nil {
		return post, err
	}
	if orphan {
		if err := tx.AddOrphan(ctx, post.ID, f.ReplyTo); err != nil {
			return post, err
		}
	}
	return post, adoptLater(ctx, tx, post)
}

// stranger is by's account, which is on another server.
func stranger(ctx context.Context, tx *store.Tx, by social.Actor) (social.Account, error) {
	a, err := tx.Account(ctx, by.Account)
	if err == nil && a.Local() {
		err = errs.New(errs.Invalid, "What is said here does not come from elsewhere.")
	}
	return a, err
}

// here is the post with an address if it came before, or none. Somebody
// else's is not there for by.
func here(ctx context.Context, tx *store.Tx, by social.Actor, uri string) (social.Post, error) {
	if gone, err := tx.Gone(ctx, uri); err != nil || gone {
		return social.Post{}, cmp.Or(err, errGone)
	}
	which, err := tx.PostByURI(ctx, uri)
	if errors.Is(err, store.NoPost) {
		return social.Post{}, nil
	}
	if err != nil {
		return social.Post{}, err
	}
	p, err := tx.Post(ctx, which)
	if err == nil && p.Author != by.Account {
		p, err = social.Post{}, store.NoPost
	}
	return p, err
}

// written is f without what it refers to. Its id takes the time at which it
// was written.
func written(f social.ForeignPost, author social.AccountID) social.Post {
	p := social.Post{ID: social.PostID(id.New(f.At)), Author: author, HTML: f.HTML, Warning: f.Warning, Sensitive: f.Sensitive || f.Warning != "",
		Language: f.Language, Visibility: f.Visibility, URI: f.URI, Page: f.Page, At: f.At, EditedAt: f.EditedAt, Tags: f.Tags, QuotePolicy: f.QuotePolicy, ReplyPolicy: f.ReplyPolicy}
	p.Thread = p.ID
	return p
}

// calls fills in whom p mentions, of those who are said to be: who is not here
// or no longer, and who blocks the author, is not called.
func (s *Service) calls(ctx context.Context, tx *store.Tx, p *social.Post, f social.ForeignPost) error {
	p.Mentions = nil
	if len(f.Mentions) == 0 {
		return nil
	}
	ids := make([]social.AccountID, len(f.Mentions))
	for i, m := range f.Mentions {
		ids[i] = m.Account
	}
	all, err := tx.Accounts(ctx, ids)
	if err != nil {
		return err
	}
	byID := make(map[social.AccountID]social.Account, len(all))
	for _, a := range all {
		byID[a.ID] = a
	}
	for _, which := range ids {
		a, ok := byID[which]
		if !ok || a.Standing != social.Good {
			continue
		}
		if a.Local() {
			rel, err := tx.Relation(ctx, p.Author, a.ID)
			if err != nil {
				return err
			}
			if rel.BlockedBy {
				continue
			}
		}
		m := social.Mention{Account: a.ID, Username: a.Username, Host: a.Host}
		if !a.Local() {
			m.URL = cmp.Or(a.Page, a.URI)
		}
		p.Mentions = append(p.Mentions, m)
	}
	return nil
}

// concerns reports whether a post is for somebody here: for everybody, for
// followers of whom some are ours, or for one of ours whom it mentions.
func concerns(ctx context.Context, tx *store.Tx, p social.Post) (bool, error) {
	if p.Visibility == social.Public || p.Visibility == social.Unlisted {
		return true, nil
	}
	if p.Visibility == social.Circle {
		return len(p.Audience) > 0, nil
	}
	for _, m := range p.Mentions {
		if m.Host == "" {
			return true, nil
		}
	}
	if p.Visibility == social.Direct {
		return false, nil
	}
	return tx.FollowedHere(ctx, p.Author)
}

// under puts p where it answers, and reports whether it waits for what it
// answers to come. Whoever wrote a post of ours that the author may not see is
// not answered, and what is deleted is not waited for.
func (s *Service) under(ctx context.Context, tx *store.Tx, p *social.Post, parent string) (orphan bool, err error) {
	if parent == "" {
		return false, nil
	}
	p.ReplyAuthor = social.Somebody
	to, err := s.find(ctx, &tx.View, parent)
	if errors.Is(err, store.NoPost) {
		_, ours := s.config.parse(parent)
		gone, err := tx.Gone(ctx, parent)
		return !ours && !gone, err
	}
	if err != nil || to.IsBoost() {
		return false, err
	}
	if to.URI == "" {
		if _, err := tx.VisiblePost(ctx, p.Author, to.ID); errors.Is(err, store.NoPost) {
			return false, nil
		} else if err != nil {
			return false, err
		}
	}
	p.AnswerIn(to)
	return false, nil
}

// keepForeign stores p with what it shows and asks, counts it, and tells of it:
// as news, if it is some.
func keepForeign(ctx context.Context, tx *store.Tx, p *social.Post, f social.ForeignPost, stamp string) error {
	media := namedMedia(*p, f.Media)
	for _, m := range media {
		p.Media = append(p.Media, m.ID)
	}
	poll := foreignPoll(*p, f.Poll)
	if poll != nil {
		p.Poll = poll.ID
	}
	for _, m := range media {
		if err := tx.AddMedia(ctx, m, ""); err != nil {
			return err
		}
	}
	if err := keepAs(ctx, tx, *p, poll, f.Quiet); err != nil {
		return err
	}
	if err := tx.SetForeignEmojis(ctx, f.Emojis, social.MaxHostEmojis); err != nil || stamp == "" {
		return err
	}
	return tx.SetQuoteStamp(ctx, p.ID, stamp)
}

// keepAs is publish for news, and keepPast for what is old: that has been
// looked for here, or its server was not heard of for long. A message is
// always news, and what is quiet is none yet.
func keepAs(ctx context.Context, tx *store.Tx, p social.Post, poll *social.Poll, quiet bool) error {
	news := p.Visibility == social.Direct || p.Visibility == social.Circle || tx.Now.Sub(p.At) < social.NewsFor
	if news && !quiet {
		return publish(ctx, tx, p, poll, true)
	}
	if held, err := place(ctx, tx, p, poll, true); err != nil || held {
		return err
	}
	if news {
		if err := tx.SetQuiet(ctx, p.ID); err != nil {
			return err
		}
	}
	tx.Record(event.PostImported{Post: p.ID, Author: p.Author, Visibility: p.Visibility, ReplyTo: p.ReplyTo, BoostOf: p.BoostOf})
	return nil
}

// tellLate tells of a post that was found before its server sent it: whom it
// mentions is to hear of it all the same.
func tellLate(ctx context.Context, tx *store.Tx, p social.Post) error {
	was, err := tx.EndQuiet(ctx, p.ID)
	if err == nil && was && p.Held == social.HeldNot {
		tell(tx, p, true)
	}
	return err
}

// namedMedia is attachments as ours are kept.
func namedMedia(p social.Post, all []social.Media) []social.Media {
	out := make([]social.Media, len(all))
	for i, m := range all {
		m.ID, m.Owner, m.Post, m.At = social.MediaID(id.New(p.At)), p.Author, p.ID, p.At
		out[i] = m
	}
	return out
}

func foreignPoll(p social.Post, asked *social.Poll) *social.Poll {
	if asked == nil {
		return nil
	}
	poll := *asked
	poll.ID, poll.Post, poll.Author = social.PollID(id.New(p.At)), p.ID, p.Author
	return &poll
}
