// Package posts is what can be done with posts: say, change and take back.
package posts

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// keyLife is how long an idempotency key is remembered.
// https://docs.joinmastodon.org/methods/statuses/#create
const keyLife = time.Hour

// Config is what the owner decides about posts.
type Config struct {
	MaxText    int       // characters
	HandleHost string    // what follows the second @ in the addresses of our own people
	Base       view.Base // where the house stands
	Others     view.Bases
	Own        func(host string) bool // whether the house is called so; nil is the HandleHost alone
	// Judge reports why somebody of ours may not say something, or nil: rules of
	// the house may refuse it. It is asked before a transaction begins. Nil
	// refuses nothing.
	Judge func(ctx context.Context, by social.Actor, d social.Draft) error
}

// parse tells what an address names here, under whichever name of the house.
func (c Config) parse(uri string) (view.Place, bool) {
	if p, ok := c.Base.ParseURI(uri); ok {
		return p, true
	}
	return c.Others.ParseURI(uri)
}

// Service does it.
type Service struct {
	store  *store.Store
	config Config

	gathered gathered
}

// New returns a Service that keeps posts in s.
func New(s *store.Store, c Config) *Service { return &Service{store: s, config: c} }

// Publish says d in the name of by. It is the one way a post comes to be,
// whether somebody here typed it or another server sent it. The same key
// within an hour gives the same post again, and so does the same form with the same
// words. With what is said after it, it is said
// whole or not at all; the post is the first of them. A reply to a post that by may not
// see is answered as if there were none.
func (s *Service) Publish(ctx context.Context, by social.Actor, d social.Draft) (social.Post, error) {
	d = clean(d)
	if err := s.check(by, d); err != nil {
		return social.Post{}, err
	}
	d, again, err := s.again(ctx, by, d)
	if err != nil {
		return social.Post{}, err
	}
	if !again {
		if err := s.config.judge(ctx, by, d); err != nil {
			return social.Post{}, err
		}
	}
	var post social.Post
	err = s.store.Write(ctx, func(tx *store.Tx) (err error) {
		fresh := social.PostID(id.New(tx.Now))
		if post, err = published(ctx, tx, by, d, fresh); err != nil {
			return err
		}
		if post.ID != 0 {
			return endDraft(ctx, tx, by, d)
		}
		if again { // and was forgotten just now: these words nobody has judged
			return errs.New(errs.Unavailable, "This could not be saved just now. Try again in a moment.")
		}
		post, err = s.say(ctx, tx, by, d, fresh)
		return err
	})
	if err != nil {
		return social.Post{}, fmt.Errorf("publish post: %w", err)
	}
	return post, nil
}

// say makes posts of d and of what is said after it, and returns the first.
func (s *Service) say(ctx context.Context, tx *store.Tx, by social.Actor, d social.Draft, as social.PostID) (first social.Post, err error) {
	last := as
	for i, one := range d.Posts() {
		if i > 0 { // ids of later moments, in order whatever else is said now
			one.ReplyTo, last = last, social.PostID(id.New(tx.Now.Add(time.Duration(i)*time.Millisecond)))
		}
		post, err := s.sayOne(ctx, tx, by, one, last)
		if err != nil {
			return post, inThread(err, i, len(d.Then))
		}
		if i == 0 {
			first = post
		}
	}
	return first, endDraft(ctx, tx, by, d)
}

// endDraft forgets the kept draft that d was.
func endDraft(ctx context.Context, tx *store.Tx, by social.Actor, d social.Draft) error {
	if d.Kept == 0 {
		return nil
	}
	return dropDraft(ctx, tx, by.Account, d.Kept)
}

// inThread is err with which of the posts it is about, if there are several.
func inThread(err error, i, after int) error {
	if err == nil || after == 0 || errs.KindOf(err) != errs.Invalid {
		return err
	}
	return errs.Wrap(errs.Invalid, fmt.Sprintf("Validation failed: In post %d of the thread: %s", i+1, strings.TrimPrefix(errs.Public(err), "Validation failed: ")), err)
}

// check reports why by may not say d and what is said after it, or nil.
func (s *Service) check(by social.Actor, d social.Draft) error {
	if err := d.CheckThread(); err != nil {
		return err
	}
	for i, one := range d.Posts() {
		if err := one.Check(by, length(one), s.config.MaxText); err != nil {
			return inThread(err, i, len(d.Then))
		}
	}
	return nil
}

