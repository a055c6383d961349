package browser

import (
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// known has some be confirmed, and the owner keep names; claim leads to one of them.
func (h house) known(names ...string) (claim string) {
	h.t.Helper()
	ctx, ada := h.t.Context(), h.actor("ada")
	ada.Role = social.Owner
	h.must(h.Badges.ShowRole(ctx, ada, true))
	for _, name := range names {
		who := h.actor(name).Account
		face, err := h.View.Face(ctx, who)
		h.must(err)
		h.must(h.Badges.Confirm(ctx, ada, who, face.Name(), "Met at the harbour on Saturday, and showed a passport with this very name in it"))
	}
	_, _, err := h.Auth.HoldName(ctx, ada, "somebody_with_a_long_name_1234", "")
	h.must(err)
	held, _, err := h.Auth.HoldName(ctx, ada, "Person_X", "For whom we met on Sunday")
	h.must(err)
	secret, err := h.Auth.LinkName(ctx, ada, held.ID, 7*24*time.Hour)
	h.must(err)
	return "/auth/claim?key=" + secret
}
