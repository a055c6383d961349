package as2

import (
	"time"

	"github.com/plaza-social/plaza/internal/base/text"
)

// An Actor is somebody elsewhere.
type Actor struct {
	ID, Type      string
	Username      string // preferredUsername
	Handle        string // "name@host" as the actor itself says (FEP-2c59), to be asked for by WebFinger
	Name          string
	Bio           string // safe HTML
	URL           string
	Published     time.Time
	Inbox, Outbox string
	SharedInbox   string
	Followers     string
	Following     string
	Featured      string
	FeaturedTags  string
	Icon, Image   Attachment
	Fields        []Field
	Tags          []Tag
	Keys          []Key
	Locked        bool // manuallyApprovesFollowers
	Discoverable  bool
	Indexable     bool
	Memorial      bool
	Suspended     bool
	MovedTo       string
	AlsoKnownAs   []string
	Domains       []string // attributionDomains: whose pages may name this actor as their author
	Policy        Policy   // of which an actor has CanFeature
}

// A Field is a line of a profile.
type Field struct {
	Name  string
	Value string // safe HTML
}

// Actor is d as somebody.
func (d Doc) Actor() (Actor, error) {
	if err := d.want(AnActor, "an actor"); err != nil {
		return Actor{}, err
	}
	r, v := d.read(), d.v
	a := Actor{
		ID: r.id(v, "id"), Type: d.Type(), Username: r.words(v, "preferredUsername"), Handle: r.words(v, "webfinger"),
		Name: r.words(v, "name"), URL: r.page(v), Published: date(v, "published"),
		Inbox: r.id(v, "inbox"), Outbox: r.ref(v, "outbox"), SharedInbox: r.id(first(v, "endpoints"), "sharedInbox"),
		Followers: r.ref(v, "followers"), Following: r.ref(v, "following"), Featured: r.ref(v, "featured"), FeaturedTags: r.ref(v, "featuredTags"),
		Icon: r.picture(v, "icon"), Image: r.picture(v, "image"),
		Fields: r.fields(v), Tags: r.tags(v), Keys: r.keys(v),
		Locked: yes(v, "manuallyApprovesFollowers"), Discoverable: yes(v, "discoverable"), Indexable: yes(v, "indexable"),
		Memorial: yes(v, "memorial"), Suspended: yes(v, "suspended"),
		MovedTo: r.id(v, "movedTo"), AlsoKnownAs: r.refs(v, "alsoKnownAs", MaxAliases),
		Domains: r.domains(v), Policy: r.policy(v),
	}
	if a.Name == "" {
		a.Name, _ = r.inLanguages(v, "name", MaxName)
	}
	bio, _ := r.inLanguages(v, "summary", MaxString)
	a.Bio = text.SafeHTML(bio)
	if a.ID == "" || a.Inbox == "" {
		r.refuse("An actor has an id and an inbox.")
	}
	return a, r.err
}

// fields are the lines of a profile: attachments that are a name and a value.
func (r *reader) fields(v value) []Field {
	var out []Field
	for _, item := range r.items(v, "attachment", MaxFields) {
		if item.typ() == "PropertyValue" {
			out = append(out, Field{r.words(item, "name"), text.SafeHTML(r.text(item, "value", MaxName))})
		}
	}
	return out
}

func (r *reader) domains(v value) []string {
	var out []string
	for _, item := range r.items(v, "attributionDomains", MaxDomains) {
		if host, ok := cleanHost("https", item.text); ok {
			out = append(out, host)
		}
	}
	return out
}

// An ActorDocument is one of ours.
type ActorDocument struct {
	Context                   Context            `json:"@context,omitzero"`
	ID                        string             `json:"id"`
	Type                      string             `json:"type"`
	Following                 string             `json:"following,omitzero"`
	Followers                 string             `json:"followers,omitzero"`
	Inbox                     string             `json:"inbox"`
	Outbox                    string             `json:"outbox,omitzero"`
	Featured                  string             `json:"featured,omitzero"`
	FeaturedTags              string             `json:"featuredTags,omitzero"`
	PreferredUsername         string             `json:"preferredUsername"`
	Webfinger                 string             `json:"webfinger,omitzero"`
	Name                      string             `json:"name,omitzero"`
	Summary                   string             `json:"summary,omitzero"`
	URL                       string             `json:"url,omitzero"`
	ManuallyApprovesFollowers bool               `json:"manuallyApprovesFollowers"`
	Discoverable              bool               `json:"discoverable"`
	Indexable                 bool               `json:"indexable"`
	Memorial                  bool               `json:"memorial,omitzero"`
	Suspended                 bool               `json:"suspended,omitzero"`
	Published                 Date               `json:"published,omitzero"`
	MovedTo                   string             `json:"movedTo,omitzero"`
	AlsoKnownAs               []string           `json:"alsoKnownAs,omitempty"`
	AttributionDomains        []string           `json:"attributionDomains,omitempty"`
	InteractionPolicy         *PolicyDocument    `json:"interactionPolicy,omitzero"`
	PublicKey                 *KeyDocument       `json:"publicKey,omitzero"`
	AssertionMethod           []MultikeyDocument `json:"assertionMethod,omitempty"`
	Tag                       []TagDocument      `json:"tag,omitempty"`
	Attachment                []FieldDocument    `json:"attachment,omitempty"`
	Endpoints                 *Endpoints         `json:"endpoints,omitzero"`
	Icon                      *PictureDocument   `json:"icon,omitzero"`
	Image                     *PictureDocument   `json:"image,omitzero"`
}

// Endpoints are what a whole host has for its actors.
type Endpoints struct {
	SharedInbox string `json:"sharedInbox"`
}

// A FieldDocument is a line of a profile. Its type is PropertyValue.
type FieldDocument struct {
	Type  string `json:"type"`
	Name  string `json:"name"`
	Value string `json:"value"`
}
