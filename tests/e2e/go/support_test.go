// What the tests of all Go SDKs share: addresses, keys, a record of every attempt, weir's counters.
package e2e

import (
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// What the stand-in provider says: sixteen tokens unless the request bounds it.
var sixteenTokens = strings.Repeat(" tok", 16)

// An answer that fits a schema, and a tool's arguments, have the tokens in their first property.
const threeTokensAsCity = `{"city":" tok tok tok"}`

var schema = map[string]any{
	"type":                 "object",
	"properties":           map[string]any{"city": map[string]any{"type": "string"}},
	"required":             []string{"city"},
	"additionalProperties": false,
}

type attempt struct {
	startedAt, answeredAt time.Time
	status                int
	header                http.Header
}

// Under all clients: how many requests weir was sent.
type counter struct {
	below http.RoundTripper
	sent  atomic.Int64
}

func (c *counter) RoundTrip(request *http.Request) (*http.Response, error) {
	if strings.HasPrefix(request.URL.String(), os.Getenv("WEIR_URL")) {
		c.sent.Add(1)
	}
	return c.below.RoundTrip(request)
}

var everything = &counter{below: http.DefaultTransport}

func init() { http.DefaultTransport = everything }

// A transport that writes down every attempt.
type recorder struct{ attempts []*attempt }

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	made := &attempt{startedAt: time.Now()}
	r.attempts = append(r.attempts, made)
	response, err := http.DefaultTransport.RoundTrip(request)
	made.answeredAt = time.Now()
	if err == nil {
		made.status, made.header = response.StatusCode, response.Header
	}
	return response, err
}

func (r *recorder) statuses() []int {
	var statuses []int
	for _, made := range r.attempts {
		statuses = append(statuses, made.status)
	}
	return statuses
}

type counts map[string]int

func (c counts) total() int {
	sum := 0
	for _, n := range c {
		sum += n
	}
	return sum
}

var outcomeLine = regexp.MustCompile(`(?m)^weir_requests_total\{outcome="(\w+)"\} (\d+)$`)

func outcomes(t *testing.T) counts {
	t.Helper()
	answer, err := http.Get(os.Getenv("WEIR_ADMIN_URL") + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	counted := counts{}
	for _, line := range outcomeLine.FindAllSubmatch(text, -1) {
		counted[string(line[1])], _ = strconv.Atoi(string(line[2]))
	}
	return counted
}

// expectOutcomes begins to count weir's requests by outcome. What it returns waits until as many have been counted
// since, because weir counts only after it has answered, and compares.
func expectOutcomes(t *testing.T, expected counts) func() {
	t.Helper()
	before := outcomes(t)
	// Those of the tests before may be answered and not counted yet.
	for giveUpAt := time.Now().Add(10 * time.Second); before.total() < int(everything.sent.Load()); {
		if time.Now().After(giveUpAt) {
			t.Fatalf("weir counted %v of %d requests", before, everything.sent.Load())
		}
		before = outcomes(t)
	}
	return func() {
		t.Helper()
		giveUpAt := time.Now().Add(10 * time.Second)
		for {
			counted := counts{}
			for name, n := range outcomes(t) {
				if n > before[name] {
					counted[name] = n - before[name]
				}
			}
			if counted.total() < expected.total() && time.Now().Before(giveUpAt) {
				continue
			}
			if !maps.Equal(counted, expected) {
				t.Fatalf("weir counted %v, not %v", counted, expected)
			}
			return
		}
	}
}
