package event

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Journals written by an earlier version must stay readable: each released
// fact has a sample with all its fields, which decodes and encodes to itself.
func TestSamples(t *testing.T) {
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		b, err := os.ReadFile(filepath.Join("testdata", kind+".json"))
		if err != nil {
			t.Errorf("a fact without a sample: %v", err)
			continue
		}
		f, err := Decode(kind, b)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		if f.Kind() != kind {
			t.Errorf("%s was read as %s", kind, f.Kind())
		}
		again, err := json.Marshal(f)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if want := bytes.TrimSpace(b); !bytes.Equal(again, want) {
			t.Errorf("%s encodes to %s, want %s", kind, again, want)
		}
		for i, v := 0, reflect.ValueOf(f); i < v.NumField(); i++ {
			if v.Field(i).IsZero() {
				t.Errorf("the sample of %s lacks %s", kind, v.Type().Field(i).Name)
			}
		}
	}
}

func TestNoSampleOfWhatCannotBeRead(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	for _, f := range files {
		if kind := strings.TrimSuffix(filepath.Base(f), ".json"); kinds[kind] == nil {
			t.Errorf("%s: kind %q was released and is not known any more", f, kind)
		}
	}
}

func TestDecode(t *testing.T) {
	for name, tt := range map[string]struct {
		kind, json string
		ok         bool
	}{
		"fields of a newer version": {"post.edited", `{"post":1,"author":2,"why":"typo"}`, true},
		"fields not written yet":    {"post.edited", `{"post":1}`, true},
		"a kind we do not know":     {"post.sung", `{}`, false},
		"not JSON":                  {"post.edited", `post`, false},
	} {
		if _, err := Decode(tt.kind, []byte(tt.json)); (err == nil) != tt.ok {
			t.Errorf("%s: err = %v, want ok %v", name, err, tt.ok)
		}
	}
}

func TestPosBefore(t *testing.T) {
	for _, tt := range []struct {
		p, q Pos
		want bool
	}{
		{Pos{1, 9}, Pos{2, 0}, true},
		{Pos{2, 0}, Pos{1, 9}, false},
		{Pos{1, 1}, Pos{1, 2}, true},
		{Pos{1, 2}, Pos{1, 2}, false},
	} {
		if got := tt.p.Before(tt.q); got != tt.want {
			t.Errorf("%v before %v: %v, want %v", tt.p, tt.q, got, tt.want)
		}
	}
}
