-- The documents that operators change while weir runs: versioned as a whole, read by what has changed.
--
-- KEYS    a hash: path -> document, "@version", "@revision", "@history" (the last versions and their revisions, newest
--         first: "12:ab34 11:9f02"); and a sorted set: path -> the version that changed it last,
--         erased ones among them, "@floor" -> the oldest version that it tells everything since
-- ARGV    "read", since_version, since_revision, offset, bytes_max
--             the documents that have changed since a version, from `offset` on, about so many bytes of them; all of
--             them where this version is none of the history
--         "write", expected_version, expected_revision, version, revision, history, path, "=" .. document …
--             all of it, where the store stands at the expected version; a document of "-" erases. A history that is
--             not empty: all documents are replaced, and this is how they came to be
-- Reply   read: version, revision, history, 1 where all documents are told instead of what has changed, how many there
--         are in all, then path and "=" .. document, or "-" where it was erased
--         write: 1 or 0 (nothing was written), then version and revision as they stand now

local call, number = redis.call, tonumber
local documents, changes = KEYS[1], KEYS[2]
local erased_max, history_bytes_max = 10000, 256 * 32
local stood = call('HMGET', documents, '@version', '@revision', '@history')
local version, revision, history = number(stood[1] or 0), stood[2] or '', stood[3] or ''

local function is_in_history(since, since_revision)
    return string.find(' ' .. history .. ' ', ' ' .. since .. ':' .. since_revision .. ' ', 1, true) ~= nil
end

local function read(since, since_revision, offset, bytes_max)
    local floor = number(call('ZSCORE', changes, '@floor') or 0)
    local is_whole = number(since) < floor or not is_in_history(since, since_revision)
    local from = is_whole and '1' or '(' .. since
    local reply = {version, revision, history, is_whole and 1 or 0, call('ZCOUNT', changes, from, '+inf')}
    local bytes = 0
    while bytes < bytes_max do
        local paths = call('ZRANGEBYSCORE', changes, from, '+inf', 'LIMIT', offset, 100)
        if #paths == 0 then break end
        for _, path in ipairs(paths) do
            local document = path ~= '@floor' and call('HGET', documents, path)
            reply[#reply + 1] = path
            reply[#reply + 1] = document and '=' .. document or '-'
            bytes = bytes + #path + #(document or '')
        end
        offset = offset + #paths
    end
    return reply
end

-- A reader that stands before the floor reads everything.
local function forget_erased()
    local count = call('ZCARD', changes)
    if count <= 2 * call('HLEN', documents) + erased_max then return end
    for _, path in ipairs(call('ZRANGE', changes, 0, -1)) do
        if path ~= '@floor' and call('HEXISTS', documents, path) == 0 then call('ZREM', changes, path) end
    end
    call('ZADD', changes, version, '@floor')
end

local function write()
    if ARGV[2] ~= string.format('%.0f', version) or ARGV[3] ~= revision then return {0, version, revision} end
    version, revision = number(ARGV[4]), ARGV[5]
    history = ARGV[4] .. ':' .. revision .. (history == '' and '' or ' ' .. history)
    if #history > history_bytes_max then history = string.match(string.sub(history, 1, history_bytes_max), '^(.*) ') end
    if ARGV[6] ~= '' then
        history = ARGV[6]
        call('DEL', documents, changes)
        call('ZADD', changes, version, '@floor')
    end
    for i = 7, #ARGV, 2 do
        local path, document = ARGV[i], ARGV[i + 1]
        if document == '-' then
            call('HDEL', documents, path)
        else
            call('HSET', documents, path, string.sub(document, 2))
        end
        call('ZADD', changes, version, path)
    end
    call('HSET', documents, '@version', ARGV[4], '@revision', revision, '@history', history)
    forget_erased()
    return {1, version, revision}
end

if ARGV[1] == 'read' then return read(ARGV[2], ARGV[3], number(ARGV[4]), number(ARGV[5])) end
return write()
