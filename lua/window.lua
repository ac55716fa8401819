-- The sliding window of include/weir/window.hpp over ledgers that live in Redis: reserves, corrects and reads ledgers in
-- one atomic step. A reservation is taken from all of its ledgers or from none. Up to 64 operations a call, each of the
-- ledgers that it names.
--
-- Runs behind window_ledgers.lua, in the same script: that has read the ledgers, as they are stored.
--
-- KEYS    the ledgers, "weir:2:{tag}:scope:id:W", each once; behind them, where ARGV names a store epoch, the key that
--         holds it
-- ARGV    now          microseconds since the epoch, for tests, whose ledgers live a day; 0: this server's TIME
--         not_after    a reserve that runs later than this does nothing; 0: no such bound
--         epoch        random, 1 to 10^15 - 1: becomes the epoch of a ledger that has to be made
--         store_epoch  a ledger is made, and additions are done, only while the store has this epoch, so that whoever
--                      does not know yet that the store was emptied makes none, and adds nothing that is to be
--                      added again; 0: not checked
--         for each run of ledgers that have the same: how many, W in microseconds, then the limits of requests,
--                      input, output and input + output; empty: unlimited
--         then the operations, in order; changes and additions stand before reserves; a ledger is the number of its key:
--           r requests input output count ledger...
--               takes the demand from so many ledgers if all of them have room; count 0: from all of the call
--           c requests_back input_back input_more lease_back produced lease_again count
--               and count times: ledger epoch admission_bucket lease_bucket
--           p the same, and after each lease_bucket: produced_bucket produced_back
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
--                      and output, and when the newest entry that holds each of the three expires (0: none does, or
--                      no limit asks for it)
--         for each r, in order: 1 admitted
--                               0 refused, then: ledger, dimension (1 requests, 2 input, 3 output,
--                                 4 input + output), used, in how many microseconds it will fit, and how much
--                                 more of that dimension would fit then, too
--                               -1 too late, nothing was done
--
-- Everything is read and decided before the first write: Redis rolls nothing back. A call that only refuses or
-- reads writes nothing. Numbers are integers below 2^53.

local refused, admitted, too_late = 0, 1, -1

-- One of these, or the demand that was refused.
local function reserve()
    local r, i, o = argv[argument + 1] + 0, argv[argument + 2] + 0, argv[argument + 3] + 0
    argument = argument + 4
    local asked = ledgers
    if argv[argument] ~= '0' then
        asked = {}
        for n = 1, argv[argument] + 0 do asked[n] = ledgers[argv[argument + n] + 0] end
        argument = argument + #asked
    end
    if not_after > 0 and now > not_after then return too_late end
    for n = 1, #asked do
        local ledger = asked[n]
        local window, ledger_i, ledger_o = ledger.window, ledger.i, ledger.o
        if (r > 0 and ledger.r + r > window.limit_r) or (i > 0 and ledger_i + i > window.limit_i) or
            (o > 0 and ledger_o + o > window.limit_o) or
            (i + o > 0 and ledger_i + ledger_o + i + o > window.limit_t) then
            return {asked = asked, r, i, o, i + o}
        end
    end
    for n = 1, #asked do
        local ledger = asked[n]
        local current, lease = ledger.window.current, ledger.window.lease
        if lease == current then
            add(ledger, current, r, i, o)
        else
            add(ledger, current, r, i, 0)
            add(ledger, lease, 0, 0, o)
        end
    end
    return admitted
end

-- Makes what does a change, and what does an addition.
local function define_corrections()
    local function next_number()
        argument = argument + 1
        return argv[argument] + 0
    end

    -- As much of each as the bucket still holds.
    local function remove(ledger, bucket, r, i, o)
        if r + i + o == 0 or bucket * ledger.window.g <= now then return end
        local entry = entry_at(ledger, bucket)
        r, i, o = min(r, entry.r), min(i, entry.i), min(o, entry.o)
        add(ledger, bucket, -r, -i, -o)
    end

    local function change(gives_produced_back)
        local requests_back, input_back, input_more = next_number(), next_number(), next_number()
        local lease_back, produced, lease_again = next_number(), next_number(), next_number()
        for _ = 1, next_number() do
            local ledger, epoch, admission_bucket = ledgers[next_number()], next_number(), next_number()
            local lease_bucket, produced_bucket, produced_back = next_number(), 0, 0
            if gives_produced_back then produced_bucket, produced_back = next_number(), next_number() end
            if epoch == ledger.epoch and epoch > 0 then
                remove(ledger, admission_bucket, requests_back, input_back, 0)
                remove(ledger, produced_bucket, 0, 0, produced_back)
                remove(ledger, lease_bucket, 0, 0, lease_back)
            end
            local window = ledger.window
            local is_gone = admission_bucket * window.g <= now or admission_bucket > window.current
            add(ledger, is_gone and window.current or admission_bucket, 0, input_more, 0)
            add(ledger, window.current, 0, 0, produced)
            add(ledger, window.lease, 0, 0, lease_again)
        end
    end

    local function addition()
        local ledger = ledgers[next_number()]
        local bucket = min(next_number(), ledger.window.current)
        local r, i, o = next_number(), next_number(), next_number()
        if bucket * ledger.window.g > now then add(ledger, bucket, r, i, o) end
    end

    return change, addition
