package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"croupier/session"
)

// tagger is data that knows the tag of its state, without quotes; of any other data the tag is made of all of it.
type tagger interface{ tag() string }

// tagOf is the entity tag of data. It is of the data alone: the envelope around it has an id that differs in every answer, so a tag that is made of
// the data is a weak one.
func tagOf(data any) (string, error) {
	if t, ok := data.(tagger); ok {
		return `"` + t.tag() + `"`, nil
	}
	text, err := json.Marshal(data)
	if err != nil {
		return "", fmt.Errorf("tag of an answer: %w", err)
	}
	sum := sha256.Sum256(text)
	return `W/"` + hex.EncodeToString(sum[:12]) + `"`, nil
}

// putTag tells the client the tag, and says whether it has the same state already. What has a tag may be kept by the client, and by nobody else.
func (r *restRequest) putTag(tag, method string) (same bool) {
	r.out.Set("ETag", tag)
	r.out.Set("Cache-Control", "private, no-cache")
	return (method == http.MethodGet || method == http.MethodHead) && matches(r.in.Values("If-None-Match"), tag)
}

// matches compares tags as If-None-Match does: weakly.
func matches(header []string, tag string) bool {
	for one := range strings.SplitSeq(strings.Join(header, ","), ",") {
		if one = strings.TrimSpace(one); one == "*" || one != "" && strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// unchanged answers 304. It is huma's StatusError: the one that has no body.
type unchanged struct{}

func (unchanged) Error() string  { return "not modified" }
func (unchanged) GetStatus() int { return http.StatusNotModified }

// tagHeader documents the tag of an answer.
var tagHeader = map[string]*huma.Param{"ETag": {Description: "Stands for the data. Sent as If-None-Match, it is answered 304 while nothing has changed",
	Schema: &huma.Schema{Type: huma.TypeString}}}

var ifNoneMatchParam = &huma.Param{Name: "If-None-Match", In: "header", Schema: &huma.Schema{Type: huma.TypeString},
	Description: "The ETag of an earlier answer: 304 without a body if nothing has changed since"}

// preconditionError is a refusal because of an If-Match header, which has statuses of its own.
type preconditionError struct {
	why    *session.Error
	status int
}

func (e *preconditionError) Error() string { return e.why.Error() }
func (e *preconditionError) Unwrap() error { return e.why }

// ifMatch is the tag that a change was made from, without its quotes. Returns an error that says so where there is none.
func (r *restRequest) ifMatch() (string, error) {
	text := strings.TrimSpace(r.in.Get("If-Match"))
	tag := strings.TrimSuffix(strings.TrimPrefix(text, `"`), `"`)
	if len(text) < 2 || text != `"`+tag+`"` || strings.ContainsAny(tag, `", `) {
		e := session.FieldError(session.InvalidRequest, "If-Match", "must be the ETag that the change was made from: read the game first")
		return "", &preconditionError{e, http.StatusPreconditionRequired}
	}
	return tag, nil
}

// changedMeanwhile is a Conflict as a call with If-Match tells it; any other error is what it was.
func changedMeanwhile(err error) error {
	var known *session.Error
	if errors.As(err, &known) && known.Code == session.Conflict {
		return &preconditionError{known, http.StatusPreconditionFailed}
	}
	return err
}
