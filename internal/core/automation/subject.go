package automation

import (
	"context"
	"math"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/pdq"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A saying is what somebody says, stored already or not.
type saying struct {
	post     social.PostID // zero if it is about to be posted
	author   social.Account
	at       time.Time
	text     string // without HTML
	rest     []string
	mentions int
	media    []social.Media
}

// of reads a stored post.
func of(ctx context.Context, v *store.View, p social.Post) (s saying, err error) {
	s = saying{post: p.ID, at: id.Time(int64(p.ID)), text: p.Text, rest: []string{p.Warning}, mentions: len(p.Mentions)}
	if p.HTML != "" {
		s.text = text.FromHTML(p.HTML, func(_, shown string) string { return shown })
	}
	if s.author, err = v.Account(ctx, p.Author); err != nil {
		return s, err
	}
	if p.Poll != 0 {
		polls, err := v.Polls(ctx, []social.PollID{p.Poll})
		if err != nil {
			return s, err
		}
		for _, poll := range polls {
			for _, o := range poll.Options {
				s.rest = append(s.rest, o.Title)
			}
		}
	}
	return s, s.attach(ctx, v, p.Media)
}

// about is what by is about to say.
func about(ctx context.Context, v *store.View, by social.Actor, d social.Draft, now time.Time) (s saying, err error) {
	s = saying{at: now, text: d.Text, rest: []string{d.Warning}}
	called := map[string]bool{}
	for _, p := range text.Parse(d.Text) {
		if p.Kind == text.Mention {
			called[social.NameKey(p.Text)] = true
		}
	}
	s.mentions = len(called)
	if s.author, err = v.Account(ctx, by.Account); err != nil {
		return s, err
	}
	if d.Poll != nil {
		s.rest = append(s.rest, d.Poll.Options...)
	}
	return s, s.attach(ctx, v, d.Media)
}

func (s *saying) attach(ctx context.Context, v *store.View, ids []social.MediaID) (err error) {
	if len(ids) == 0 {
		return nil
	}
	if s.media, err = v.Media(ctx, ids); err != nil {
		return err
	}
	for _, m := range s.media {
		s.rest = append(s.rest, m.Alt)
	}
	return nil
}

// subject is what rules look at.
func (s *saying) subject(look social.AutoLook) social.AutoSubject {
	return social.AutoSubject{Words: social.FilterKey(strings.Join(append(s.rest, s.text), "\n")), Links: social.LinkHosts(s.text), Mentions: s.mentions,
		Host: s.author.Host, Age: s.at.Sub(s.author.CreatedAt), Pictures: pictures(s.media), Look: look}
}

func pictures(all []social.Media) (out []social.AutoPicture) {
	for _, m := range all {
		if m.Print == "" && m.Look == "" {
			continue
		}
		p := social.AutoPicture{Print: m.Print}
		if h, err := pdq.Parse(m.Look); err == nil {
			p.Look, p.Quality = h, m.Quality
		}
		out = append(out, p)
	}
	return out
}

// essence is what is compared with what others say: the words, without whom they
// call and where they lead, which spam changes first.
func (s *saying) essence() string {
	var b strings.Builder
	for _, p := range text.Parse(s.text) {
		if p.Kind == text.Plain || p.Kind == text.Tag {
			b.WriteString(p.Text)
		}
	}
	return social.FilterKey(b.String())
}

// A look looks up what rules ask of a saying.
type look struct {
	ctx    context.Context
	v      *store.View
	s      *saying
	lately *lately
	table  *social.HashTable
}

// Posts implements social.AutoLook.
func (l look) Posts(most int) (int, error) {
	before := l.s.post - 1
	if l.s.post == 0 {
		before = math.MaxInt64
	}
	return l.v.PostsOfBetween(l.ctx, l.s.author.ID, 0, before, most)
}

// Pace implements social.AutoLook.
func (l look) Pace(within time.Duration, most int) (int, error) {
	from, upto, more := social.PostID(id.Floor(l.s.at.Add(-within))), l.s.post, 0
	if l.s.post == 0 {
		upto, more = math.MaxInt64, 1
	}
	n, err := l.v.PostsOfBetween(l.ctx, l.s.author.ID, from, upto, most)
	return n + more, err
}

// Alike implements social.AutoLook.
func (l look) Alike(within time.Duration) (int, error) {
	return l.lately.others(l.ctx, l.v, l.s, within)
}

// Listed implements social.AutoLook.
func (l look) Listed(p social.AutoPicture, lists []string, any bool) (string, error) {
	if any {
		list, _ := l.table.Find(p)
		return list.Name, nil
	}
	for _, name := range lists {
		if l.table.On(p, name) {
			return name, nil
		}
	}
	return "", nil
}
