package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// The client does as little as can be, so that the processors are the
// server's: requests are ready-made bytes, answers are read by their
// Content-Length into one buffer for each connection.

// callWait is how long one answer may take.
const callWait = 30 * time.Second

// conn is a connection that is kept.
type conn struct {
	net.Conn
	buf []byte
}

// answer is what came back. Its bytes hold until the connection's next call.
type answer struct {
	status     int
	head, body []byte
	took       time.Duration
}

func dial(addr string) (*conn, error) {
	c, err := net.DialTimeout("tcp", addr, callWait)
	if err != nil {
		return nil, err
	}
	return &conn{c, make([]byte, 64<<10)}, nil
}

var (
	headEnd   = []byte("\r\n\r\n")
	lengthKey = []byte("\r\nContent-Length: ")
)

// call sends a request and reads the answer.
func (c *conn) call(request []byte) (a answer, err error) {
	begin := time.Now()
	c.SetDeadline(begin.Add(callWait))
	if _, err = c.Write(request); err != nil {
		return a, err
	}
	n, end, whole := 0, -1, 0
	for end < 0 || n < whole {
		if n == len(c.buf) {
			c.buf = append(c.buf, make([]byte, len(c.buf))...)
		}
		m, err := c.Read(c.buf[n:])
		if err != nil {
			return a, err
		}
		n += m
		if end < 0 {
			if end = bytes.Index(c.buf[:n], headEnd); end < 0 {
				continue
			}
			length, err := contentLength(c.buf[:end+2])
			if err != nil {
				return a, err
			}
			whole = end + len(headEnd) + length
		}
	}
	a = answer{head: c.buf[:end+len(headEnd)], body: c.buf[end+len(headEnd) : whole], took: time.Since(begin)}
	a.status, err = strconv.Atoi(string(a.head[9:12]))
	return a, err
}

func contentLength(head []byte) (int, error) {
	_, rest, ok := bytes.Cut(head, lengthKey)
	if !ok {
		return 0, fmt.Errorf("the answer has no length: %.200q", head)
	}
	number, _, _ := bytes.Cut(rest, []byte("\r\n"))
	return strconv.Atoi(string(number))
}

// once calls over a connection of its own.
func once(addr string, request []byte) (answer, error) {
	c, err := dial(addr)
	if err != nil {
		return answer{}, err
	}
	defer c.Close()
	return c.call(request)
}

const agent = " HTTP/1.1\r\nHost: load.example\r\nUser-Agent: plaza-load\r\nAccept: application/json\r\n"

func authorization(token string) string {
	if token == "" {
		return ""
	}
	return "Authorization: Bearer " + token + "\r\n"
}

func get(path, token string) []byte {
	return []byte("GET " + path + agent + authorization(token) + "\r\n")
}

func send(method, path, token, key string, body []byte) []byte {
	b := make([]byte, 0, 512+len(body))
	b = append(b, method+" "+path+agent+authorization(token)+"Content-Type: application/json\r\n"...)
	if key != "" {
		b = append(b, "Idempotency-Key: "+key+"\r\n"...)
	}
	b = append(b, "Content-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"...)
	return append(b, body...)
}

// drive has n connections each send what next gives, one after the other,
// until it gives nil, and hands the answers to got; both are told which
// connection it is. It returns how long each answer took, sorted.
func drive(addr string, n int, next func(conn int) []byte, got func(conn int, a answer) error) ([]time.Duration, error) {
	times := make([][]time.Duration, n)
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { times[i], errs[i] = driveOne(addr, i, next, got) })
	}
	wg.Wait()
	all := slices.Concat(times...)
	slices.Sort(all)
	return all, errors.Join(errs...)
}

func driveOne(addr string, i int, next func(int) []byte, got func(int, answer) error) (times []time.Duration, err error) {
	c, err := dial(addr)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	for request := next(i); request != nil; request = next(i) {
		a, err := c.call(request)
		if err != nil {
			return times, err
		}
		if a.status != http.StatusOK && a.status != http.StatusAccepted {
			return times, fmt.Errorf("answered %d: %.200q", a.status, a.body)
		}
		times = append(times, a.took)
		if err := got(i, a); err != nil {
			return times, err
		}
	}
	return times, nil
}
