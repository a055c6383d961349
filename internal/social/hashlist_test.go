package social_test

import (
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/pdq"
	"github.com/plaza-social/plaza/internal/social"
)

func TestParseHashes(t *testing.T) {
	hash := strings.Repeat("ab", 32)
	in, err := social.ParseHashes("# from somebody\r\nsha256:" + strings.ToUpper(hash) + ", Bad  List ,spam\n\npdq:" + hash + ",other,csam\nsha256:00,bad list,spam\nmd5:" +
		hash + ",bad list,spam\nsha256:" + hash + ",bad list,csam\nsha256:" + hash + ",x\nsha256:" + hash + ",,spam\nsha256:" + hash + ",y,cats\n")
	if err != nil || len(in.Lists) != 2 || in.Lists[0].Name != "bad list" || in.Lists[0].Class != social.HashSpam || len(in.Lists[0].Hashes) != 1 || in.Lists[0].Hashes[0].Hash != hash {
		t.Fatalf("%+v, %v", in, err)
	}
	if in.Lines != 10 || in.Wrong != 6 || len(in.Problems) != 5 || !strings.Contains(in.Problems[0], "Line 5: a SHA-256 has 64") {
		t.Errorf("%d lines, %d wrong: %q", in.Lines, in.Wrong, in.Problems)
	}
	if _, err := social.ParseHashes(" \n# nothing\n"); errs.KindOf(err) != errs.Invalid {
		t.Errorf("nothing: %v", err)
	}
	if _, err := social.ParseHashes(strings.Repeat("\n", social.MaxHashImport+1)); errs.KindOf(err) != errs.Invalid {
		t.Errorf("too large: %v", err)
	}
	var many strings.Builder
	for i := range social.MaxHashLists + 1 {
		many.WriteString("sha256:" + hash + ",l" + strings.Repeat("x", i) + ",spam\n")
	}
	if in, err := social.ParseHashes(many.String()); err != nil || len(in.Lists) != social.MaxHashLists || in.Wrong != 1 {
		t.Errorf("%d lists, %d wrong, %v", len(in.Lists), in.Wrong, err)
	}
}

// A file that is on several lists is found on each, and what nobody may see
// counts first.
func TestHashTable(t *testing.T) {
	hash := strings.Repeat("ab", 32)
	look, _ := pdq.Parse(hash)
	var b social.HashTableBuilder
	b.Add(social.HashList{ID: 1, Name: "spam", Class: social.HashSpam}, []social.FileHash{{Alg: "pdq", Hash: hash}, {Alg: "sha256", Hash: hash}})
	near := look
	near[2] ^= 7
	b.Add(social.HashList{ID: 2, Name: "worst", Class: social.HashAbuse}, []social.FileHash{{Alg: "pdq", Hash: near.String()}})
	table := b.Table()
	p := social.AutoPicture{Print: strings.Repeat("00", 32), Look: look, Quality: pdq.MinQuality}
	if l, ok := table.Find(p); !ok || l.Name != "worst" {
		t.Errorf("found on %q", l.Name)
	}
	if !table.On(p, "spam") || !table.On(p, "worst") || table.On(p, "other") {
		t.Error("it is not on both lists, or on another")
	}
	p.Quality--
	if _, ok := table.Find(p); ok {
		t.Error("a picture of poor quality was found by what it looks like")
	}
	p.Print = hash
	if l, ok := table.Find(p); !ok || l.Name != "spam" {
		t.Errorf("by its bytes it was found on %q", l.Name)
	}
	var none *social.HashTable
	if _, ok := none.Find(p); ok || none.On(p, "spam") {
		t.Error("found on no lists")
	}
}
