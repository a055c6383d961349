package kill

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/cluster/replica"
)

// TestPromotedBeforeItsFiles has a standby take over that does not have all files
// yet: the one that it lacks stays in the copy, and comes when it can.
func TestPromotedBeforeItsFiles(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes some seconds and a binary")
	}
	plaza := build(t)
	s := newServer(t, plaza, "")
	copied, identity := s.replicate("local")
	token := s.people("ada")[0]
	const n = 10
	name := func(i int) string { return filepath.Join("media", "00", fmt.Sprintf("%032x.jpg", i)) }
	for i := range n {
		s.must(os.MkdirAll(filepath.Dir(filepath.Join(s.data, name(i))), 0o700))
		s.must(os.WriteFile(filepath.Join(s.data, name(i)), []byte(fmt.Sprint("picture ", i)), 0o600))
	}
	s.must(s.start())
	s.saysHowOld()
	held := filepath.Join(copied, name(4))
	sealed, err := os.ReadFile(held)
	s.must(err)
	s.must(os.WriteFile(held, sealed[1:], 0o600)) // it cannot be opened for now

	second := newServer(t, plaza, "")
	second.must(second.stand(copied, identity))
	here := func() int {
		all, err := filepath.Glob(filepath.Join(second.data, "media", "00", "*.jpg"))
		second.must(err)
		return len(all)
	}
	eventually(t, "the other files", func() bool { return here() == n-1 })
	if out, err := exec.Command(plaza, "promote", "--data", second.data).CombinedOutput(); err != nil {
		t.Fatalf("promote: %v %s", err, out)
	}
	second.firstPost(token)
	eventually(t, "the copies to be compared with what is here", func() bool {
		said, err := replica.ReadStatus(filepath.Join(second.data, "replica"))
		return err == nil && len(said.Copies) == 1 && !said.Copies[0].Covers.IsZero() && strings.Contains(said.Copies[0].Fault, "plaza restore --files")
	})
	if _, err := os.Stat(held); err != nil {
		t.Fatalf("what had not come over was taken for deleted: %v", err)
	}
	s.must(os.WriteFile(held, sealed, 0o600))
	second.kill()
	second.must(second.run("standby", "--from", "file://"+copied, "--identity", identity, "--listen", second.addr, "--url", "http://"+second.addr))
	eventually(t, "the last file", func() bool { return here() == n && !replica.Missing(filepath.Join(second.data, "plaza.db")) })
	if b, err := os.ReadFile(filepath.Join(second.data, name(4))); err != nil || string(b) != "picture 4" {
		t.Errorf("it is %q, %v", b, err)
	}
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for late := time.Now().Add(upWait); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}
