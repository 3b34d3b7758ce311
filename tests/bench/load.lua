-- Sends the requests of a file in turn. A line is a token, for a GET, or a token, a tab and a body, for a POST.
-- Usage: wrk -s load.lua URL -- FILE

local requests = {}
local last = 0

function init(args)
  for line in io.lines(args[1]) do
    local token, body = line:match("^([^\t]+)\t?(.*)$")
    local headers = { Authorization = "Bearer " .. token }
    if body == "" then
      table.insert(requests, wrk.format("GET", nil, headers))
    else
      headers["Content-Type"] = "application/json"
      table.insert(requests, wrk.format("POST", nil, headers, body))
    end
  end
end

function request()
  last = last % #requests + 1
  return requests[last]
end

function done(summary)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '\nRESULT {"requests": %d, "seconds": %.6f, "failed": %d}\n',
    summary.requests, summary.duration / 1e6, failed))
end
