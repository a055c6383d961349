package event

import "github.com/plaza-social/plaza/internal/social"

// FiltersChanged: somebody's filters are others now.
type FiltersChanged struct {
	Owner social.AccountID `json:"owner"`
}

// Kind implements Fact.
func (FiltersChanged) Kind() string { return "filters.changed" }

var _ = register[FiltersChanged]()
