package as2

import "strings"

// A Tag is what a document's words refer to. Its type is Mention, Hashtag,
// Emoji or Link.
type Tag struct {
	Type    string
	Name    string // "@ada@far.example", "#go", ":cat:"
	Href    string // of whom is mentioned, of a tag's page, of what is linked to
	Icon    string // of an emoji
	Updated string // of an emoji, as it came: it only says whether it changed
	ID      string
	Media   string // type of what is linked to
	Rel     []string
}

// tags are those of a document. Of other kinds there is nothing to keep.
func (r *reader) tags(v value) []Tag {
	var out []Tag
	mentions := 0
	for _, item := range r.items(v, "tag", MaxTags) {
		t, ok := r.tag(item)
		if !ok {
			continue
		}
		if t.Type == "Mention" {
			if mentions++; mentions > MaxMentions {
				r.refuse("A document mentions at most %d actors.", MaxMentions)
				return nil
			}
		}
		out = append(out, t)
	}
	return out
}

// tag is v as a tag, unless it does not say enough.
func (r *reader) tag(v value) (t Tag, ok bool) {
	t = Tag{Type: v.typ(), Name: r.words(v, "name"), Href: web(target(first(v, "href")))}
	switch t.Type {
	case "Mention": // whom it means is judged like any other actor
		t.Href = r.ref(v, "href")
		return t, t.Href != ""
	case "Hashtag":
		return t, t.Name != ""
	case "Emoji":
		t.ID, t.Icon, t.Updated = r.ref(v, "id"), r.picture(v, "icon").URL, r.words(v, "updated")
		return t, t.Name != "" && t.Icon != ""
	case "Link":
		t.Media, t.Rel = r.words(v, "mediaType"), r.rel(v)
		return t, t.Href != ""
	}
	return t, false
}

// Tag is d as a tag, as somebody features it.
func (d Doc) Tag() (Tag, error) {
	r := d.read()
	t, ok := r.tag(d.v)
	if !ok {
		r.refuse("This is not a tag.")
	}
	return t, r.err
}

func (r *reader) rel(v value) []string {
	var out []string
	for _, item := range r.items(v, "rel", MaxKeys) {
		out = append(out, strings.Fields(item.text)...)
	}
	return out
}

// A TagDocument is a tag of ours: Mention, Hashtag or Emoji.
type TagDocument struct {
	ID      string           `json:"id,omitzero"`
	Type    string           `json:"type"`
	Href    string           `json:"href,omitzero"`
	Name    string           `json:"name"`
	Updated Date             `json:"updated,omitzero"`
	Icon    *PictureDocument `json:"icon,omitzero"`
}
