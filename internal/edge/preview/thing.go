package preview

import (
	"context"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// thing is what a page, or its oEmbed answer, says as JSON.
type thing struct {
	Title, Description, Author, AuthorURL, Site, Image, Published string
}

// named is a name, however it is written: alone, in an object, or in a list
// of which the first counts.
func named(v jsontext.Value, depth int) (name, url string) {
	if depth > 2 {
		return "", ""
	}
	switch v.Kind() {
	case '"':
		json.Unmarshal(v, &name) // what is no text is no name
		return name, ""
	case '{':
		var one struct {
			Name string `json:"name"`
			URL  string `json:"url"`
		}
		json.Unmarshal(v, &one)
		return one.Name, one.URL
	case '[':
		var all []jsontext.Value
		if json.Unmarshal(v, &all) == nil && len(all) > 0 {
			return named(all[0], depth+1)
		}
	}
	return "", ""
}

// readThing reads JSON-LD as most pages write it; anything else says nothing.
// https://schema.org/Article
func readThing(s string) (t thing) {
	var one struct {
		Headline    string         `json:"headline"`
		Name        string         `json:"name"`
		Description string         `json:"description"`
		Published   string         `json:"datePublished"`
		Author      jsontext.Value `json:"author"`
		Publisher   jsontext.Value `json:"publisher"`
		Image       jsontext.Value `json:"image"`
	}
	s = strings.TrimSpace(s)
	if len(s) > maxToken || !strings.HasPrefix(s, "{") || json.Unmarshal([]byte(s), &one) != nil {
		return t
	}
	t = thing{Title: one.Headline, Description: one.Description, Published: one.Published}
	if t.Title == "" {
		t.Title = one.Name
	}
	t.Author, t.AuthorURL = named(one.Author, 0)
	t.Site, _ = named(one.Publisher, 0)
	if name, url := named(one.Image, 0); url != "" {
		t.Image = url
	} else {
		t.Image = name
	}
	return t
}

// askEmbed asks for a page's oEmbed answer, of which the markup is left alone.
// https://oembed.com
func (f *visit) askEmbed(ctx context.Context, p *page) {
	address := p.absolute(p.embed)
	if address == "" {
		return
	}
	resp, err := f.get(ctx, address, "application/json")
	if err != nil {
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxEmbed+1))
	var one struct {
		Title     string `json:"title"`
		Author    string `json:"author_name"`
		AuthorURL string `json:"author_url"`
		Site      string `json:"provider_name"`
		Image     string `json:"thumbnail_url"`
	}
	if err != nil || len(body) > maxEmbed || json.Unmarshal(body, &one) != nil {
		return
	}
	p.data = thing{Title: one.Title, Author: one.Author, AuthorURL: one.AuthorURL, Site: one.Site, Image: one.Image}
}
