package media

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A good file is one of the folder, with what must be left of it.
type good struct {
	name   string
	make   string // the command, after whose words the name follows
	kind   string // of the attachment
	still  bool   // a picture of four quarters
	same   bool   // its pictures and its sound stay bit for bit
	second float64
}

const (
	films = "-f lavfi -i testsrc2=s=64x48:r=25:d=1 -f lavfi -i sine=f=440:d=1 "
	mute  = "-f lavfi -i testsrc2=s=64x48:r=25:d=1 "
	tone  = "-f lavfi -i sine=f=440:d=1 "
	pic   = "-i cover.png -map 0 -map 1 -c:v copy -disposition:v attached_pic "
	tags  = " -metadata title=SECRET -metadata artist=SECRET -metadata comment=SECRET -metadata date=2031-04-05 -metadata location=+48.2082+016.3738/ -metadata encoder=SECRET -metadata creation_time=2031-04-05T06:07:08Z -metadata:s handler_name=SECRET "
	x264  = "-c:v libx264 -pix_fmt yuv420p -c:a aac "
)

func still(name, how string) good { return good{name, how, "image", true, false, 0} }
func video(name, how string) good {
	return good{name, "ffmpeg " + films + how + tags, "video", false, true, 1}
}
func again(name, how string) good {
	return good{name, "ffmpeg " + films + how + tags, "video", false, false, 1}
}
func sound(name, how string) good {
	return good{name, "ffmpeg " + tone + how + tags, "audio", false, true, 1}
}

var folder = []good{
	still("plain.jpg", "convert quarters.png"), still("progressive.jpg", "convert quarters.png -interlace JPEG"), still("fine.jpg", "convert quarters.png -quality 100 -sampling-factor 4:4:4"),
	still("cmyk.jpg", "convert quarters.png -colorspace CMYK"), still("large.jpg", "convert quarters.png -resize 4000x3000!"),
	still("turned1.jpg", "convert quarters.png"), still("turned2.jpg", "convert quarters.png -flop"), still("turned3.jpg", "convert quarters.png -rotate 180"), still("turned4.jpg", "convert quarters.png -flip"),
	still("turned5.jpg", "convert quarters.png -transpose"), still("turned6.jpg", "convert quarters.png -rotate 270"), still("turned7.jpg", "convert quarters.png -transverse"), still("turned8.jpg", "convert quarters.png -rotate 90"),
	still("plain.png", "convert quarters.png"), still("palette.png", "convert quarters.png -type Palette"), still("deep.png", "convert quarters.png -depth 16"), still("interlaced.png", "convert quarters.png -interlace PNG"),
	still("text.png", "convert quarters.png -set Author SECRET -set Comment SECRET"), still("see-through.png", "convert quarters.png -alpha set -channel A -evaluate set 90%"),
	still("plain.gif", "convert quarters.png"), still("comment.gif", "convert quarters.png -set comment SECRET"), still("moving.gif", "convert -delay 10 quarters.png quarters.png -loop 0"),
	still("interlaced.gif", "convert quarters.png -interlace GIF"),
	still("lossy.webp", "convert quarters.png -quality 80"), still("lossless.webp", "convert quarters.png -define webp:lossless=true"), still("see-through.webp", "convert quarters.png -alpha set -channel A -evaluate set 90%"),
	still("moving.webp", "ffmpeg -loop 1 -t 1 -r 5 -i quarters.png -c:v libwebp_anim -loop 0"),
	still("plain.heic", "heif-enc quarters.png -o"), still("deep.heic", "heif-enc deep-quarters.png -b 10 -o"), still("plain.avif", "heif-enc -A quarters.png -o"), still("fine.avif", "heif-enc -A -q 90 quarters.png -o"),

	video("plain.mp4", x264), video("late.mp4", x264+"-movflags -faststart"), video("early.mp4", x264+"-movflags +faststart"), video("fragments.mp4", x264+"-movflags frag_keyframe+empty_moov+default_base_moof -g 10"),
	video("hybrid.mp4", x264+"-movflags frag_keyframe -g 10"), video("bframes.mp4", x264+"-bf 3"), video("vp9.mp4", "-c:v libvpx-vp9 -b:v 100k -c:a libopus"), video("av1.mp4", "-c:v libaom-av1 -cpu-used 8 -b:v 100k -c:a aac"),
	video("apple.mov", x264+"-movflags use_metadata_tags"), video("iphone.mov", x264+"-brand qt"), video("flac.mp4", "-c:v libx264 -pix_fmt yuv420p -c:a flac -strict -2"), video("mp3.mp4", "-c:v libx264 -pix_fmt yuv420p -c:a libmp3lame"),
	video("two-tracks.mp4", "-map 0 -map 1 -map 1 "+x264), {"mute.mp4", "ffmpeg " + mute + "-c:v libx264 -pix_fmt yuv420p" + tags, "gifv", false, true, 1}, {"mute.webm", "ffmpeg " + mute + "-c:v libvpx-vp9 -b:v 100k" + tags, "gifv", false, true, 1},
	video("vp8.webm", "-c:v libvpx -b:v 100k -c:a libvorbis"), video("vp9.webm", "-c:v libvpx-vp9 -b:v 100k -c:a libopus"), video("live.webm", "-c:v libvpx-vp9 -b:v 100k -c:a libopus -live 1"),
	again("hevc.mp4", "-c:v libx265 -x265-params log-level=none -tag:v hvc1 -pix_fmt yuv420p -c:a aac"), again("hevc.mov", "-c:v libx265 -x265-params log-level=none -tag:v hvc1 -pix_fmt yuv420p -c:a aac"),
	again("prores.mov", "-c:v prores_ks -c:a pcm_s16le"), again("h264.mkv", x264), again("mjpeg.mov", "-c:v mjpeg -pix_fmt yuvj420p -c:a pcm_s16be"),

	sound("plain.mp3", "-c:a libmp3lame -write_id3v1 1"), sound("varied.mp3", "-c:a libmp3lame -q:a 4 -id3v2_version 3"), sound("cover.mp3", pic+"-c:a libmp3lame"), sound("ape.mp3", "-c:a libmp3lame -write_apetag 1"), sound("low.mp3", "-ar 16000 -c:a libmp3lame"),
	sound("plain.m4a", "-c:a aac"), sound("cover.m4a", pic+"-c:a aac"), {"alac.m4a", "ffmpeg " + tone + "-c:a alac" + tags, "audio", false, false, 1},
	sound("plain.ogg", "-c:a libvorbis"), sound("stereo.ogg", "-ac 2 -c:a libvorbis"), {"flac.ogg", "ffmpeg " + tone + "-c:a flac" + tags, "audio", false, false, 1}, sound("plain.opus", "-c:a libopus"), sound("stereo.opus", "-ac 2 -c:a libopus"),
	sound("plain.flac", "-c:a flac"), sound("cover.flac", pic+"-c:a flac"), sound("deep.flac", "-sample_fmt s32 -c:a flac"), sound("plain.wav", ""), sound("deep.wav", "-c:a pcm_s24le"), sound("float.wav", "-c:a pcm_f32le"), sound("voice.webm", "-c:a libopus"),
}

