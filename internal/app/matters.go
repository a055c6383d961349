package app

import (
	"bytes"
	"context"
	"strconv"

	"github.com/plaza-social/plaza/internal/core/sealing"
	"github.com/plaza-social/plaza/internal/edge/abuse"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
)

// matterEvidence is the evidence that goes with the answer to a matter, as the house
// stands now: what was decided a moment ago is signed first.
func (a *App) matterEvidence(ctx context.Context, m social.Matter) ([]byte, error) {
	if _, err := a.Sealing.Seal(ctx); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	_, err := a.Sealing.Export(ctx, &b, sealing.Wanted{Scope: evidence.Scope{Kind: evidence.ScopeMatter, Of: strconv.FormatInt(int64(m.ID), 10)}, Profile: evidence.Host, For: string(m.Class)})
	return b.Bytes(), err
}

// noticeReader reads notices about what is here, under all names of the house.
func (a *App) noticeReader() abuse.Reader {
	return abuse.Reader{Bases: func() (all []string) {
		for _, b := range a.View.All() {
			all = append(all, string(b))
		}
		return all
	}}
}
