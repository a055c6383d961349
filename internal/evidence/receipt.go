package evidence

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// Promise is how soon after it was received a report is in the log.
const Promise = time.Minute

// A Receipt is what somebody who reported holds in hand: that the log owes them
// a record with this commitment. One that is not in the log by then is proof
// that the house dropped it.
type Receipt struct {
	Origin     string
	Report     string // its number here
	Commitment []byte
	Received   time.Time // to the ms
}

const receiptForm = "plaza receipt 1"

// Text is what is signed.
func (r Receipt) Text() string {
	return fmt.Sprintf("%s\n%s\nreport %s\nreceived %d\nlogged by %d\ncommitment %s\n", receiptForm, r.Origin, r.Report,
		r.Received.UnixMilli(), r.Received.Add(Promise).UnixMilli(), base64.StdEncoding.EncodeToString(r.Commitment))
}

// Receipt is r signed, as a note.
func (s *Signer) Receipt(r Receipt) ([]byte, error) {
	r.Origin = s.Origin()
	return note.Sign(&note.Note{Text: r.Text()}, s.note)
}

// OpenReceipt reads a receipt, and believes it only if the log signed it.
func (v *Verifier) OpenReceipt(b []byte) (r Receipt, err error) {
	n, err := note.Open(b, note.VerifierList(v.plain))
	if err != nil {
		return r, fmt.Errorf("the receipt: %w", err)
	}
	said := map[string]string{}
	lines := strings.Split(n.Text, "\n")
	for _, l := range lines {
		key, value, _ := strings.Cut(l, " ")
		said[key] = value
	}
	received, err := strconv.ParseInt(said["received"], 10, 64)
	if err != nil {
		return r, fmt.Errorf("the receipt says no moment: %w", err)
	}
	r = Receipt{Origin: v.origin, Report: said["report"], Received: time.UnixMilli(received).UTC()}
	if r.Commitment, err = base64.StdEncoding.DecodeString(said["commitment"]); err != nil {
		return r, fmt.Errorf("the receipt has no commitment: %w", err)
	}
	if r.Text() != n.Text {
		return r, fmt.Errorf("this is not how a receipt is written")
	}
	return r, nil
}
