package exports

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// everybody is whom public posts are for.
// https://www.w3.org/TR/activitypub/#public-addressing
const everybody = "https://www.w3.org/ns/activitystreams#Public"

// thing is an object of ActivityStreams.
type thing map[string]any

// Archive writes all that by has posted and marked to w, in the layout of
// Mastodon's archives, with by's pictures and tables. It is written as it is
// read, so nothing is kept of it here.
func (s *Service) Archive(ctx context.Context, by social.Actor, w io.Writer) error {
	me, err := s.view.Face(ctx, by.Account)
	if err != nil {
		return err
	}
	out := packer{Service: s, ctx: ctx, by: by, me: me, zip: zip.NewWriter(w), id: s.BaseURL + "/users/" + me.Username}
	if err := out.pack(); err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	return out.zip.Close()
}

// packer writes one archive.
type packer struct {
	*Service
	ctx context.Context //nolint // for as long as Archive runs
	by  social.Actor
	me  *view.Face
	id  string
	zip *zip.Writer
}

func (p packer) pack() error {
	actor, err := p.pictures()
	if err != nil {
		return err
	}
	if err := p.file("actor.json", func(w io.Writer) error { return json.NewEncoder(w).Encode(actor) }); err != nil {
		return err
	}
	for _, c := range []struct {
		name string
		each func(func(any) error) error
	}{
		{"outbox.json", p.outbox},
		{"likes.json", func(do func(any) error) error { return p.votes(social.Liked, do) }},
		{"dislikes.json", func(do func(any) error) error { return p.votes(social.VotedDown, do) }},
		{"reactions.json", p.reactions},
		{"badges.json", p.badges},
		{"kept_names.json", p.keptNames},
		{"views.json", p.views},
		{"bookmarks.json", func(do func(any) error) error { return p.marks(social.Bookmarked, do) }},
		{"drafts.json", p.drafts},
		{"thread_rules.json", p.threadRules},
		{"thread_acts.json", p.threadActs},
		{"scheduled.json", p.scheduled},
	} {
		if err := p.file(c.name, func(w io.Writer) error { return collection(w, c.name, c.each) }); err != nil {
			return err
		}
	}
	if err := p.captions(); err != nil {
		return err
	}
	for _, t := range Tables {
		if err := p.file(string(t)+".csv", func(w io.Writer) error { return p.CSV(p.ctx, p.by, t, w) }); err != nil {
			return err
		}
	}
	return nil
}

func (p packer) file(name string, write func(io.Writer) error) error {
	w, err := p.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: p.store.Now()})
	if err != nil {
		return err
	}
	return write(w)
}

// pictures packs those of the profile and returns what it says.
func (p packer) pictures() (thing, error) {
	a := p.me
	actor := thing{"@context": "https://www.w3.org/ns/activitystreams", "id": p.id, "type": "Person", "preferredUsername": a.Username,
		"name": a.DisplayName, "summary": p.view.Bio(a), "url": p.view.AccountURL(a), "followers": p.id + "/followers",
		"outbox": "outbox.json", "likes": "likes.json", "bookmarks": "bookmarks.json", "published": stamp(a.CreatedAt),
		"manuallyApprovesFollowers": a.Locked, "discoverable": a.Discoverable, "indexable": a.Indexable}
	var fields []thing
	for i, f := range a.Fields {
		fields = append(fields, thing{"type": "PropertyValue", "name": f.Name, "value": p.view.FieldHTML(a, i)})
	}
	actor["attachment"] = fields
	for _, f := range []struct{ as, key, name, alt string }{{"avatar", "icon", a.Avatar, a.AvatarAlt}, {"header", "image", a.Header, a.HeaderAlt}} {
		if f.name == "" {
			continue
		}
		name := f.as + path.Ext(f.name)
		if err := p.blob(name, f.name); err != nil {
			return nil, err
		}
		actor[f.key] = thing{"type": "Image", "url": name, "name": f.alt}
	}
	return actor, nil
}

// blob packs a file of the blob store. One that is gone is left out.
func (p packer) blob(name, blob string) error {
	r, err := p.Blob(blob)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return nil
	}
	if err != nil {
		return err
	}
	err = p.file(name, func(w io.Writer) error { _, err := io.Copy(w, r); return err })
	return errors.Join(err, r.Close())
}

// collection writes one, an entry at a time.
func collection(w io.Writer, name string, each func(func(any) error) error) error {
	if _, err := fmt.Fprintf(w, `{"@context":"https://www.w3.org/ns/activitystreams","id":%q,"type":"OrderedCollection","orderedItems":[`, name); err != nil {
		return err
	}
	n := 0
	if err := each(func(v any) error {
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if n++; n > 1 {
			b = append([]byte(",\n"), b...)
		}
		_, err = w.Write(b)
		return err
	}); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, `],"totalItems":%d}`, n)
	return err
}

func (p packer) marks(m social.Marks, do func(any) error) error {
	return p.marked(p.ctx, p.by, m, func(url string) error { return do(url) })
}

