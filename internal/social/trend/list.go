package trend

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// A List is what many turn to, the most first.
type List struct {
	Posts  []Post   `json:"posts"`
	Tags   []Tag    `json:"tags"`
	Links  []Link   `json:"links"`
	People []Person `json:"people"`
}

// A Post is one that many like and pass on.
type Post struct {
	ID     social.PostID    `json:"id,string"`
	Author social.AccountID `json:"-"`
	Acct   string           `json:"acct"`
	Why    []Reason         `json:"reasons"`
}

// A Tag is one that many use.
type Tag struct {
	Name   string   `json:"name"`
	People int      `json:"people"`
	Uses   int      `json:"uses"`
	Why    []Reason `json:"reasons"`
}

// A Link is one that many pass on.
type Link struct {
	ID     social.LinkID `json:"id,string"`
	URL    string        `json:"url"`
	People int           `json:"people"`
	Uses   int           `json:"uses"`
	Why    []Reason      `json:"reasons"`
}

// A Person is one whose posts many like and pass on.
type Person struct {
	ID   social.AccountID `json:"id,string"`
	Acct string           `json:"acct"`
	Why  []Reason         `json:"reasons"`
}

// Lists is what came of a count.
type Lists struct {
	At     time.Time
	Posts  int // how many were looked at
	Missed int // how many people of a tag or a link may not have been counted
	by     map[string]List
	said   map[string]int // how many posts are in each language
}

// In is what many turn to in a language, or in all for none.
func (l Lists) In(lang string) List {
	if list, ok := l.by[language(lang)]; ok && (lang == "" || language(lang) != "") {
		return list
	}
	return List{Posts: []Post{}, Tags: []Tag{}, Links: []Link{}, People: []Person{}}
}

// An Answer is what is told of a count, for one language or for all.
type Answer struct {
	At       int64  `json:"at"` // milliseconds
	Counted  int    `json:"counted"`
	Missed   int    `json:"missed"`
	Language string `json:"language"`
	List
}

// Answer is what many turn to in a language, or in all for none.
func (l Lists) Answer(lang string) Answer {
	return Answer{l.At.UnixMilli(), l.Posts, l.Missed, lang, l.In(lang)}
}

// Languages is which have a list of their own with something in it: of too many
// those in which most is said.
func (l Lists) Languages() []string {
	var out []string
	for lang, list := range l.by {
		if lang != "" && len(list.Posts)+len(list.Tags)+len(list.Links) > 0 {
			out = append(out, lang)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(l.said[b]-l.said[a], strings.Compare(a, b)) })
	return out[:min(len(out), MaxLanguage)]
}
