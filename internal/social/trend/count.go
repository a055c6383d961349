package trend

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// errOrder is what a count says of entries that do not come by part, author and id.
var errOrder = errors.New("the posts do not stand in their order: by part, by author, then by id, each once")

// A Count goes over entries once.
type Count struct {
	at    time.Time
	n     int
	last  Entry
	part  int32 // which part it is that comes now; zero for nobody's
	tags  *sketch[string]
	links *sketch[social.LinkID]
	known map[string]int         // how many posts are in each language
	tops  map[string]*top        // by language; all of them under none
	runs  map[string]*authorsRun // of the author whose entries come now, likewise
}

// New begins to count what is a trend at a moment.
func New(at time.Time) *Count { return newCount(at, MaxCounters) }

func newCount(at time.Time, counters int) *Count {
	return &Count{at: at, tags: newSketch[string](counters), links: newSketch[social.LinkID](counters),
		known: map[string]int{}, tops: map[string]*top{"": {}}, runs: map[string]*authorsRun{}}
}

// An authorsRun is the best that came of one author so far.
type authorsRun struct{ best []scored[Post] }

type scored[T any] struct {
	score int64
	id    int64 // the newest stands first
	what  T
}

func better[T any](a, b scored[T]) int {
	return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.id, a.id))
}

// keep puts x into the best, which are in order, and no more than most.
func keep[T any](best []scored[T], x scored[T], most int) []scored[T] {
	at, _ := slices.BinarySearchFunc(best, x, better)
	if at >= most {
		return best
	}
	best = slices.Insert(best, at, x)
	return best[:min(len(best), most)]
}

// A top is the best of a language.
type top struct {
	posts  []scored[Post]
	people []scored[Person]
}

// Add counts e. What is too old is not a trend; what is out of order is an error.
func (c *Count) Add(e Entry) error {
	if c.n > 0 && c.last.Compare(e) >= 0 {
		return errOrder
	}
	if c.n > 0 && c.last.Author != e.Author {
		c.endRun()
	}
	if e.Part != c.last.Part {
		c.part++
	}
	c.n, c.last = c.n+1, e
	age := c.at.Sub(time.UnixMilli(e.At))
	if age > Span {
		return nil
	}
	lang, today := c.language(e.Language), age <= Span/2
	for i, tag := range e.Tags {
		if !slices.Contains(e.Tags[:i], tag) {
			c.tags.add(tag, "", lang, e.Author, c.part, today)
		}
	}
	if e.Link != 0 {
		c.links.add(e.Link, e.URL, lang, e.Author, c.part, today)
	}
	if score := Score(e.Likes, e.Boosts, age); e.Post && score > 0 {
		c.score(e, "", score)
		if lang != "" {
			c.score(e, lang, score)
		}
	}
	return nil
}

// language is the one that something is counted in, or none.
func (c *Count) language(code string) string {
	lang := code
	if c.known[lang] == 0 { // asking costs more than looking
		lang = language(code)
	}
	if lang != "" {
		c.known[lang]++
	}
	return lang
}

func (c *Count) score(e Entry, lang string, score int64) {
	r := c.runs[lang]
	if r == nil {
		r = &authorsRun{}
		c.runs[lang] = r
	}
	r.best = keep(r.best, scored[Post]{score, int64(e.ID), Post{ID: e.ID, Author: e.Author, Acct: e.Acct,
		Why: []Reason{{Kind: Reactions, Likes: e.Likes, Boosts: e.Boosts}}}}, PerPerson)
}

// endRun adds what came of the author before to what came of everybody.
func (c *Count) endRun() {
	for lang, r := range c.runs {
		t := c.tops[lang]
		if t == nil {
			t = &top{}
			c.tops[lang] = t
		}
		var score int64
		why := Reason{Kind: Reactions, Language: lang}
		for i, p := range r.best {
			if i < PerAuthor {
				t.posts = keep(t.posts, p, MaxPosts)
			}
			score, why.Likes, why.Boosts = score+p.score, why.Likes+p.what.Why[0].Likes, why.Boosts+p.what.Why[0].Boosts
		}
		t.people = keep(t.people, scored[Person]{score, int64(c.last.Author), Person{ID: c.last.Author, Acct: c.last.Acct, Why: []Reason{why}}}, MaxPeople)
	}
	clear(c.runs)
}

// Lists is what came of it. Nothing is added after.
func (c *Count) Lists() Lists {
	c.endRun()
	out := Lists{At: c.at, Posts: c.n, Missed: max(c.tags.missed(), c.links.missed()), by: map[string]List{}, said: c.known}
	tags, links := c.tags.lists(MaxTags), c.links.lists(MaxLinks)
	for _, lang := range append(slices.Collect(maps.Keys(c.known)), "") {
		l := List{Posts: []Post{}, Tags: []Tag{}, Links: []Link{}, People: []Person{}}
		if t := c.tops[lang]; t != nil {
			for _, p := range t.posts {
				l.Posts = append(l.Posts, p.what)
			}
			for _, p := range t.people {
				l.People = append(l.People, p.what)
			}
		}
		for _, t := range tags[lang] {
			l.Tags = append(l.Tags, Tag{t.key, int(t.people.n), t.uses, t.why(t.place)})
		}
		for _, x := range links[lang] {
			l.Links = append(l.Links, Link{x.key, x.label, int(x.people.n), x.uses, x.why(x.place)})
		}
		out.by[lang] = l
	}
	return out
}
