-- Bodies for wrk: `wrk -s post.lua URL -- bodies.txt TOKEN`. Each request takes the next body of the file and
-- puts a number in place of the marker that no other request of the run has.
local thread_number = 0

function setup(thread)
  thread_number = thread_number + 1
  thread:set("id", thread_number)
end

function init(args)
  bodies = {}
  for line in io.lines(args[1]) do
    line = line:gsub("\\n", "\n")
    local pieces, from = {}, 1
    while true do
      local first, last = line:find("@@", from, true)
      if not first then break end
      pieces[#pieces + 1] = line:sub(from, first - 1)
      from = last + 1
    end
    pieces[#pieces + 1] = line:sub(from)
    bodies[#bodies + 1] = pieces
  end
  headers = { ["Content-Type"] = "application/x-www-form-urlencoded", ["X-Server-Token"] = args[2] }
  start = tonumber(args[3])
  sent, refused = 0, 0
end

function request()
  sent = sent + 1
  -- Game time in seconds below 2020-01-01, with the thread in the decimals.
  local number = string.format("%d.%03d", start + sent, id)
  return wrk.format("POST", "/api/v1/ingest/events", headers, table.concat(bodies[sent % #bodies + 1], number))
end

function response(status)
  if status ~= 202 then refused = refused + 1 end
end

function done(summary, latency)
  io.write(string.format(
    '{"requests": %d, "seconds": %.6f, "not_202": %d, "p50_ms": %.3f, "p99_ms": %.3f, "max_ms": %.3f}\n',
    summary.requests, summary.duration / 1e6, summary.errors.status, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, latency.max / 1e3))
end
