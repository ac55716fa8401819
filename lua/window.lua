-- The sliding window of include/weir/window.hpp over ledgers that live in Redis: reserves, corrects and reads
-- several ledgers in one atomic step, all of them or none, up to 64 operations a call.
--
-- KEYS    the ledgers, "weir:1:{tag}:scope:id:W"; behind them, where ARGV names a store epoch, the key that holds it
-- ARGV    now          microseconds since the epoch, for tests, whose ledgers live a day; 0: this server's TIME
--         not_after    a reserve that runs later than this does nothing; 0: no such bound
--         epoch        random, 1 to 10^15 - 1: becomes the epoch of a ledger that has to be made
--         store_epoch  a ledger is made, and additions are done, only while the store has this epoch, so that whoever
--                      does not know yet that the store was emptied makes none, and adds nothing that is to be
--                      added again; 0: not checked
--         for each ledger: W in microseconds, then its limits of requests, input, output and input + output;
--                      empty: unlimited
--         then the operations, in order; changes and additions stand before reserves:
--           r requests input output
--               takes the demand from every ledger if all of them have room
--           c requests_back input_back input_more lease_back produced lease_again
--               and for each ledger: epoch admission_bucket lease_bucket produced_bucket produced_back
--               corrects a charge. What goes back leaves its bucket, as much as is still there, and nothing
--               where the ledger has another epoch than the one named: it must not take somebody else's charge.
--               input_more joins the admission bucket, or the current one where that is gone; produced output
--               joins the current bucket; lease_again is held where a lease taken now is.
--           a ledger bucket requests input output
--               adds to a bucket (of the current one at the most; nothing where it has expired)
-- Reply   integers, flat:
--         now
--         -1 and nothing else, where the store has another epoch than the one named; nothing was done
--         for each ledger, as it stands after the whole call: epoch (0: there is none), sums of requests, input
--                      and output, and when the newest entry that holds each of the three expires (0: none does)
--         for each r, in order: 1 admitted
--                               0 refused, then: ledger (from 1), dimension (1 requests, 2 input, 3 output,
--                                 4 input + output), used, in how many microseconds it will fit, and how much
--                                 more of that dimension would fit then, too
--                               -1 too late, nothing was done
-- Stored  a string per ledger, big-endian: the sums of all entries, of requests (6 bytes), input (7) and output (7),
--         the ledger's epoch (7), the bucket of its oldest entry (6; 0: it has none); then the entries, newest
--         first: bucket (6), requests (5), input (6), output (6). An entry expires at bucket * g, g = ceil(W / 120),
--         so that there are 121 at the most. What a decision needs stands at the beginning, and nearly always it is
--         all that changes: one command reads it and one writes it. The string lives W + 2 g after its last bucket
--         was opened.
--
-- Everything is read and decided before the first write: Redis rolls nothing back. A call that only refuses or
-- reads writes nothing. Numbers are integers below 2^53.

local head_format, head_size = '>I6I7I7I7I6', 33
local entry_format, entry_size = '>I6I5I6I6', 23
local call, number, unlimited = redis.call, tonumber, math.huge
local pack, unpack_at = struct.pack, struct.unpack

local now = number(ARGV[1])
local is_given = now > 0
if not is_given then
    local time = call('TIME')
    now = time[1] * 1000000 + time[2]
end
local not_after, fresh_epoch, store_epoch = number(ARGV[2]), number(ARGV[3]), number(ARGV[4])
local ledger_count = store_epoch > 0 and #KEYS - 1 or #KEYS
local argument = 4

local function next_number()
    argument = argument + 1
    return number(ARGV[argument])
end

-- The stored entry of an index, from the newest on.
local function stored(ledger, index)
    local bucket, r, i, o = unpack_at(entry_format, ledger.stored, index * entry_size + 1)
    return {bucket = bucket, r = r, i = i, o = o, index = index}
end