// outbox gives all posts and boosts, the oldest first.
func (p packer) outbox(do func(any) error) error {
	for page := (social.Page{Limit: pageSize, Oldest: true}); ; {
		var all []thing
		n := 0
		if err := p.store.Read(p.ctx, func(v *store.View) error {
			posts, err := v.PostsBy(p.ctx, []social.AccountID{p.by.Account}, page)
			if n = len(posts); err != nil || n == 0 {
				return err
			}
			page.After = int64(posts[n-1].ID)
			for _, post := range posts {
				a, err := p.activity(v, post)
				if err != nil {
					return err
				}
				if a != nil {
					all = append(all, a)
				}
			}
			return nil
		}); err != nil || n == 0 {
			return err
		}
		for _, a := range all {
			if err := do(a); err != nil {
				return err
			}
		}
	}
}

func (p packer) activity(v *store.View, post social.Post) (thing, error) {
	to, cc := p.audience(post)
	id := p.BaseURL + "/@" + p.me.Username + "/" + strconv.FormatInt(int64(post.ID), 10)
	a := thing{"id": id + "/activity", "type": "Create", "actor": p.id, "published": stamp(post.At), "to": to, "cc": cc}
	if post.IsBoost() {
		url, err := p.urlOf(v, post.BoostOf)
		if err != nil || url == "" {
			return nil, err // of something that is no longer for them
		}
		a["type"], a["object"] = "Announce", url
		return a, nil
	}
	content := p.view.HTML(post.Text, post.HTML, post.Mentions)
	note := thing{"id": id, "type": "Note", "url": id, "summary": nil, "inReplyTo": nil, "published": stamp(post.At), "attributedTo": p.id, "to": to, "cc": cc,
		"sensitive": post.Sensitive, "content": content, "tag": p.tags(post), "attachment": []thing{}}
	if post.Warning != "" {
		note["summary"] = post.Warning
	}
	if post.Visibility == social.Circle || post.LocalOnly && post.Visibility != social.Direct { // else it would be a message to those it mentions where it is brought to
		note["limitedScope"] = "Circle"
	}
	if post.Language != "" {
		note["contentMap"] = thing{post.Language: content}
	}
	if !post.EditedAt.IsZero() {
		note["updated"] = stamp(post.EditedAt)
	}
	if post.ReplyTo != 0 {
		url, err := p.urlOf(v, post.ReplyTo)
		if err != nil {
			return nil, err
		}
		if url != "" {
			note["inReplyTo"] = url
		}
	}
	var err error
	note["attachment"], err = p.captioned(v, post)
	a["object"] = note
	return a, err
}

// captionsIn is where the captions of a film or a sound are in the archive.
func captionsIn(m social.Media) string { return fmt.Sprintf("captions/%d.vtt", m.ID) }

// captioned are those of what a post shows that have captions.
func (p packer) captioned(v *store.View, post social.Post) ([]thing, error) {
	out := []thing{}
	if len(post.Media) == 0 {
		return out, nil
	}
	all, err := v.Media(p.ctx, post.Media)
	for _, m := range all {
		if m.Captions != "" {
			out = append(out, thing{"type": "Document", "mediaType": m.Type, "name": m.Alt,
				"captions": thing{"type": "Link", "mediaType": "text/vtt", "href": captionsIn(m), "hreflang": m.Spoken}})
		}
	}
	return out, err
}

// captions packs those that by has sent.
func (p packer) captions() error {
	for after := social.MediaID(0); ; {
		var all []social.Media
		if err := p.store.Read(p.ctx, func(v *store.View) (err error) {
			all, err = v.MediaAfter(p.ctx, p.by.Account, after, pageSize)
			return err
		}); err != nil || len(all) == 0 {
			return err
		}
		for _, m := range all {
			if after = m.ID; m.Captions == "" {
				continue
			}
			if err := p.blob(captionsIn(m), m.Captions); err != nil {
				return err
			}
		}
	}
}

// urlOf is the address of a post that by may see, or empty.
func (p packer) urlOf(v *store.View, which social.PostID) (string, error) {
	post, err := v.VisiblePost(p.ctx, p.by.Account, which)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return p.postURL(p.ctx, v, post)
}

// audience is whom a post is for.
func (p packer) audience(post social.Post) (to, cc []string) {
	to, cc = []string{}, []string{}
	followers, mentioned := p.id+"/followers", []string{}
	for _, m := range post.Mentions {
		mentioned = append(mentioned, p.view.MentionURL(m))
	}
	if post.LocalOnly && post.Visibility != social.Direct { // for people of this house, and where it is brought to they are others
		return to, cc
	}
	switch post.Visibility {
	case social.Public:
		return append(to, everybody), append(append(cc, followers), mentioned...)
	case social.Unlisted:
		return append(to, followers), append(append(cc, everybody), mentioned...)
	case social.Followers:
		return append(to, followers), mentioned
	case social.Circle: // who they were is said nowhere
		return to, cc
	}
	return mentioned, cc
}

func (p packer) tags(post social.Post) []thing {
	out := []thing{}
	for _, m := range post.Mentions {
		host := m.Host
		if host == "" {
			host = p.HandleHost
		}
		out = append(out, thing{"type": "Mention", "href": p.view.MentionURL(m), "name": "@" + m.Username + "@" + host})
	}
	for _, t := range post.Tags {
		out = append(out, thing{"type": "Hashtag", "href": p.view.TagURL(t), "name": "#" + t})
	}
	return out
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
