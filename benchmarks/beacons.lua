-- Posts each token of a file once, each from a network of its own, at a steady rate.
-- Arguments: the file, and the milliseconds that a connection rests between two.
dofile(os.getenv("BENCHMARK_DONE"))

local tokens, sent, rest = {}, 0, 0
local agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

function init(args)
  for line in io.lines(args[1]) do
    tokens[#tokens + 1] = line
  end
  rest = tonumber(args[2])
end

function delay()
  return rest
end

function request()
  sent = sent + 1
  local network = string.format(
    "%d.%d.%d.7", 11 + math.floor(sent / 65536), math.floor(sent / 256) % 256, sent % 256)
  return wrk.format("POST", "/x/v", {
    ["User-Agent"] = agent,
    ["Sec-Fetch-Site"] = "same-origin",
    ["X-Forwarded-For"] = network,
  }, tokens[sent] or "")
end
