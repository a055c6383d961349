package doors

import "testing"

// phones ask to be told by push.
func (w *crowd) phones(t *testing.T) {
	t.Helper()
	p, token := newPhone(t), bearer(w.ben.TokenWith("push"))
	w.call(t, nil, "POST /api/v1/push/subscription", nil, token, object(t, p.wants("mention", "poll")))
	w.call(t, nil, "GET /api/v1/push/subscription", nil, token)
	w.call(t, nil, "PUT /api/v1/push/subscription", nil, token, form("data[alerts][follow]", "true", "policy", "follower"))
	w.call(t, nil, "DELETE /api/v1/push/subscription", nil, token)
}
