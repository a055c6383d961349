package evidence

import (
	"bytes"
	"encoding/json"
	"testing"
)

// What is read quickly is what would be read slowly.
func FuzzQuickLeaf(f *testing.F) {
	full := Leaf{Version: 1, Type: TypeDecision, At: 1790000000000, N: 7, Category: CategorySpam, Class: "harm", Outcome: "hide", Refs: []int64{0, 12}, Commitment: make([]byte, 32)}
	f.Add(full.Encode())
	f.Add(Leaf{Version: 1, Type: TypeConfig, N: 1, Commitment: make([]byte, 32)}.Encode())
	f.Add([]byte(`{"v":1,"t":"x","ts":01,"n":1,"c":""}`))
	f.Add([]byte(`{"v":1,"t":"a<b","ts":1,"n":1,"c":""}`))
	f.Add([]byte(`{"v":1,"t":"x","ts":1,"n":1,"cat":"","c":"AA=="}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if l, ok := quickLeaf(b); ok && !bytes.Equal(l.Encode(), b) {
			t.Errorf("%q was read as %s", b, l.Encode())
		}
	})
}

func FuzzQuickRecord(f *testing.F) {
	f.Add([]byte(`{"index":3,"salt":"AAAA","body":"e30="}`))
	f.Add([]byte(`{"index":03,"salt":"AAAA","body":"e30"}`))
	f.Add([]byte(`{"index":-1,"salt":"AAAA","body":"e31="}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, ok := quickRecord(b)
		if !ok {
			return
		}
		if again, _ := json.Marshal(r); !bytes.Equal(again, b) {
			t.Errorf("%q was read as %s", b, again)
		}
	})
}