// sayOne makes a post of d, with its attachments and its question.
func (s *Service) sayOne(ctx context.Context, tx *store.Tx, by social.Actor, d social.Draft, as social.PostID) (social.Post, error) {
	post, err := s.draft(ctx, tx, by, d, as)
	if err != nil {
		return post, err
	}
	media, err := attach(ctx, tx, &post, d.Media)
	if err != nil {
		return post, err
	}
	if err := described(ctx, tx, by, media, d.Describe); err != nil {
		return post, err
	}
	if _, err := keepMedia(ctx, tx, media, d.Describe); err != nil {
		return post, err
	}
	poll, err := asked(tx, post, d.Poll)
	if err != nil {
		return post, err
	}
	if poll != nil {
		post.Poll = poll.ID
	}
	return post, publish(ctx, tx, post, poll, by.Remote)
}

func clean(d social.Draft) social.Draft {
	d.Text, d.Warning, d.Language, d.Key = text.Clean(d.Text), text.Clean(d.Warning), text.Clean(d.Language), text.Clean(d.Key)
	d.Form = text.Clean(d.Form)
	d.Then = slices.Clone(d.Then)
	for i := range d.Then {
		d.Then[i].Text = text.Clean(d.Then[i].Text)
	}
	return d
}

// length is what d counts as: its words and its warning. What is too long
// anyway is not looked through.
func length(d social.Draft) int {
	if bytes := len(d.Text) + len(d.Warning); bytes > social.MaxTextBytes {
		return bytes
	}
	return text.Length(d.Text) + social.Graphemes(d.Warning)
}

// published is the post that by made under d's key before, or none; then the key
// is id's from now on.
func published(ctx context.Context, tx *store.Tx, by social.Actor, d social.Draft, id social.PostID) (social.Post, error) {
	if d.Key == "" {
		return social.Post{}, nil
	}
	since := tx.Now.Add(-keyLife).UnixMilli()
	earlier, err := tx.ClaimKey(ctx, by.Account, d.Key, id, since)
	if err != nil || earlier == 0 {
		if err == nil && d.Form != "" { // for keepDraft
			_, err = tx.ClaimKey(ctx, by.Account, d.Form, id, since)
		}
		return social.Post{}, err
	}
	return tx.Post(ctx, earlier)
}

// again is d with its key, and reports whether by said something under that before.
// What was said once is not held against the rules again only because the answer was
// lost. That it is saved only a write can say: what can be read may not be anywhere
// else yet.
func (s *Service) again(ctx context.Context, by social.Actor, d social.Draft) (_ social.Draft, yes bool, err error) {
	if d.Key == "" && d.Form == "" {
		return d, false, nil
	}
	err = s.store.Read(ctx, func(v *store.View) (err error) {
		if d, err = keyed(ctx, v, by, d); err != nil {
			return err
		}
		which, err := v.Keyed(ctx, by.Account, d.Key, s.store.Now().Add(-keyLife).UnixMilli())
		yes = which != 0
		return err
	})
	if err != nil {
		return d, false, fmt.Errorf("look for what was published: %w", err)
	}
	return d, yes && s.config.Judge != nil, nil
}

// keyed is d with a key that stands for its form and what it says: whoever goes back
// to the form and sends it again says it once, and whoever changes it first says
// something else. Files are what they show, as the same one may have been sent twice.
func keyed(ctx context.Context, v *store.View, by social.Actor, d social.Draft) (social.Draft, error) {
	if d.Form == "" {
		return d, nil
	}
	all, err := v.Media(ctx, d.AllMedia())
	if err != nil {
		return d, err
	}
	print := map[social.MediaID]string{}
	for _, m := range all {
		if m.Owner == by.Account {
			print[m.ID] = m.Print
		}
	}
	said := d
	said.Key, said.Kept, said.Held, said.Then = "", 0, false, slices.Clone(d.Then)
	prints := []string{}
	for _, one := range d.Posts() {
		for _, which := range one.Media {
			prints = append(prints, cmp.Or(print[which], strconv.FormatInt(int64(which), 10)))
		}
		prints = append(prints, "")
	}
	anonymous := func(p *social.Draft) {
		p.Media, p.Describe = nil, slices.Clone(p.Describe)
		for i := range p.Describe {
			p.Describe[i].ID = 0
		}
	}
	anonymous(&said)
	for i := range said.Then {
		anonymous(&said.Then[i])
	}
	body, err := json.Marshal(struct {
		Said   social.Draft
		Prints []string
	}{said, prints})
	sum := sha256.Sum256(body)
	d.Key = d.Form + " " + hex.EncodeToString(sum[:])
	return d, err
}

