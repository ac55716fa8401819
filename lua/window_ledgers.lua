-- The beginning of a script that ends with window.lua, where the call is described: the ledgers of a call, as they are
-- read from Redis and changed in this script's memory.
--
-- Stored  a ZSET per ledger with a member for each bucket, newest first: its score is minus the time when it expires,
--         bucket * g, g = ceil(W / 120), so that there are 121 at the most. A member is big-endian: bucket, requests,
--         input, output, 5 bytes each. The newest one goes on with what the whole ledger holds: the sums of requests,
--         input and output, 6 bytes each, the ledger's epoch (7), the oldest bucket (5). So nearly every decision
--         reads one member and replaces it. The ZSET lives W + 32 g, counted anew with the first bucket opened of
--         each 30: to do so with each would cost another command. Where requests in flight are counted, each is one
--         of output, held where a lease taken now is held.
--
-- What is no ledger, though it has the name of one, was written by somebody else. It makes way, and is taken for a
-- ledger that was lost; a member that is none counts for nothing. An error instead would fail the whole call, whoever
-- else is in it.
--
-- Lua's numbers are doubles, exact for integers below 2^53.

local entry_format, newest_format = '>I5I5I5I5', '>I5I5I5I5I6I6I6I7I5'
local entry_size, newest_size = 20, 50
local entry_most = 2 ^ 40 - 1  -- of each amount
local call, try, number, unlimited = redis.call, redis.pcall, tonumber, math.huge
local pack, unpack_at, floor, min, max = struct.pack, struct.unpack, math.floor, math.min, math.max

local keys, argv = KEYS, ARGV
local now = argv[1] + 0
if now == 0 then
    local time = call('TIME')
    now = time[1] * 1000000 + time[2]
end
local not_after, store_epoch = argv[2] + 0, argv[4] + 0

-- A number as Redis takes it: Lua's own way would print 14 digits.
local format = string.format
local scored, score  -- the last one: most calls write the same bucket of many ledgers
local function score_of(ledger, bucket)
    local expires = bucket * ledger.window.g
    if expires ~= scored then scored, score = expires, format('%.0f', -expires) end
    return score
end

-- The entry of a bucket, which is looked at once; where there is none, one with nothing in it.
local function entry_at(ledger, bucket)
    local newest = ledger.newest
    if newest and bucket == newest.bucket then return newest end
    local at = ledger.at
    if not at then
        at = {}
        ledger.at = at
    end
    local entry = at[bucket]
    if entry then return entry end
    entry = {bucket = bucket, r = 0, i = 0, o = 0, member = false, changed = false, next = false}
    if newest and bucket < newest.bucket and bucket >= ledger.oldest then
        local score = score_of(ledger, bucket)
        local member = call('ZRANGEBYSCORE', ledger.key, score, score)[1]
        if member and #member >= entry_size then
            entry.member = member
            entry.bucket, entry.r, entry.i, entry.o = unpack_at(entry_format, member)
        end
    end
    at[bucket] = entry
    return entry
end

-- Puts it among those that are to be written.
local function note_change(ledger, entry)
    if entry.changed then return end
    entry.changed, entry.next, ledger.changed = true, ledger.changed, entry
end

local function add(ledger, bucket, r, i, o)
    if r + i + o == 0 then return end
    local entry = ledger.newest
    if not entry or entry.bucket ~= bucket then entry = entry_at(ledger, bucket) end
    local entry_r, entry_i, entry_o = entry.r, entry.i, entry.o
    if entry_r + entry_i + entry_o + r + i + o > entry_most then
        r, i, o = min(r, entry_most - entry_r), min(i, entry_most - entry_i), min(o, entry_most - entry_o)
    end
    entry.r, entry.i, entry.o = entry_r + r, entry_i + i, entry_o + o
    ledger.r, ledger.i, ledger.o = ledger.r + r, ledger.i + i, ledger.o + o
    if not entry.changed then note_change(ledger, entry) end
end

