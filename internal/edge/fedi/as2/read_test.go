package as2

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/plaza-social/plaza/internal/base/errs"
)

var update = flag.Bool("update", false, "write the golden files anew")

// understood is what d says to us, or why it says nothing.
func understood(d Doc) any {
	var one any
	var err error
	switch d.Kind() {
	case Reference:
		return d.v.text
	case AnActor:
		one, err = d.Actor()
	case APost:
		one, err = d.Note()
	case AnActivity:
		one, err = d.Activity()
	case ACollection, APage:
		one, err = d.Collection()
	case ATombstone:
		one, err = d.Tombstone()
	case AnAuthorization:
		one, err = d.Authorization()
	case AKey:
		one, err = d.Key()
	case ATag:
		one, err = d.Tag()
	default:
		one = "of no use: " + d.Type() + " " + d.ID()
	}
	if err != nil {
		return "refused: " + errs.Public(err)
	}
	return one
}

// asText is what was understood, as golden files have it.
func asText(t *testing.T, one any) string {
	t.Helper()
	b, err := json.Marshal(one, json.OmitZeroStructFields(true), jsontext.WithIndent("  "), json.WithMarshalers(json.JoinMarshalers(
		json.MarshalToFunc(func(enc *jsontext.Encoder, d Doc) error { return json.MarshalEncode(enc, understood(d)) }),
		json.MarshalToFunc(func(enc *jsontext.Encoder, d time.Duration) error {
			return enc.WriteToken(jsontext.String(d.String()))
		}))))
	if err != nil {
		t.Fatal(err)
	}
	return string(b) + "\n"
}

// TestFixtures reads what other programs send, written by us as their
// documentation has it.
func TestFixtures(t *testing.T) {
	t.Parallel()
	paths, _ := filepath.Glob("testdata/read/*.json")
	if len(paths) < 50 {
		t.Fatal("only", len(paths), "fixtures")
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Rules{}.Parse(b)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		got, golden := asText(t, understood(d)), strings.TrimSuffix(path, ".json")+".golden"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(golden); err != nil || string(want) != got {
			t.Errorf("%s says\n%s", path, got)
		}
	}
}
