package view

import (
	"context"
	"maps"
	"slices"

	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// How much is kept in memory, at most. A card with what the client API made
// of it is some 4 KB, a face 2 KB, a reader's circle 16 bytes a follow, some
// 3 KB for most people.
const (
	maxCards   = 8192
	maxFaces   = 4096
	maxReaders = 16384
	maxMarks   = 1024 // for each reader
	maxApps    = 1024
)

// Config is what a View needs to know of the outside.
type Config struct {
	BaseURL    string // https://plaza.example, without a slash at the end
	HandleHost string // what follows the second @ in the addresses of our own people
	House      social.HouseNames
}

// View shows posts and accounts to readers.
type View struct {
	Names
	store   *store.Store
	config  Config
	cards   *cache[social.PostID, *Card]
	faces   *cache[social.AccountID, *Face]
	readers *cache[social.AccountID, *Reader]
	marks   *cache[social.AccountID, *marks]
	apps    *cache[social.AppID, social.App]
	hosts   *hostRules
	tags    *tagRules
}

// New returns a View over s. Its Watch must be told of every fact.
func New(s *store.Store, c Config) *View {
	return &View{Names: NamesOf(c.BaseURL, c.House), hosts: &hostRules{}, tags: &tagRules{}, store: s, config: c, cards: newCache[social.PostID, *Card](maxCards), faces: newCache[social.AccountID, *Face](maxFaces),
		readers: newCache[social.AccountID, *Reader](maxReaders), marks: newCache[social.AccountID, *marks](maxReaders),
		apps: newCache[social.AppID, social.App](maxApps)}
}

// Watch forgets what facts have changed. It is a store.Watcher.
func (v *View) Watch(_ context.Context, rs []event.Record) {
	for _, r := range rs {
		switch f := r.Fact.(type) {
		case event.PostPublished:
			v.postCame(f.Author, f.Post, f.ReplyTo, f.BoostOf)
			v.cards.drop(f.QuoteOf) // its counts
		case event.PostImported:
			v.postCame(f.Author, f.Post, f.ReplyTo, f.BoostOf)
		case event.PostDeleted:
			v.postCame(f.Author, f.Post, f.ReplyTo, f.BoostOf)
			v.cards.drop(f.QuoteOf)
		case event.LinkChanged:
			if v.cards.drop(f.Post); f.Post == 0 {
				v.forgetLink(f.Link)
			}
		case event.QuoteChanged:
			v.cards.drop(f.Post)
			v.cards.drop(f.QuoteOf)
		case event.PostEdited:
			v.cards.drop(f.Post)
		case event.Widened:
			v.cards.drop(f.Post)
		case event.PostJudged:
			v.cards.drop(f.Post)
		case event.ReplyHeld:
			v.postCame(f.Author, f.Post, f.ReplyTo, 0)
		case event.Adopted:
			for _, p := range append([]social.PostID{f.Post, f.ReplyTo}, f.Others...) {
				v.cards.drop(p)
			}
		case event.Moved:
			v.faces.drop(f.Account)
		case event.MediaChanged:
			v.cards.drop(f.Post)
		case event.Voted:
			v.cards.drop(f.Post)
		case event.Marked:
			v.cards.drop(f.Post)
			v.forgetMark(f.Owner, f.Post, f.Mark == social.MutedThread)
		case event.VotesShifted:
			v.votesShifted(f)
		case event.Reacted:
			v.cards.drop(f.Post)
		case event.Followed:
			v.forget(f.Owner, f.Target)
		case event.Unfollowed:
			v.forget(f.Owner, f.Target)
		case event.Distanced:
			v.forget(f.Owner, f.Target)
		case event.EmojisChanged:
			v.cards.clear() // what was made of them
			v.faces.clear()
		case event.ListChanged:
			v.readers.drop(f.Owner)
		case event.FiltersChanged:
			v.readers.drop(f.Owner)
		case event.KeeperChanged:
			v.readers.drop(f.Keeper)
		case event.ThreadChanged:
			v.cards.drop(f.Thread)
			v.cards.drop(f.Post)
		case event.TagFollowed:
			v.readers.drop(f.Owner)
		case event.HostShut:
			v.readers.drop(f.Owner)
		case event.ProfileChanged:
			v.faces.drop(f.Account)
		case event.FieldsChecked:
			v.faces.drop(f.Account)
		case event.BadgesChanged:
			v.faces.drop(f.Account)
		case event.AccessChanged:
			v.faces.drop(f.Account) // its standing
		case event.TagRuled:
			v.tags.forget()
		case event.HostsChanged, event.SettingsChanged:
			v.hosts.forget()
			v.faces.clear()
			v.cards.clear() // what they show of hosts
		case event.Decided:
			v.decided(f)
		case event.AccountDeleted:
			v.faces.clear() // the counts of all it followed, and of its followers
			v.readers.drop(f.Account)
			v.marks.drop(f.Account)
		}
	}
}

// votesShifted forgets posts that show other counts now.
func (v *View) votesShifted(f event.VotesShifted) {
	for _, p := range f.Posts {
		v.cards.drop(p)
		v.forgetMark(f.Owner, p, false)
	}
}

// decided forgets an account that now stands another way. What its posts show
// may be behind a warning from now on; that is rare, and all cards are cheap
// to load. The face goes first: who loads a card after this finds the new one.
func (v *View) decided(f event.Decided) {
	v.faces.drop(f.Account)
	if f.Action == social.Veil || f.Action == social.Unveil {
		v.cards.clear()
	}
}

func (v *View) postCame(author social.AccountID, post, parent, boosted social.PostID) {
	v.faces.drop(author) // its counts
	v.cards.drop(post)
	v.cards.drop(parent)
	if boosted != 0 {
		v.cards.drop(boosted)
		v.forgetMark(author, boosted, false)
	}
}

func (v *View) forget(a, b social.AccountID) {
	v.faces.drop(a) // their counts
	v.faces.drop(b)
	v.readers.drop(a)
	v.readers.drop(b)
}

// Faces returns accounts in the order of ids, without those that are missing.
func (v *View) Faces(ctx context.Context, ids []social.AccountID) ([]*Face, error) {
	byID, err := v.facesByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]*Face, 0, len(ids))
	for _, id := range ids {
		if f := byID[id]; f != nil {
			out = append(out, f)
		}
	}
	return out, nil
}

