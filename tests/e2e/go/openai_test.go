// The official OpenAI SDK for Go through weir.
package e2e

import (
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

func TestChat(t *testing.T) {
	_ = openai.NewClient(option.WithAPIKey("x"))
}
