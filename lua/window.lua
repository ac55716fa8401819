-- The sliding window of include/weir/window.hpp over ledgers that live in Redis: reserves, corrects and reads
-- several ledgers in one atomic step, all of them or none, up to 64 operations a call.
--
-- KEYS    the ledgers, "weir:1:{tag}:scope:id:W"; behind them, where ARGV names a store epoch, the key that holds it
-- ARGV    now          microseconds since the epoch, for tests, whose ledgers live a day; 0: this server's TIME
--         not_after    a reserve that runs later than this does nothing; 0: no such bound
--         epoch        random, 1 to 10^15 - 1: becomes the epoch of a ledger that has to be made
--         store_epoch  a ledger is made only while the store has this epoch, so that whoever does not know yet that
--                      the store was emptied makes none; 0: not checked
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
-- Stored  a ZSET per ledger. Each entry is a member of 19 bytes, big-endian: bucket mod 2^16 (2), requests (5),
--         input (6), output (6); its score is when it expires, bucket * g, g = ceil(W / 120). One member of 27 bytes
--         with the score 0 stands before them: the sums of all entries, of requests (6), input (7) and output (7),
--         and the ledger's epoch (7). As a member and not as scores of several, because Redis prints and reads a
--         score by way of a decimal fraction, which costs more than all else here. With at most 121 entries the set
--         stays a listpack (128). It lives W + 2 g after its last bucket was opened.
--
-- Everything is read and decided before the first write: Redis rolls nothing back. A call that only refuses or
-- reads writes nothing. Numbers are integers below 2^53.

local entry_score_min = 1000000000000000
local member_format, sums_format = '>I2I5I6I6', '>I6I7I7I7'
local call, number, unlimited = redis.call, tonumber, math.huge

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

local function decode(bucket, member)
    local _, r, i, o = struct.unpack(member_format, member)
    return {bucket = bucket, r = r, i = i, o = o, member = member}
end

-- Reads the sums, what has expired, and the newest entry. Others are read as they are needed; `at` has those that
-- were looked at, by bucket, `changed` those that are to be written.
local function open(key)
    local w = number(ARGV[argument + 1])
    local g = math.ceil(w / 120)
    local ledger = {
        key = key, w = w, g = g, r = 0, i = 0, o = 0, epoch = 0, stored_epoch = 0, at = {}, changed = {},
        current = math.floor((now + w + g - 1) / g),
        lease = math.floor((now + (w < 120000000 and w or 120000000) + g - 1) / g),
        limit_r = number(ARGV[argument + 2]) or unlimited, limit_i = number(ARGV[argument + 3]) or unlimited,
        limit_o = number(ARGV[argument + 4]) or unlimited, limit_t = number(ARGV[argument + 5]) or unlimited
    }
    argument = argument + 5
    local head = call('ZRANGE', key, 0, 1, 'WITHSCORES')
    if not head[1] then return ledger end
    ledger.sums = head[1]
    ledger.r, ledger.i, ledger.o, ledger.epoch = struct.unpack(sums_format, head[1])
    ledger.stored_epoch = ledger.epoch
    if not head[3] then return ledger end
    if number(head[4]) <= now then
        ledger.has_expired = true
        for _, member in ipairs(call('ZRANGEBYSCORE', key, entry_score_min, now)) do
            local _, r, i, o = struct.unpack(member_format, member)
            ledger.r, ledger.i, ledger.o = ledger.r - r, ledger.i - i, ledger.o - o
        end
    end
    local tail = call('ZRANGE', key, -1, -1, 'WITHSCORES')
    local score = number(tail[2])
    if score > now then
        local newest = decode(score / g, tail[1])
        ledger.newest, ledger.at[newest.bucket] = newest, newest
    end
    return ledger
end

-- Those of the stored entries that still count, by rank among them.
local function read(ledger, first, last)
    local list, count = {}, 0
    local raw = call('ZRANGE', ledger.key, first, last, 'WITHSCORES')
    for k = 1, #raw, 2 do
        local score = number(raw[k + 1])
        if score > now and score >= entry_score_min then
            local bucket = score / ledger.g
            local entry = ledger.at[bucket]
            if not entry then
                entry = decode(bucket, raw[k])
                ledger.at[bucket] = entry
            end
            count = count + 1
            list[count] = entry
        end
    end
    return list
end

local function is_older(a, b) return a.bucket < b.bucket end

-- The entry of a bucket; where there is none, one with nothing in it.
local function entry_at(ledger, bucket)
    local entry = ledger.at[bucket]
    if entry then return entry end
    if ledger.newest and bucket < ledger.newest.bucket then
        local score = bucket * ledger.g
        local found = call('ZRANGEBYSCORE', ledger.key, score, score)
        if found[1] then entry = decode(bucket, found[1]) end
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

-- Time stepped back: what lies beyond the current bucket is folded into it.
local function fold(ledger)
    for _, entry in ipairs(read(ledger, 1, -1)) do
        if entry.bucket > ledger.current then
            local r, i, o = entry.r, entry.i, entry.o
            remove(ledger, entry.bucket, r, i, o)
            add(ledger, ledger.current, r, i, o)
        end
    end
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

