// Package sight shows that nobody is given a post that the rules of
// internal/social say is not for them, through any of the core's doors, and
// that everybody is given what is.
package sight
