-- The token limiter of the nginx + Lua peer. admit() asks Redis before the request is passed on, read_usage() looks for
-- the usage in the answer, settle() tells Redis what was used: settlements that come while others are on their way
-- go together, pipelined, on one pooled connection.
local cjson = require "cjson.safe"
local redis = require "nginx.redis"

local find, match, sub = string.find, string.match, string.sub
local _M = {}
local config, reserve_script, settle_script

local function load_script(path)
    local file = assert(io.open(path))
    local text = file:read("*a")
    file:close()
    local sha = ngx.sha1_bin(text):gsub(".", function(byte) return ("%02x"):format(byte:byte()) end)
    return {text = text, sha = sha}
end

function _M.configure(options)
    config = options
    reserve_script = load_script(options.scripts .. "reserve.lua")
    settle_script = load_script(options.scripts .. "settle.lua")
end

local function connect()
    local store = redis:new()
    store:set_timeout(1000)
    local ok, problem = store:connect("127.0.0.1", config.redis_port)
    if not ok then return nil, problem end
    return store
end

local function ask(store, key, input, output)
    return store:evalsha(reserve_script.sha, 1, key, config.window_s, config.requests, config.input_tokens,
        config.output_tokens, input, output)
end

local function reserve(key, input, output)
    local store, problem = connect()
    if not store then return nil, problem end
    local verdict
    verdict, problem = ask(store, key, input, output)
    if verdict == false and find(problem, "NOSCRIPT", 1, true) then
        store:script("load", reserve_script.text)
        store:script("load", settle_script.text)
        verdict, problem = ask(store, key, input, output)
    end
    if not verdict then return nil, problem end
    store:set_keepalive(60000, 1024)
    return verdict
end

local function refuse(status, message, retry_after_s)
    ngx.status = status
    ngx.header["Content-Type"] = "application/json"
    if retry_after_s then ngx.header["Retry-After"] = retry_after_s end
    local body = '{"error":{"message":"' .. message .. '","type":"rate_limit_error"}}\n'
    -- Without a length it would be chunked, and two writes.
    ngx.header["Content-Length"] = #body
    ngx.print(body)
    return ngx.exit(status)
end

local function read_body()
    ngx.req.read_body()
    local body = ngx.req.get_body_data()
    if body then return body end
    local path = ngx.req.get_body_file()
    if not path then return "" end
    local file = assert(io.open(path, "rb"))
    body = file:read("*a")
    file:close()
    return body
end

function _M.admit()
    local authorization = ngx.var.http_authorization
    if not authorization then return refuse(401, "an API key is needed") end
    local body = read_body()
    local call = cjson.decode(body)
    if not call or not call.model then return refuse(400, "the body is no call of a model") end

    local input = math.ceil(#body / 4)
    local output = call.max_completion_tokens or call.max_tokens or 1024
    local key = "limit:" .. sub(authorization, 8)
    local verdict, problem = reserve(key, input, output)
    if not verdict then
        ngx.log(ngx.ERR, "redis: ", problem)
        return refuse(503, "the limiter's store does not answer")
    end
    if verdict[1] == 0 then return refuse(429, "rate limit reached", verdict[2]) end
    ngx.ctx.reserved = {key = key, second = verdict[2], input = input, output = output, tail = ""}
end

-- The usage stands at the end of an answer, streamed or not.
function _M.read_usage()
    local reserved = ngx.ctx.reserved
    if reserved then reserved.tail = sub(reserved.tail .. ngx.arg[1], -1024) end
end

local waiting, sending = {}, false

local function send_waiting()
    local store, problem = connect()
    while store and #waiting > 0 do
        local batch = waiting
        waiting = {}
        store:init_pipeline(#batch)
        for _, settlement in ipairs(batch) do
            store:evalsha(settle_script.sha, 1, settlement.key, settlement.second, settlement.input, settlement.output)
        end
        local answers
        answers, problem = store:commit_pipeline()
        if not answers then store = nil end
    end
    sending = false
    if store then store:set_keepalive(60000, 1024) else ngx.log(ngx.ERR, "redis: ", problem) end
end

function _M.settle()
    local reserved = ngx.ctx.reserved
    if not reserved then return end
    local input = tonumber(match(reserved.tail, '"prompt_tokens":%s*(%d+)'))
    local output = tonumber(match(reserved.tail, '"completion_tokens":%s*(%d+)'))
    if not input or not output then return end
    waiting[#waiting + 1] = {
        key = reserved.key, second = reserved.second,
        input = input - reserved.input, output = output - reserved.output,
    }
    if not sending then sending = ngx.timer.at(0, send_waiting) end
end

return _M