var quarter = []color.NRGBA{{204, 51, 51, 255}, {51, 153, 51, 255}, {51, 51, 204, 255}, {204, 204, 51, 255}}

// quarters has another colour in each corner.
func quarters(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i, r := range []image.Rectangle{image.Rect(0, 0, w/2, h/2), image.Rect(w/2, 0, w, h/2), image.Rect(0, h/2, w/2, h), image.Rect(w/2, h/2, w, h)} {
		draw.Draw(img, r, image.NewUniform(quarter[i]), image.Point{}, draw.Src)
	}
	return img
}

// tools skips a test where the programs that make files are not.
func tools(t *testing.T) {
	t.Helper()
	if os.Getenv("PLAZA_TEST_FOLDER") == "" {
		t.Skip("making the folder takes minutes: make test-files")
	}
	for _, p := range []string{"ffmpeg", "convert", "heif-enc", "exiftool"} {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("%s is not installed; make test installs it where it may", p)
		}
	}
}

func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// fill makes the folder, and writes into each file what must not stay.
func fill(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	deep := image.NewNRGBA64(image.Rect(0, 0, 320, 240))
	draw.Draw(deep, deep.Rect, quarters(320, 240), image.Point{}, draw.Src)
	for name, img := range map[string]image.Image{"quarters.png": quarters(320, 240), "deep-quarters.png": deep, "cover.png": quarters(64, 48)} {
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, g := range folder {
		words := strings.Fields(g.make)
		if words[0] == "ffmpeg" {
			words = append(words[:1], append([]string{"-v", "error", "-y"}, words[1:]...)...)
		}
		run(t, dir, words[0], append(words[1:], g.name)...)
		if g.still && !strings.HasSuffix(g.name, ".gif") {
			label(t, dir, g.name)
		}
	}
	return dir
}

// label writes all kinds of labels into a picture.
func label(t *testing.T, dir, name string) {
	args := []string{"-q", "-m", "-overwrite_original", "-EXIF:Artist=SECRET", "-EXIF:Make=SECRET", "-EXIF:GPSLatitude=48.2082", "-EXIF:GPSLatitudeRef=N", "-EXIF:GPSLongitude=16.3738", "-EXIF:GPSLongitudeRef=E",
		"-XMP:Creator=SECRET", "-XMP:Title=SECRET"}
	if strings.HasSuffix(name, ".jpg") {
		args = append(args, "-IPTC:By-line=SECRET", "-Comment=SECRET")
	}
	if n, ok := strings.CutPrefix(name, "turned"); ok {
		args = append(args, "-n", "-EXIF:Orientation="+n[:1])
	}
	run(t, dir, "exiftool", append(args, name)...)
}

// upright checks that a picture is the quarters.
func upright(t *testing.T, name string, data []byte) {
	t.Helper()
	var img image.Image
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if bytes.HasPrefix(data, []byte("GIF8")) {
		if g, err := gif.DecodeAll(bytes.NewReader(data)); err != nil || strings.HasPrefix(name, "moving") && len(g.Image) < 2 {
			t.Errorf("%s: it does not move any more: %v", name, err)
		}
	}
	b := img.Bounds()
	if 3*b.Dx() != 4*b.Dy() {
		t.Errorf("%s: it is %v", name, b)
	}
	for i, want := range quarter {
		got := color.NRGBAModel.Convert(img.At(b.Min.X+b.Dx()/4+i%2*b.Dx()/2, b.Min.Y+b.Dy()/4+i/2*b.Dy()/2)).(color.NRGBA)
		for _, d := range []int{int(got.R) - int(want.R), int(got.G) - int(want.G), int(got.B) - int(want.B)} {
			if max(d, -d) > 40 {
				t.Errorf("%s: quarter %d is %v, want %v", name, i, got, want)
				break
			}
		}
	}
}
