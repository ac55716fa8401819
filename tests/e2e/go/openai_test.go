// The official OpenAI SDK for Go through weir.
package e2e

import (
	"context"
	"errors"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

const prompt = "Say something."

func newClient(key string, options ...option.RequestOption) openai.Client {
	base := []option.RequestOption{option.WithBaseURL(os.Getenv("WEIR_URL") + "/v1"), option.WithAPIKey("test-" + key)}
	return openai.NewClient(append(base, options...)...)
}

func request(text string) openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{
		Model:    openai.ChatModelGPT4oMini,
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(text)},
	}
}

// plain and streamed make one call; streamed reads the stream to its end and puts it together.
type chat func(client openai.Client, params openai.ChatCompletionNewParams) (openai.ChatCompletion, error)

func plain(client openai.Client, params openai.ChatCompletionNewParams) (openai.ChatCompletion, error) {
	completion, err := client.Chat.Completions.New(context.Background(), params)
	if err != nil {
		return openai.ChatCompletion{}, err
	}
	return *completion, nil
}

func streamed(client openai.Client, params openai.ChatCompletionNewParams) (openai.ChatCompletion, error) {
	stream := client.Chat.Completions.NewStreaming(context.Background(), params)
	defer stream.Close()
	whole := openai.ChatCompletionAccumulator{}
	for stream.Next() {
		if !whole.AddChunk(stream.Current()) {
			return whole.ChatCompletion, errors.New("the chunks do not fit together")
		}
	}
	return whole.ChatCompletion, stream.Err()
}

var bothWays = map[string]chat{"plain": plain, "streamed": streamed}

func forBothWays(t *testing.T, check func(t *testing.T, call chat)) {
	for name, call := range bothWays {
		t.Run(name, func(t *testing.T) { check(t, call) })
	}
}

func succeed(t *testing.T, call chat, client openai.Client, params openai.ChatCompletionNewParams) openai.ChatCompletion {
	t.Helper()
	completion, err := call(client, params)
	if err != nil {
		t.Fatal(err)
	}
	return completion
}

func equal[T comparable](t *testing.T, got, wanted T) {
	t.Helper()
	if got != wanted {
		t.Fatalf("got %v, not %v", got, wanted)
	}
}

func TestChat(t *testing.T) {
	forBothWays(t, func(t *testing.T, call chat) {
		recorded := &recorder{}
		client := newClient("open", option.WithHTTPClient(&http.Client{Transport: recorded}))
		completion := succeed(t, call, client, request(prompt))
		equal(t, completion.Choices[0].Message.Content, sixteenTokens)
		equal(t, recorded.attempts[0].header.Get("x-ratelimit-limit-requests"), "100000")
	})
}

func TestUsageOfAStreamThatAsksForIt(t *testing.T) {
	params := request(prompt)
	params.StreamOptions.IncludeUsage = openai.Bool(true)
	equal(t, succeed(t, streamed, newClient("open"), params).Usage.CompletionTokens, 16)
	equal(t, succeed(t, streamed, newClient("open"), request(prompt)).Usage.CompletionTokens, 0)
}

func TestToolCall(t *testing.T) {
	client := newClient("open", option.WithHeader("x-mock-tool-calls", "1"), option.WithHeader("x-mock-tokens", "3"))
	params := request(prompt)
	params.Tools = []openai.ChatCompletionToolUnionParam{openai.ChatCompletionFunctionTool(
		openai.FunctionDefinitionParam{Name: "weather", Parameters: openai.FunctionParameters(schema)})}
	forBothWays(t, func(t *testing.T, call chat) {
		function := succeed(t, call, client, params).Choices[0].Message.ToolCalls[0].Function
		equal(t, function.Name, "weather")
		equal(t, function.Arguments, threeTokensAsCity)
	})
}

