-- What one node tells the others twice a second, and hears from them: figures, usage, the version of the documents.
--
-- KEYS    the documents (see documents.lua), a hash of the nodes' figures, a hash of who has written usage, and a hash
--         for each period that the batch names: a day of all keys, or some days of one key by hours
-- ARGV    node, figures       its name and what the others are to know of it; no figures: it leaves
--         writer, sequence, previous
--                             see the reply; sequence 0: no batch
--         for each period: expire_at in seconds since the epoch, how many amounts an increment
--         has, and how many of them, the first, are added up: of the others the highest stays
--         then for each increment: the number of its period (from 1), its field, its amounts
-- Reply   now, version and revision of the documents, what became of the batch and the writer's sequence as it is now,
--         then name, age in us and figures of each node. The batch:
--             0  there was none
--             1  is applied: now, because the writer stood at `previous` or neither knows of any, or it was before
--             2  is not, for the store has been emptied: it knows nothing of a writer who has written before
--             3  is not, for the writer stands at another sequence
-- Stored  figures: node -> "<time in us> <figures>"; written: writer -> "<sequence> <time in us>";
--         a period: field -> its amounts with blanks between them; those of a later version behind them stay

local call, number = redis.call, tonumber
local documents, nodes, written = KEYS[1], KEYS[2], KEYS[3]
local node, figures, writer, sequence, previous = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local silent_us, forgotten_us, writers_max, kept_us = 3000000, 60000000, 1000, 401 * 86400000000

local time = call('TIME')
local now = time[1] * 1000000 + time[2]

-- A writer is remembered for as long as what it wrote: one that comes back would write it again otherwise.
local function forget_writers()
    local entries = call('HGETALL', written)
    for i = 1, #entries, 2 do
        local last = string.match(entries[i + 1], '^%d+ (%d+)$')
        if last and now - number(last) > kept_us then call('HDEL', written, entries[i]) end
    end
end

local function write_batch()
    local periods = #KEYS - 3
    local argument = 5 + 3 * periods
    while argument < #ARGV do
        local period, field = number(ARGV[argument + 1]), ARGV[argument + 2]
        local key, count, added = KEYS[3 + period], number(ARGV[4 + 3 * period]), number(ARGV[5 + 3 * period])
        local amounts = {}
        for amount in string.gmatch(call('HGET', key, field) or '', '%d+') do amounts[#amounts + 1] = amount end
        for i = 1, count do
            local held, told = number(amounts[i] or 0), number(ARGV[argument + 2 + i])
            amounts[i] = string.format('%.0f', i <= added and held + told or math.max(held, told))
        end
        call('HSET', key, field, table.concat(amounts, ' '))
        argument = argument + 2 + count
    end
    for period = 1, periods do call('EXPIREAT', KEYS[3 + period], ARGV[3 + 3 * period]) end
    call('HSET', written, writer, sequence .. string.format(' %.0f', now))
    if previous == '0' and call('HLEN', written) > writers_max then forget_writers() end
end

local none, applied, emptied, differs = 0, 1, 2, 3
local fate, stood = none, 0
if sequence ~= '0' then
    stood = string.match(call('HGET', written, writer) or '0', '^%d+')
    if stood == sequence then
        fate = applied
    elseif stood == previous then
        write_batch()
        fate, stood = applied, sequence
    else
        fate = stood == '0' and emptied or differs
    end
end

if figures == '' then
    call('HDEL', nodes, node)
else
    call('HSET', nodes, node, string.format('%.0f ', now) .. figures)
    call('PEXPIRE', nodes, forgotten_us / 1000)
end

local version = call('HMGET', documents, '@version', '@revision')
local reply = {now, number(version[1] or 0), version[2] or '', fate, number(stood)}
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
