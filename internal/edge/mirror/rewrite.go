package mirror

import (
	"bytes"
	"context"
	"net/url"
	"strings"

	"golang.org/x/net/html"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// refs are what a page shows and leads to, read from the page itself.
type refs struct {
	things map[string]bool // as in social.MirrorMade
	pages  map[string]bool
	files  map[string]bool
}

// A rewriter makes the links of pages lead to files. It remembers accounts for
// one round.
type rewriter struct {
	base  string // of the site
	named func(ctx context.Context, name string) (*view.Face, error)
	faces map[string]*view.Face // nil for those whose pages are not in the mirror
}

// rewrite is page with its links made relative to its file. What it says is not
// looked at: the components of the site have made it for a mirror.
func (w *rewriter) rewrite(ctx context.Context, page string, body []byte) ([]byte, refs, error) {
	r := refs{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	var out bytes.Buffer
	out.Grow(len(body))
	z := html.NewTokenizer(bytes.NewReader(body))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return out.Bytes(), r, nil // the end: it reads from memory
		}
		raw := z.Raw()
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken || !leads(raw) {
			out.Write(raw)
			continue
		}
		raw = bytes.Clone(raw) // the tokenizer folds names in place
		t := z.Token()
		changed, keep, err := w.tag(ctx, page, &t, &r)
		switch {
		case err != nil:
			return nil, r, err
		case !keep:
		case changed:
			out.WriteString(t.String())
		default:
			out.Write(raw)
		}
	}
}

// leads reports whether a tag may hold an address, or say which post it shows.
func leads(tag []byte) bool {
	for _, a := range []string{"href=", "src=", "poster=", "data-id=", "cite="} {
		if bytes.Contains(tag, []byte(a)) {
			return true
		}
	}
	return false
}

// tag rewrites the addresses of one tag. A picture that no mirror has is left
// out.
func (w *rewriter) tag(ctx context.Context, page string, t *html.Token, r *refs) (changed, keep bool, err error) {
	attr := map[string]string{}
	for _, a := range t.Attr {
		attr[a.Key] = a.Val
	}
	if _, out := attr["data-out"]; out || t.Data == "link" && attr["rel"] == "canonical" {
		return false, true, nil
	}
	for i, a := range t.Attr {
		switch a.Key {
		case "data-id":
			if n, ok := id.Parse(a.Val); ok {
				r.things[social.MirrorPostThing(social.PostID(n))] = true
			}
		case "href", "data-href", "src", "poster", "cite":
			to, ours, err := w.address(ctx, page, a.Val, r)
			if err != nil {
				return false, false, err
			}
			if !ours && (a.Key == "src" || a.Key == "poster") && !strings.HasPrefix(a.Val, "data:") {
				return false, false, nil
			}
			changed = changed || to != a.Val
			t.Attr[i].Val = to
		}
	}
	return changed, true, nil
}

// address is where an address leads from a page, and whether that is a file of
// the mirror.
func (w *rewriter) address(ctx context.Context, page, address string, r *refs) (to string, ours bool, err error) {
	rest, home := strings.CutPrefix(address, w.base)
	if !home && !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") || home && rest != "" && rest[0] != '/' {
		return address, false, nil // elsewhere, or within the page
	}
	u, err := url.Parse(rest)
	if err != nil || u.RawQuery != "" {
		return w.base + rest, false, nil
	}
	s, ok := read(u.Path)
	if ok && s.name != "" {
		if ok, err = w.person(ctx, &s, r); err != nil {
			return "", false, err
		}
	}
	if !ok {
		return w.base + rest, false, nil
	}
	file := s.file
	if s.page != "" {
		r.pages[s.page] = true
		file = fileOf(s.page)
	} else if file != manifestFile {
		r.files[file] = true
	}
	if s.tag {
		r.things[social.MirrorTagThing(s.page[len("/tags/"):])] = true
	}
	if s.post != 0 {
		r.things[social.MirrorPostThing(s.post)] = true
	}
	to = relative(fileOf(page), file)
	if page == NotFoundPage { // it is shown at any address
		to = "/" + escape(file)
	}
	if u.Fragment != "" {
		to += "#" + u.EscapedFragment()
	}
	return to, true, nil
}

// person notes whose page it is, and writes their name as they do. It reports
// false for those who have none in a mirror.
func (w *rewriter) person(ctx context.Context, s *spot, r *refs) (bool, error) {
	key := social.UsernameKey(s.name)
	f, known := w.faces[key]
	if !known {
		var err error
		f, err = w.named(ctx, s.name)
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return false, err
		}
		w.faces[key] = f
	}
	if f == nil {
		return false, nil
	}
	r.things[social.MirrorAccountThing(f.ID)] = true
	s.page = "/@" + f.Username + s.page[len("/@")+len(s.name):]
	return f.Mirrored(), nil
}
