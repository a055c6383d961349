// Package kill ends a server without a warning, again and again, while people
// post, and shows that everything it acknowledged is there afterwards, once.
// It does not show what a disk does that loses power: for that there is the
// fsync before each answer.
package kill