end

local demands, adds, change, addition = {}, false, nil, nil
while argument < #argv do
    argument = argument + 1
    local operation = argv[argument]
    if operation == 'r' then
        demands[#demands + 1] = reserve()
    else
        if not change then change, addition = define_corrections() end
        if operation == 'c' or operation == 'p' then
            change(operation == 'p')
        elseif operation == 'a' then
            adds = true
            addition()
        else
            return redis.error_reply('ERR unknown operation ' .. operation)
        end
    end
end

for _, ledger in ipairs(ledgers) do
    if ledger.epoch == 0 and ledger.changed then ledger.epoch, adds = argv[3] + 0, true end
end
if adds and store_epoch > 0 and number(call('GET', keys[#keys]) or 0) ~= store_epoch then return {now, -1} end

-- How each ledger stands. As long as most replies get: a table that grows is made anew.
local reply, size = ledgers[1] and {now, 0, 0, 0, 0, 0, 0, 0, nil} or {now}, 1
for k = 1, #ledgers do
    local ledger = ledgers[k]
    local until_r, until_i, until_o = 0, 0, 0
    local top = ledger.at and ledger.at[ledger.window.current] or ledger.newest
    if top and (top.bucket == ledger.window.current or not ledger.changed) and (top.r > 0 or ledger.r == 0) and
        (top.i > 0 or ledger.i == 0) and (top.o > 0 or ledger.o == 0) then
        local expires = top.bucket * ledger.window.g
        until_r, until_i, until_o = top.r > 0 and expires or 0, top.i > 0 and expires or 0, top.o > 0 and expires or 0
    elseif ledger.epoch > 0 then
        rare = rare or define_rare()
        until_r, until_i, until_o = rare.held_until(ledger)
    end
    reply[size + 1], reply[size + 2], reply[size + 3], reply[size + 4] = ledger.epoch, ledger.r, ledger.i, ledger.o
    reply[size + 5], reply[size + 6], reply[size + 7] = until_r, until_i, until_o
    size = size + 7
end

-- Makes what appends a refusal to the reply.
local function define_refuse()
    -- What will have expired when: for the entries from the oldest on, their expiries and, by dimension, the sums of
    -- all up to each. Goes as far as somebody asks: nearly every demand fits once the first few have expired.
    local function start_walk(ledger)
        rare = rare or define_rare()
        local made, by_bucket, entry = {}, {}, ledger.changed
        while entry do
            if entry.member then by_bucket[entry.bucket] = entry else made[#made + 1] = entry end
            entry = entry.next
        end
        table.sort(made, function(a, b) return a.bucket < b.bucket end)
        ledger.walked = {
            {}, {}, {}, {}, expiries = {}, n = 0, made = made, next_made = 1, changed = by_bucket,
            left = #rare.members_of(ledger)
        }
        return ledger.walked
    end

    -- False where there are no more.
    local function walk_on(ledger, walked)
        local bucket, r, i, o
        if walked.left > 0 then bucket, r, i, o = unpack_at(entry_format, ledger.members[walked.left]) end
        local entry, made = bucket and walked.changed[bucket], walked.made[walked.next_made]
        if made and (not bucket or made.bucket < bucket) then
            entry, walked.next_made = made, walked.next_made + 1
        else
            walked.left = walked.left - 1
        end
        if entry then bucket, r, i, o = entry.bucket, entry.r, entry.i, entry.o end
        if not bucket then return false end
        local n = walked.n
        walked.n = n + 1
        walked.expiries[n + 1] = bucket * ledger.window.g
        walked[1][n + 1] = (walked[1][n] or 0) + r
        walked[2][n + 1] = (walked[2][n] or 0) + i
        walked[3][n + 1] = (walked[3][n] or 0) + o
        walked[4][n + 1] = (walked[4][n] or 0) + i + o
        return true
    end

    -- When so much of a dimension has expired, and how much more will have by then.
    local function freed_at(ledger, dimension, amount)
        local walked = ledger.walked or start_walk(ledger)
        local sums = walked[dimension]
        while (sums[walked.n] or 0) < amount and walk_on(ledger, walked) do end
        local low, high = 1, walked.n
        while low < high do
            local middle = floor((low + high) / 2)
            if sums[middle] >= amount then high = middle else low = middle + 1 end
        end
        return walked.expiries[low] or now, (sums[low] or amount) - amount
    end

    -- Which ledger has to be waited for longest, and how long.
    return function(demand)
        local longest, by, dimension, used, more = -1, 0, 0, 0, 0
        for _, ledger in ipairs(demand.asked) do
            local sums = {ledger.r, ledger.i, ledger.o, ledger.i + ledger.o}
            local limits = {ledger.window.limit_r, ledger.window.limit_i, ledger.window.limit_o, ledger.window.limit_t}
            for d = 1, 4 do
                local excess = sums[d] + demand[d] - limits[d]
                if demand[d] > 0 and excess > 0 then
                    local at, beyond = freed_at(ledger, d, excess)
                    if at - now > longest then
                        longest, by, dimension, used, more = at - now, ledger, d, sums[d], beyond
                    end
                end
            end
        end
        for k = 1, #ledgers do
            if ledgers[k] == by then by = k end
        end
        reply[size + 1], reply[size + 2], reply[size + 3] = refused, by, dimension
        reply[size + 4], reply[size + 5], reply[size + 6] = used, longest, more
        size = size + 6
    end
end

local refuse
for n = 1, #demands do
    if demands[n] == admitted or demands[n] == too_late then
        size = size + 1
        reply[size] = demands[n]
    else
        refuse = refuse or define_refuse()
        refuse(demands[n])
    end
end

-- Makes what writes a ledger of which more has changed than one entry, or another than the newest; it tells whether
-- the ledger is to live on for a while more.
local function define_write()
    local function encode(ledger, entry, is_newest, oldest)
        if not is_newest then return pack(entry_format, entry.bucket, entry.r, entry.i, entry.o) end
        return pack(newest_format, entry.bucket, entry.r, entry.i, entry.o, ledger.r, ledger.i, ledger.o, ledger.epoch,
                    oldest)
    end

    return function(ledger)
        local newest, oldest = ledger.newest, ledger.newest and ledger.oldest
        local renewed_for = newest and floor(newest.bucket / 30)
        -- To a newer one it loses what the ledger holds.
        if newest then note_change(ledger, newest) end
        local entry = ledger.changed
        while entry do
            if not newest or entry.bucket > newest.bucket then newest = entry end
            if not oldest or entry.bucket < oldest then oldest = entry.bucket end
            entry = entry.next
        end
        local added, gone = {}, ledger.gone or {}
        entry = ledger.changed
        while entry do
            local member = encode(ledger, entry, entry == newest, oldest)
            if member ~= entry.member then
                added[#added + 1] = score_of(ledger, entry.bucket)
                added[#added + 1] = member
                gone[#gone + 1] = entry.member or nil
            end
            entry = entry.next
        end
        -- A set that loses its last member loses its time to live, too; one of more than 128 stops being compact.
        local adds_first = #added <= 12
        if adds_first and added[1] then call('ZADD', ledger.key, unpack(added)) end
        if gone[1] then call('ZREM', ledger.key, unpack(gone)) end
        if not adds_first then call('ZADD', ledger.key, unpack(added)) end
        return floor(newest.bucket / 30) ~= renewed_for or not adds_first
    end
end

local write
for k = 1, #ledgers do
    local ledger = ledgers[k]
    local key, entry, newest, lives_on = ledger.key, ledger.changed, ledger.newest, false
    if entry and (entry.next or ledger.gone or newest and entry.bucket < newest.bucket) then
        write = write or define_write()
        lives_on = write(ledger)
    elseif entry then
        -- Nearly always: one entry has changed, the newest, or one that becomes it.
        local score, member = score_of(ledger, entry.bucket),
            pack(newest_format, entry.bucket, entry.r, entry.i, entry.o, ledger.r, ledger.i, ledger.o, ledger.epoch,
                 newest and ledger.oldest or entry.bucket)
        if not newest then
            call('ZADD', key, score, member)
            lives_on = true
        elseif entry ~= newest then
            call('ZADD', key, score, member, score_of(ledger, newest.bucket),
                 pack(entry_format, newest.bucket, newest.r, newest.i, newest.o))
            call('ZREM', key, newest.member)
            lives_on = floor(entry.bucket / 30) ~= floor(newest.bucket / 30)
        elseif member ~= entry.member then
            call('ZADD', key, score, member)
            call('ZREM', key, entry.member)
        end
    end
    if lives_on then
        local lives_us = argv[1] ~= '0' and 86400000000 or ledger.window.w + 32 * ledger.window.g
        call('PEXPIRE', key, math.ceil(lives_us / 1000))
    end
end
return reply