// Tidy forgets keys that no longer count.
func (s *Service) Tidy(ctx context.Context) error {
	return s.store.Write(ctx, func(tx *store.Tx) error { return tx.TrimKeys(ctx, tx.Now.Add(-keyLife).UnixMilli()) })
}

// draft is d as a post, with everything it refers to looked up.
func (s *Service) draft(ctx context.Context, tx *store.Tx, by social.Actor, d social.Draft, as social.PostID) (social.Post, error) {
	p := social.Post{ID: as, Author: by.Account, Text: d.Text, Warning: d.Warning,
		Sensitive: d.Sensitive || d.Warning != "", Language: d.Language, Visibility: d.Visibility, LocalOnly: d.LocalOnly, App: by.App, At: tx.Now}
	p.Thread = p.ID
	if author, err := tx.Account(ctx, by.Account); err != nil {
		return p, err
	} else if err := author.MayPost(); err != nil {
		return p, err
	}
	var parent social.Post
	if d.ReplyTo != 0 {
		var err error
		if parent, err = tx.VisiblePost(ctx, by.Account, d.ReplyTo); err != nil {
			return p, err
		}
		if err := parent.MayReply(by); err != nil {
			return p, err
		}
		p.AnswerIn(parent)
		p.LocalOnly = p.LocalOnly || parent.LocalOnly // what stays here is answered here
	}
	if err := within(ctx, tx, &p, d, parent); err != nil {
		return p, err
	}
	if err := quote(ctx, tx, by, &p, d); err != nil {
		return p, err
	}
	if err := mayShowWithin(p); err != nil {
		return p, err
	}
	var err error
	if p.ReplyPolicy, err = social.ParseReplyPolicy(string(d.ReplyPolicy)); err != nil {
		return p, err
	}
	if err := s.refer(ctx, tx, &p, anybody); err != nil {
		return p, err
	}
	if err := withoutLeft(ctx, tx, &p); err != nil {
		return p, err
	}
	if err := p.MayWrite(); err != nil {
		return p, err
	}
	return p, newcomer(ctx, tx, p, parent)
}

// anybody is whom a post may call that was typed here.
func anybody(text.Piece) bool { return true }

