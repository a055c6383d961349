package as2_test

import (
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
)

func TestSynchronization(t *testing.T) {
	t.Parallel()
	want := as2.Synchronization{Collection: "https://far.example/users/1/followers", URL: "https://far.example/users/1/followers_synchronization", Digest: "b08ab695"}
	for _, header := range []string{
		want.String(), strings.ReplaceAll(want.String(), ", ", ","), strings.ReplaceAll(want.String(), ", ", " ,\t"), want.String() + `, more="x"`,
		`digest="b08ab695",url="https://far.example/users/1/followers_synchronization",collectionId="https://FAR.example:443/users/1/followers"`,
	} {
		if got, ok := (as2.Rules{}).Synchronization(header); !ok || got != want {
			t.Errorf("%s: %+v, %t", header, got, ok)
		}
	}
	for _, header := range []string{
		"", ",", "x", `digest="b08ab695"`, want.String() + `, digest="b08ab695"`, want.String() + ` digest="1"`, want.String() + `, url="https://evil.example/"`,
		want.String() + `, x="`, want.String() + `, x=""`, strings.ReplaceAll(want.String(), "https://", "ftp://"), strings.ReplaceAll(want.String(), `"`, ""),
		strings.Replace(want.String(), "url", "URL", 1), want.String() + `, x="` + strings.Repeat("a", 3*as2.MaxID) + `"`,
	} {
		if got, ok := (as2.Rules{}).Synchronization(header); ok {
			t.Errorf("%.300s is taken for %+v", header, got)
		}
	}
}
