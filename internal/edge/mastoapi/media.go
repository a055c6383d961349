package mastoapi

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/media"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/media/
func (a *API) mediaRoutes() {
	a.upload("POST /api/v1/media", member("write:media"), a.sendMediaAndWait, &limitMedia)
	a.upload("POST /api/v2/media", member("write:media"), a.sendMedia, &limitMedia)
	a.do("GET /api/v1/media/{id}", member("write:media"), a.mediaByID)
	a.upload("PUT /api/v1/media/{id}", member("write:media"), a.describeMedia)
	a.do("DELETE /api/v1/media/{id}", member("write:media"), a.deleteMedia)
}

// https://docs.joinmastodon.org/entities/MediaAttachment/
type attachment struct {
	ID               string    `json:"id"`
	Type             string    `json:"type"`
	URL              *string   `json:"url"`
	PreviewURL       *string   `json:"preview_url"`
	RemoteURL        *string   `json:"remote_url"`
	PreviewRemoteURL *string   `json:"preview_remote_url"`
	TextURL          *string   `json:"text_url"`
	Meta             mediaMeta `json:"meta"`
	Description      *string   `json:"description"`
	Blurhash         *string   `json:"blurhash"`
}

type mediaMeta struct {
	Original  *mediaShape `json:"original,omitempty"`
	Small     *mediaShape `json:"small,omitempty"`
	Focus     *mediaFocus `json:"focus,omitempty"`
	Length    string      `json:"length,omitempty"`
	Duration  float64     `json:"duration,omitempty"`
	FPS       float64     `json:"fps,omitempty"`
	Size      string      `json:"size,omitempty"`
	Width     int         `json:"width,omitempty"`
	Height    int         `json:"height,omitempty"`
	Aspect    float64     `json:"aspect,omitempty"`
	AudioRate int         `json:"audio_bitrate,omitempty"`
}

type mediaShape struct {
	Width     int     `json:"width,omitempty"`
	Height    int     `json:"height,omitempty"`
	Size      string  `json:"size,omitempty"`
	Aspect    float64 `json:"aspect,omitempty"`
	Duration  float64 `json:"duration,omitempty"`
	Bitrate   int     `json:"bitrate,omitempty"`
	FrameRate string  `json:"frame_rate,omitempty"`
}

type mediaFocus struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

func shapeJSON(s social.Shape) *mediaShape {
	if s == (social.Shape{}) {
		return nil
	}
	out := &mediaShape{Width: s.Width, Height: s.Height, Duration: s.Seconds, Bitrate: s.Bitrate}
	if s.Height > 0 {
		out.Size, out.Aspect = strconv.Itoa(s.Width)+"x"+strconv.Itoa(s.Height), float64(s.Width)/float64(s.Height)
	}
	if s.Frames > 0 {
		out.FrameRate = strconv.Itoa(int(s.Frames*1000+0.5)) + "/1000"
	}
	return out
}

// length is a duration as ffmpeg writes it, which is what apps read.
func length(seconds float64) string {
	hundredths := int(seconds*100 + 0.5)
	two := func(n int) string { return strconv.Itoa(n/10) + strconv.Itoa(n%10) }
	return strconv.Itoa(hundredths/360000) + ":" + two(hundredths/6000%60) + ":" + two(hundredths/100%60) + "." + two(hundredths%100)
}

func (r renderer) attachment(m social.Media) attachment {
	out := attachment{ID: num(m.ID), Type: string(m.Kind), URL: r.file(m.File), PreviewURL: r.file(m.Preview), Description: orNil(m.Alt), Blurhash: orNil(m.Blurhash), RemoteURL: orNil(m.Remote)}
	if m.Kind == social.Image && m.Preview == "" { // apps show nothing for a picture without one
		out.PreviewURL = out.URL
	}
	out.Meta = mediaMeta{Original: shapeJSON(m.Shape), Small: shapeJSON(m.Small)}
	if o := out.Meta.Original; o != nil {
		out.Meta.Width, out.Meta.Height, out.Meta.Size, out.Meta.Aspect = o.Width, o.Height, o.Size, o.Aspect
		out.Meta.Duration, out.Meta.FPS = m.Shape.Seconds, m.Shape.Frames
	}
	if m.Shape.Seconds > 0 {
		out.Meta.Length = length(m.Shape.Seconds)
	}
	if m.Kind != social.Audio {
		out.Meta.Focus = &mediaFocus{m.FocusX, m.FocusY}
	}
	return out
}

func (r renderer) file(name string) *string {
	if name == "" {
		return nil
	}
	url := r.media(name)
	return &url
}

func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// attachments is the list of what a post shows.
func (r renderer) attachments(all []social.Media) raw {
	if len(all) == 0 {
		return raw(`[]`)
	}
	out := make([]attachment, len(all))
	for i, m := range all {
		out[i] = r.attachment(m)
	}
	return marshal(out)
}

