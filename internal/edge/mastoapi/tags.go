package mastoapi

import (
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/core/tags"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/tags/, …/followed_tags/, …/featured_tags/
func (a *API) tagRoutes() {
	a.do("GET /api/v1/tags/{hashtag}", anyone("read"), a.tag)
	a.do("POST /api/v1/tags/{hashtag}/follow", member("write:follows"), a.followTag, &limitFollow)
	a.do("POST /api/v1/tags/{hashtag}/unfollow", member("write:follows"), a.unfollowTag)
	a.do("POST /api/v1/tags/{hashtag}/feature", member("write:accounts"), a.featureTag)
	a.do("POST /api/v1/tags/{hashtag}/unfeature", member("write:accounts"), a.unfeatureTag)
	a.do("GET /api/v1/followed_tags", member("read:follows"), a.followedTags)
	a.do("GET /api/v1/featured_tags", member("read:accounts"), a.myFeaturedTags)
	a.do("POST /api/v1/featured_tags", member("write:accounts"), a.addFeaturedTag)
	a.do("GET /api/v1/featured_tags/suggestions", member("read:accounts"), a.suggestedTags)
	a.do("DELETE /api/v1/featured_tags/{id}", member("write:accounts"), a.removeFeaturedTag)
	a.do("GET /api/v1/accounts/{id}/featured_tags", anyone(""), a.featuredTags)
}

// https://docs.joinmastodon.org/entities/Tag/
type tagEntity struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	URL       string   `json:"url"`
	History   []tagDay `json:"history"`
	Following *bool    `json:"following,omitempty"`
	Featuring *bool    `json:"featuring,omitempty"`
	Plaza     *why     `json:"plaza,omitempty"` // why it is among the trends
}

type tagDay struct {
	Day      string `json:"day"`
	Uses     string `json:"uses"`
	Accounts string `json:"accounts"`
}

// tagHistory is over how many days a tag's use is told.
const tagHistory = 7

// tagEntities are tags before whoever asks.
func (a *API) tagEntities(q *request, names []string) ([]tagEntity, error) {
	keys := each(names, social.TagKey)
	stand, err := a.Tags.Stands(q.Context(), q.By, keys)
	if err != nil {
		return nil, err
	}
	out := make([]tagEntity, len(keys))
	for i, key := range keys {
		days, err := a.Search.TagDays(q.Context(), key, tagHistory)
		if err != nil {
			return nil, err
		}
		t := tagEntity{ID: key, Name: key, URL: a.View.TagURL(key), History: []tagDay{}}
		for _, d := range days {
			t.History = append(t.History, tagDay{strconv.FormatInt(d.Day, 10), strconv.Itoa(d.Uses), strconv.Itoa(d.Accounts)})
		}
		if q.By.SignedIn() {
			follows, features := stand.Follows(key), stand.Features(key)
			t.Following, t.Featuring = &follows, &features
		}
		out[i] = t
	}
	return out, nil
}

// tagAfter is the answer with the tag in the path, after something was done.
func (a *API) tagAfter(q *request, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	all, err := a.tagEntities(q, []string{q.tagInPath()})
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func (a *API) tag(q *request) (any, error) { return a.tagAfter(q, nil) }

func (a *API) followTag(q *request) (any, error) {
	return a.tagAfter(q, a.Tags.Follow(q.Context(), q.By, q.tagInPath()))
}

func (a *API) unfollowTag(q *request) (any, error) {
	return a.tagAfter(q, a.Tags.Unfollow(q.Context(), q.By, q.tagInPath()))
}

func (a *API) featureTag(q *request) (any, error) {
	_, err := a.Tags.Feature(q.Context(), q.By, q.tagInPath())
	return a.tagAfter(q, err)
}

func (a *API) unfeatureTag(q *request) (any, error) {
	return a.tagAfter(q, a.Tags.Unfeature(q.Context(), q.By, q.tagInPath()))
}

func (a *API) followedTags(q *request) (any, error) {
	s, err := a.Tags.Followed(q.Context(), q.By, q.page(tags.DefaultPage, tags.MaxPage))
	if err != nil {
		return nil, err
	}
	link(q, s)
	return a.tagEntities(q, each(s.Items, func(t social.FollowedTag) string { return t.Key }))
}

// https://docs.joinmastodon.org/entities/FeaturedTag/
type featuredTag struct {
	ID           string  `json:"id"`
	Name         string  `json:"name"`
	URL          string  `json:"url"`
	Count        string  `json:"statuses_count"`
	LastStatusAt *string `json:"last_status_at"`
}

func (a *API) featuredTagJSON(t tags.Featured) featuredTag {
	out := featuredTag{ID: num(t.ID), Name: t.Name, URL: a.View.TagURL(t.Key), Count: strconv.Itoa(t.Uses)}
	if !t.Last.IsZero() {
		day := t.Last.UTC().Format(time.DateOnly)
		out.LastStatusAt = &day
	}
	return out
}

func (a *API) featuredTagsOf(q *request, of social.AccountID) (any, error) {
	all, err := a.Tags.Featured(q.Context(), q.By, of)
	return each(all, a.featuredTagJSON), err
}

func (a *API) featuredTags(q *request) (any, error) {
	return a.featuredTagsOf(q, social.AccountID(q.pathID()))
}

func (a *API) myFeaturedTags(q *request) (any, error) { return a.featuredTagsOf(q, q.By.Account) }

func (a *API) addFeaturedTag(q *request) (any, error) {
	t, err := a.Tags.Feature(q.Context(), q.By, q.str("name"))
	return a.featuredTagJSON(t), err
}

func (a *API) removeFeaturedTag(q *request) (any, error) {
	return nothing{}, a.Tags.Remove(q.Context(), q.By, social.FeaturedTagID(q.pathID()))
}

func (a *API) suggestedTags(q *request) (any, error) {
	keys, err := a.Tags.Suggestions(q.Context(), q.By)
	if err != nil {
		return nil, err
	}
	return a.tagEntities(q, keys)
}
