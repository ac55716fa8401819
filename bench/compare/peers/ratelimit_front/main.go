// The front of the ratelimit peer: a reverse proxy that asks envoyproxy/ratelimit over gRPC what Envoy asks it for
// Envoy AI Gateway. On the way in one call counts the request and checks both token limits without adding to them (a
// hits_addend of 0); at the end of the answer another one adds the tokens that the answer reports.
package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	ratelimit "github.com/envoyproxy/go-control-plane/envoy/extensions/common/ratelimit/v3"
	service "github.com/envoyproxy/go-control-plane/envoy/service/ratelimit/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// Envoy gives up after 20 ms and lets the request through. Here a decision is always waited for.
const decisionTimeout = 10 * time.Second

// descriptor names the limit of one API key, and what is to be added to what it has used.
func descriptor(limit, key string, hits uint64) *ratelimit.RateLimitDescriptor {
	return &ratelimit.RateLimitDescriptor{
		Entries:    []*ratelimit.RateLimitDescriptor_Entry{{Key: limit, Value: key}},
		HitsAddend: wrapperspb.UInt64(hits),
	}
}

type limiter struct {
	client service.RateLimitServiceClient
}

func (l limiter) ask(descriptors ...*ratelimit.RateLimitDescriptor) (*service.RateLimitResponse, error) {
	deadline, cancel := context.WithTimeout(context.Background(), decisionTimeout)
	defer cancel()
	request := &service.RateLimitRequest{Domain: "llm", Descriptors: descriptors}
	return l.client.ShouldRateLimit(deadline, request, grpc.WaitForReady(true))
}

func (l limiter) admit(key string) (*service.RateLimitResponse, error) {
	return l.ask(descriptor("requests", key, 1), descriptor("input_tokens", key, 0), descriptor("output_tokens", key, 0))
}

// settle adds what an answer used. Nobody waits for it, as in Envoy, where the stream is over by then.
func (l limiter) settle(key string, input, output uint64) {
	answer, err := l.ask(descriptor("input_tokens", key, input), descriptor("output_tokens", key, output))
	if err != nil {
		log.Printf("usage was not counted: %v %v", answer, err)
	}
}

var (
	promptTokens     = regexp.MustCompile(`"prompt_tokens":\s*(\d+)`)
	completionTokens = regexp.MustCompile(`"completion_tokens":\s*(\d+)`)
)

const tailLength = 1024

// meteredBody remembers the end of an answer, where its usage stands, streamed or not.
type meteredBody struct {
	io.ReadCloser
	limiter limiter
	key     string
	tail    []byte
	once    sync.Once
}

func (b *meteredBody) Read(into []byte) (int, error) {
	n, err := b.ReadCloser.Read(into)
	if n >= tailLength {
		b.tail = append(b.tail[:0], into[n-tailLength:n]...)
	} else if n > 0 {
		if over := len(b.tail) + n - tailLength; over > 0 {
			b.tail = b.tail[:copy(b.tail, b.tail[over:])]
		}
		b.tail = append(b.tail, into[:n]...)
	}
	if errors.Is(err, io.EOF) {
		b.once.Do(b.settle)
	}
	return n, err
}

func (b *meteredBody) Close() error {
	b.once.Do(b.settle)
	return b.ReadCloser.Close()
}

func (b *meteredBody) settle() {
	prompt, completion := promptTokens.FindSubmatch(b.tail), completionTokens.FindSubmatch(b.tail)
	if prompt == nil || completion == nil {
		return
	}
	input, _ := strconv.ParseUint(string(prompt[1]), 10, 32)
	output, _ := strconv.ParseUint(string(completion[1]), 10, 32)
	go b.limiter.settle(b.key, input, output)
}

func refuse(writer http.ResponseWriter, status int, message string) {
	body := `{"error":{"message":"` + message + `","type":"rate_limit_error"}}` + "\n"
	writer.Header().Set("Content-Type", "application/json")
	writer.Header().Set("Content-Length", strconv.Itoa(len(body)))
	writer.WriteHeader(status)
	_, _ = io.WriteString(writer, body)
}

