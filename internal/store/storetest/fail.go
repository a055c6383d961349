package storetest

import (
	"testing"

	"github.com/plaza-social/plaza/internal/store"
)

// FailCommits has each commit fail that adds a row to a table: the statements
// of the transaction succeed, the last word does not. It returns how to mend
// that.
func FailCommits(t testing.TB, s *store.Store, table string) (mend func()) {
	t.Helper()
	begin := []string{
		`CREATE TABLE fails (of_id BIGINT REFERENCES accounts (id) DEFERRABLE INITIALLY DEFERRED)`,
		`CREATE TRIGGER fails AFTER INSERT ON ` + table + ` BEGIN INSERT INTO fails VALUES (1); END`,
	}
	end := []string{`DROP TRIGGER fails`, `DROP TABLE fails`}
	if s.Engine() == "postgres" {
		begin = []string{
			`CREATE FUNCTION fails() RETURNS TRIGGER LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''this commit fails''; END'`,
			`CREATE CONSTRAINT TRIGGER fails AFTER INSERT ON ` + table + ` DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fails()`,
		}
		end = []string{`DROP TRIGGER fails ON ` + table, `DROP FUNCTION fails`}
	}
	for _, q := range begin {
		ByHand(t, s, q)
	}
	return func() {
		t.Helper()
		for _, q := range end {
			ByHand(t, s, q)
		}
	}
}