// refer fills in whom p mentions, of those it may call, and which tags it has.
// Who blocks the author, and who is not here yet or no longer, cannot be called.
func (s *Service) refer(ctx context.Context, tx *store.Tx, p *social.Post, mayCall func(text.Piece) bool) error {
	p.Mentions, p.Tags = nil, nil
	tags := map[string]bool{}
	for _, piece := range text.Parse(p.Text) {
		switch piece.Kind {
		case text.Tag:
			if tag := social.TagName(piece.Text); !tags[social.TagKey(tag)] && len(p.Tags) < social.MaxTags {
				tags[social.TagKey(tag)] = true
				p.Tags = append(p.Tags, tag)
			}
		case text.Mention:
			if !mayCall(piece) {
				continue
			}
			if err := s.mention(ctx, tx, p, piece); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) mention(ctx context.Context, tx *store.Tx, p *social.Post, piece text.Piece) error {
	host := piece.Host
	if host == s.config.HandleHost || s.config.Own != nil && s.config.Own(host) {
		host = ""
	}
	who, err := tx.AccountNamed(ctx, piece.Username, host)
	if errs.KindOf(err) == errs.NotFound {
		return nil // plain text
	}
	if err != nil {
		return err
	}
	rel, err := tx.Relation(ctx, p.Author, who.ID)
	if err != nil || rel.BlockedBy || p.Mentioned(who.ID) || who.Standing != social.Good {
		return err
	}
	if len(p.Mentions) == social.MaxMentions {
		return errs.Newf(errs.Invalid, "A post mentions at most %d accounts.", social.MaxMentions)
	}
	p.Mentions = append(p.Mentions, social.Mention{Account: who.ID, Username: who.Username, Host: who.Host})
	return nil
}

// publish stores p with its question, counts it and tells of it.
func publish(ctx context.Context, tx *store.Tx, p social.Post, poll *social.Poll, remote bool) error {
	if held, err := place(ctx, tx, p, poll, remote); err != nil || held {
		return err
	}
	tell(tx, p, remote)
	return nil
}

func tell(tx *store.Tx, p social.Post, remote bool) {
	tx.Record(event.PostPublished{Post: p.ID, Author: p.Author, Visibility: p.Visibility, Language: p.Language,
		ReplyTo: p.ReplyTo, ReplyAuthor: p.ReplyAuthor, BoostOf: p.BoostOf, BoostAuthor: p.BoostAuthor, Tags: p.OpenTags(), Remote: remote,
		QuoteOf: p.Quote.Of, QuoteAuthor: p.Quote.Author})
}

// Boost passes a post on to by's followers, and returns the boost. Boosting
// twice gives the first boost again.
func (s *Service) Boost(ctx context.Context, by social.Actor, of social.PostID, v social.Visibility) (social.Post, error) {
	if err := by.MustAct(); err != nil {
		return social.Post{}, err
	}
	if v != social.Public && v != social.Unlisted && v != social.Followers {
		return social.Post{}, errs.New(errs.Invalid, "Validation failed: A boost is public, unlisted or private.")
	}
	var boost social.Post
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		target, err := tx.VisiblePost(ctx, by.Account, of)
		if err != nil {
			return err
		}
		if target.IsBoost() { // of a boost is of what was boosted
			if target, err = tx.VisiblePost(ctx, by.Account, target.BoostOf); err != nil {
				return err
			}
		}
		if err := target.MayBoost(by); err != nil {
			return err
		}
		who, err := tx.HoldAccount(ctx, by.Account) // who asks twice at once waits for the first
		if err != nil {
			return err
		}
		if err := who.MayPost(); err != nil {
			return err
		}
		if boost, err = tx.BoostBy(ctx, by.Account, target.ID); !errors.Is(err, store.NoPost) {
			return err
		}
		if _, err := tx.HoldPost(ctx, target.ID); err != nil { // somebody may be deleting it
			return err
		}
		if target.Visibility.Narrower(v) {
			v = target.Visibility
		}
		pid := social.PostID(id.New(tx.Now))
		boost = social.Post{ID: pid, Thread: pid, Author: by.Account, Visibility: v, BoostOf: target.ID, BoostAuthor: target.Author, LocalOnly: target.LocalOnly, App: by.App, At: tx.Now}
		return publish(ctx, tx, boost, nil, by.Remote)
	})
	if err != nil {
		return social.Post{}, fmt.Errorf("boost post: %w", err)
	}
	return boost, nil
}

// Delete takes back a post, or a boost, of by's own: it is gone from the
// tables, with its boosts, marks, notices and attachments, when this returns.
func (s *Service) Delete(ctx context.Context, by social.Actor, which social.PostID) (social.Post, error) {
	return s.delete(ctx, by, which, func(context.Context, *store.Tx, social.Post) error { return nil })
}

// Redraft is Delete for somebody who is about to write the post anew: its
// attachments wait for that, under other names, as any that were just sent.
func (s *Service) Redraft(ctx context.Context, by social.Actor, which social.PostID) (social.Post, error) {
	return s.delete(ctx, by, which, func(ctx context.Context, tx *store.Tx, p social.Post) error { return tx.LoosenMedia(ctx, p.Media) })
}

func (s *Service) delete(ctx context.Context, by social.Actor, which social.PostID, before func(context.Context, *store.Tx, social.Post) error) (social.Post, error) {
	if err := by.MustAct(); err != nil {
		return social.Post{}, err
	}
	var post social.Post
	err := s.store.Write(ctx, func(tx *store.Tx) (err error) {
		if post, err = own(ctx, tx, by, which); err != nil {
			return err
		}
		if err := before(ctx, tx, post); err != nil {
			return err
		}
		return remove(ctx, tx, post)
	})
	if err != nil {
		return social.Post{}, fmt.Errorf("delete post: %w", err)
	}
	return post, nil
}

// boostsAtOnce bounds what is held in memory while a post's boosts go.
const boostsAtOnce = 500

// remove takes p away, unless somebody else just has.
func remove(ctx context.Context, tx *store.Tx, p social.Post) error {
	if _, err := tx.HoldPost(ctx, p.ID); err != nil {
		if errors.Is(err, store.NoPost) {
			return nil
		}
		return err
	}
	for !p.IsBoost() {
		boosts, err := tx.BoostsOf(ctx, p.ID, boostsAtOnce)
		if err != nil {
			return err
		}
		for _, b := range boosts {
			if err := remove(ctx, tx, b); err != nil {
				return err
			}
		}
		if len(boosts) < boostsAtOnce {
			break
		}
	}
	return tx.RemovePost(ctx, p)
}
