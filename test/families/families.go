// Package families tries on a running house, over HTTP, what went wrong
// elsewhere: the advisories of other servers, family by family, as far as they
// concern looking after a house and are not tried in another package. Which
// test is for which family stands in docs/families.csv.
package families
