package app

import (
	"strings"

	"github.com/plaza-social/plaza/internal/edge/blob"
)

// makers says what shuts in the processes that look at people's files, and
// what they cannot do on this machine.
func makers() Finding {
	has, missing := blob.Confinement()
	f := Finding{What: "attachments", OK: true, Says: "looked at in processes of their own, with " + strings.Join(has, ", ")}
	if blob.FFmpeg() == "" {
		f.Says += "; without ffmpeg videos have no still, and only MP4 (H.264) and WebM are taken"
	} else {
		f.Says += "; ffmpeg makes stills of videos, and MP4 of what browsers do not play"
	}
	if err := blob.Ours(); err != nil {
		f.OK, f.Says, f.Mend = false, err.Error(), "Build with: make build"
	} else if len(missing) > 0 {
		f.OK, f.Says = false, f.Says+"; this kernel lacks "+strings.Join(missing, " and ")
		f.Mend = "Run Plaza on Linux 5.13 or later, on amd64 or arm64, and let its service use seccomp and Landlock."
	}
	return f
}
