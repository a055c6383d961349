package web_test

import (
	"regexp"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
)

// TestMutedWords has somebody name words, and not read them any more.
func TestMutedWords(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben, cleo := h.member("ada", social.Member), h.member("ben", social.Member), h.member("cleo", social.Member)
	ben.say("kittens are back", social.Public)
	ben.say("catalogue of stones", social.Public)
	want(t, ada.get("/public/local"), 200, "kittens are back", "!Filtered")
	want(t, ada.get("/settings/filters"), 200, "Nobody else learns of it", `<textarea id="words"`)

	want(t, ada.post("/settings/filters", "words", "", "action", "warn", "places", "public"), 422, "Write at least one word.")
	want(t, ada.post("/settings/filters", "words", "kittens", "title", "Small cats", "action", "warn"), 422, "Choose at least one place.", ">kittens</textarea>", `value="Small cats"`)
	want(t, ada.post("/settings/filters", "words", "kittens\n\ncat\nkittens", "action", "warn", "whole", "1", "places", "public", "lasts", "0"), 200, "Saved.", "kittens, cat", "Fold them up")
	want(t, ada.get("/public/local"), 200, "Filtered: kittens", "catalogue of stones")
	want(t, cleo.get("/public/local"), 200, "!Filtered")

	filter := regexp.MustCompile(`/settings/filters/\d+`).FindString(ada.get("/settings/filters").Body.String())
	want(t, ada.get(filter), 200, "kittens\ncat</textarea>", "Delete this filter")
	for _, path := range []string{filter, filter + "/delete"} {
		want(t, cleo.post(path, "words", "all", "action", "hide", "places", "home"), map[bool]int{true: 404, false: 200}[path == filter])
	}
	want(t, cleo.get(filter), 404)
	want(t, ada.post(filter, "title", "Cats", "words", "cat", "action", "erase", "places", "public"), 422, ">cat</textarea>", `value="Cats"`)
	want(t, ada.post(filter, "title", "Cats", "words", "cat", "action", "hide", "places", "public", "lasts", "7"), 200, "Cats", "Leave them out", "ends ")
	want(t, ada.get("/public/local"), 200, "kittens are back", "!catalogue of stones") // no longer by itself
	want(t, ada.get(filter), 200, "Until ")
	want(t, ada.post(filter, "title", "Cats", "words", "cat", "action", "hide", "places", "public", "whole", "1"), 200, "ends ")
	want(t, ada.get("/public/local"), 200, "catalogue of stones")

	want(t, ada.post(filter+"/delete"), 200, "Deleted.", "!ends ")
	want(t, ada.post(filter+"/delete"), 200)
	want(t, ada.get(filter), 404)
	want(t, ada.get("/public/local"), 200, "kittens are back")
}