// focus reads "x,y".
func parseFocus(s string) (x, y *float64, err error) {
	if s == "" {
		return nil, nil, nil
	}
	a, b, ok := strings.Cut(s, ",")
	fx, errX := strconv.ParseFloat(strings.TrimSpace(a), 64)
	fy, errY := strconv.ParseFloat(strings.TrimSpace(b), 64)
	if !ok || errX != nil || errY != nil {
		return nil, nil, errs.New(errs.Invalid, "Validation failed: The focus is two numbers between -1.0 and 1.0, such as 0.5,-0.25.")
	}
	return &fx, &fy, nil
}

// sendMedia answers 202 while the file is being made into an attachment, and
// 200 when it is done. https://docs.joinmastodon.org/methods/media/#v2
func (a *API) sendMedia(q *request) (any, error) { return a.takeMedia(q, false) }

// sendMediaAndWait is from before there were attachments that take a while.
func (a *API) sendMediaAndWait(q *request) (any, error) { return a.takeMedia(q, true) }

func (a *API) takeMedia(q *request, wait bool) (any, error) {
	f, err := q.receive()
	if err == nil {
		err = f.mustHaveFile()
	}
	x, y, wrong := parseFocus(q.str("focus"))
	if err = cmp.Or(err, wrong); err != nil {
		return nil, errors.Join(err, a.Media.Drop(f.file))
	}
	u := media.Upload{Preview: f.thumbnail(), Wait: wait, Alt: q.str("description")}
	if x != nil {
		u.FocusX, u.FocusY = *x, *y
	}
	m, err := a.Media.Add(q.Context(), q.By, f.file, u)
	if err != nil {
		return nil, err
	}
	return a.mediaAnswer(m, http.StatusAccepted)
}

// mediaAnswer is an attachment, with the status that says whether it is done.
func (a *API) mediaAnswer(m social.Media, unfinished int) (any, error) {
	switch m.State {
	case social.MediaProcessing:
		return coded{unfinished, a.render.attachment(m)}, nil
	case social.MediaFailed:
		return nil, errs.New(errs.Invalid, m.Problem)
	}
	return a.render.attachment(m), nil
}

func (a *API) mediaByID(q *request) (any, error) {
	m, err := a.Media.Get(q.Context(), q.By, social.MediaID(q.pathID()))
	if err != nil {
		return nil, err
	}
	return a.mediaAnswer(m, http.StatusPartialContent)
}

func (a *API) describeMedia(q *request) (any, error) {
	f, err := q.receive()
	if err := errors.Join(err, a.Media.Drop(f.file)); err != nil {
		return nil, err
	}
	c := media.Change{Alt: q.opt("description"), Preview: f.thumbnail()}
	if c.FocusX, c.FocusY, err = parseFocus(q.str("focus")); err != nil {
		return nil, err
	}
	m, err := a.Media.Update(q.Context(), q.By, social.MediaID(q.pathID()), c)
	if err != nil {
		return nil, err
	}
	return a.mediaAnswer(m, http.StatusPartialContent)
}

func (a *API) deleteMedia(q *request) (any, error) {
	return nothing{}, a.Media.Delete(q.Context(), q.By, social.MediaID(q.pathID()))
}

// mediaIDs are the attachments a client wants on a post.
func (q *request) mediaIDs() (out []social.MediaID, err error) {
	for _, s := range q.strs("media_ids") {
		if s == "" {
			continue
		}
		n, ok := id.Parse(s)
		if !ok {
			return nil, errAbsent
		}
		if which := social.MediaID(n); !slices.Contains(out, which) && len(out) <= social.MaxAttachments {
			out = append(out, which)
		}
	}
	return out, nil
}

// mediaChanges are media_attributes: a list of objects, which a form sends as
// columns and JSON as rows.
func (q *request) mediaChanges() (out []social.MediaChange, err error) {
	columns := q.values("media_attributes[][id]")
	for i := range min(social.MaxAttachments, max(len(columns), social.MaxAttachments)) {
		at := func(name string) *string {
			if vs := q.values("media_attributes[][" + name + "]"); i < len(vs) {
				return &vs[i]
			}
			return q.opt("media_attributes[" + strconv.Itoa(i) + "][" + name + "]")
		}
		which := at("id")
		if which == nil {
			continue
		}
		n, _ := id.Parse(*which)
		c := social.MediaChange{ID: social.MediaID(n), Alt: at("description")}
		if f := at("focus"); f != nil {
			if c.FocusX, c.FocusY, err = parseFocus(*f); err != nil {
				return nil, err
			}
		}
		out = append(out, c)
	}
	return out, nil
}
