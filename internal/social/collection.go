package social

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
)

type (
	CollectionID     int64
	CollectionItemID int64
)

// A Collection is accounts that its owner recommends together.
// https://docs.joinmastodon.org/entities/Collection/
type Collection struct {
	ID           CollectionID
	Owner        AccountID
	Name         string
	Description  string
	Language     string // a code, or empty
	Tag          string // as typed, or empty
	Sensitive    bool
	Discoverable bool // shown on the owner's page
	CreatedAt    time.Time
	UpdatedAt    time.Time
	Items        []CollectionItem
}

// ItemState is how an item of a collection stands.
type ItemState string

// The states: it is shown, or its account does not want to be in there.
const (
	ItemAccepted ItemState = "accepted"
	ItemRevoked  ItemState = "revoked"
)

// A CollectionItem is an account in a collection.
type CollectionItem struct {
	ID        CollectionItemID
	Account   AccountID
	State     ItemState
	CreatedAt time.Time
}

// Limits of collections, as Mastodon has them.
const (
	MaxCollections           = 10 // of one owner
	MaxCollectionItems       = 25
	MaxCollectionName        = 40
	MaxCollectionDescription = 100
)

// Check reports why c cannot be kept, or nil.
func (c Collection) Check() error {
	switch {
	case strings.TrimSpace(c.Name) == "":
		return errs.New(errs.Invalid, "Validation failed: Name can't be blank")
	case utf8.RuneCountInString(c.Name) > MaxCollectionName:
		return errs.Newf(errs.Invalid, "Validation failed: Name is too long (maximum is %d characters)", MaxCollectionName)
	case utf8.RuneCountInString(c.Description) > MaxCollectionDescription:
		return errs.Newf(errs.Invalid, "Validation failed: Description is too long (maximum is %d characters)", MaxCollectionDescription)
	case len(c.Language) > MaxLanguage:
		return errs.New(errs.Invalid, "Validation failed: A language is given by its code, such as en or pt-BR.")
	}
	return nil
}

// Item is where in c an item is, or -1.
func (c Collection) Item(which func(CollectionItem) bool) int {
	for i, x := range c.Items {
		if which(x) {
			return i
		}
	}
	return -1
}

// Shows reports whether c shows an account.
func (c Collection) Shows(who AccountID) bool {
	return c.Item(func(x CollectionItem) bool { return x.Account == who && x.State == ItemAccepted }) >= 0
}

// Differs reports whether c says something else of itself than it did, as far
// as that matters to who is in it.
func (c Collection) Differs(was Collection) bool {
	return c.Name != was.Name || c.Description != was.Description || c.Tag != was.Tag || c.Sensitive != was.Sensitive
}

// Accepted is how many accounts c shows.
func (c Collection) Accepted() (n int) {
	for _, x := range c.Items {
		if x.State == ItemAccepted {
			n++
		}
	}
	return n
}

// MayBeCollected reports why a cannot be put into a collection by somebody
// who stands to it as rel says, or nil. Who wants to be discovered has agreed;
// of others' people we do not know.
func (a Account) MayBeCollected(rel Relation) error {
	if !a.Local() || !a.Agrees(rel) || a.Standing != Good || rel.Apart() {
		return errs.New(errs.Invalid, "Validation failed: This account has not agreed to be in collections.")
	}
	return nil
}

// Agrees reports whether a is still to be shown in collections, to somebody
// who stands to it as rel says.
func (a Account) Agrees(rel Relation) bool { return a.Discoverable && (!a.Limited || rel.Follows) }
