package mastoapi

import (
	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/collections"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/collections/
func (a *API) collectionRoutes() {
	write := member("write:collections")
	a.do("POST /api/v1/collections", write, a.addCollection)
	a.do("GET /api/v1/collections/{id}", anyone("read:collections"), a.collection)
	a.do("PATCH /api/v1/collections/{id}", write, a.changeCollection)
	a.do("DELETE /api/v1/collections/{id}", write, a.removeCollection)
	a.do("POST /api/v1/collections/{id}/items", write, a.addCollectionItem)
	a.do("DELETE /api/v1/collections/{id}/items/{item}", write, a.removeCollectionItem)
	a.do("POST /api/v1/collections/{id}/items/{item}/revoke", write, a.revokeCollectionItem)
	a.do("GET /api/v1/accounts/{id}/collections", anyone("read:collections"), a.collectionsOf)
	a.do("GET /api/v1/accounts/{id}/in_collections", member("read:collections"), a.collectionsWith)
}

// https://docs.joinmastodon.org/entities/Collection/
type collection struct {
	ID           string           `json:"id"`
	AccountID    string           `json:"account_id"`
	URI          string           `json:"uri"`
	URL          string           `json:"url"`
	Name         string           `json:"name"`
	Description  string           `json:"description"`
	Language     *string          `json:"language"`
	Local        bool             `json:"local"`
	Sensitive    bool             `json:"sensitive"`
	Discoverable bool             `json:"discoverable"`
	Tag          *statusTag       `json:"tag"`
	ItemCount    int              `json:"item_count"`
	Items        []collectionItem `json:"items"`
	CreatedAt    string           `json:"created_at"`
	UpdatedAt    string           `json:"updated_at"`
}

// https://docs.joinmastodon.org/entities/CollectionItem/
type collectionItem struct {
	ID        string           `json:"id"`
	AccountID string           `json:"account_id"`
	State     social.ItemState `json:"state"`
	CreatedAt string           `json:"created_at"`
}

func itemJSON(x social.CollectionItem) collectionItem {
	return collectionItem{num(x.ID), num(x.Account), x.State, stamp(x.CreatedAt)}
}

func (r renderer) collection(c view.Collection) collection {
	out := collection{ID: num(c.ID), AccountID: num(c.Owner), URI: r.base + "/ap/" + num(c.Owner) + "/collections/" + num(c.ID), URL: r.view.CollectionURL(c.ID), Name: c.Name,
		Local: true, Sensitive: c.Sensitive, Discoverable: c.Discoverable, ItemCount: len(c.Items), Items: each(c.Items, itemJSON),
		CreatedAt: stamp(c.CreatedAt), UpdatedAt: stamp(c.UpdatedAt)}
	if c.Description != "" {
		out.Description = r.view.HTML(c.Description, "", nil)
	}
	if c.Language != "" {
		out.Language = &c.Language
	}
	if c.Tag != "" {
		out.Tag = &statusTag{Name: c.Tag, URL: r.view.TagURL(c.Tag)}
	}
	return out
}

// collectionOrNil is the collection that something is about, if it is.
func (r renderer) collectionOrNil(c *view.Collection) *collection {
	if c == nil {
		return nil
	}
	one := r.collection(*c)
	return &one
}

// appendCollections ends what a status links to.
func (r renderer) appendCollections(b []byte, s *view.Seen) []byte {
	if len(s.Collections) == 0 {
		return append(b, `,"tagged_collections":[]`...)
	}
	return append(append(b, `,"tagged_collections":`...), marshal(each(s.Collections, r.collection))...)
}

// wrapped is the answer with one collection, as it is told who made it.
func (a *API) wrapped(c view.Collection, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return map[string]collection{"collection": a.render.collection(c)}, nil
}

// collectionChange reads what a collection is to be.
func (q *request) collectionChange() collections.Change {
	return collections.Change{Name: q.opt("name"), Description: q.opt("description"), Language: q.opt("language"), Tag: q.opt("tag_name"),
		Sensitive: q.optFlag("sensitive"), Discoverable: q.optFlag("discoverable")}
}

func (q *request) collectionInPath() social.CollectionID { return social.CollectionID(q.pathID()) }

func (q *request) itemInPath() social.CollectionItemID {
	n, _ := id.Parse(chi.URLParam(q.Request, "item"))
	return social.CollectionItemID(n)
}

func (a *API) addCollection(q *request) (any, error) {
	ids, err := q.ids("account_ids")
	if err != nil {
		return nil, err
	}
	return a.wrapped(a.Collections.Add(q.Context(), q.By, q.collectionChange(), accountIDs(ids)))
}

func (a *API) collection(q *request) (any, error) {
	c, err := a.Collections.Get(q.Context(), q.By, q.collectionInPath())
	if err != nil {
		return nil, err
	}
	return struct {
		Accounts   raw        `json:"accounts"`
		Collection collection `json:"collection"`
	}{a.render.accounts(append([]*view.Face{c.Curator}, c.Accounts...)), a.render.collection(c)}, nil
}

func (a *API) changeCollection(q *request) (any, error) {
	return a.wrapped(a.Collections.Change(q.Context(), q.By, q.collectionInPath(), q.collectionChange()))
}

func (a *API) removeCollection(q *request) (any, error) {
	return nothing{}, a.Collections.Remove(q.Context(), q.By, q.collectionInPath())
}

func (a *API) addCollectionItem(q *request) (any, error) {
	x, err := a.Collections.AddItem(q.Context(), q.By, q.collectionInPath(), social.AccountID(q.bound("account_id")))
	if err != nil {
		return nil, err
	}
	return map[string]collectionItem{"collection_item": itemJSON(x)}, nil
}

func (a *API) removeCollectionItem(q *request) (any, error) {
	return nothing{}, a.Collections.RemoveItem(q.Context(), q.By, q.collectionInPath(), q.itemInPath())
}

func (a *API) revokeCollectionItem(q *request) (any, error) {
	return nothing{}, a.Collections.Revoke(q.Context(), q.By, q.collectionInPath(), q.itemInPath())
}

// collectionList is the answer with a stretch of a list of collections.
func (a *API) collectionList(q *request, get func(limit, offset int) ([]view.Collection, error)) (any, error) {
	p := q.stretch(collections.DefaultPage, collections.MaxPage, collections.MaxOffset)
	all, err := get(p.limit, p.offset)
	if err != nil {
		return nil, err
	}
	q.linkStretch(p, len(all) == p.limit)
	return map[string][]collection{"collections": each(all, a.render.collection)}, nil
}

func (a *API) collectionsOf(q *request) (any, error) {
	return a.collectionList(q, func(limit, offset int) ([]view.Collection, error) {
		return a.Collections.Of(q.Context(), q.By, social.AccountID(q.pathID()), limit, offset)
	})
}

func (a *API) collectionsWith(q *request) (any, error) {
	return a.collectionList(q, func(limit, offset int) ([]view.Collection, error) {
		return a.Collections.With(q.Context(), q.By, social.AccountID(q.pathID()), limit, offset)
	})
}

// https://docs.joinmastodon.org/entities/FeatureApproval/
type featureApproval struct {
	Automatic   []string `json:"automatic"`
	Manual      []string `json:"manual"`
	CurrentUser string   `json:"current_user"`
}

// approvalJSON is whether an account can be put into collections. Who blocks
// whom is not looked at: that stands in the relationship.
func approvalJSON(f *view.Face) featureApproval {
	out := featureApproval{Automatic: []string{}, Manual: []string{}, CurrentUser: "denied"}
	switch {
	case !f.Local():
		out.CurrentUser = "missing"
	case f.MayBeCollected(social.Relation{}) == nil:
		out.Automatic, out.CurrentUser = []string{"public"}, "automatic"
	}
	return out
}
