-- The load that every program under test is given: a POST of 1.2 KB of chat, answered by 16 tokens, or streamed by 20.
-- Arguments after wrk's `--`: path=NAME (makes the API keys of one path), keys=N, stream=yes, statuses=yes (counts
-- them, which costs wrk so much that it is not done while measuring), header=NAME:VALUE (repeatable).
local threads = {}

local function read_arguments(words)
    local given = {path = "admit", keys = 1, stream = "no", statuses = "no"}
    for _, word in ipairs(words) do
        local name, value = word:match("^(%a+)=(.*)$")
        if name == "header" then
            local field, text = value:match("^([^:]+):(.*)$")
            wrk.headers[field] = text
        else
            given[name] = value
        end
    end
    return given
end

local function body_of(stream)
    local text = string.rep("The quick brown fox jumps. ", 42)
    local head = '{"model":"gpt-4o","max_tokens":16,'
    if stream then head = '{"model":"gpt-4o","stream":true,"stream_options":{"include_usage":true},"max_tokens":20,' end
    return head .. '"messages":[{"role":"user","content":"' .. text .. '"}]}'
end

function setup(thread) threads[#threads + 1] = thread end

function init(words)
    local given = read_arguments(words)
    wrk.method = "POST"
    wrk.headers["Content-Type"] = "application/json"
    wrk.headers["Authorization"] = "Bearer " .. given.path .. "-1"
    wrk.body = body_of(given.stream == "yes")
    local count = tonumber(given.keys)
    if count > 1 then
        local requests, next_key = {}, 0
        for key = 1, count do
            wrk.headers["Authorization"] = "Bearer " .. given.path .. "-" .. key
            requests[key] = wrk.format()
        end
        function request()
            next_key = next_key % count + 1
            return requests[next_key]
        end
    end
    if given.statuses == "yes" then
        statuses = {}
        function response(status)
            local name = tostring(status)
            statuses[name] = (statuses[name] or 0) + 1
        end
    end
end

-- RESULT requests, seconds, p50 and p99 in ms, answers of 400 and above, failures of the socket
function done(summary, latency)
    local errors = summary.errors
    io.write(string.format("RESULT %d %.4f %.3f %.3f %d %d\n", summary.requests, summary.duration / 1e6,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout))
    for _, thread in ipairs(threads) do
        for status, count in pairs(thread:get("statuses") or {}) do io.write("STATUS ", status, " ", count, "\n") end
    end
end
