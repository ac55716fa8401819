-- One node says that it lives, and learns who else does and what the store remembers.
--
-- KEYS    a hash of the nodes, and the key of the store's epoch
-- ARGV    node         its name
--         alive_us     a node lives until so long after its last heartbeat
--         fresh_epoch  random, 1 to 10^15 - 1: becomes the store's epoch where it has none, because it is new or
--                      was emptied
--         replayed     the epoch under which all that this node holds is in the store; 0: not all is
--         leaving      1: this is its last heartbeat
--         since        an earlier heartbeat says nothing of what its node has replayed; 0: any does
-- Reply   integers: now, the store's epoch, nodes alive, those of them that have replayed under this epoch, and
--         the most that were alive at once within the last hour
-- Stored  fields "n:NODE" -> "<last heartbeat in us> <replayed>", and "m:MINUTE" -> the most alive in that minute. A
--         later version may say more behind these, and have fields of its own: they are left alone

local hour_us, minute_us = 3600000000, 60000000
local nodes_key, epoch_key = KEYS[1], KEYS[2]
local node, alive_us, fresh_epoch, replayed, leaving, since = unpack(ARGV)

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local epoch = redis.call('GET', epoch_key)
if not epoch then
    epoch = fresh_epoch
    redis.call('SET', epoch_key, epoch)
end

if leaving == '1' then
    redis.call('HDEL', nodes_key, 'n:' .. node)
else
    redis.call('HSET', nodes_key, 'n:' .. node, string.format('%.0f %s', now, replayed))
    redis.call('PEXPIRE', nodes_key, 2 * hour_us / 1000)
end

local alive, alive_replayed, most = 0, 0, 0
local this_minute = math.floor(now / minute_us)
local stale = {}
local fields = redis.call('HGETALL', nodes_key)
for k = 1, #fields, 2 do
    local name, value = fields[k], fields[k + 1]
    if string.sub(name, 1, 2) == 'n:' then
        local last, under = string.match(value, '^(%d+) (%d+)')
        if last and now - tonumber(last) <= tonumber(alive_us) then
            alive = alive + 1
            local is_recent = tonumber(last) >= tonumber(since)
            if under == epoch and is_recent then alive_replayed = alive_replayed + 1 end
        elseif not last or now - tonumber(last) > hour_us then
            stale[#stale + 1] = name
        end
    elseif string.find(name, '^m:%d+$') then
        if this_minute - tonumber(string.sub(name, 3)) > 60 then
            stale[#stale + 1] = name
        else
            most = math.max(most, tonumber(value) or 0)
        end
    end
end
if #stale > 0 then redis.call('HDEL', nodes_key, unpack(stale)) end
if alive > tonumber(redis.call('HGET', nodes_key, 'm:' .. this_minute) or 0) then
    redis.call('HSET', nodes_key, 'm:' .. this_minute, alive)
end
return {now, tonumber(epoch), alive, alive_replayed, math.max(most, alive)}
