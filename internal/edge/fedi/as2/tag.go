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
		t := Tag{Type: item.typ(), Name: r.words(item, "name"), Href: web(target(first(item, "href")))}
		switch t.Type {
		case "Mention":
			// Whom a mention means is judged like any other actor.
			if t.Href = r.ref(item, "href"); t.Href == "" {
				continue
			}
			if mentions++; mentions > MaxMentions {
				r.refuse("A document mentions at most %d actors.", MaxMentions)
				return nil
			}
		case "Hashtag":
			if t.Name == "" {
				continue
			}
		case "Emoji":
			t.ID, t.Icon, t.Updated = r.ref(item, "id"), r.picture(item, "icon").URL, r.words(item, "updated")
			if t.Name == "" || t.Icon == "" {
				continue
			}
		case "Link":
			t.Media, t.Rel = r.words(item, "mediaType"), r.rel(item)
		default:
			continue
		}
		out = append(out, t)
	}
	return out
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
