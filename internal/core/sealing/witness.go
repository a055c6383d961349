package sealing

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

const (
	// MaxAdded is how long a request of a log to be witnessed is, in bytes.
	MaxAdded = 16 << 10
	maxProof = 63 // hashes, as C2SP has it
	// maxFault is how many bytes of a witness's refusal are kept.
	maxFault = 300
)

// A Behind is the answer to a log that does not know what we saw of it last: its
// size then, in C2SP's words.
type Behind struct{ Size int64 }

func (b Behind) Error() string {
	return fmt.Sprintf("the last that was seen of this log has %d records", b.Size)
}

// Add sees a checkpoint of another log, and signs that it follows from the last
// that we saw (C2SP tlog-witness). A log that is not watched is NotFound; Behind
// says that the log believes we saw another; Conflict, that it does not follow.
func (s *Service) Add(ctx context.Context, body []byte) (line []byte, err error) {
	old, proof, text, err := parseAdd(body)
	if err != nil {
		return nil, err
	}
	signer, err := s.Signer(ctx)
	if err != nil {
		return nil, err
	}
	origin, _, _ := bytes.Cut(text, []byte("\n"))
	if err := s.store.Read(ctx, func(v *store.View) error { _, err := v.WatchedLog(ctx, string(origin)); return err }); err != nil {
		return nil, err // strangers make nobody wait
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		w, err := tx.HoldWatched(ctx, string(origin))
		if err != nil {
			return err
		}
		c, err := s.follows(w, old, proof, text)
		if err != nil {
			return err
		}
		w.Size, w.Root, w.Seen = c.Size, base64.StdEncoding.EncodeToString(c.Root[:]), tx.Now
		if line, err = signer.Cosign(c.Head, tx.Now); err != nil {
			return err
		}
		return tx.SetWatched(ctx, w) // before anybody has the line
	})
	return line, err
}

// follows is the checkpoint in text, if it is of w and follows from what was seen.
func (s *Service) follows(w social.Watched, old int64, proof tlog.TreeProof, text []byte) (evidence.Checkpoint, error) {
	v, err := evidence.NewVerifier(w.Key)
	if err != nil {
		return evidence.Checkpoint{}, err
	}
	c, err := v.Open(text)
	if err != nil {
		return c, errs.Wrap(errs.Forbidden, "The checkpoint is not signed by the key of this log.", err)
	}
	switch {
	case old > c.Size:
		return c, errs.New(errs.Invalid, "The old size is larger than the checkpoint.")
	case old != w.Size:
		return c, Behind{w.Size}
	case old == c.Size:
		if w.Size > 0 && w.Root != base64.StdEncoding.EncodeToString(c.Root[:]) {
			return c, Behind{w.Size}
		}
		return c, nil
	case old == 0:
		return c, nil
	}
	root, err := base64.StdEncoding.DecodeString(w.Root)
	if err != nil || len(root) != tlog.HashSize {
		return c, errs.New(errs.Internal, "What was seen of this log cannot be read.")
	}
	if err := tlog.CheckTree(proof, c.Size, c.Root, old, tlog.Hash(root)); err != nil {
		return c, errs.Wrap(errs.Conflict, "The checkpoint does not follow from the last that was seen.", err)
	}
	return c, nil
}

var errAdd = errs.New(errs.Invalid, "This is not how a checkpoint is sent: see c2sp.org/tlog-witness.")

func parseAdd(body []byte) (old int64, proof tlog.TreeProof, text []byte, err error) {
	head, text, ok := bytes.Cut(body, []byte("\n\n"))
	if !ok || len(body) > MaxAdded || !utf8.Valid(body) {
		return 0, nil, nil, errAdd
	}
	lines := strings.Split(string(head), "\n")
	size, ok := strings.CutPrefix(lines[0], "old ")
	if old, err = strconv.ParseInt(size, 10, 64); !ok || err != nil || old < 0 || strconv.FormatInt(old, 10) != size || len(lines)-1 > maxProof {
		return 0, nil, nil, errAdd
	}
	for _, l := range lines[1:] {
		b, err := base64.StdEncoding.Strict().DecodeString(l)
		if err != nil || len(b) != tlog.HashSize {
			return 0, nil, nil, errAdd
		}
		proof = append(proof, tlog.Hash(b))
	}
	return old, proof, text, nil
}

// Request is what a witness is sent, that saw so many records last: the newest
// checkpoint and that it follows. It is nil if there is nothing newer, or, again,
// if it has seen more than there is.
func (s *Service) Request(ctx context.Context, w social.Witness, again bool) (body []byte, size int64, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		last, err := v.LastCheckpoint(ctx)
		if err != nil || last.Size < w.Size || last.Size == w.Size && !again {
			return errs.Absent(err)
		}
		var proof tlog.TreeProof
		if w.Size > 0 && w.Size < last.Size {
			if proof, err = tlog.ProveTree(last.Size, w.Size, reader{ctx, v}); err != nil {
				return err
			}
		}
		var b bytes.Buffer
		fmt.Fprintf(&b, "old %d\n", w.Size)
		for _, h := range proof {
			fmt.Fprintln(&b, base64.StdEncoding.EncodeToString(h[:]))
		}
		b.WriteString("\n" + last.Note)
		body, size = b.Bytes(), last.Size
		return nil
	})
	return body, size, err
}

