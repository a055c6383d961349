// Package evidence tries bundles of the log of evidence as somebody would who
// has only them: made by a house that is honest, and tampered with in every way
// that we know, they are checked by the program, in a real browser and by a
// script of the handbook, which have to agree. Its tests that need a browser are
// skipped where there is none.
package evidence
