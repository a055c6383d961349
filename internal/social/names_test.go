package social_test

import (
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

func TestParseHouseName(t *testing.T) {
	for typed, want := range map[string]social.HouseName{
		"new.example":             {URL: "https://new.example", Host: "new.example"},
		" New.Example/ ":          {URL: "https://new.example", Host: "new.example"},
		"https://new.example":     {URL: "https://new.example", Host: "new.example"},
		"http://127.0.0.21:8080":  {URL: "http://127.0.0.21:8080", Host: "127.0.0.21:8080"},
		"":                        {},
		"https://":                {},
		"ftp://new.example":       {},
		"https://new.example/at":  {},
		"https://new.example?x=1": {},
		"https://a@new.example":   {},
		"https://new.example#x":   {},
		"new example":             {},
		"..":                      {},
	} {
		if got, ok := social.ParseHouseName(typed, ""); ok != (want.URL != "") || ok && got != want {
			t.Errorf("%q: %+v %v, want %+v", typed, got, ok, want)
		}
	}
	if got, ok := social.ParseHouseName("social.new.example", "New.Example"); !ok || got != (social.HouseName{URL: "https://social.new.example", Host: "new.example"}) {
		t.Errorf("with a host: %+v %v", got, ok)
	}
	if got, ok := social.ParseHouseName("new.example", "no host"); ok {
		t.Errorf("with a bad host: %+v", got)
	}
}

func TestUnder(t *testing.T) {
	name := func(host string) social.HouseName { return social.HouseName{URL: "https://" + host, Host: host} }
	moved := social.HouseNames{Now: name("b"), Former: []social.FormerName{{name("a"), time.Unix(1, 0)}}, Next: name("c")}
	for what, tt := range map[string]struct {
		names           social.HouseNames
		set             social.HouseName
		now, last, next string
	}{
		"never moved":                 {social.HouseNames{}, name("a"), "a", "", ""},
		"the settings lag":            {moved, name("a"), "b", "a", "c"},
		"the settings say the same":   {moved, name("b"), "b", "a", "c"},
		"the settings say the next":   {moved, name("c"), "c", "a", ""},
		"the settings say another":    {moved, name("d"), "d", "a", "c"},
		"renamed and never was moved": {social.HouseNames{Now: name("a")}, name("b"), "b", "", ""},
	} {
		if n := tt.names.Under(tt.set); n.Now.Host != tt.now || n.Last().Host != tt.last || n.Next.Host != tt.next {
			t.Errorf("%s: %+v", what, n)
		}
	}
}