-- All entries, as they are stored; those that have expired are no longer counted among them.
local function load(ledger)
    ledger.stored = call('GETRANGE', ledger.key, '33', '-1')
    ledger.count = #ledger.stored / entry_size
    while ledger.count > 0 do
        local oldest = stored(ledger, ledger.count - 1)
        if oldest.bucket * ledger.g > now then return end
        ledger.r, ledger.i, ledger.o = ledger.r - oldest.r, ledger.i - oldest.i, ledger.o - oldest.o
        ledger.count = ledger.count - 1
    end
end

-- Reads the sums and the newest entry, and all the others where some have expired. `at` has the entries that were
-- looked at, by bucket, `changed` those that are to be written.
local function open(key)
    local w = number(ARGV[argument + 1])
    local g = math.ceil(w / 120)
    local ledger = {
        key = key, w = w, g = g, r = 0, i = 0, o = 0, epoch = 0, stored_epoch = 0, oldest = 0, at = {}, changed = {},
        current = math.floor((now + w + g - 1) / g),
        lease = math.floor((now + (w < 120000000 and w or 120000000) + g - 1) / g),
        limit_r = number(ARGV[argument + 2]) or unlimited, limit_i = number(ARGV[argument + 3]) or unlimited,
        limit_o = number(ARGV[argument + 4]) or unlimited, limit_t = number(ARGV[argument + 5]) or unlimited
    }
    argument = argument + 5
    local head = call('GETRANGE', key, '0', '55')
    if head == '' then return ledger end
    ledger.r, ledger.i, ledger.o, ledger.epoch, ledger.oldest = unpack_at(head_format, head)
    ledger.stored_epoch = ledger.epoch
    if ledger.oldest == 0 then return ledger end
    if ledger.oldest * g <= now then
        ledger.has_expired = true
        load(ledger)
        if ledger.count == 0 then return ledger end
    end
    local bucket, r, i, o = unpack_at(entry_format, head, head_size + 1)
    ledger.newest = {bucket = bucket, r = r, i = i, o = o, index = 0}
    ledger.at[bucket] = ledger.newest
    return ledger
end


-- How many of the stored entries are newer than a bucket.
local function count_newer(ledger, bucket)
    if not ledger.newest or bucket >= ledger.newest.bucket then return 0 end
    if not ledger.stored then load(ledger) end
    local low, high = 0, ledger.count
    while low < high do
        local middle = math.floor((low + high) / 2)
        if stored(ledger, middle).bucket > bucket then low = middle + 1 else high = middle end
    end
    return low
end

-- The entry of a bucket; where there is none, one with nothing in it.
local function entry_at(ledger, bucket)
    local entry = ledger.at[bucket]
    if entry then return entry end
    local index = count_newer(ledger, bucket)
    if index > 0 and index < ledger.count then
        entry = stored(ledger, index)
        if entry.bucket ~= bucket then entry = nil end
    end
    entry = entry or {bucket = bucket, r = 0, i = 0, o = 0}
    ledger.at[bucket] = entry
    return entry
end

