package checker

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// API reads through the client API of each node.
type API struct {
	Nodes map[string]string
	http  http.Client
}

// NewAPI returns one for the nodes of w.
func NewAPI(w World) *API {
	return &API{Nodes: w.Nodes, http: http.Client{Timeout: time.Minute}}
}

type status struct {
	ID, Content string
	Account     struct{ ID string }
}

func (s status) post() Post {
	return Post{ID: s.ID, Author: s.Account.ID, Key: key.FindString(s.Content)}
}

// Posts are all posts of an author, newest first.
func (a *API) Posts(node string, author Person) ([]Post, error) {
	return a.statuses(node, author.Token, "/api/v1/accounts/"+author.ID+"/statuses")
}

// Home is a reader's feed, newest first, to its end.
func (a *API) Home(node string, reader Person) ([]Post, error) {
	return a.statuses(node, reader.Token, "/api/v1/timelines/home")
}

func (a *API) statuses(node, token, path string) (all []Post, err error) {
	last := ""
	for {
		var page []status
		if err := a.get(node, token, path+"?limit=40"+last, &page); err != nil || len(page) == 0 {
			return all, err
		}
		for _, s := range page {
			all = append(all, s.post())
		}
		last = "&max_id=" + page[len(page)-1].ID
	}
}

// Notices are all that a reader was told, newest first.
func (a *API) Notices(node string, reader Person) (all []Notice, err error) {
	last := ""
	for {
		var page []struct {
			ID, Type string
			Status   status
		}
		if err := a.get(node, reader.Token, "/api/v1/notifications?limit=80"+last, &page); err != nil || len(page) == 0 {
			return all, err
		}
		for _, n := range page {
			all = append(all, Notice{ID: n.ID, Kind: n.Type, Post: n.Status.ID})
		}
		last = "&max_id=" + page[len(page)-1].ID
	}
}

func (a *API) get(node, token, path string, into any) error {
	r, err := http.NewRequest(http.MethodGet, a.Nodes[node]+path, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := a.http.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, answer.Status)
	}
	return json.NewDecoder(answer.Body).Decode(into)
}
