// The OpenAI SDK for Go through weir:
//
//	go mod init hello; go get github.com/openai/openai-go/v3; export OPENAI_API_KEY=...; go run go_openai.go
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

func main() {
	url := os.Getenv("WEIR_URL")
	if url == "" {
		url = "http://127.0.0.1:8000"
	}
	client := openai.NewClient(
		option.WithBaseURL(url+"/v1"),
		option.WithMaxRetries(5), // After a 429 the SDK waits as long as weir says and asks again, up to five times.
	)
	question := openai.ChatCompletionNewParams{
		Model:    openai.ChatModelGPT4oMini,
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("Say hello.")},
	}

	answer, err := client.Chat.Completions.New(context.Background(), question)
	if err != nil {
		stop(err)
	}
	fmt.Println(answer.Choices[0].Message.Content)

	stream := client.Chat.Completions.NewStreaming(context.Background(), question)
	for stream.Next() {
		if chunk := stream.Current(); len(chunk.Choices) > 0 {
			fmt.Print(chunk.Choices[0].Delta.Content)
		}
	}
	if stream.Err() != nil {
		stop(stream.Err())
	}
	fmt.Println()
}

// The SDK's text of an error is the status alone; weir's reason is in Message.
func stop(err error) {
	var answer *openai.Error
	if errors.As(err, &answer) {
		log.Fatal(err, ": ", answer.Message)
	}
	log.Fatal(err)
}
