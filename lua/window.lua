-- The sliding window of include/weir/window.hpp over ledgers that live in Redis: reserves, corrects and reads ledgers in
-- one atomic step. A reservation is taken from all of its ledgers or from none. Up to 64 operations a call, each of the
-- ledgers that it names.
--
-- Runs behind window_ledgers.lua and window_refusals.lua, in the same script: the first has read the ledgers, as they are
-- stored.
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
--                      minus so many where they count requests in flight, which are limited in the place of output:
--                      a demand is to them as much output as it has requests, and nothing else. Only demands and
--                      reads need to say so
--         then the operations, in order; changes and additions stand before reserves; a ledger is the number of its key:
--           r requests input output count ledger...
--               takes the demand from so many ledgers if all of them have room; count 0: from all of the call
--           o requests input output count ledger... candidates
--               and so many times: count ledger...
--               the same, and besides from all ledgers of the first candidate that has room
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
--         for each r and o, in order: 1 admitted; of an o the number of the candidate
--                               0 refused, then: of an o the candidate that has room first; ledger, dimension
--                                 (1 requests, 2 input, 3 output,
--                                 4 input + output, 5 in flight), used, in how many microseconds it will fit
--                                 (of 5: a second, whatever happens), and how much
--                                 more of that dimension would fit then, too
--                               -1 too late, nothing was done
--
-- Everything is read and decided before the first write: Redis rolls nothing back. A call that only refuses or
-- reads writes nothing. Numbers are integers below 2^53.

local refused, admitted, too_late = 0, 1, -1

-- One of these, or the demand that was refused. No ledger of the call counts requests in flight.
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

-- Makes what takes a demand from one of several candidates (the number of that one, or as `reserve`), and what takes one
-- where some ledgers count requests in flight. Of what `reserve` does it does again what few calls need as functions of
-- their own.
local function define_other_reserve()
    local function named_ledgers()
        local named = {}
        for n = 1, argv[argument] + 0 do named[n] = ledgers[argv[argument + n] + 0] end
        argument = argument + #named
        return named
    end

    local function have_room(asked, r, i, o)
        for _, ledger in ipairs(asked) do
            local window = ledger.window
            if window.in_flight then
                if r > 0 and ledger.o + r > window.limit_o then return false end
            elseif (r > 0 and ledger.r + r > window.limit_r) or (i > 0 and ledger.i + i > window.limit_i) or
                (o > 0 and ledger.o + o > window.limit_o) or
                (i + o > 0 and ledger.i + ledger.o + i + o > window.limit_t) then
                return false
            end
        end
        return true
    end

    local function take(asked, r, i, o)
        for _, ledger in ipairs(asked) do
            if ledger.window.in_flight then
                add(ledger, ledger.window.lease, 0, 0, r)
            else
                add(ledger, ledger.window.current, r, i, 0)
                add(ledger, ledger.window.lease, 0, 0, o)
            end
        end
    end

    return function(has_candidates)
        local r, i, o = argv[argument + 1] + 0, argv[argument + 2] + 0, argv[argument + 3] + 0
        argument = argument + 4
        local own, candidates = ledgers, nil
        if has_candidates or argv[argument] ~= '0' then own = named_ledgers() end
        if has_candidates then
            argument = argument + 1
            candidates = {}
            for n = 1, argv[argument] + 0 do
                argument = argument + 1
                candidates[n] = named_ledgers()
            end
        end
        if not_after > 0 and now > not_after then return too_late end
        if have_room(own, r, i, o) then
            if not candidates then
                take(own, r, i, o)
                return admitted
            end
            for n = 1, #candidates do
                if have_room(candidates[n], r, i, o) then
                    take(own, r, i, o)
                    take(candidates[n], r, i, o)
                    return n
                end
            end
        end
        return {asked = own, candidates = candidates, r, i, o, i + o}
    end
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

local demands, adds, other_reserve, change, addition = {}, false, nil, nil, nil
while argument < #argv do
    argument = argument + 1
    local operation = argv[argument]
    if operation == 'r' and not counts_in_flight then
        demands[#demands + 1] = reserve()
    elseif operation == 'o' or operation == 'r' then
        other_reserve = other_reserve or define_other_reserve()
        demands[#demands + 1] = other_reserve(operation == 'o')
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

local wait_of
for n = 1, #demands do
    size = size + 1
    if type(demands[n]) == 'number' then
        reply[size] = demands[n]
    else
        wait_of = wait_of or define_wait_of()
        local ledger, dimension, used, wait, more, candidate = wait_of(demands[n])
        reply[size] = refused
        if candidate then
            size = size + 1
            reply[size] = candidate
        end
        reply[size + 1], reply[size + 2], reply[size + 3], reply[size + 4], reply[size + 5] =
            ledger, dimension, used, wait, more
        size = size + 5
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
