// Package federation decides what of what happens here is told to other
// servers, and to which, and keeps the keys that our accounts sign with. How it
// is said is a Speaker's business, how it is sent edge/fedi/deliver's.
package federation
