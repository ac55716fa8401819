-- What one node tells the others twice a second, and hears from them: figures, usage, the version of the documents.
--
-- KEYS    the documents (see documents.lua), a hash of the nodes' figures, a hash of who has written usage, and a hash
--         for each day that the batch names
-- ARGV    node, figures       its name and what the others are to know of it; no figures: it leaves
--         fresh_epoch         random: becomes the epoch of the usage where it has none
--         epoch               the batch is written only under this epoch; 0: under any
--         writer, sequence    the batch is written unless the writer has written this sequence already; 0: no batch
--         expire_at for each day, in seconds since the epoch
--         then for each increment: the number of its day (from 1), its field, six amounts
-- Reply   now, version and revision of the documents, the usage's epoch, 1 where the batch is written (now or earlier),
--         then name, age in us and figures of each node
-- Stored  figures: node -> "<time in us> <figures>"; written: "epoch", and writer -> "<sequence> <time in us>";
--         a day: field -> six numbers with blanks between them

local call, number = redis.call, tonumber
local documents, nodes, written = KEYS[1], KEYS[2], KEYS[3]
local node, figures, fresh_epoch, expected_epoch, writer = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local sequence = number(ARGV[6])
local silent_us, forgotten_us, writers_max = 3000000, 60000000, 1000

local time = call('TIME')
local now = time[1] * 1000000 + time[2]

local epoch = call('HGET', written, 'epoch')
if not epoch then
    epoch = fresh_epoch
    call('HSET', written, 'epoch', epoch)
end

-- Writers that have been silent for a week have gone: their last batch will not come again.
local function forget_writers()
    local entries = call('HGETALL', written)
    for i = 1, #entries, 2 do
        local last = string.match(entries[i + 1], '^%d+ (%d+)$')
        if last and now - number(last) > 7 * 86400000000 then call('HDEL', written, entries[i]) end
    end
end

local function write_batch()
    local days = #KEYS - 3
    local argument = 6 + days
    while argument < #ARGV do
        local key, field = KEYS[3 + number(ARGV[argument + 1])], ARGV[argument + 2]
        local sums = {}
        for sum in string.gmatch(call('HGET', key, field) or '', '%d+') do sums[#sums + 1] = number(sum) end
        for i = 1, 6 do sums[i] = string.format('%.0f', (sums[i] or 0) + number(ARGV[argument + 2 + i])) end
        call('HSET', key, field, table.concat(sums, ' '))
        argument = argument + 8
    end
    for day = 1, days do call('EXPIREAT', KEYS[3 + day], ARGV[6 + day]) end
    call('HSET', written, writer, string.format('%.0f %.0f', sequence, now))
    if call('HLEN', written) > writers_max then forget_writers() end
end

local is_written = 0
if sequence > 0 and (expected_epoch == '0' or expected_epoch == epoch) then
    local last = string.match(call('HGET', written, writer) or '', '^%d+')
    if not last or sequence > number(last) then write_batch() end
    is_written = 1
end

if figures == '' then
    call('HDEL', nodes, node)
else
    call('HSET', nodes, node, string.format('%.0f ', now) .. figures)
    call('PEXPIRE', nodes, forgotten_us / 1000)
end

local version = call('HMGET', documents, '@version', '@revision')
local reply = {now, number(version[1] or 0), version[2] or '', number(epoch), is_written}
local entries = call('HGETALL', nodes)
for i = 1, #entries, 2 do
    local at, told = string.match(entries[i + 1], '^(%d+) (.*)$')
    local age = at and now - number(at) or forgotten_us + 1
    if age <= silent_us then
        reply[#reply + 1] = entries[i]
        reply[#reply + 1] = age
        reply[#reply + 1] = told
    elseif age > forgotten_us then
        call('HDEL', nodes, entries[i])
    end
end
return reply
