package search

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// maxOperators is how many operators a search heeds; what comes after is read
// as words.
const maxOperators = 10

// An operator narrows a search of posts: has:image, -from:@ada.
type operator struct {
	not         bool
	name, value string
}

var operatorForm = regexp.MustCompile(`(?i)^(-?)(from|has|is|in|before|after|during|language|lang):(\S+)$`)

// hasAlso and isAlso are other words for what a post has and is, those of apps
// among them.
var (
	hasWords = map[string]store.PostTrait{"media": "media", "attachment": "media", "image": "image", "images": "image", "picture": "image", "photo": "image",
		"video": "video", "videos": "video", "gif": "video", "audio": "audio", "sound": "audio", "poll": "poll", "link": "link", "links": "link", "embed": "link",
		"quote": "quote", "warning": "warning", "cw": "warning"}
	isWords = map[string]store.PostTrait{"reply": "reply", "sensitive": "sensitive", "quote": "quote", "edited": "edited"}
)

// dates are the forms of a day, a month and a year, with how long each is.
var dates = []struct {
	form                string
	years, months, days int
}{{"2006-01-02", 0, 0, 1}, {"2006-01", 0, 1, 0}, {"2006", 1, 0, 0}}

// readDate is when a day, month or year begins and ends, at Greenwich.
func readDate(s string) (from, to time.Time, ok bool) {
	for _, d := range dates {
		if at, err := time.Parse(d.form, s); err == nil && at.Year() > 1970 {
			return at, at.AddDate(d.years, d.months, d.days), true
		}
	}
	return from, to, false
}

// sift takes the operators out of what somebody looks for. Within quotes, and
// with a value that means nothing, they are words.
func sift(s string) (words string, ops []operator) {
	var rest []string
	for i, part := range strings.Split(s, `"`) {
		if i%2 == 1 {
			rest = append(rest, `"`+part+`"`)
			continue
		}
		for _, w := range strings.Fields(part) {
			m := operatorForm.FindStringSubmatch(w)
			if m != nil && len(ops) < maxOperators {
				if o := (operator{m[1] == "-", strings.ToLower(m[2]), m[3]}); o.known() {
					ops = append(ops, o)
					continue
				}
			}
			rest = append(rest, w)
		}
	}
	return strings.Join(rest, " "), ops
}

// known reports whether o means something.
func (o operator) known() bool {
	value := strings.ToLower(o.value)
	switch o.name {
	case "from":
		return strings.Trim(value, "@") != ""
	case "has":
		return hasWords[value] != ""
	case "is":
		return isWords[value] != ""
	case "in":
		return !o.not && slices.Contains([]string{"library", "public", "all"}, value)
	case "before", "after", "during":
		_, _, ok := readDate(value)
		return ok && !o.not
	}
	return !o.not // a language
}

// narrow makes a search of posts of what was asked. It reports false if nothing
// can meet it.
func (s *Service) narrow(ctx context.Context, by social.Actor, q Query, words string, ops []operator) (look store.PostSearch, p social.Page, ok bool, err error) {
	look, p = store.PostSearch{Reader: by.Account, Phrases: text.Phrases(words), By: q.By}, q.Page
	since := func(t time.Time) { p.After = max(p.After, id.Floor(t)-1) }
	until := func(t time.Time) {
		if at := id.Floor(t); p.Before == 0 || at < p.Before {
			p.Before = at
		}
	}
	for _, o := range ops {
		value := strings.ToLower(o.value)
		from, to, _ := readDate(value)
		switch o.name {
		case "from":
			who, err := s.author(ctx, by, o.value)
			switch {
			case err != nil:
				return look, p, false, err
			case o.not && who != 0:
				look.NotBy = append(look.NotBy, who)
			case !o.not && (who == 0 || look.By != 0 && look.By != who): // nobody, or two at once
				return look, p, false, nil
			case !o.not:
				look.By = who
			}
		case "has", "is":
			trait := hasWords[value]
			if o.name == "is" {
				trait = isWords[value]
			}
			if o.not {
				look.Not = append(look.Not, trait)
			} else {
				look.Has = append(look.Has, trait)
			}
		case "in":
			look.Library, look.Open = look.Library || value == "library", look.Open || value == "public"
		case "before":
			until(from)
		case "after":
			since(to)
		case "during":
			since(from)
			until(to)
		case "language", "lang":
			look.Languages = append(look.Languages, languageForms(o.value)...)
		}
	}
	return look, p, p.Before == 0 || p.After < p.Before, nil
}

// languageForms are the ways a language may be written.
func languageForms(code string) []string {
	lower := strings.ToLower(code)
	out := []string{lower}
	if base, region, ok := strings.Cut(lower, "-"); ok {
		out = append(out, base+"-"+strings.ToUpper(region))
	}
	if !slices.Contains(out, code) {
		out = append(out, code)
	}
	return out
}

// author is who is meant by a name, or zero.
func (s *Service) author(ctx context.Context, by social.Actor, name string) (social.AccountID, error) {
	name = strings.TrimPrefix(name, "@")
	if strings.EqualFold(name, "me") {
		return by.Account, nil
	}
	username, host, _ := s.address(name)
	f, err := s.view.Named(ctx, username, host)
	if err != nil {
		return 0, errs.Absent(err)
	}
	return f.ID, nil
}

// posts finds posts by their words and what narrows them.
func (s *Service) posts(ctx context.Context, by social.Actor, q Query, words string, ops []operator) ([]*view.Seen, error) {
	look, p, ok, err := s.narrow(ctx, by, q, words, ops)
	if err != nil || !ok || len(look.Phrases) == 0 && !named(ops) {
		return nil, err
	}
	p.Limit += q.Offset // posts are paged by id; an offset is for old clients
	var ids []social.PostID
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		ids, err = v.SearchPosts(ctx, look, p)
		return err
	}); err != nil {
		return nil, err
	}
	return s.view.Posts(ctx, by, ids[min(q.Offset, len(ids)):], social.Offered)
}

// vague reports whether operators stand alone that cannot.
func vague(words string, ops []operator) bool {
	return len(ops) > 0 && len(text.Phrases(words)) == 0 && !named(ops)
}

// named reports whether an author is named.
func named(ops []operator) bool {
	return slices.ContainsFunc(ops, func(o operator) bool { return o.name == "from" && !o.not })
}
