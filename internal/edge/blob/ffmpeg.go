package blob

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/edge/blob/container"
	"github.com/plaza-social/plaza/internal/social"
)

// What we do not do ourselves, ffmpeg does where the machine has it: look into
// a film for a still, and make H.264 of what browsers do not play. It runs
// shut in, on one file whose layout we name, so that it follows no playlist
// and opens no other file; what it makes is a stranger's file like any other.

// Bounds of it.
const (
	memoryOfTool   = 2 << 30
	secondsOfTool  = 15 * 60 // of the processor
	secondsOfStill = 60
	waitForTool    = 8 * time.Minute
	waitForStill   = time.Minute
	openOfTool     = 128
	longestFilm    = 1920 // pixels of a side of what is converted
	fastestFilm    = 60   // pictures a second
)

// FFmpeg is where it is on this machine, or empty.
func FFmpeg() string {
	p, err := exec.LookPath("ffmpeg")
	if err != nil {
		return ""
	}
	if p, err = filepath.EvalSymlinks(p); err != nil || !filepath.IsAbs(p) {
		return ""
	}
	return p
}

// libraries are what a tool needs to start.
var libraries = []string{"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/dev/null", "/dev/urandom"}

// demuxers are ffmpeg's names of the formats.
var demuxers = map[container.Format]string{container.MP4: "mov", container.WebM: "matroska", container.MP3: "mp3", container.Ogg: "ogg", container.FLAC: "flac", container.WAV: "wav"}

// ffmpeg makes out of in, when it is its turn.
func (b *bench) ffmpeg(ctx context.Context, turns *semaphore.Weighted, seconds uint64, format string, in, out *os.File, before, args []string) error {
	run := append([]string{b.s.ffmpeg, "-nostdin", "-hide_banner", "-loglevel", "error", "-threads", "2", "-protocol_whitelist", "file", "-f", format}, before...)
	run = append(append(append(run, "-i", b.path(in), "-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"), args...), "-y", b.path(out))
	t := tool{cell: cell{Memory: memoryOfTool, Seconds: seconds, Bytes: uint64(b.s.maxVideo), Files: openOfTool},
		Read: append([]string{b.s.ffmpeg, b.path(in)}, libraries...), Write: []string{b.path(out)}, Run: run}
	if err := turns.Acquire(ctx, 1); err != nil {
		return errs.Wrap(errs.Unavailable, "Many videos are coming in just now. Try again in a few minutes.", err)
	}
	defer turns.Release(1)
	_, err := apart(ctx, shutIn, t, nil)
	return err
}

// convert makes H.264 and AAC of what lies on the bench, and attaches that.
func (b *bench) convert(ctx context.Context) (a answer, err error) {
	ctx, stop := context.WithTimeout(ctx, waitForTool)
	defer stop()
	out, err := b.another()
	if err != nil {
		return a, err
	}
	defer out.Close()
	side := strconv.Itoa(longestFilm)
	err = b.ffmpeg(ctx, b.s.films, secondsOfTool, demuxers[b.format()], b.in, out, nil, []string{"-map", "0:V:0?", "-map", "0:a:0?", "-sn", "-dn",
		"-t", strconv.Itoa(MaxSeconds), "-fpsmax", strconv.Itoa(fastestFilm), "-vf", "scale=w='min(" + side + ",iw)':h='min(" + side + ",ih)':force_original_aspect_ratio=decrease:force_divisible_by=2",
		"-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p", "-flags:v", "+bitexact", "-bsf:v", "filter_units=remove_types=6",
		"-c:a", "aac", "-b:a", "128k", "-ac", "2", "-flags:a", "+bitexact", "-f", "mp4"})
	if err != nil {
		return a, err
	}
	return b.do(ctx, task{Do: "attach"}, out)
}

func (b *bench) format() container.Format {
	head := make([]byte, container.HeadSize)
	n, _ := b.in.ReadAt(head, 0) // what cannot be read has no format
	return container.Sniff(head[:n])
}

// poster makes a still of the film that was made. A film without one is a film
// all the same.
func (b *bench) poster(ctx context.Context, m *social.Media) error {
	ctx, stop := context.WithTimeout(ctx, waitForStill)
	defer stop()
	out, err := b.another()
	if err != nil {
		return err
	}
	defer out.Close()
	format := "mov"
	if m.File == ".webm" {
		format = "matroska"
	}
	for _, at := range []float64{min(1, m.Shape.Seconds/3), 0} {
		err = b.ffmpeg(ctx, b.s.posters, secondsOfStill, format, b.file, out, []string{"-ss", strconv.FormatFloat(at, 'f', 3, 64)},
			[]string{"-map", "0:v:0", "-frames:v", "1", "-an", "-c:v", "png", "-f", "image2pipe"})
		if stat, wrong := out.Stat(); err == nil && wrong == nil && stat.Size() > 0 {
			break
		}
	}
	if err != nil {
		return err
	}
	a, err := b.do(ctx, task{Do: "still"}, out)
	if err == nil {
		m.Preview, m.Small, m.Blurhash, m.Size = a.Media.Preview, a.Media.Small, a.Media.Blurhash, m.Size+a.Media.Size
	}
	return err
}

// attach makes what lies on the bench, and has ffmpeg do what we do not.
func (b *bench) attach(ctx context.Context) (answer, error) {
	a, err := b.do(ctx, task{Do: "attach"}, b.in)
	if err != nil {
		return a, err
	}
	if b.s.ffmpeg != "" && (a.Foreign != "" || a.Convert) {
		switch other, err := b.convert(ctx); {
		case err == nil && other.Foreign == "":
			a = other
		case errs.KindOf(err) != errs.Invalid && err != nil:
			return a, err
		case a.Foreign != "":
			return a, errs.Wrap(errs.Invalid, errs.Public(errForeign(a.Foreign)), err)
		default: // some browsers play it as it is
			if a, err = b.do(ctx, task{Do: "attach"}, b.in); err != nil {
				return a, err
			}
		}
	}
	if a.Foreign != "" {
		return a, errForeign(a.Foreign)
	}
	if b.s.ffmpeg != "" && a.Media.Preview == "" && (a.Media.Kind == social.Video || a.Media.Kind == social.GIFV) {
		if err := b.poster(ctx, &a.Media); err != nil && (errs.KindOf(err) != errs.Invalid || errors.Is(err, context.Canceled)) {
			return a, err
		}
	}
	return a, nil
}

func errForeign(codec string) error {
	return errs.Newf(errs.Invalid, "Validation failed: Browsers cannot play this file (%s). Save it as MP4 with H.264 and AAC, and attach that.", codec)
}