func retryAfter(answer *service.RateLimitResponse) string {
	seconds := int64(1)
	for _, status := range answer.Statuses {
		if status.Code == service.RateLimitResponse_OVER_LIMIT {
			seconds = max(seconds, status.DurationUntilReset.GetSeconds())
		}
	}
	return strconv.FormatInt(seconds, 10)
}

type contextKey struct{}

type buffers struct{ pool sync.Pool }

func (b *buffers) Get() []byte       { return *b.pool.Get().(*[]byte) }
func (b *buffers) Put(buffer []byte) { b.pool.Put(&buffer) }

func proxyTo(provider *url.URL, limiter limiter) http.Handler {
	proxy := &httputil.ReverseProxy{
		Rewrite: func(request *httputil.ProxyRequest) { request.SetURL(provider) },
		Transport: &http.Transport{
			MaxIdleConns: 8192, MaxIdleConnsPerHost: 8192, DisableCompression: true,
			DialContext: (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		},
		// Tokens are to reach the client as they come.
		FlushInterval: -1,
		BufferPool: &buffers{sync.Pool{New: func() any {
			buffer := make([]byte, 16<<10)
			return &buffer
		}}},
		ErrorHandler: func(writer http.ResponseWriter, _ *http.Request, err error) {
			if !errors.Is(err, context.Canceled) { // the client is still there
				log.Printf("the provider: %v", err)
			}
			writer.WriteHeader(http.StatusBadGateway)
		},
		ModifyResponse: func(answer *http.Response) error {
			key, _ := answer.Request.Context().Value(contextKey{}).(string)
			answer.Body = &meteredBody{ReadCloser: answer.Body, limiter: limiter, key: key}
			return nil
		},
	}
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		key, found := strings.CutPrefix(request.Header.Get("Authorization"), "Bearer ")
		if !found {
			refuse(writer, http.StatusUnauthorized, "an API key is needed")
			return
		}
		answer, err := limiter.admit(key)
		if err != nil {
			log.Printf("no decision: %v", err)
			refuse(writer, http.StatusServiceUnavailable, "the limiter does not answer")
			return
		}
		for _, header := range answer.ResponseHeadersToAdd {
			writer.Header().Set(header.Key, header.Value)
		}
		if answer.OverallCode == service.RateLimitResponse_OVER_LIMIT {
			writer.Header().Set("Retry-After", retryAfter(answer))
			refuse(writer, http.StatusTooManyRequests, "rate limit reached")
			return
		}
		// Else the first write of an answer closes the request's body, although the transport may not have seen its end.
		_ = http.NewResponseController(writer).EnableFullDuplex()
		proxy.ServeHTTP(writer, request.WithContext(context.WithValue(request.Context(), contextKey{}, key)))
	})
}

// startService runs the service as a child, which ends with this process, however that ends.
func startService(program string) *exec.Cmd {
	command := exec.Command(program)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := command.Start(); err != nil {
		log.Fatal(err)
	}
	return command
}

func main() {
	listen := flag.String("listen", "127.0.0.1:8000", "where clients connect")
	target := flag.String("provider", "http://127.0.0.1:9000", "where requests go")
	program := flag.String("service", "", "program of envoyproxy/ratelimit; its settings are this process's environment")
	flag.Parse()
	provider, err := url.Parse(*target)
	if err != nil {
		log.Fatal(err)
	}

	child := startService(*program)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-signals
		_ = child.Process.Kill()
		os.Exit(0)
	}()
	go func() { log.Fatalf("the service ended: %v", child.Wait()) }()

	connection, err := grpc.NewClient("unix://"+os.Getenv("GRPC_UDS"),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	limiter := limiter{service.NewRateLimitServiceClient(connection)}
	if _, err := limiter.ask(descriptor("requests", "", 0)); err != nil {
		log.Fatalf("the service does not answer: %v", err)
	}
	log.Fatal(http.ListenAndServe(*listen, proxyTo(provider, limiter)))
}
