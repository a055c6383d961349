package main

import (
	"fmt"
	"log"
	"os"
	"slices"
	"strings"
	"time"
)

// least is how many calls a client has to make.
const least = 40

var (
	made   = map[string]bool{}
	left   []string
	served = strings.Split(os.Getenv("ROUTES"), "\n")
)

// see counts a call whose answer is good, and ends the program otherwise.
func see[T any](name string, good func(T) bool) func(T, error) T {
	return func(got T, err error) T {
		if err != nil {
			log.Fatalf("go-mastodon: %s: %v", name, err)
		}
		if !good(got) {
			log.Fatalf("go-mastodon: %s: %+v", name, got)
		}
		made[name] = true
		return got
	}
}

// done counts a call that only has an effect; what follows it looks at that.
func done(name string, err error) {
	if err != nil {
		log.Fatalf("go-mastodon: %s: %v", name, err)
	}
	made[name] = true
}

// refused counts a call that has to fail, with the words in the error.
func refused(name, words string, err error) {
	if err == nil || !strings.Contains(err.Error(), words) {
		log.Fatalf("go-mastodon: %s: %v, want %s", name, err, words)
	}
	made[name] = true
}

// where reports whether this build has a route.
func where(route string) bool {
	if !slices.Contains(served, route) {
		left = append(left, route)
		return false
	}
	return true
}

// soon asks until the answer is good: what follows a call comes a moment later.
func soon[T any](ask func() (T, error), good func(T) bool) (got T, err error) {
	for range 200 {
		if got, err = ask(); err != nil || good(got) {
			break
		}
		time.Sleep(25 * time.Millisecond)
	}
	return got, err
}

func end(version string) {
	note := ""
	if len(left) > 0 {
		note = "not served: " + strings.Join(left, ", ")
	}
	fmt.Printf("go-mastodon\t%s\t%d\t%s\n", version, len(made), note)
	if len(made) < least {
		log.Fatalf("go-mastodon makes %d calls, and at least %d are wanted", len(made), least)
	}
}
