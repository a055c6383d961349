package web

import "github.com/a-h/templ"

// deskKeys are the keys of cases, as assets/desk.js has them.
var deskKeys = []keyRow{{"1 – 9, 0", msg("Choose what to do")}, {"r", msg("The next rule")}, {"Enter", msg("Decide, and go on to the next")},
	{"n", msg("The next case, and leave this one as it is")}, {"s", msg("Pass it over, and give it back")}, {"c", msg("Take the case, or give it back")},
	{"b", msg("Show the pictures, or blur them")}, {"?", msg("These keys")}, {"Esc", msg("Out of a field")}}

// scriptWords are the words of those scripts that have no element of their own to
// carry them: a block of data at the end of the page, which is no script and which the
// policy lets stand.
func scriptWords(f *frame) templ.Component {
	said := map[string]any{}
	if f.Pictured && f.Mirror == nil { // viewer.js
		said["close"], said["pictures"], said["undescribed"] = f.say("Close"), f.say("Pictures"), f.say("Nobody has described it.")
		said["before"], said["next"], said["count"] = f.say("The picture before"), f.say("The next picture"), f.say("%s of %s", "{at}", "{all}")
	}
	if f.Script == "desk.js" {
		var keys [][2]string
		for _, k := range deskKeys {
			keys = append(keys, [2]string{k.Keys, f.say(k.Does)})
		}
		said["close"], said["keysTitle"], said["keys"] = f.say("Close"), f.say("Keys"), keys
		said["failed"], said["silent"] = f.say("That did not work. Please try again."), f.say("The house did not answer. Please try again.")
		said["choose"], said["passed"] = f.say("Choose first what to do: the keys 1 to 9 do it, too."), f.say("Passed over.")
	}
	if len(said) == 0 {
		return templ.NopComponent
	}
	return templ.JSONScript("script-words", said)
}
