package as2

import "github.com/plaza-social/plaza/internal/base/errs"

// A Collection is a list elsewhere, or one page of it. Where only its address
// is known, there is only an ID.
type Collection struct {
	ID, Type   string
	By         string // attributedTo
	Total      int64  // -1 if nobody told
	First      Doc    // an address, or the page itself
	Last       string
	Next, Prev string
	PartOf     string
	Items      []Doc
}

// Collection is d as a list or one page of it.
func (d Doc) Collection() (Collection, error) {
	if k := d.Kind(); k != ACollection && k != APage {
		return Collection{}, errs.New(errs.Invalid, "This is not a collection.")
	}
	r := d.read()
	c := r.collection(d.v)
	return c, r.err
}

// collection reads v, which may be an address.
func (r *reader) collection(v value) Collection {
	if v.kind == '"' {
		id, _ := r.rules.Clean(v.text)
		return Collection{ID: id, Total: -1}
	}
	c := Collection{Type: v.typ(), ID: r.ref(v, "id"), By: r.ref(v, "attributedTo"), Total: count(v, "totalItems"), First: Doc{first(v, "first"), r.rules},
		Last: r.ref(v, "last"), Next: r.ref(v, "next"), Prev: r.ref(v, "prev"), PartOf: r.ref(v, "partOf")}
	for _, name := range []string{"orderedItems", "items"} {
		for _, item := range r.items(v, name, MaxItems) {
			if d := (Doc{item, r.rules}); !d.Empty() && len(c.Items) < MaxItems {
				c.Items = append(c.Items, d)
			}
		}
	}
	return c
}

// A CollectionDocument is a list of ours, or one page of it: OrderedCollection,
// OrderedCollectionPage, Collection. Items are addresses or documents.
type CollectionDocument struct {
	Context      Context `json:"@context,omitzero"`
	ID           string  `json:"id"`
	Type         string  `json:"type"`
	AttributedTo string  `json:"attributedTo,omitzero"`
	TotalItems   *int64  `json:"totalItems,omitzero"`
	First        string  `json:"first,omitzero"`
	Last         string  `json:"last,omitzero"`
	PartOf       string  `json:"partOf,omitzero"`
	Prev         string  `json:"prev,omitzero"`
	Next         string  `json:"next,omitzero"`
	OrderedItems []any   `json:"orderedItems,omitzero"`
	Items        []any   `json:"items,omitzero"`
}
