package kill

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestOnPromote has a program be run when a house takes over. It fails at
// first; the house is open meanwhile, and it is run again.
func TestOnPromote(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes some seconds and a binary")
	}
	plaza := build(t)
	s := newServer(t, plaza, "")
	dir := t.TempDir()
	hook, told := filepath.Join(dir, "on-promote"), filepath.Join(dir, "told")
	s.must(os.WriteFile(hook, []byte(fmt.Sprintf("#!/bin/sh\n[ -e %[1]s.once ] || { touch %[1]s.once; echo not yet; exit 3; }\nenv | sort > %[1]s.part\nmv %[1]s.part %[1]s\n", told)), 0o700))
	copied, identity := s.replicate("local")
	token := s.people("ada")[0]
	s.env = []string{"PLAZA_ON_PROMOTE=" + hook, "SECRET=mine"}
	s.must(s.start())
	s.saysHowOld()
	second := newServer(t, plaza, "")
	second.env = s.env
	second.must(second.stand(copied, identity))
	if _, err := os.Stat(told); err == nil {
		t.Error("it was run when nobody took over")
	}
	if out, err := exec.Command(plaza, "promote", "--data", second.data).CombinedOutput(); err != nil {
		t.Fatalf("promote: %v %s", err, out)
	}
	second.firstPost(token)
	if _, err := os.Stat(told); err == nil {
		t.Error("it was run without having failed")
	}
	eventually(t, "it to be run", func() bool { _, err := os.Stat(told); return err == nil })
	text, err := os.ReadFile(told)
	s.must(err)
	host, err := os.Hostname()
	s.must(err)
	for _, want := range []string{"PLAZA_EVENT=promote", "PLAZA_DOMAIN=127.0.0.1", "PLAZA_URL=http://" + second.addr, "PLAZA_EPOCH=2", "PLAZA_HOST=" + host,
		"PLAZA_FROM=" + host, "PLAZA_LISTEN=" + second.addr, "PLAZA_DATA=" + second.data} {
		if !strings.Contains("\n"+string(text), "\n"+want+"\n") {
			t.Errorf("it was not told %s, but\n%s", want, text)
		}
	}
	if strings.Contains(string(text), "SECRET") {
		t.Error("it was told more than it should be")
	}
	cmd := exec.Command(plaza, second.args("doctor")...)
	cmd.Env = append(os.Environ(), second.env...)
	if out, _ := cmd.CombinedOutput(); !strings.Contains(string(out), "it was run for epoch 2") {
		t.Errorf("the doctor says\n%s", out)
	}
}

// The examples are run, with the programs that they call put in their place.
func TestHookExamples(t *testing.T) {
	t.Parallel()
	bin := t.TempDir()
	for _, name := range []string{"nsupdate", "curl", "ssh"} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\necho "+name+" \"$@\"\n[ "+name+" = nsupdate ] && cat\nexit ${FAILS:-0}\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"dns-nsupdate":   "update add example.org. 60 A 192.0.2.2",
		"dns-http":       `"name":"example.org","ttl":60,"data":"192.0.2.2"`,
		"floating-ip":    `{"server":12345}`,
		"upstream-caddy": `[{"dial":"10.0.0.2:8080"}]`,
		"upstream-nginx": `upstream plaza { server 10.0.0.2:8080; }`,
	} {
		for fails, ok := range map[string]bool{"0": true, "1": false} {
			cmd := exec.Command("../../deploy/hooks/" + name)
			cmd.Env = []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "PLAZA_DOMAIN=example.org", "FAILS=" + fails}
			if out, err := cmd.CombinedOutput(); (err == nil) != ok || !strings.Contains(string(out), want) {
				t.Errorf("%s, where its program answers %s: %v %s", name, fails, err, out)
			}
		}
	}
}
