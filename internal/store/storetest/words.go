package storetest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"os"
	"strings"
	"testing"
	"unicode/utf16"
)

// Bytes is everything that is in the database at url: each row of each table, and on
// SQLite the file with its log too, with what is free in them.
func Bytes(t testing.TB, url string) []byte {
	t.Helper()
	var all bytes.Buffer
	tables := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if strings.HasPrefix(url, "postgres") {
		tables = `SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`
	}
	db := beside(t, url)
	for _, table := range rowsOf(t, db, tables) {
		query := `SELECT * FROM "` + table + `"`
		if strings.HasPrefix(url, "postgres") { // as text, so that what is in bytes is seen in hex
			query = `SELECT CAST(r AS TEXT) FROM "` + table + `" AS r`
		}
		for _, row := range rowsOf(t, db, query) {
			all.WriteString(table + " " + row + "\n")
		}
	}
	if !strings.HasPrefix(url, "postgres") {
		for _, suffix := range []string{"", "-wal"} {
			b, err := os.ReadFile(url + suffix)
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			all.Write(b)
		}
	}
	return all.Bytes()
}

// Holds reports how a word is in some bytes: as it is, in any case, in base64, in hex or
// in UTF-16; or empty. The word is of letters a to z.
func Holds(all []byte, word string) string {
	lower := bytes.ToLower(all)
	word = strings.ToLower(word)
	wide := make([]byte, 0, 2*len(word))
	for _, u := range utf16.Encode([]rune(word)) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	for how, form := range map[string]string{"as it is": word, "in hex": hex.EncodeToString([]byte(word)), "in UTF-16": string(wide)} {
		if bytes.Contains(lower, []byte(form)) {
			return how
		}
	}
	for _, spelt := range []string{word, strings.ToUpper(word[:1]) + word[1:]} {
		for shift := range 3 { // where it begins in a group of three bytes is not known
			text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + spelt))
			if bytes.Contains(all, []byte(text[4:len(text)-4])) {
				return "in base64"
			}
		}
	}
	return ""
}
