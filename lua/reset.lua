-- Empties ledgers of window.lua, which says how they are stored. A ledger keeps its epoch: nodes that wrote to it
-- would take another one for a loss, and replay what they hold.
--
-- KEYS    the ledgers
-- Reply   how many there were

local head_format, epoch_at = '>I6I7I7I7I6', 21
local count = 0
for _, key in ipairs(KEYS) do
    local head = redis.call('GETRANGE', key, '0', '32')
    if head ~= '' then
        local epoch = struct.unpack('>I7', head, epoch_at)
        redis.call('SET', key, struct.pack(head_format, 0, 0, 0, epoch, 0), 'KEEPTTL')
        count = count + 1
    end
end
return count
