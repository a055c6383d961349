package web

import (
	"fmt"
	"mime/multipart"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/core/media"
	"github.com/plaza-social/plaza/internal/social"
)

// mediaRule is that of apps, and counts together with them.
var mediaRule = limit.Rule{Name: "media", Burst: 30, Per: 30 * time.Minute}

// mediaWish are the attachments of one of the posts in a composer, and how they
// are described.
func (q *ask) mediaWish(of string) (ids []social.MediaID, said []social.MediaChange) {
	for _, v := range q.PostForm["media"+of] {
		n, ok := id.Parse(v)
		if which := social.MediaID(n); ok && !slices.Contains(ids, which) && len(ids) <= social.MaxAttachments {
			alt := strings.TrimSpace(q.form("alt-" + v))
			c := social.MediaChange{ID: which, Alt: &alt}
			c.FocusX, c.FocusY = point(q.form("focus-" + v))
			ids, said = append(ids, which), append(said, c)
		}
	}
	return ids, said
}

// point reads "x,y"; nil is neither.
func point(s string) (x, y *float64) {
	a, b, _ := strings.Cut(s, ",")
	fx, badX := strconv.ParseFloat(a, 64)
	fy, badY := strconv.ParseFloat(b, 64)
	if badX != nil || badY != nil || !(fx >= -1 && fx <= 1 && fy >= -1 && fy <= 1) {
		return nil, nil
	}
	return &fx, &fy
}

// A focusPoint is what must stay in sight of a picture that is cut to fit.
type focusPoint struct{ at, name string }

var focusPoints = []focusPoint{{"0,0", msg("The middle")}, {"0,0.7", msg("The top")}, {"0,-0.7", msg("The bottom")}, {"-0.7,0", msg("The left")}, {"0.7,0", msg("The right")},
	{"-0.7,0.7", msg("Top left")}, {"0.7,0.7", msg("Top right")}, {"-0.7,-0.7", msg("Bottom left")}, {"0.7,-0.7", msg("Bottom right")}}

func focusOf(m social.Media) string {
	return strconv.FormatFloat(m.FocusX, 'f', -1, 64) + "," + strconv.FormatFloat(m.FocusY, 'f', -1, 64)
}

// focusWith are those that can be chosen, and the one that is.
func focusWith(m social.Media) []focusPoint {
	at := focusOf(m)
	if slices.ContainsFunc(focusPoints, func(s focusPoint) bool { return s.at == at }) {
		return focusPoints
	}
	return append([]focusPoint{{at, msg("Where it is now")}}, focusPoints...)
}

// move puts an attachment before or behind its neighbour, or off the post.
func move(d *social.Draft, do, which string) {
	n, _ := id.Parse(which)
	lists := []*[]social.MediaID{&d.Media}
	for i := range d.Then {
		lists = append(lists, &d.Then[i].Media)
	}
	for _, l := range lists {
		at := slices.Index(*l, social.MediaID(n))
		switch {
		case at < 0:
		case do == "drop":
			*l = slices.Delete(*l, at, at+1)
		case do == "earlier" && at > 0:
			(*l)[at-1], (*l)[at] = (*l)[at], (*l)[at-1]
		case do == "later" && at < len(*l)-1:
			(*l)[at+1], (*l)[at] = (*l)[at], (*l)[at+1]
		}
	}
}

// takeFiles keeps the files that came with a composer, and puts them on its
// posts. What one of them could not be taken for is the error; the others are there.
func (s *Site) takeFiles(q *ask, d *social.Draft) (problem error) {
	if q.MultipartForm == nil {
		return nil
	}
	lists := []*[]social.MediaID{&d.Media}
	for i := range d.Then {
		lists = append(lists, &d.Then[i].Media)
	}
	for i, l := range lists {
		for _, head := range q.MultipartForm.File["files"+nth(i)] {
			if head.Size == 0 && head.Filename == "" {
				continue
			}
			m, err := s.takeFile(q, head, len(*l))
			if err != nil {
				problem = err
				continue
			}
			*l = append(*l, m.ID)
		}
	}
	for _, which := range d.AllMedia() {
		if err := s.takeCaptions(q, which, "-"+itoa(which)); err != nil {
			problem = err
		}
	}
	return problem
}

// takeCaptions keeps captions that came for a film or a sound, or takes away those it
// has, as the fields say whose names end with of.
func (s *Site) takeCaptions(q *ask, which social.MediaID, of string) error {
	if q.ticked("uncaption" + of) {
		_, err := s.Media.SetCaptions(q.Context(), q.by, which, "", nil)
		return err
	}
	if q.MultipartForm == nil {
		return nil
	}
	for _, head := range q.MultipartForm.File["captions"+of] {
		if head.Size == 0 && head.Filename == "" {
			continue
		}
		if err := q.take(mediaRule, itoa(q.by.Account), "lately"); err != nil {
			return err
		}
		file, err := head.Open()
		if err != nil {
			return fmt.Errorf("open what was sent: %w", err)
		}
		_, err = s.Media.SetCaptions(q.Context(), q.by, which, q.form("spoken"+of), file)
		file.Close()
		return err
	}
	return nil
}

func (s *Site) takeFile(q *ask, head *multipart.FileHeader, there int) (m social.Media, err error) {
	if there >= social.MaxAttachments {
		return m, errs.Newf(errs.Invalid, "A post shows at most %d files.", social.MaxAttachments)
	}
	if err := q.take(mediaRule, itoa(q.by.Account), "lately"); err != nil {
		return m, err
	}
	file, err := head.Open()
	if err != nil {
		return m, fmt.Errorf("open what was sent: %w", err)
	}
	defer file.Close()
	got, err := s.Media.Receive(q.Context(), q.by, file)
	if err != nil {
		return m, err
	}
	return s.Media.Add(q.Context(), q.by, got, media.Upload{})
}

// attach is for the script, which sends files while their post is written: it
// gets them as they stand in the composer.
func (s *Site) attach(q *ask) error {
	var d social.Draft
	if err := s.takeFiles(q, &d); err != nil {
		return err
	}
	all, err := s.Posts.DraftMedia(q.Context(), q.by, d)
	if err != nil {
		return err
	}
	of := q.form("of")
	if n, err := strconv.Atoi(strings.TrimPrefix(of, "-")); of != "" && (err != nil || of != nth(n-1)) {
		return nowhere
	}
	return q.part(attachments(q.page, of, all))
}

// undescribed reports whether a picture of d says nothing to who does not see it.
func (s *Site) undescribed(q *ask, d social.Draft) bool {
	all, err := s.Posts.DraftMedia(q.Context(), q.by, d)
	return err == nil && slices.ContainsFunc(all, func(m social.Media) bool { return m.Alt == "" })
}

// remind gives a composer back once, with the pictures that are not described.
func (q *ask) remind(wish social.Draft, when social.When) error {
	d, err := q.composing(wish, when)
	if err != nil {
		return err
	}
	d.Back, d.Key, d.Seen, d.Again, d.Remind = local(q.form("back"), "/"), q.form("key"), q.form("seen"), true, true
	q.page.Tab = "new"
	return q.showAs(422, "New post", newPage(q.page, d))
}
