package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/filters"
	"github.com/plaza-social/plaza/internal/social"
)

const filtersPage = "/settings/filters"

func (s *Site) filterRoutes(r *router) {
	r.Do("GET "+filtersPage, member, func(q *ask) error { return s.showFilters(q, http.StatusOK, newFilter()) })
	r.Do("POST "+filtersPage, member, s.addFilter)
	r.Do("GET "+filtersPage+"/{filter}", member, s.filter)
	r.Do("POST "+filtersPage+"/{filter}", member, s.changeFilter)
	r.Do("POST "+filtersPage+"/{filter}/delete", member, s.deleteFilter)
}

// A filterForm is a filter as it is written on a page: all its words have or have not
// to stand by themselves.
type filterForm struct {
	social.Filter
	Words   string
	Whole   bool
	Lasts   string // days from now; empty leaves the end where it is
	Problem string
}

// The places where a filter holds and what it does, in people's words.
var (
	filterPlaces = []pick{{string(social.FilterHome), msg("Home and lists"), ""}, {string(social.FilterNotices), msg("Notifications"), ""},
		{string(social.FilterPublic), msg("Public posts, tags, Discover and search"), ""}, {string(social.FilterThread), msg("Threads"), ""}, {string(social.FilterAccount), msg("Profiles"), ""}}
	filterActions = []pick{{string(social.FilterWarn), msg("Fold them up"), msg("The name of the filter stands in their place, and you can open them.")},
		{string(social.FilterHide), msg("Leave them out"), msg("You do not see that there was anything.")}, {string(social.FilterBlur), msg("Cover their pictures"), msg("You read the words, and can uncover the rest.")}}
	filterLasts = []pick{{"0", msg("For good"), ""}, {"1", msg("For a day"), ""}, {"7", msg("For a week"), ""}, {"30", msg("For a month"), ""}}
)

// newFilter is what an empty form has chosen.
func newFilter() filterForm {
	f := filterForm{Filter: social.Filter{Action: social.FilterWarn}, Whole: true, Lasts: "0"}
	for _, p := range filterPlaces {
		f.Contexts = append(f.Contexts, social.FilterContext(p.is))
	}
	return f
}

// written is a filter as a form has it.
func written(f social.Filter) filterForm {
	var words []string
	for _, k := range f.Keywords {
		words = append(words, k.Words)
	}
	return filterForm{Filter: f, Words: strings.Join(words, "\n"), Whole: wholly(f)}
}

// wholly reports whether all words of a filter stand by themselves.
func wholly(f social.Filter) bool {
	return !slices.ContainsFunc(f.Keywords, func(k social.FilterKeyword) bool { return !k.Whole })
}

func (s *Site) showFilters(q *ask, status int, form filterForm) error {
	all, err := s.Filters.All(q.Context(), q.by)
	if err != nil {
		return err
	}
	q.settle()
	return q.showAs(status, "Muted words", filterSettings(q.page, all, form))
}

func (s *Site) filter(q *ask) error {
	f, err := s.Filters.Get(q.Context(), q.by, q.filterID())
	if err != nil {
		return err
	}
	return s.showFilter(q, http.StatusOK, written(f))
}

func (s *Site) showFilter(q *ask, status int, form filterForm) error {
	q.settle()
	return q.showAs(status, "Change filter", filterPage(q.page, form))
}

func (q *ask) filterID() filters.Which { return filters.ByID(social.FilterID(q.number("filter"))) }

// filterForm is what was written.
func (q *ask) filterForm() (f filterForm) {
	f = filterForm{Words: q.form("words"), Whole: q.ticked("whole"), Lasts: q.form("lasts")}
	f.Title, f.Action = strings.TrimSpace(q.form("title")), social.FilterAction(q.form("action"))
	for _, c := range q.PostForm["places"] {
		f.Contexts = append(f.Contexts, social.FilterContext(c))
	}
	if lines := f.lines(); f.Title == "" && len(lines) > 0 {
		f.Title = lines[0]
	}
	return f
}

// lines are the words, each once.
func (f filterForm) lines() (out []string) {
	for line := range strings.Lines(f.Words) {
		if line = strings.TrimSpace(line); line != "" && !slices.Contains(out, line) {
			out = append(out, line)
		}
	}
	return out
}

// change is what makes of a filter what was written. Words that stay are as they
// were, unless it was chosen anew whether they have to stand by themselves.
func (f filterForm) change(was social.Filter) (filters.Change, error) {
	lines := f.lines()
	if len(lines) == 0 && len(was.Posts) == 0 {
		return filters.Change{}, errs.New(errs.Invalid, "Write at least one word.")
	}
	if len(f.Contexts) == 0 {
		return filters.Change{}, errs.New(errs.Invalid, "Choose at least one place.")
	}
	c := filters.Change{Title: &f.Title, Contexts: &f.Contexts, Action: &f.Action}
	if days, err := strconv.Atoi(f.Lasts); err == nil {
		lasts := time.Duration(min(max(days, 0), maxFilterDays)) * 24 * time.Hour
		c.Lasts = &lasts
	}
	chosen := f.Whole != wholly(was)
	for _, k := range was.Keywords {
		change := filters.KeywordChange{ID: k.ID, Remove: !slices.Contains(lines, k.Words)}
		if lines = slices.DeleteFunc(lines, func(l string) bool { return l == k.Words }); chosen {
			change.Whole = &f.Whole
		}
		c.Keywords = append(c.Keywords, change)
	}
	for _, l := range lines {
		c.Keywords = append(c.Keywords, filters.KeywordChange{Words: &l, Whole: &f.Whole})
	}
	return c, nil
}

// maxFilterDays is how many days a filter can be said to last here.
const maxFilterDays = 366

func (s *Site) addFilter(q *ask) error {
	form := q.filterForm()
	c, err := form.change(social.Filter{})
	if err == nil {
		_, err = s.Filters.Add(q.Context(), q.by, c)
	}
	if errs.KindOf(err) == errs.Invalid && err != nil {
		form.Problem = q.page.fault(err)
		return s.showFilters(q, http.StatusUnprocessableEntity, form)
	}
	return s.saved(q, err, filtersPage)
}

func (s *Site) changeFilter(q *ask) error {
	was, err := s.Filters.Get(q.Context(), q.by, q.filterID())
	if err != nil {
		return err
	}
	form := q.filterForm()
	form.ID, form.Until, form.Posts = was.ID, was.Until, was.Posts
	c, err := form.change(was)
	if err == nil {
		_, err = s.Filters.Change(q.Context(), q.by, q.filterID(), c)
	}
	if errs.KindOf(err) == errs.Invalid && err != nil {
		form.Problem = q.page.fault(err)
		return s.showFilter(q, http.StatusUnprocessableEntity, form)
	}
	return s.saved(q, err, filtersPage)
}

func (s *Site) deleteFilter(q *ask) error {
	if err := s.Filters.Remove(q.Context(), q.by, q.filterID()); errs.Absent(err) != nil {
		return err
	}
	q.say("deleted")
	return q.to(filtersPage)
}