func (v *View) facesByID(ctx context.Context, ids []social.AccountID) (map[social.AccountID]*Face, error) {
	return load(v.faces, ids, func(missing []social.AccountID) (map[social.AccountID]*Face, error) {
		out := map[social.AccountID]*Face{}
		err := v.store.Read(ctx, func(s *store.View) error {
			as, err := s.Accounts(ctx, missing)
			for _, a := range as {
				out[a.ID] = faceOf(a)
			}
			if err != nil {
				return err
			}
			if err := movedFaces(ctx, s, out); err != nil {
				return err
			}
			if err := faceBadges(ctx, s, out); err != nil {
				return err
			}
			return faceEmojis(ctx, s, out)
		})
		if err != nil {
			return nil, err
		}
		return out, v.applyHosts(ctx, out)
	})
}

// Face returns one account, or NotFound.
func (v *View) Face(ctx context.Context, id social.AccountID) (*Face, error) {
	fs, err := v.Faces(ctx, []social.AccountID{id})
	if err == nil && len(fs) == 0 {
		err = store.NoPost // the same words for all that is not there
	}
	if err != nil {
		return nil, err
	}
	return fs[0], nil
}

// Named returns the account called username, in any case, on host (empty for
// ours), or NotFound. Who has not been let in yet is not there.
func (v *View) Named(ctx context.Context, username, host string) (*Face, error) {
	var a social.Account
	if err := v.store.Read(ctx, func(s *store.View) (err error) {
		a, err = s.AccountNamed(ctx, username, host)
		return err
	}); err != nil {
		return nil, err
	}
	if a.Standing == social.Pending {
		return nil, store.NoPost
	}
	return v.Face(ctx, a.ID)
}

// cardsByID loads posts, not asking who may see them.
func (v *View) cardsByID(ctx context.Context, ids []social.PostID) (map[social.PostID]*Card, error) {
	return load(v.cards, ids, func(missing []social.PostID) (map[social.PostID]*Card, error) {
		var ps []social.Post
		if err := v.store.Read(ctx, func(s *store.View) (err error) {
			ps, err = s.Posts(ctx, missing)
			return err
		}); err != nil {
			return nil, err
		}
		apps, err := v.appsOf(ctx, ps)
		if err != nil {
			return nil, err
		}
		out := make(map[social.PostID]*Card, len(ps))
		for _, p := range ps {
			out[p.ID] = &Card{Post: p, HTML: v.HTML(p.Text, p.HTML, p.Mentions), AppName: apps[p.App].Name, AppSite: apps[p.App].Website, Collections: v.collectionsIn(p.Text)}
		}
		if err := v.store.Read(ctx, func(s *store.View) error { return v.attach(ctx, s, slices.Collect(maps.Values(out))) }); err != nil {
			return nil, err
		}
		return out, v.withoutFiles(ctx, out)
	})
}

func (v *View) appsOf(ctx context.Context, ps []social.Post) (map[social.AppID]social.App, error) {
	var ids []social.AppID
	for _, p := range ps {
		ids = append(ids, p.App)
	}
	return load(v.apps, ids, func(missing []social.AppID) (map[social.AppID]social.App, error) {
		out := map[social.AppID]social.App{}
		err := v.store.Read(ctx, func(s *store.View) error {
			as, err := s.Apps(ctx, missing)
			for _, a := range as {
				out[a.ID] = a
			}
			return err
		})
		return out, err
	})
}

// HTML is what a post says, as HTML that is safe on a page: what was typed
// here with its links, or the cleaned HTML that came from elsewhere.
func (v *View) HTML(typed, html string, mentions []social.Mention) string {
	if html != "" {
		return html
	}
	return text.HTML(typed, text.Linker{Tag: v.TagURL, Mention: func(username, host string) (string, bool) {
		for _, m := range mentions {
			if social.UsernameKey(m.Username) == social.UsernameKey(username) && (m.Host == host || m.Host == "" && v.OwnHost(host)) {
				return v.MentionURL(m), true
			}
		}
		return "", false
	}})
}
