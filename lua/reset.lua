-- Empties ledgers of window.lua; window_ledgers.lua says how they are stored. A ledger keeps its epoch: nodes that wrote
-- to it would take another one for a loss, and replay what they hold.
--
-- KEYS    the ledgers
-- Reply   how many there were

local newest_format, newest_size = '>I5I5I5I5I6I6I6I7I5', 50
local count = 0
for _, key in ipairs(KEYS) do
    local newest = redis.pcall('ZRANGE', key, '0', '0', 'WITHSCORES')
    if newest.err or newest[1] and #newest[1] ~= newest_size then
        redis.call('DEL', key)
        count = count + 1
    elseif newest[1] then
        local bucket, _, _, _, _, _, _, epoch = struct.unpack(newest_format, newest[1])
        -- Of the same score, and before the one that it replaces: added first, so that the key lives on.
        redis.call('ZADD', key, newest[2], struct.pack(newest_format, bucket, 0, 0, 0, 0, 0, 0, epoch, bucket))
        redis.call('ZREMRANGEBYRANK', key, '1', '-1')
        count = count + 1
    end
end
return count
