-- Runs in Redis. The sliding window of one API key: requests, input and output tokens in buckets of one second, and
-- their sums, in a hash. Charges the request if it fits in all three.
--   KEYS[1] the window   ARGV window in seconds, limits of requests, input, output, demand of input, output
--   answers {1, the second it was charged in} or {0, seconds until the oldest bucket goes}
local key = KEYS[1]
local window = tonumber(ARGV[1])
local second = tonumber(redis.call('TIME')[1])
local bucket = redis.call('HMGET', key, 'r', 'i', 'o', 'first', 'r' .. second, 'i' .. second, 'o' .. second)
local requests, input, output = tonumber(bucket[1] or 0), tonumber(bucket[2] or 0), tonumber(bucket[3] or 0)
local first = tonumber(bucket[4] or second)

if first <= second - window then
    local fields = {}
    for old = first, second - window do
        fields[#fields + 1] = 'r' .. old
        fields[#fields + 1] = 'i' .. old
        fields[#fields + 1] = 'o' .. old
    end
    local gone = redis.call('HMGET', key, unpack(fields))
    for at = 1, #gone, 3 do
        requests = requests - (gone[at] or 0)
        input = input - (gone[at + 1] or 0)
        output = output - (gone[at + 2] or 0)
    end
    redis.call('HDEL', key, unpack(fields))
    first = second - window + 1
    redis.call('HSET', key, 'r', requests, 'i', input, 'o', output, 'first', first)
end

local more_input, more_output = tonumber(ARGV[5]), tonumber(ARGV[6])
if requests + 1 > tonumber(ARGV[2]) or input + more_input > tonumber(ARGV[3])
    or output + more_output > tonumber(ARGV[4]) then
    return {0, math.max(1, first + window - second)}
end

redis.call('HSET', key, 'r', requests + 1, 'i', input + more_input, 'o', output + more_output, 'first', first,
    'r' .. second, (bucket[5] or 0) + 1, 'i' .. second, (bucket[6] or 0) + more_input,
    'o' .. second, (bucket[7] or 0) + more_output)
if not bucket[5] then redis.call('EXPIRE', key, window + 1) end
return {1, second}
