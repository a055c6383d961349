// Package mirror tries the static mirror over whole servers: what is written,
// what is not, what is found when it was tampered with, and what a change costs.
package mirror
