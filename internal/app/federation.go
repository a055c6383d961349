package app

import (
	"context"
	"crypto"

	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/edge/fedi/serve"
	"github.com/plaza-social/plaza/internal/edge/fedi/sign"
	"github.com/plaza-social/plaza/internal/social"
)

// openFederation makes what speaks with other servers.
func (a *App) openFederation(o Options) {
	a.Keys = federation.NewKeys(a.Store, generate)
	config := serve.Config{HandleHost: o.Config.HandleHost, SignedOnly: o.Config.SignedOnly, File: a.fileURL}
	services := serve.Services{View: a.View, Timelines: a.Timelines, Relations: a.Relations, Tags: a.Tags, Emojis: a.Emojis, Moderation: a.Moderation,
		Keys: a.Keys, Verifier: o.Verifier, Limiter: a.limiter, Log: a.log}
	a.documents, a.Speaker = serve.New(config, services), serve.NewSpeaker(config, services)
}

// generate makes a key of a kind.
func generate(kind social.KeyKind) (crypto.Signer, error) {
	if kind == social.RSA {
		return sign.GenerateRSA()
	}
	return sign.GenerateEd25519()
}

// RotateKeys has somebody of ours, or without a name the house, sign with new
// keys from now on.
func (a *App) RotateKeys(ctx context.Context, name string) error {
	if name == "" {
		return a.Keys.Rotate(ctx, 0)
	}
	d, err := a.Dossier(ctx, name)
	if err != nil {
		return err
	}
	return a.Keys.Rotate(ctx, d.ID)
}
