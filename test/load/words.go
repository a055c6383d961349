package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

var words = strings.Fields(`the a of to and in that it is was for on with as at by this we you they I not but have from or had one what all were
when there can an your which their said if do will each about how up out them then she many some so these would other into has more her two like
him see time could no make than first been its who now people my made over did down only way find use may water long little very after words
called just where most know get through back much go good new write our me man too any day same right look think also around another came come
work three word must because does part even place well such here take why help put different away again off went old number great tell men say
small every found still between name should home big give air line set own under read last never us left end along while might next sound below
saw something thought both few those always show large often together asked house world going want school important until form food keep children
feet land side without boy once animal life enough took four head above kind began almost live page got earth need far hand high year mother light
country father let night picture being study second soon story since white ever paper hard near sentence better best across during today however
sure knew tried told young sun thing whole hear example heard several change answer room sea against top turned learn point city play toward five`)

var tagNames = strings.Fields(`Gardening Bread Cycling Music Books Photography OpenSource Weather Cats Cooking Trains Politics Science Birds Art
Football History Plants Coffee Radio`)

// post is what somebody says: some hundred characters, now and then with a
// mention or a link, and tags. Most lengths lie between 100 and 700.
func (c *crowd) post(r *rand.Rand) string {
	var b strings.Builder
	length := 100 + r.IntN(600)
	addressed := r.IntN(100) < 15
	if addressed {
		fmt.Fprintf(&b, "@%s ", c.all[c.popular(r)].name)
	}
	for i := 0; b.Len() < length; i++ {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(words[r.IntN(len(words))])
		if r.IntN(12) == 0 {
			b.WriteByte('.')
		}
		if r.IntN(60) == 0 {
			b.WriteString("\n\n")
		}
	}
	if r.IntN(100) < 20 && !addressed { // who is new sends no links to those who do not follow them
		fmt.Fprintf(&b, " https://example.org/articles/%d/%s-and-%s", r.IntN(10000), words[r.IntN(len(words))], words[r.IntN(len(words))])
	}
	if r.IntN(100) < 30 {
		for range 1 + r.IntN(3) {
			b.WriteString(" #" + tagNames[r.IntN(len(tagNames))])
		}
	}
	return b.String()
}

// bio is what somebody says about themselves.
func bio(r *rand.Rand) string {
	var b []string
	for range 15 + r.IntN(20) {
		b = append(b, words[r.IntN(len(words))])
	}
	return strings.Join(b, " ")
}
