package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// The floor is the least that a server written in Go with net/http can do: it
// answers every request with one stored answer, headers and all. It runs in a
// process of its own, as the server does.

// serveFloor answers with what is in the file at path until its input ends,
// as it does when whoever started it is gone. It prints its address.
func serveFloor(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	stored, err := http.ReadResponse(bufio.NewReader(f), nil)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(stored.Body)
	if err != nil {
		return err
	}
	stored.Header.Del("Date") // net/http writes it
	stored.Header.Set("Content-Length", strconv.Itoa(len(body)))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		for k, vs := range stored.Header {
			h[k] = vs
		}
		w.Write(body)
	}))
}

// floor is the process that runs serveFloor.
type floor struct {
	cmd  *exec.Cmd
	addr string
}

func startFloor(path string) (*floor, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	f := &floor{cmd: exec.Command(self, "floor", path)}
	f.cmd.Stderr = os.Stderr
	if _, err := f.cmd.StdinPipe(); err != nil { // open as long as we are here
		return nil, err
	}
	out, err := f.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := f.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		f.stop()
		return nil, fmt.Errorf("the floor does not start: %w", err)
	}
	f.addr = strings.TrimSpace(line)
	return f, nil
}

func (f *floor) pid() int { return f.cmd.Process.Pid }

func (f *floor) stop() {
	f.cmd.Process.Kill()
	f.cmd.Wait()
}
