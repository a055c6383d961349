package event

import "github.com/plaza-social/plaza/internal/social"

// Collected: an account was put into a collection, or taken out of it.
type Collected struct {
	Collection social.CollectionID `json:"collection"`
	Owner      social.AccountID    `json:"owner"` // of the collection
	Account    social.AccountID    `json:"account"`
	Off        bool                `json:"off,omitempty"`
}

// Kind implements Fact.
func (Collected) Kind() string { return "collection.item" }

// CollectionChanged: what a collection says of itself is something else now.
type CollectionChanged struct {
	Collection social.CollectionID `json:"collection"`
}

// Kind implements Fact.
func (CollectionChanged) Kind() string { return "collection.changed" }

var (
	_ = register[Collected]()
	_ = register[CollectionChanged]()
)
