-- The middle of a script that window_ledgers.lua begins and window.lua ends: when what was refused would fit.

-- Makes what tells it of a demand: the ledger that has to be waited for, its dimension, what that holds, how long, how
-- much more would fit by then, too; and of several candidates the number of the one that has room first.
local function define_wait_of()
    local in_flight_wait = 1000000  -- nobody knows when a request will end

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

    -- Which of these has to be waited for longest: {how long, ledger, dimension, used, more}; nil where all have room.
    local function longest_of(asked, demand)
        local longest
        for _, ledger in ipairs(asked) do
            local window = ledger.window
            local is_full = window.in_flight and demand[1] > 0 and ledger.o + demand[1] > window.limit_o
            if is_full and (not longest or in_flight_wait > longest[1]) then
                longest = {in_flight_wait, ledger, 5, ledger.o, 0}
            end
            local sums = {ledger.r, ledger.i, ledger.o, ledger.i + ledger.o}
            local limits = {window.limit_r, window.limit_i, window.limit_o, window.limit_t}
            for d = 1, window.in_flight and 0 or 4 do
                local excess = sums[d] + demand[d] - limits[d]
                if demand[d] > 0 and excess > 0 then
                    local at, beyond = freed_at(ledger, d, excess)
                    if not longest or at - now > longest[1] then longest = {at - now, ledger, d, sums[d], beyond} end
                end
            end
        end
        return longest
    end

    local function could_fit(asked, demand)
        for _, ledger in ipairs(asked) do
            local window = ledger.window
            if window.in_flight then
                if demand[1] > window.limit_o then return false end
            elseif demand[1] > 0 and demand[1] > window.limit_r or demand[2] > 0 and demand[2] > window.limit_i or
                demand[3] > 0 and demand[3] > window.limit_o or demand[4] > 0 and demand[4] > window.limit_t then
                return false
            end
        end
        return true
    end

    -- The candidate that has room first, and what it waits for: nothing where it has room now.
    local function earliest_of(demand)
        local first, its
        for n, candidate in ipairs(demand.candidates) do
            if could_fit(candidate, demand) then
                local wait = longest_of(candidate, demand)
                if not wait then return n, nil end
                if not first or wait[1] < its[1] then first, its = n, wait end
            end
        end
        return first or 1, its
    end

    return function(demand)
        local wait, first = longest_of(demand.asked, demand), nil
        if demand.candidates then
            local its
            first, its = earliest_of(demand)
            if its and (not wait or its[1] > wait[1]) then wait = its end
        end
        for k = 1, #ledgers do
            if ledgers[k] == wait[2] then return k, wait[3], wait[4], wait[1], wait[5], first end
        end
    end
end
