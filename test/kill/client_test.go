package kill

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// client calls the API as one person does.
type client struct {
	addr, token string
	http        http.Client
}

func newClient(addr, token string) *client {
	return &client{addr: addr, token: token, http: http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 1}}}
}

// status is a post as the API shows it.
type status struct {
	ID, Content string
	Account     struct{ ID, Username string }
}

// refused is an answer that trying again does not change.
type refused struct {
	code int
	body []byte
}

func (r refused) Error() string { return fmt.Sprintf("answered %d: %.200s", r.code, r.body) }

// call calls once. Errors that are not refused may pass.
func (c *client) call(method, path, key string, send, into any) error {
	body, err := json.Marshal(send)
	if err != nil {
		return err
	}
	r, err := http.NewRequest(method, "http://"+c.addr+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Content-Type", "application/json")
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	switch {
	case err != nil:
		return err
	case answer.StatusCode >= 500:
		return fmt.Errorf("answered %d: %.200s", answer.StatusCode, got)
	case answer.StatusCode != http.StatusOK:
		return refused{answer.StatusCode, got}
	}
	return json.Unmarshal(got, into)
}

func (c *client) get(path string, into any) error {
	return c.call(http.MethodGet, path, "", struct{}{}, into)
}

// post posts once.
func (c *client) post(text, key string) (s status, err error) {
	err = c.call(http.MethodPost, "/api/v1/statuses", key, map[string]string{"status": text, "visibility": "public"}, &s)
	return s, err
}

// pages reads a timeline to its end.
func (c *client) pages(path string) (all []status, err error) {
	bound := ""
	for {
		var page []status
		if err := c.get(path+"?limit=40"+bound, &page); err != nil {
			return nil, err
		}
		if len(page) == 0 {
			return all, nil
		}
		all = append(all, page...)
		bound = "&max_id=" + page[len(page)-1].ID
	}
}
