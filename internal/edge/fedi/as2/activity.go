package as2

import (
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// An Activity is what somebody says they did.
type Activity struct {
	ID, Type   string // the id may be missing
	Actor      string
	Object     Doc
	More       []Doc // of a Flag, what else it is about
	Target     string
	Origin     string
	Instrument Doc    // of a QuoteRequest, the post that quotes
	Result     string // of an Accept, the stamp
	To, Cc     []string
	Published  time.Time
	Content    string // of a Flag, why; of a reaction, with what: plain text
	Reaction   string // the emoji of a reaction: "🎉" or ":cat:"
	Tags       []Tag
}

// Activity is d as something done.
func (d Doc) Activity() (Activity, error) {
	if err := d.want(AnActivity, "an activity"); err != nil {
		return Activity{}, err
	}
	r, v := d.read(), d.v
	a := Activity{
		ID: r.id(v, "id"), Type: d.Type(), Actor: r.id(v, "actor"),
		Target: r.id(v, "target"), Origin: r.id(v, "origin"), Result: r.id(v, "result"),
		To: r.audience(v, "to"), Cc: r.audience(v, "cc"), Published: date(v, "published"),
		Content: plain(r.text(v, "content", MaxString)), Tags: r.tags(v),
	}
	if all := d.objects(r, "instrument"); len(all) > 0 {
		a.Instrument = all[0]
	}
	if all := d.objects(r, "object"); len(all) > 0 {
		a.Object = all[0]
		if len(all) > 1 {
			a.More = all[1:]
		}
	}
	if a.Content == "" && a.Type == "Flag" { // as Lemmy has it
		a.Content = plain(r.text(v, "summary", MaxString))
	}
	a.Reaction = r.reaction(v, a)
	if a.Actor == "" || len(v.get("actor").list()) > 1 {
		r.refuse("An activity is of one actor.")
	}
	if a.Object.Empty() {
		r.refuse("An activity is about something.")
	}
	return a, r.err
}

// objects are what the property leads to, each with an id that is in order if
// it has one.
func (d Doc) objects(r *reader, name string) []Doc {
	var out []Doc
	for _, item := range r.items(d.v, name, MaxObjects) {
		o := Doc{item, d.rules}
		if o.Empty() {
			continue
		}
		if s := target(item); item.kind == '"' || s != "" && item.typ() != "Link" {
			if _, err := d.rules.Clean(s); err != nil {
				r.refuse("The id of this document's %s is no absolute https address.", name)
			}
		}
		out = append(out, o)
	}
	return out
}

// reaction is the emoji with which somebody reacts, empty for a mere like.
func (r *reader) reaction(v value, a Activity) string {
	switch a.Type {
	case "EmojiReact":
		return a.Content
	case "Like":
		if e := r.words(v, "_misskey_reaction"); e != "" {
			return e
		}
		return a.Content
	}
	return ""
}

// A Tombstone is where something was.
type Tombstone struct {
	ID         string
	FormerType string
	Deleted    time.Time
}

// Tombstone is d as what is left of something.
func (d Doc) Tombstone() (Tombstone, error) {
	if d.Kind() != ATombstone {
		return Tombstone{}, errs.New(errs.Invalid, "This is not a tombstone.")
	}
	r := d.read()
	return Tombstone{r.id(d.v, "id"), term(r.words(d.v, "formerType")), date(d.v, "deleted")}, r.err
}

// An ActivityDocument is something done by one of ours. Object is an address,
// or a document: a pointer to one of the structs here, a jsontext.Value of one
// that was rendered before, or for a Flag a list of addresses.
type ActivityDocument struct {
	Context    Context       `json:"@context,omitzero"`
	ID         string        `json:"id,omitzero"`
	Type       string        `json:"type"`
	Actor      string        `json:"actor"`
	Published  Date          `json:"published,omitzero"`
	To         []string      `json:"to,omitempty"`
	Cc         []string      `json:"cc,omitempty"`
	Content    string        `json:"content,omitzero"`
	Object     any           `json:"object"`
	Target     string        `json:"target,omitzero"`
	Instrument any           `json:"instrument,omitzero"`
	Result     string        `json:"result,omitzero"`
	Tag        []TagDocument `json:"tag,omitempty"`
}