-- Each call defines its functions anew. What few calls need is defined for them alone, here and at `corrections`.
local function define_rare()
    -- Of the members of a range those that are entries.
    local function entries_among(members)
        for n = #members, 1, -1 do
            if #members[n] < entry_size then table.remove(members, n) end
        end
        return members
    end

    -- The stored members that count, newest first.
    local function members_of(ledger)
        if not ledger.members then
            local members = ledger.newest and call('ZRANGE', ledger.key, '0', '-1') or {}
            for _ = 1, #(ledger.gone or {}) do table.remove(members) end
            ledger.members = entries_among(members)
        end
        return ledger.members
    end

    -- Takes what has expired out of the sums: nearly always the oldest entry alone.
    local function trim(ledger)
        local members = call('ZRANGE', ledger.key, '-2', '-1')
        if not members[2] or #members[1] < entry_size or unpack_at('>I5', members[1]) * ledger.window.g <= now then
            members = call('ZRANGE', ledger.key, '0', '-1')
        end
        ledger.gone = {}
        for n = #members, 1, -1 do
            if #members[n] >= entry_size then
                local bucket, r, i, o = unpack_at(entry_format, members[n])
                ledger.oldest = bucket
                if bucket * ledger.window.g > now then return end
                ledger.r, ledger.i, ledger.o = max(ledger.r - r, 0), max(ledger.i - i, 0), max(ledger.o - o, 0)
            end
            ledger.gone[#ledger.gone + 1] = members[n]
        end
        ledger.newest, ledger.r, ledger.i, ledger.o = false, 0, 0, 0
    end

    -- Time stepped back: what lies beyond the current bucket joins it.
    local function fold(ledger)
        local members, r, i, o = members_of(ledger), 0, 0, 0
        ledger.newest, ledger.gone = false, ledger.gone or {}
        while members[1] and not ledger.newest do
            local entry = {member = members[1], changed = false, next = false}
            entry.bucket, entry.r, entry.i, entry.o = unpack_at(entry_format, members[1])
            if entry.bucket > ledger.window.current then
                r, i, o = r + entry.r, i + entry.i, o + entry.o
                ledger.gone[#ledger.gone + 1] = table.remove(members, 1)
            else
                ledger.newest = entry
            end
        end
        local entry = entry_at(ledger, ledger.window.current)
        entry.r, entry.i, entry.o = entry.r + r, entry.i + i, entry.o + o
        note_change(ledger, entry)
    end

    -- When the newest entry expires that holds some of each dimension for which there is a limit.
    local function held_until(ledger)
        local is_asked = {
            ledger.r > 0 and ledger.window.limit_r < unlimited,
            ledger.i > 0 and min(ledger.window.limit_i, ledger.window.limit_t) < unlimited,
            ledger.o > 0 and min(ledger.window.limit_o, ledger.window.limit_t) < unlimited
        }
        local latest, is_changed, entry = {0, 0, 0}, {}, ledger.changed
        local function note(bucket, amounts)
            for d = 1, 3 do
                if is_asked[d] and amounts[d] > 0 and bucket > latest[d] then latest[d] = bucket end
            end
        end
        while entry do
            is_changed[entry.bucket] = true
            note(entry.bucket, {entry.r, entry.i, entry.o})
            entry = entry.next
        end
        -- Nearly always one of the first few.
        local members, n = ledger.newest and
            (ledger.members or entries_among(call('ZRANGE', ledger.key, '0', '3'))) or {}, 1
        while members[n] do
            local bucket, r, i, o = unpack_at(entry_format, members[n])
            local is_found = true
            for d = 1, 3 do is_found = is_found and (not is_asked[d] or latest[d] > bucket) end
            if is_found or bucket * ledger.window.g <= now then break end
            if not is_changed[bucket] then note(bucket, {r, i, o}) end
            n = n + 1
            if n == 5 then members = members_of(ledger) end
        end
        return latest[1] * ledger.window.g, latest[2] * ledger.window.g, latest[3] * ledger.window.g
    end

    return {members_of = members_of, trim = trim, fold = fold, held_until = held_until}
end
local rare

-- Reads the newest member, and others where some have expired. `window`, with the limits, is shared by those of a run;
-- `at` has further entries that were looked at, by bucket; `changed` begins the list of those that are to be written;
-- `gone` has the members that are to be removed.
local ledgers, argument, ledger_count = {}, 4, store_epoch > 0 and #keys - 1 or #keys
local counts_in_flight = false  -- any of them
while #ledgers < ledger_count do
    local w = argv[argument + 2] + 0
    local g = math.ceil(w / 120)
    local limit_r, limit_i = argv[argument + 3], argv[argument + 4]
    local limit_o, limit_t = argv[argument + 5], argv[argument + 6]
    local window = {
        w = w, g = g, current = floor((now + w + g - 1) / g), lease = floor((now + min(w, 120000000) + g - 1) / g),
        limit_r = limit_r == '' and unlimited or limit_r + 0, limit_i = limit_i == '' and unlimited or limit_i + 0,
        limit_o = limit_o == '' and unlimited or limit_o + 0, limit_t = limit_t == '' and unlimited or limit_t + 0
    }
    local count = argv[argument + 1] + 0
    if count < 0 then
        count, window.in_flight, counts_in_flight = -count, true, true
    end
    for k = #ledgers + 1, #ledgers + count do
        local ledger = {
            key = keys[k], window = window, r = 0, i = 0, o = 0, epoch = 0, oldest = 0, newest = false, changed = false
        }
        ledgers[k] = ledger
        local members = try('ZRANGE', ledger.key, '0', '0')
        local member = members[1]
        if member and #member ~= newest_size or members.err then
            call('DEL', ledger.key)
            member = nil
        end
        if member then
            local bucket, r, i, o
            bucket, r, i, o, ledger.r, ledger.i, ledger.o, ledger.epoch, ledger.oldest =
                unpack_at(newest_format, member)
            ledger.newest = {bucket = bucket, r = r, i = i, o = o, member = member, changed = false, next = false}
            if ledger.oldest * g <= now then
                rare = rare or define_rare()
                rare.trim(ledger)
            end
            if bucket > window.current and ledger.newest then
                rare = rare or define_rare()
                rare.fold(ledger)
            end
        end
    end
    argument = argument + 6
end