func TestStructuredOutput(t *testing.T) {
	client := newClient("open", option.WithHeader("x-mock-tokens", "3"))
	params := request(prompt)
	params.ResponseFormat.OfJSONSchema = &openai.ResponseFormatJSONSchemaParam{
		JSONSchema: openai.ResponseFormatJSONSchemaJSONSchemaParam{Name: "weather", Schema: schema}}
	forBothWays(t, func(t *testing.T, call chat) {
		equal(t, succeed(t, call, client, params).Choices[0].Message.Content, threeTokensAsCity)
	})
}

func TestRetryWhenWeSaid(t *testing.T) {
	for _, row := range []struct {
		key  string
		call chat
	}{{"paced-plain", plain}, {"paced-stream", streamed}, {"paced-output", plain}} {
		t.Run(row.key, func(t *testing.T) {
			params := request(prompt)
			params.MaxTokens = openai.Int(16)
			first := expectOutcomes(t, counts{"served": 1})
			succeed(t, row.call, newClient(row.key), params)
			first()

			second := expectOutcomes(t, counts{"refused": 1, "served": 1})
			recorded := &recorder{}
			succeed(t, row.call, newClient(row.key, option.WithHTTPClient(&http.Client{Transport: recorded})), params)
			second()
			if !slices.Equal(recorded.statuses(), []int{429, 200}) {
				t.Fatalf("attempts: %v", recorded.statuses())
			}
			refused, admitted := recorded.attempts[0], recorded.attempts[1]
			waitMs, err := strconv.Atoi(refused.header.Get("retry-after-ms"))
			if err != nil || waitMs <= 0 {
				t.Fatalf("retry-after-ms: %q", refused.header.Get("retry-after-ms"))
			}
			if waited := admitted.startedAt.Sub(refused.answeredAt); waited < time.Duration(waitMs)*time.Millisecond {
				t.Fatalf("told %d ms, waited %s", waitMs, waited)
			}
		})
	}
}

// What must fail after one request, whatever the SDK's retries.
func TestStopsAfterOneRequest(t *testing.T) {
	long := request(strings.Repeat("word ", 1000))
	greedy := request(prompt)
	greedy.MaxTokens = openai.Int(1000)
	for _, row := range []struct {
		what, key string
		params    openai.ChatCompletionNewParams
		status    int
		outcome   string
		message   string
	}{
		{"input above the limit itself", "small-input", long, 413, "never_fits", "This request is too large"},
		{"max_tokens above the limit itself", "small-output", greedy, 413, "never_fits", "This request is too large"},
		{"an unknown key", "nobody", request(prompt), 401, "unauthenticated", ""},
		{"a blocked key", "blocked", request(prompt), 403, "blocked", ""},
	} {
		t.Run(row.what, func(t *testing.T) {
			forBothWays(t, func(t *testing.T, call chat) {
				counted := expectOutcomes(t, counts{row.outcome: 1})
				recorded := &recorder{}
				client := newClient(row.key, option.WithHTTPClient(&http.Client{Transport: recorded}))
				_, err := call(client, row.params)
				var refusal *openai.Error
				if !errors.As(err, &refusal) {
					t.Fatalf("no openai.Error: %v", err)
				}
				equal(t, refusal.StatusCode, row.status)
				if !strings.Contains(refusal.Message, row.message) {
					t.Fatal(refusal.Message)
				}
				equal(t, len(recorded.attempts), 1)
				counted()
			})
		})
	}
}

func TestStreamThatTheProviderCutsIsAnError(t *testing.T) {
	counted := expectOutcomes(t, counts{"upstream_failed": 1})
	recorded := &recorder{}
	client := newClient("open", option.WithHTTPClient(&http.Client{Transport: recorded}),
		option.WithHeader("x-mock-die-after-chunks", "3"))
	_, err := streamed(client, request(prompt))
	if err == nil || !strings.Contains(err.Error(), "upstream") {
		t.Fatalf("error: %v", err)
	}
	equal(t, len(recorded.attempts), 1)
	counted()
}
