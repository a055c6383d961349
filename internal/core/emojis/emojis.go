// Package emojis is the pictures of the house that stand in texts under their
// names. All of them are in memory: texts are looked through for them whenever
// they are shown.
package emojis

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Blobs keeps the pictures.
type Blobs interface {
	// PutEmoji makes a picture safe and keeps it, with a still of one that
	// moves. It is Invalid for what is no picture, or too large.
	PutEmoji(ctx context.Context, of social.AccountID, r io.Reader) (file, still string, size int64, err error)
}

// Service does it.
type Service struct {
	store   *store.Store
	blobs   Blobs
	set     atomic.Pointer[set]
	stale   atomic.Bool // they have changed and were not read yet
	loading sync.Mutex  // held while reading, so that none is overtaken
}

// set is all there are at one moment.
type set struct {
	all []social.Emoji          // by category and name
	by  map[string]social.Emoji // those that are enabled
}

// New returns a Service with the emojis there are. Its Watch must be told of
// every fact, before those who keep what was made with them.
func New(ctx context.Context, s *store.Store, b Blobs) (*Service, error) {
	e := &Service{store: s, blobs: b}
	if err := e.load(ctx); err != nil {
		return nil, fmt.Errorf("load emojis: %w", err)
	}
	return e, nil
}

func (s *Service) load(ctx context.Context) error {
	s.loading.Lock()
	defer s.loading.Unlock()
	now := &set{by: map[string]social.Emoji{}}
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		now.all, err = v.Emojis(ctx, social.MaxEmojis)
		return err
	}); err != nil {
		return err
	}
	slices.SortFunc(now.all, func(a, b social.Emoji) int {
		return cmp.Or(strings.Compare(a.Category, b.Category), strings.Compare(a.Shortcode, b.Shortcode))
	})
	for _, e := range now.all {
		if e.Enabled {
			now.by[e.Shortcode] = e
		}
	}
	s.set.Store(now)
	return nil
}

// Watch loads the emojis again when they have changed. It is a store.Watcher.
// What cannot be read is tried again with the next fact.
func (s *Service) Watch(ctx context.Context, rs []event.Record) {
	if slices.ContainsFunc(rs, func(r event.Record) bool { _, is := r.Fact.(event.EmojisChanged); return is }) {
		s.stale.Store(true)
	}
	if s.stale.Swap(false) && s.load(ctx) != nil {
		s.stale.Store(true)
	}
}

// All is every emoji, by category and name. Nobody changes the list.
func (s *Service) All() []social.Emoji { return s.set.Load().all }

// Named is an emoji that can be used.
func (s *Service) Named(shortcode string) (social.Emoji, bool) {
	e, ok := s.set.Load().by[shortcode]
	return e, ok
}

// In is the emojis that stand in texts, each once, in order.
func (s *Service) In(texts ...string) (out []social.Emoji) {
	by := s.set.Load().by
	if len(by) == 0 {
		return nil
	}
	for _, t := range texts {
		for _, c := range text.Shortcodes(t) {
			if e, ok := by[c.Name]; ok && !slices.ContainsFunc(out, func(o social.Emoji) bool { return o.ID == e.ID }) {
				out = append(out, e)
			}
		}
	}
	return out
}

func mayChange(by social.Actor) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	if !by.Role.AtLeast(social.Admin) {
		return errs.New(errs.Forbidden, "Only the owner and admins decide this.")
	}
	return nil
}

// Add keeps the picture in file as an emoji. It is for admins. One that has
// the name already is replaced if over says so, and a Conflict otherwise.
func (s *Service) Add(ctx context.Context, by social.Actor, wish social.Emoji, file io.Reader, over bool) (e social.Emoji, err error) {
	if err := mayChange(by); err != nil {
		return e, err
	}
	e = wish
	e.Category = strings.Join(strings.Fields(text.Clean(e.Category)), " ")
	if err := e.Check(); err != nil {
		return e, err
	}
	if _, taken := s.find(e.Shortcode); taken && !over { // before any work
		return e, errs.Newf(errs.Conflict, "There is an emoji called %s already.", e.Shortcode)
	}
	if e.File, e.Still, e.Size, err = s.blobs.PutEmoji(ctx, by.Account, file); err != nil {
		return e, err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error { return s.put(ctx, tx, &e, over) })
	if err != nil {
		ctx := context.WithoutCancel(ctx)
		if drop := s.store.Write(ctx, func(tx *store.Tx) error { return tx.DropEmojiFiles(ctx, e) }); drop != nil {
			return e, fmt.Errorf("drop files: %w", drop)
		}
		return e, err
	}
	return e, nil
}

func (s *Service) find(shortcode string) (social.Emoji, bool) {
	all := s.All()
	i := slices.IndexFunc(all, func(e social.Emoji) bool { return e.Shortcode == shortcode })
	if i < 0 {
		return social.Emoji{}, false
	}
	return all[i], true
}

func (s *Service) put(ctx context.Context, tx *store.Tx, e *social.Emoji, over bool) error {
	e.At = tx.Now
	tx.Record(event.EmojisChanged{})
	was, err := tx.HoldEmojiNamed(ctx, e.Shortcode)
	if err == nil && over {
		e.ID = was.ID
		if err := tx.DropEmojiFiles(ctx, was); err != nil {
			return err
		}
		return tx.SetEmoji(ctx, *e)
	}
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return err
	}
	n, err := tx.CountEmojis(ctx)
	if err != nil {
		return err
	}
	if n >= social.MaxEmojis {
		return errs.Newf(errs.Invalid, "There are %d emojis already. Remove some first.", social.MaxEmojis)
	}
	e.ID = social.EmojiID(id.New(tx.Now))
	return tx.AddEmoji(ctx, *e)
}

// A Change is what is to be different of an emoji; nil is left alone.
type Change struct {
	Enabled, Listed, Featured *bool
	Category                  *string
}

// Change changes how an emoji is used. It is for admins.
func (s *Service) Change(ctx context.Context, by social.Actor, which social.EmojiID, c Change) (e social.Emoji, err error) {
	if err := mayChange(by); err != nil {
		return e, err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) (err error) {
		if e, err = tx.HoldEmoji(ctx, which); err != nil {
			return err
		}
		for to, from := range map[*bool]*bool{&e.Enabled: c.Enabled, &e.Listed: c.Listed, &e.Featured: c.Featured} {
			if from != nil {
				*to = *from
			}
		}
		if c.Category != nil {
			e.Category = strings.Join(strings.Fields(text.Clean(*c.Category)), " ")
		}
		if err := e.Check(); err != nil {
			return err
		}
		tx.Record(event.EmojisChanged{})
		return tx.SetEmoji(ctx, e)
	})
	return e, err
}

// Remove takes an emoji away; where it was used its name is shown. It is for
// admins.
func (s *Service) Remove(ctx context.Context, by social.Actor, which social.EmojiID) error {
	if err := mayChange(by); err != nil {
		return err
	}
	return s.store.Write(ctx, func(tx *store.Tx) error {
		e, err := tx.HoldEmoji(ctx, which)
		if err != nil {
			return err
		}
		tx.Record(event.EmojisChanged{})
		return tx.RemoveEmoji(ctx, e)
	})
}
