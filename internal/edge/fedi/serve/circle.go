package serve

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
)

// address names on a post of a circle whom it is shown to, and nobody else. Of
// what is not for a circle everybody may know whom it is for.
func address(n *as2.NoteDocument, p *view.Seen, to string) {
	if p.Visibility == social.Circle {
		n.To, n.Cc, n.Tag = []string{to}, []string{}, calling(n.Tag, to)
	}
}

// calling are the tags of a post of a circle as somebody is sent them: of those whom
// it mentions only they are named. Elsewhere a mention lets in whoever it names.
func calling(all []as2.TagDocument, who string) []as2.TagDocument {
	return slices.DeleteFunc(slices.Clone(all), func(t as2.TagDocument) bool { return t.Type == "Mention" && t.Href != who })
}

// apart is an activity about a post of a circle as each of those elsewhere is told
// it whom the post is for. What it carries is the post, or nothing that names
// anybody. Each has an address of its own, or the second to come to a host would
// be taken for the first again.
func (s scribe) apart(ctx context.Context, a as2.ActivityDocument, by social.AccountID, post social.PostID, audience []social.AccountID) (federation.Said, error) {
	out := federation.Said{Apart: []federation.Said{}}
	faces, err := s.View.Faces(ctx, audience)
	if err != nil {
		return out, err
	}
	for _, f := range faces {
		if f.Local() {
			continue
		}
		one, sep := a, "#to/"
		if as2.Fragment(a.ID) {
			sep = "/to/"
		}
		one.ID, one.To, one.Cc = a.ID+sep+num(f.ID), []string{s.View.AccountURI(f)}, []string{}
		if n, ok := a.Object.(*as2.NoteDocument); ok {
			copied := *n
			copied.To, copied.Cc, copied.Tag, one.Object = one.To, one.Cc, calling(n.Tag, one.To[0]), &copied
		}
		d, err := said(one, by, f.ID)
		if err != nil {
			return out, err
		}
		d.Post, d.Alone = post, true
		out.Apart = append(out.Apart, d)
	}
	return out, nil
}

// tells is an activity about a post of ours, for whom the post is for.
func (s scribe) tells(ctx context.Context, a as2.ActivityDocument, p *view.Seen) (federation.Said, error) {
	if p.Visibility != social.Circle {
		return widely(a, p.Post.Author, p.ID, p.Visibility, audienceOf(p)...)
	}
	now, err := s.View.Within(ctx, p.Post)
	if err != nil {
		return federation.Said{}, err
	}
	return s.apart(ctx, a, p.Post.Author, p.ID, now)
}

// uri is the address of who asks, or empty.
func (q *ask) uri(s scribe) string {
	if !q.signed() {
		return ""
	}
	return s.View.AccountURI(q.face)
}

// contextOf is the context of a post's document.
func contextOf(p *view.Seen) as2.Context {
	if p.Visibility == social.Circle {
		return as2.CircleContext
	}
	return as2.PostContext
}
