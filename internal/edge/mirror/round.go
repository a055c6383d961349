package mirror

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/mirrors"
	"github.com/plaza-social/plaza/internal/social"
)

// A round is one bringing up to date.
type round struct {
	*Keeper
	m      social.Mirror
	links  rewriter
	shared map[string]bool // files that pages share and that are there
	failed map[string]bool // pages that could not be made
	there  map[string][]social.MirrorFile
	batch  map[string]bool     // the pages that are made together
	linked map[string]bool     // things that those made so far lead to
	late   []file              // to be written when all pages of the batch are made
	asked  map[string]bool     // files that pages of the batch share, and that are not known to be there
	shows  map[string][]string // such files, by page
}

// pages makes what is marked, until nothing is.
func (r *round) pages(ctx context.Context, rest time.Duration) error {
	if err := r.tidy(ctx); err != nil { // what a round left that was interrupted
		return err
	}
	var faults []error
	for {
		since, err := r.Mirrors.At(ctx)
		if err != nil {
			return err
		}
		marks, err := r.Mirrors.Marks(ctx, r.m.ID, rest, batch+len(r.failed))
		if err != nil {
			return err
		}
		marks = slices.DeleteFunc(marks, func(m social.MirrorMark) bool { return r.failed[m.Page] })
		if len(marks) == 0 {
			return errors.Join(faults...)
		}
		made, wrong, err := r.makeAll(ctx, marks)
		if err != nil {
			return err
		}
		made, lacking, err := r.share(ctx, made)
		if err != nil {
			return err
		}
		if err := r.flush(ctx); err != nil {
			return err
		}
		faults = append(append(faults, wrong...), lacking...)
		if err := r.Mirrors.Keep(ctx, r.m.ID, since, made); err != nil {
			return err
		}
		if err := r.tidy(ctx); err != nil {
			return err
		}
		if ok, err := r.Mirrors.Hold(ctx, r.m.ID, r.holder, lease); err != nil || !ok {
			return errors.Join(err, errHeld)
		}
	}
}

// maxFaults is how many pages may fail in one round.
const maxFaults = 20

// makeAll makes pages. One that cannot be made holds up no other.
func (r *round) makeAll(ctx context.Context, marks []social.MirrorMark) (made []social.MirrorMade, faults []error, err error) {
	names := make([]string, len(marks))
	r.batch, r.linked, r.asked, r.shows = map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string][]string{}
	for i, m := range marks {
		names[i] = m.Page
		r.batch[m.Page] = true
	}
	if r.there, err = r.Mirrors.Pages(ctx, r.m.ID, names); err != nil {
		return nil, nil, err
	}
	for _, m := range marks {
		p, err := r.make(ctx, m.Page)
		if err != nil {
			if ctx.Err() != nil || len(r.failed) >= maxFaults {
				return nil, nil, fmt.Errorf("page %s: %w", m.Page, err)
			}
			r.failed[m.Page] = true
			faults = append(faults, fmt.Errorf("page %s: %w", m.Page, err))
			continue
		}
		p.MirrorMark = m
		made = append(made, p)
	}
	return made, faults, nil
}

// make makes the page of a mark.
func (r *round) make(ctx context.Context, page string) (social.MirrorMade, error) {
	if after, ok := strings.CutPrefix(page, social.MirrorAll); ok {
		return r.seeds(ctx, after)
	}
	if list, n, ok := isOlder(page); ok {
		return r.olderPage(ctx, list, n)
	}
	if isList(page) {
		return r.newestPage(ctx, page)
	}
	return r.render(ctx, Wish{Page: page})
}

// The moment stands in a page as these until it is known whether anything else in
// it has changed. A post may have them in its words: then it tells the time.
const (
	stampMark  = "@@mirror-stamp@@"
	momentMark = "@@mirror-moment@@"
)

// render makes a page and puts its file into its place, unless it is there
// already. A page that strangers are not shown has no file.
func (r *round) render(ctx context.Context, w Wish) (made social.MirrorMade, err error) {
	w.Stamp, w.Moment, w.Key = stampMark, momentMark, r.public
	r.Did.Pages++
	body, err := r.Render(ctx, w)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return made, nil
	}
	if err != nil {
		return made, err
	}
	refs := refs{}
	if !isPlain(w.Page) {
		if body, refs, err = r.links.rewrite(ctx, w.Page, body); err != nil {
			return made, err
		}
	}
	if s, ok := read(w.Page); ok && s.post != 0 { // also if it names itself nowhere
		refs.things[social.MirrorPostThing(s.post)] = true
	}
	maps.Copy(r.linked, refs.things)
	r.shows[w.Page] = slices.Sorted(maps.Keys(refs.files))
	for _, path := range r.shows[w.Page] {
		if !r.shared[path] {
			r.asked[path] = true
		}
	}
	made.Things = append(made.Things, slices.Sorted(maps.Keys(refs.things))...)
	if made.Next, err = r.unknown(ctx, refs.pages); err != nil {
		return made, err
	}
	f, err := r.put(ctx, w.Page, fileOf(w.Page), body)
	made.Files = append(made.Files, f)
	return made, err
}

// unknown is those of pages that were never made. That is how everything is
// found that a page leads to.
func (r *round) unknown(ctx context.Context, pages map[string]bool) (out []string, err error) {
	known, err := r.Mirrors.Pages(ctx, r.m.ID, slices.Collect(maps.Keys(pages)))
	for page := range pages {
		if len(known[page]) == 0 && !r.batch[page] {
			out = append(out, page)
		}
	}
	slices.Sort(out)
	return out, err
}

// seeds are the pages that lead to all others: those of accounts after one, and
// first of all what every mirror has.
func (r *round) seeds(ctx context.Context, after string) (made social.MirrorMade, err error) {
	var last social.AccountID
	if after == "" {
		made.Next = append(made.Next, fixed...)
	} else if _, err := fmt.Sscan(after, &last); err != nil {
		return made, nil // no mark of ours
	}
	pages, last, err := r.Mirrors.Accounts(ctx, last)
	made.Next = append(made.Next, pages...)
	if last != 0 {
		made.Next = append(made.Next, social.MirrorAll+number(last))
	}
	return made, err
}

func isList(page string) bool {
	s, ok := read(page)
	return ok && (page == mirrors.HomePage || page == mirrors.PublicPage || s.tag || s.name != "" && s.post == 0)
}