// Witnessed notes how a witness answered to a checkpoint of so many records: with
// the line that it signed, with the size it saw last, or not. A line is believed
// only if it is the witness's. One that is not asked any more stays so.
func (s *Service) Witnessed(ctx context.Context, w social.Witness, size int64, line []byte, behind int64, fault string) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		all, err := tx.Witnesses(ctx)
		if err != nil || !slices.ContainsFunc(all, func(now social.Witness) bool { return now.Name == w.Name && now.Key == w.Key && now.URL == w.URL }) {
			return err
		}
		w.Fault = fault[:min(len(fault), maxFault)]
		switch {
		case fault != "":
			return tx.SetWitness(ctx, w)
		case line == nil:
			w.Size = behind
			return tx.SetWitness(ctx, w)
		}
		if _, err := tx.HoldEvidence(ctx); err != nil { // two witnesses add to the same
			return err
		}
		head, err := tx.Checkpoints(ctx, size-1, 1)
		if err != nil || len(head) == 0 || head[0].Size != size {
			return err
		}
		cosigned, err := evidence.AddCosignature([]byte(head[0].Note), line, w.Key)
		if err != nil {
			w.Fault = "its signature is not its own"
			return tx.SetWitness(ctx, w)
		}
		head[0].Note = string(cosigned)
		if err := tx.SetCheckpoint(ctx, head[0]); err != nil {
			return err
		}
		w.Size, w.Seen = size, tx.Now
		return tx.SetWitness(ctx, w)
	})
}

// Witnesses are those of our log.
func (s *Service) Witnesses(ctx context.Context) (all []social.Witness, err error) {
	err = s.store.Read(ctx, func(v *store.View) (err error) { all, err = v.Witnesses(ctx); return err })
	return all, err
}

// Watched are the logs of others that we witness.
func (s *Service) Watched(ctx context.Context) (all []social.Watched, err error) {
	err = s.store.Read(ctx, func(v *store.View) (err error) { all, err = v.Watched(ctx); return err })
	return all, err
}

// AddWitness has a witness asked from now on. It is for admins.
func (s *Service) AddWitness(ctx context.Context, by social.Actor, url, key string) error {
	name, err := evidence.CosignerName(key)
	if err != nil {
		return errs.Wrap(errs.Invalid, "This is no key of a witness: it looks like plaza.example/evidence+1a2b3c4d+…", err)
	}
	url = strings.TrimSuffix(url, "/")
	if !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "http://") {
		return errs.New(errs.Invalid, "Give the address below which it takes checkpoints, such as https://plaza.example/evidence/witness.")
	}
	return s.change(ctx, by, "witness", name, func(tx *store.Tx) error {
		all, err := tx.Witnesses(ctx)
		if err == nil && len(all) >= social.MaxWitnesses {
			err = errs.Newf(errs.Invalid, "A log has at most %d witnesses.", social.MaxWitnesses)
		}
		if err != nil {
			return err
		}
		return tx.SetWitness(ctx, social.Witness{Name: name, Key: key, URL: url})
	})
}

// EndWitness has a witness not be asked any more. It is for admins.
func (s *Service) EndWitness(ctx context.Context, by social.Actor, name string) error {
	return s.change(ctx, by, "no witness", name, func(tx *store.Tx) error {
		if is, err := tx.EndWitness(ctx, name); err != nil || is {
			return err
		}
		return errs.New(errs.NotFound, "There is no witness of this name.")
	})
}

// Watch has us witness the log with a key. It is for admins.
func (s *Service) Watch(ctx context.Context, by social.Actor, key string) error {
	v, err := evidence.NewVerifier(key)
	if err != nil {
		return errs.Wrap(errs.Invalid, "This is no key of a log: it looks like plaza.example/evidence+1a2b3c4d+…", err)
	}
	return s.change(ctx, by, "watch", v.Origin(), func(tx *store.Tx) error {
		all, err := tx.Watched(ctx)
		if err == nil && len(all) >= social.MaxWatched {
			err = errs.Newf(errs.Invalid, "At most %d logs are watched.", social.MaxWatched)
		}
		if err != nil {
			return err
		}
		if _, err := tx.HoldWatched(ctx, v.Origin()); errs.Absent(err) != nil || err == nil {
			return cmp.Or(err, error(errs.New(errs.Conflict, "This log is watched already. To watch it from the beginning, end that first.")))
		}
		return tx.SetWatched(ctx, social.Watched{Origin: v.Origin(), Key: key})
	})
}

// EndWatch has us not witness a log any more. It is for admins.
func (s *Service) EndWatch(ctx context.Context, by social.Actor, origin string) error {
	return s.change(ctx, by, "no watch", origin, func(tx *store.Tx) error {
		if is, err := tx.EndWatched(ctx, origin); err != nil || is {
			return err
		}
		return errs.New(errs.NotFound, "There is no watched log of this name.")
	})
}

// change is one by an admin, and in the log.
func (s *Service) change(ctx context.Context, by social.Actor, what, name string, do func(tx *store.Tx) error) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	if !by.Role.AtLeast(social.Admin) {
		return errs.New(errs.Forbidden, "Only the owner and admins decide this.")
	}
	return s.store.Write(ctx, func(tx *store.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		who, err := record.Staff(ctx, tx, by)
		if err != nil {
			return err
		}
		_, err = tx.AddEvidence(store.Evidence{Type: evidence.TypeWitness, Outcome: what, Body: evidence.Configured{What: what, To: name, By: who}})
		return err
	})
}
