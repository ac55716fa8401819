-- Runs in Redis. Replaces what was reserved by what was used, in the second that it was charged in.
--   KEYS[1] the window   ARGV that second, difference of input, of output
local second = ARGV[1]
local charged = redis.call('HMGET', KEYS[1], 'i', 'o', 'i' .. second, 'o' .. second)
if charged[3] then
    redis.call('HSET', KEYS[1], 'i', charged[1] + ARGV[2], 'o', charged[2] + ARGV[3],
        'i' .. second, charged[3] + ARGV[2], 'o' .. second, charged[4] + ARGV[3])
end
