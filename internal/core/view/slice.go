package view

import (
	"slices"

	"github.com/plaza-social/plaza/internal/social"
)

// Ends is items, read for p, as a slice: newest first, with the ids to page on
// from.
func Ends[T any](items []T, p social.Page, id func(T) int64) (out Slice[T]) {
	if len(items) == 0 {
		return out
	}
	if p.Oldest {
		slices.Reverse(items)
	}
	return Slice[T]{items, id(items[0]), id(items[len(items)-1])}
}
