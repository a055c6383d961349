package mirror

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/mirrors"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// Lists grow at one end. Their older pages are numbered from the oldest and hold
// perPage posts each, once and for all: the newest page holds the rest, which is
// between perPage and twice as many, so that a new post changes that page alone.
const (
	perPage = 20
	// maxPart is how many posts a page may have: an older one gets more when
	// somebody brings along what they said long ago.
	maxPart = 3 * perPage
)

// isOlder reads the path of an older page.
func isOlder(page string) (list string, n int, ok bool) {
	list, number, ok := strings.Cut(page, OlderName)
	n, err := strconv.Atoi(number)
	return list, n, ok && err == nil && n > 0
}

// part is a part of a list, newest first.
func (r *round) part(ctx context.Context, list string, p social.Page) (view.Slice[*view.Seen], error) {
	s, _ := read(list)
	switch {
	case s.tag:
		return r.Timelines.Tag(ctx, social.Anyone, social.TagQuery{Any: []string{social.TagKey(list[len("/tags/"):])}, From: social.Ours}, p)
	case s.name != "":
		f, err := r.person(ctx, s.name)
		if err != nil {
			return view.Slice[*view.Seen]{}, err
		}
		return r.Timelines.Account(ctx, social.Anyone, f.ID, social.AccountQuery{NoReplies: !strings.HasSuffix(list, "/with_replies"), OursOnly: true}, p)
	}
	return r.Timelines.Public(ctx, social.Anyone, social.PublicQuery{From: social.Ours}, p)
}

// person is somebody who has pages in the mirror, or NotFound.
func (r *round) person(ctx context.Context, name string) (*view.Face, error) {
	f, err := r.View.Named(ctx, name, "")
	if err == nil && !f.Mirrored() {
		err = errs.New(errs.NotFound, "Record not found")
	}
	return f, err
}

// newestPage makes the newest page of a list, and lays down the bounds of older
// ones when there is enough for them.
func (r *round) newestPage(ctx context.Context, page string) (made social.MirrorMade, err error) {
	list := page
	if page == mirrors.HomePage {
		list = mirrors.PublicPage
	}
	bounds, err := r.Mirrors.Bounds(ctx, r.m.ID, list)
	if err != nil {
		return made, err
	}
	known := len(bounds)
	if wanted, err := r.wanted(ctx, page); err != nil || !wanted {
		made.Next = moved(list, known, 0)
		return made, err
	}
	if page == list {
		bounds, err = r.lay(ctx, list, bounds)
	}
	if err == nil {
		made, err = r.render(ctx, Wish{Page: page, Part: within(bounds, len(bounds)+1), Older: olderOf(list, len(bounds))})
	}
	if errs.KindOf(err) == errs.NotFound && err != nil {
		made, err = social.MirrorMade{}, nil // nobody's list
	}
	if err != nil || page != list {
		return made, err
	}
	if len(made.Files) == 0 {
		bounds = nil
	} else if err := r.feed(ctx, page, &made); err != nil {
		return made, err
	}
	made.Bounds = bounds
	made.Next = append(made.Next, moved(list, known, len(bounds))...)
	return made, nil
}

// wanted reports whether a tag has posts, or a page that leads to it: a tag that
// nobody uses any more is nobody's business. Other lists always are.
func (r *round) wanted(ctx context.Context, page string) (bool, error) {
	tag, is := strings.CutPrefix(page, "/tags/")
	if !is || r.linked[social.MirrorTagThing(tag)] {
		return true, nil
	}
	if used, err := r.Mirrors.Used(ctx, r.m.ID, social.MirrorTagThing(tag), page); err != nil || used {
		return used, err
	}
	s, err := r.part(ctx, page, social.Page{Limit: maxPart})
	return len(s.Items) == maxPart || slices.ContainsFunc(s.Items, (*view.Seen).Mirrored), err
}

// lay adds bounds for as long as two pages are left behind the last.
func (r *round) lay(ctx context.Context, list string, bounds []social.PostID) ([]social.PostID, error) {
	for {
		p := *within(bounds, len(bounds)+1)
		p.Oldest, p.Limit = true, 2*perPage
		s, err := r.part(ctx, list, p)
		if err != nil || len(s.Items) < 2*perPage {
			return bounds, err
		}
		bounds = append(bounds, s.Items[len(s.Items)-perPage].ID) // the newest comes first
	}
}

// within is the part of a list that its page n shows, where older pages end at
// bounds.
func within(bounds []social.PostID, n int) *social.Page {
	p := social.Page{Limit: maxPart}
	if n > 1 {
		p.After = int64(bounds[n-2])
	}
	if n <= len(bounds) {
		p.Before = int64(bounds[n-1]) + 1
	}
	return &p
}

// olderOf is the page before the one after n; empty if there is none.
func olderOf(list string, n int) string {
	if n == 0 {
		return ""
	}
	return older(list, n)
}

// moved is the pages that are made or gone, or have another beside them, when a
// list has another number of older pages.
func moved(list string, before, after int) (pages []string) {
	if before == after {
		return nil
	}
	for n := max(min(before, after), 1); n <= max(before, after); n++ {
		pages = append(pages, older(list, n))
	}
	if list == mirrors.PublicPage {
		pages = append(pages, mirrors.HomePage)
	}
	return pages
}

// olderPage makes page n of a list. When it has become too long, the whole list
// is divided anew.
func (r *round) olderPage(ctx context.Context, list string, n int) (made social.MirrorMade, err error) {
	bounds, err := r.Mirrors.Bounds(ctx, r.m.ID, list)
	if err != nil || n > len(bounds) {
		return made, err
	}
	w := Wish{Page: older(list, n), Part: within(bounds, n), Older: olderOf(list, n-1), Newer: list}
	if n < len(bounds) {
		w.Newer = older(list, n+1)
	}
	s, err := r.part(ctx, list, *w.Part)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return made, nil
	}
	if err != nil {
		return made, err
	}
	if len(s.Items) == maxPart {
		made.Unbound = list
		made.Next = append(moved(list, 0, len(bounds)), list)
		return made, nil
	}
	return r.render(ctx, w)
}

// feed puts the feed of somebody's posts beside their profile.
func (r *round) feed(ctx context.Context, page string, made *social.MirrorMade) error {
	s, _ := read(page)
	if s.name == "" || strings.Contains(page[1:], "/") {
		return nil
	}
	f, err := r.person(ctx, s.name)
	if err != nil {
		return err
	}
	posts, err := r.part(ctx, page, social.Page{Limit: perPage})
	if err != nil {
		return err
	}
	posts.Items = slices.DeleteFunc(posts.Items, func(p *view.Seen) bool { return !p.Mirrored() })
	b, err := feedOf(r.View, f, posts.Items)
	if err != nil {
		return err
	}
	file, err := r.put(ctx, page, page[1:]+feedName, b)
	made.Files = append(made.Files, file)
	made.Next = slices.DeleteFunc(made.Next, func(p string) bool { return p == page+feedName }) // it is made with the page
	return err
}

func number[ID ~int64](id ID) string { return strconv.FormatInt(int64(id), 10) }
