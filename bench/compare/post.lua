-- The POST that every program under test is given: 1.2 KB of chat, 16 tokens of answer.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer test-key"
wrk.body = '{"model":"gpt-4o","max_tokens":16,"messages":[{"role":"user","content":"' .. string.rep("The quick brown fox jumps. ", 42) .. '"}]}'

done = function(summary, latency)
    local failed = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
    io.write(string.format("RESULT %.0f %.3f %.3f %d\n", summary.requests / summary.duration * 1e6,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000, failed))
end
