package social

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSieve(t *testing.T) {
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		key   string
		whole bool
		words string
		want  bool
	}{
		{"cat", false, "Concatenate", true},
		{"cat", true, "Concatenate", false},
		{"cat", true, "Concatenate the CAT.", true},
		{"cat", true, "cats", false},
		{"cat", true, "a_cat", false},
		{"cat", true, "cat", true},
		{"cat", true, "the-cat's", true},
		{"straße", true, "In der STRASSE!", true},
		{"ÉTÉ", true, "l'été", true},
		{"été", true, "étéé", false},
		{"ete\u0301", false, "l'été", false}, // e is not é
		{"é", false, "e\u0301", true},
		{"е", true, "не", false}, // Cyrillic letters are letters
		{"#go", true, "##go", true},
		{"#go", true, "word#go", true},
		{"#go", true, "#gopher", false},
		{"go!", true, "ergo!", false},
		{"two words", true, "two\n\n  words", true},
		{"猫", false, "黒猫が", true},
		{"1984", true, "in 19841984 or 1984", true},
		{"a", true, strings.Repeat("aa ", 1000), false},
	} {
		s := NewSieve(Filter{Keywords: []FilterKeyword{{Words: tt.key, Whole: tt.whole}}})
		if h, got := s.Hold(1, FilterKey(tt.words), noon); got != tt.want {
			t.Errorf("%q (whole: %v) in %.40q: %v, want %v", tt.key, tt.whole, tt.words, got, tt.want)
		} else if got && !slices.Equal(h.Keywords, []string{tt.key}) {
			t.Errorf("%q was met by %q", tt.key, h.Keywords)
		}
	}
	f := Filter{Posts: []FilterPost{{ID: 1, Post: 7}}, Until: noon}
	for _, tt := range []struct {
		post PostID
		at   time.Time
		want bool
	}{{7, noon.Add(-1), true}, {8, noon.Add(-1), false}, {7, noon, false}} {
		if h, got := NewSieve(f).Hold(tt.post, "", tt.at); got != tt.want || got && h.Posts[0] != tt.post {
			t.Errorf("post %d at %v: %v %v, want %v", tt.post, tt.at, got, h.Posts, tt.want)
		}
	}
}

// Words that nearly meet a keyword again and again take no longer for it.
func BenchmarkSieve(b *testing.B) {
	f := Filter{}
	for i := range 200 {
		f.Keywords = append(f.Keywords, FilterKeyword{Words: strings.Repeat("ab", i%20+1) + "c", Whole: i%2 == 0})
	}
	s, words := NewSieve(f), FilterKey(strings.Repeat("ab", 2500))
	for b.Loop() {
		s.Hold(1, words, time.Time{})
	}
}
