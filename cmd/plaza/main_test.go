package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"plaza": main}) }

// TestScenarios plays what stands in test/scenarios with the real program.
func TestScenarios(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "../../test/scenarios",
		Setup: func(e *testscript.Env) error {
			at, err := freeAddress()
			e.Setenv("AT", at)
			e.Setenv("URL", "http://"+at)
			e.Setenv("PLAZA_DATA", e.WorkDir+"/data")
			e.Setenv("PLAZA_LISTEN", at)
			e.Setenv("PLAZA_URL", "http://"+at)
			return err
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"healthy": healthy, "call": call, "taken": taken},
	})
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// healthy waits until the server is.
func healthy(ts *testscript.TestScript, _ bool, _ []string) {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if resp, err := http.Get(ts.Getenv("URL") + "/healthz"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
	}
	ts.Fatalf("the server did not become healthy")
}

// call sends METHOD PATH [BODY], with the token in the file "token" if there
// is one, and prints the status and the body. "! call" wants a failure.
func call(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: call METHOD PATH [FORM]")
	}
	req, err := http.NewRequest(args[0], ts.Getenv("URL")+args[1], strings.NewReader(strings.Join(args[2:], "")))
	ts.Check(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if token, err := os.ReadFile(ts.MkAbs("token")); err == nil {
		req.Header.Set("Authorization", "Bearer "+string(bytes.TrimSpace(token)))
	}
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%d %s\n", resp.StatusCode, body)
	if ok := resp.StatusCode < 400; ok == neg {
		ts.Fatalf("%s %s: %d %s", args[0], args[1], resp.StatusCode, body)
	}
}

// taken listens at $AT until the scenario ends.
func taken(ts *testscript.TestScript, _ bool, _ []string) {
	l, err := net.Listen("tcp", ts.Getenv("AT"))
	ts.Check(err)
	ts.Defer(func() { l.Close() })
}