local function note_change(ledger, entry)
    if entry.changed then return end
    entry.changed = true
    ledger.changed[#ledger.changed + 1] = entry
end

local function add(ledger, bucket, r, i, o)
    if r + i + o == 0 then return end
    local entry = entry_at(ledger, bucket)
    entry.r, entry.i, entry.o = entry.r + r, entry.i + i, entry.o + o
    ledger.r, ledger.i, ledger.o = ledger.r + r, ledger.i + i, ledger.o + o
    if ledger.epoch == 0 then ledger.epoch = fresh_epoch end
    note_change(ledger, entry)
end

-- As much of each as the bucket still holds.
local function remove(ledger, bucket, r, i, o)
    if r + i + o == 0 or bucket * ledger.g <= now then return end
    local entry = entry_at(ledger, bucket)
    r, i, o = math.min(r, entry.r), math.min(i, entry.i), math.min(o, entry.o)
    if r + i + o == 0 then return end
    entry.r, entry.i, entry.o = entry.r - r, entry.i - i, entry.o - o
    ledger.r, ledger.i, ledger.o = ledger.r - r, ledger.i - i, ledger.o - o
    note_change(ledger, entry)
end

local refused, admitted, too_late = 0, 1, -1

-- One of these, or the demand that was refused.
local function reserve(ledgers)
    local r, i, o = next_number(), next_number(), next_number()
    if not_after > 0 and now > not_after then return too_late end
    for _, ledger in ipairs(ledgers) do
        if (r > 0 and ledger.r + r > ledger.limit_r) or (i > 0 and ledger.i + i > ledger.limit_i) or
            (o > 0 and ledger.o + o > ledger.limit_o) or
            (i + o > 0 and ledger.i + ledger.o + i + o > ledger.limit_t) then
            return {r = r, i = i, o = o}
        end
    end
    for _, ledger in ipairs(ledgers) do
        if ledger.lease == ledger.current then
            add(ledger, ledger.current, r, i, o)
        else
            add(ledger, ledger.current, r, i, 0)
            add(ledger, ledger.lease, 0, 0, o)
        end
    end
    return admitted
end

local function change(ledgers)
    local requests_back, input_back, input_more = next_number(), next_number(), next_number()
    local lease_back, produced, lease_again = next_number(), next_number(), next_number()
    for _, ledger in ipairs(ledgers) do
        local epoch, admission_bucket = next_number(), next_number()
        local lease_bucket, produced_bucket, produced_back = next_number(), next_number(), next_number()
        if epoch == ledger.epoch and epoch > 0 then
            remove(ledger, admission_bucket, requests_back, input_back, 0)
            remove(ledger, produced_bucket, 0, 0, produced_back)
            remove(ledger, lease_bucket, 0, 0, lease_back)
        end
        local is_gone = admission_bucket * ledger.g <= now or admission_bucket > ledger.current
        add(ledger, is_gone and ledger.current or admission_bucket, 0, input_more, 0)
        add(ledger, ledger.current, 0, 0, produced)
        add(ledger, ledger.lease, 0, 0, lease_again)
    end
end

local function addition(ledgers)
    local ledger = ledgers[next_number()]
    local bucket = math.min(next_number(), ledger.current)
    local r, i, o = next_number(), next_number(), next_number()
    if bucket * ledger.g > now then add(ledger, bucket, r, i, o) end
end

-- Makes what appends a refusal to the reply. Each call defines its functions anew, so that those which few calls need
-- are defined only then.
local function refusal_appender()
    -- What will have expired when: for the entries from the oldest on, their expiries and, by dimension, the sums of
    -- all up to each. Goes as far as somebody asks: nearly every demand fits once the first few have expired.
    local function start_walk(ledger)
        local made = {}
        for _, entry in ipairs(ledger.changed) do
            if not entry.index then made[#made + 1] = entry end
        end
        table.sort(made, function(a, b) return a.bucket < b.bucket end)
        if not ledger.stored then load(ledger) end
        ledger.walked = {{}, {}, {}, {}, expiries = {}, n = 0, made = made, next_made = 1, left = ledger.count}
        return ledger.walked
    end

    -- False where there are no more.
    local function walk_on(ledger, walked)
        local entry
        if walked.left > 0 then
            entry = stored(ledger, walked.left - 1)
            entry = ledger.at[entry.bucket] or entry
        end
        local made = walked.made[walked.next_made]
        if made and (not entry or made.bucket < entry.bucket) then
            entry = made
            walked.next_made = walked.next_made + 1
        else
            walked.left = walked.left - 1
        end
        if not entry then return false end
        local n = walked.n
        walked.n = n + 1
        walked.expiries[n + 1] = entry.bucket * ledger.g
        walked[1][n + 1] = (walked[1][n] or 0) + entry.r
        walked[2][n + 1] = (walked[2][n] or 0) + entry.i
        walked[3][n + 1] = (walked[3][n] or 0) + entry.o
        walked[4][n + 1] = walked[2][n + 1] + walked[3][n + 1]
        return true
    end

    -- When so much of a dimension has expired, and how much more will have by then.
    local function freed_at(ledger, dimension, amount)
        local walked = ledger.walked or start_walk(ledger)
        local sums = walked[dimension]
        while (sums[walked.n] or 0) < amount and walk_on(ledger, walked) do end
        local low, high = 1, walked.n
        while low < high do
            local middle = math.floor((low + high) / 2)
            if sums[middle] >= amount then high = middle else low = middle + 1 end
        end
        return walked.expiries[low] or now, (sums[low] or amount) - amount
    end

    -- Who has to wait longest, and how long.
    return function(reply, ledgers, demand)
        local longest, by, dimension, used, more = -1, 0, 0, 0, 0
        for k, ledger in ipairs(ledgers) do
            local wanted = {demand.r, demand.i, demand.o, demand.i + demand.o}
            local sums = {ledger.r, ledger.i, ledger.o, ledger.i + ledger.o}
            local limits = {ledger.limit_r, ledger.limit_i, ledger.limit_o, ledger.limit_t}
            for d = 1, 4 do
                local excess = sums[d] + wanted[d] - limits[d]
                if wanted[d] > 0 and excess > 0 then
                    local at, beyond = freed_at(ledger, d, excess)
                    if at - now > longest then longest, by, dimension, used, more = at - now, k, d, sums[d], beyond end
                end
            end
        end
        local n = #reply
        reply[n + 1], reply[n + 2], reply[n + 3], reply[n + 4], reply[n + 5] = by, dimension, used, longest, more
    end
end

-- How a ledger stands, and of each dimension when the newest entry that holds some of it expires.
local function append_level(reply, ledger)
    local n = #reply
    reply[n + 1], reply[n + 2], reply[n + 3], reply[n + 4] = ledger.epoch, ledger.r, ledger.i, ledger.o
    local top = ledger.at[ledger.current] or (not ledger.changed[1] and ledger.newest)
    if top and (top.r > 0 or ledger.r == 0) and (top.i > 0 or ledger.i == 0) and
        (top.o > 0 or ledger.o == 0) then
        local expires = top.bucket * ledger.g
        reply[n + 5] = top.r > 0 and expires or 0
        reply[n + 6] = top.i > 0 and expires or 0
        reply[n + 7] = top.o > 0 and expires or 0
    elseif ledger.epoch == 0 then
        reply[n + 5], reply[n + 6], reply[n + 7] = 0, 0, 0
    else
        -- Nearly always one of the first few.
        local until_r, until_i, until_o = 0, 0, 0
        local function look_at(entry)
            local expires = entry.bucket * ledger.g
            if entry.r > 0 and expires > until_r then until_r = expires end
            if entry.i > 0 and expires > until_i then until_i = expires end
            if entry.o > 0 and expires > until_o then until_o = expires end
        end
        if ledger.newest and not ledger.stored then load(ledger) end
        for index = 0, (ledger.count or 0) - 1 do
            local entry = stored(ledger, index)
            look_at(ledger.at[entry.bucket] or entry)
            if (until_r > 0 or ledger.r == 0) and (until_i > 0 or ledger.i == 0) and
                (until_o > 0 or ledger.o == 0) then break end
        end
        for _, entry in ipairs(ledger.changed) do look_at(entry) end
        reply[n + 5], reply[n + 6], reply[n + 7] = until_r, until_i, until_o
    end
end

local function encode(entry) return pack(entry_format, entry.bucket, entry.r, entry.i, entry.o) end

local function encode_head(ledger)
    return pack(head_format, ledger.r, ledger.i, ledger.o, ledger.epoch, ledger.oldest)
end

-- The entries anew: what has expired or became empty is left out, what was made is put in.
local function rewrite(ledger, opens)
    if ledger.newest and not ledger.stored then load(ledger) end
    local count, kept = ledger.count or 0, 0
    local parts = {''}
    local function keep(last)
        if last > kept then
            parts[#parts + 1] = string.sub(ledger.stored, kept * entry_size + 1, last * entry_size)
        end
    end
    ledger.oldest = count > 0 and stored(ledger, count - 1).bucket or 0
    table.sort(ledger.changed, function(a, b) return a.bucket > b.bucket end)
    for _, entry in ipairs(ledger.changed) do
        local index = entry.index or count_newer(ledger, entry.bucket)
        keep(index)
        kept = entry.index and index + 1 or index
        if entry.r + entry.i + entry.o > 0 then
            parts[#parts + 1] = encode(entry)
            if kept == count then ledger.oldest = entry.bucket end
        end
    end
    keep(count)
    if #parts == 1 then ledger.oldest = 0 end
    parts[1] = encode_head(ledger)
    if opens then
        local lives_us = is_given and 86400000000 or ledger.w + 2 * ledger.g
        call('SET', ledger.key, table.concat(parts), 'PX', math.ceil(lives_us / 1000))
    else
        call('SET', ledger.key, table.concat(parts), 'KEEPTTL')
    end
end

local function write(ledger)
    local opens = false
    for _, entry in ipairs(ledger.changed) do
        if not entry.index and entry.r + entry.i + entry.o > 0 then opens = true end
    end
    local is_made = ledger.stored_epoch == 0
    if opens or is_made or ledger.has_expired or ledger.is_folded then return rewrite(ledger, opens or is_made) end
    -- In place. What became empty stays until the next bucket is opened.
    local head = encode_head(ledger)
    for _, entry in ipairs(ledger.changed) do
        if entry.index == 0 then
            head = head .. encode(entry)
        elseif entry.index then
            call('SETRANGE', ledger.key, head_size + entry.index * entry_size, encode(entry))
        end
    end
    call('SETRANGE', ledger.key, '0', head)
end

local ledgers = {}
for k = 1, ledger_count do ledgers[k] = open(KEYS[k]) end
for _, ledger in ipairs(ledgers) do
    if ledger.newest and ledger.newest.bucket > ledger.current then
        -- Time stepped back: what lies beyond the current bucket is folded into it.
        if not ledger.stored then load(ledger) end
        for index = 0, ledger.count - 1 do
            local bucket = stored(ledger, index).bucket
            if bucket <= ledger.current then break end
            local entry = entry_at(ledger, bucket)
            local r, i, o = entry.r, entry.i, entry.o
            remove(ledger, bucket, r, i, o)
            add(ledger, ledger.current, r, i, o)
            note_change(ledger, entry)
        end
        ledger.is_folded = true
    end
end

local demands, adds = {}, false
while argument < #ARGV do
    argument = argument + 1
    local operation = ARGV[argument]
    if operation == 'r' then demands[#demands + 1] = reserve(ledgers)
    elseif operation == 'c' then change(ledgers)
    elseif operation == 'a' then
        adds = true
        addition(ledgers)
    else return redis.error_reply('ERR unknown operation ' .. operation) end
end

local makes_ledger = false
for _, ledger in ipairs(ledgers) do
    makes_ledger = makes_ledger or ledger.epoch ~= ledger.stored_epoch
end
if (makes_ledger or adds) and store_epoch > 0 and number(call('GET', KEYS[#KEYS]) or 0) ~= store_epoch then
    return {now, -1}
end

local reply, append_refusal = {now}, nil
for _, ledger in ipairs(ledgers) do append_level(reply, ledger) end
for _, demand in ipairs(demands) do
    if type(demand) == 'table' then
        reply[#reply + 1] = refused
        append_refusal = append_refusal or refusal_appender()
        append_refusal(reply, ledgers, demand)
    else
        reply[#reply + 1] = demand
    end
end
for _, ledger in ipairs(ledgers) do
    if ledger.changed[1] then write(ledger) end
end
return reply