-- What will have expired when: for the entries from the oldest on, their expiries and, by dimension, the sums of
-- all up to each. Nearly every demand fits once the first few have expired, so these alone are read at first.
local function walk(ledger, last)
    local made = {}
    for _, entry in ipairs(ledger.changed) do
        if not entry.member then made[#made + 1] = entry end
    end
    table.sort(made, is_older)
    local raw, n, next_made = call('ZRANGE', ledger.key, 1, last, 'WITHSCORES'), 0, 1
    local expiries, sums_r, sums_i, sums_o, sums_t = {}, {}, {}, {}, {}
    local sum_r, sum_i, sum_o = 0, 0, 0
    local function append(expires, r, i, o)
        n, sum_r, sum_i, sum_o = n + 1, sum_r + r, sum_i + i, sum_o + o
        expiries[n], sums_r[n], sums_i[n], sums_o[n], sums_t[n] = expires, sum_r, sum_i, sum_o, sum_i + sum_o
    end
    local function append_made(before)
        while made[next_made] and made[next_made].bucket * ledger.g < before do
            local entry = made[next_made]
            append(entry.bucket * ledger.g, entry.r, entry.i, entry.o)
            next_made = next_made + 1
        end
    end
    for k = 1, #raw, 2 do
        local expires = number(raw[k + 1])
        if expires > now then
            append_made(expires)
            local entry = ledger.at[expires / ledger.g]
            if entry then
                append(expires, entry.r, entry.i, entry.o)
            else
                local _, r, i, o = struct.unpack(member_format, raw[k])
                append(expires, r, i, o)
            end
        end
    end
    append_made(unlimited)
    ledger.walked = {sums_r, sums_i, sums_o, sums_t, expiries = expiries, count = n, is_whole = last == -1}
    return ledger.walked
end

-- When so much of a dimension has expired, and how much more will have by then.
local function freed_at(ledger, dimension, amount)
    local walked = ledger.walked or walk(ledger, (ledger.changed[1] or ledger.has_expired) and -1 or 8)
    if not walked.is_whole and (walked[dimension][walked.count] or 0) < amount then walked = walk(ledger, -1) end
    local sums, low, high = walked[dimension], 1, walked.count
    while low < high do
        local middle = math.floor((low + high) / 2)
        if sums[middle] >= amount then high = middle else low = middle + 1 end
    end
    return walked.expiries[low] or now, (sums[low] or amount) - amount
end

-- Who has to wait longest, and how long.
local function append_refusal(reply, ledgers, demand)
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

-- Of each dimension, when the newest entry that holds some of it expires: nearly always one of the last few.
local function newest_expiries(ledger)
    local until_r, until_i, until_o = 0, 0, 0
    for _, rank in ipairs({-8, -128}) do
        local list = read(ledger, rank, -1)
        local lowest = rank == -8 and list[8] and list[1].bucket or 0
        for bucket, entry in pairs(ledger.at) do
            if bucket >= lowest then
                local expires = bucket * ledger.g
                if entry.r > 0 and expires > until_r then until_r = expires end
                if entry.i > 0 and expires > until_i then until_i = expires end
                if entry.o > 0 and expires > until_o then until_o = expires end
            end
        end
        if (until_r > 0 or ledger.r == 0) and (until_i > 0 or ledger.i == 0) and
            (until_o > 0 or ledger.o == 0) then break end
    end
    return until_r, until_i, until_o
end

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
        reply[n + 5], reply[n + 6], reply[n + 7] = newest_expiries(ledger)
    end
end

-- Redis itself would print a number with 17 digits of a fraction, which takes ten times as long.
local function text(integer) return string.format('%d', integer) end

local function write(ledger)
    local sums = struct.pack(sums_format, ledger.r, ledger.i, ledger.o, ledger.epoch)
    local gone, kept, opens = {ledger.sums}, {'0', sums}, false
    for _, entry in ipairs(ledger.changed) do
        local member
        if entry.r + entry.i + entry.o > 0 then
            member = struct.pack(member_format, entry.bucket % 65536, entry.r, entry.i, entry.o)
        end
        if entry.member ~= member then
            if entry.member then gone[#gone + 1] = entry.member else opens = true end
            if member then
                local n = #kept
                kept[n + 1], kept[n + 2] = text(entry.bucket * ledger.g), member
            end
        end
    end
    if ledger.has_expired then call('ZREMRANGEBYSCORE', ledger.key, entry_score_min, now) end
    if gone[1] then call('ZREM', ledger.key, unpack(gone)) end
    call('ZADD', ledger.key, unpack(kept))
    if opens then
        local lives_us = is_given and 86400000000 or ledger.w + 2 * ledger.g
        call('PEXPIRE', ledger.key, math.ceil(lives_us / 1000))
    end
end

local ledgers = {}
for k = 1, ledger_count do ledgers[k] = open(KEYS[k]) end
for _, ledger in ipairs(ledgers) do
    if ledger.newest and ledger.newest.bucket > ledger.current then fold(ledger) end
end

local demands = {}
while argument < #ARGV do
    argument = argument + 1
    local operation = ARGV[argument]
    if operation == 'r' then demands[#demands + 1] = reserve(ledgers)
    elseif operation == 'c' then change(ledgers)
    elseif operation == 'a' then addition(ledgers)
    else return redis.error_reply('ERR unknown operation ' .. operation) end
end

local makes_ledger = false
for _, ledger in ipairs(ledgers) do
    makes_ledger = makes_ledger or ledger.epoch ~= ledger.stored_epoch
end
if makes_ledger and store_epoch > 0 and number(call('GET', KEYS[#KEYS]) or 0) ~= store_epoch then
    return {now, -1}
end

local reply = {now}
for _, ledger in ipairs(ledgers) do append_level(reply, ledger) end
for _, demand in ipairs(demands) do
    if type(demand) == 'table' then
        reply[#reply + 1] = refused
        append_refusal(reply, ledgers, demand)
    else
        reply[#reply + 1] = demand
    end
end
for _, ledger in ipairs(ledgers) do
    if ledger.changed[1] then write(ledger) end
end
return reply
