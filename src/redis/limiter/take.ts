import type { RunScript } from '../connection/link.js';
import { REGISTRY_KEYS } from '../connection/registry.js';
import { NOW, PREFIX, script, US } from '../connection/script.js';
import { FRESH_MS, GRACE_MS, HORIZON_MS, WINDOW_MS } from '../timing.js';
import type { PastSends } from './sends.js';

/** The keys of one API key and base URL: its sends of the last second, and of the last day. @param scope a name without the API key */
export function scopeKeys(scope: string): readonly [string, string, string] {
  return [REGISTRY_KEYS[0]!, `${PREFIX}second:${scope}`, `${PREFIX}day:${scope}`];
}

/**
 * Grants sends of one scope, and notes what a process reports of its earlier ones. KEYS: `scopeKeys`. ARGV: epoch, id, how many are wanted,
 * the number of the first, how many may be granted ahead of their time; then how many reports, and for each its number and how long ago it left in
 * microseconds (-1: not at all); then how many reports of the day, and for each its age in milliseconds and its count.
 *
 * Answers {1} for another epoch, else {0, used of the day, whether the day's quota is used up, when to ask again, for each grant when it may leave}, in
 * microseconds from now.
 *
 * The log holds for each send when it left, or may leave. A new one may leave when fewer than the limit lie in the window before it or
 * later: so no window ever holds more than the limit, in whatever order sends are noted.
 */
const TAKE = script(`${NOW}
local WINDOW, HORIZON, DAY, BUCKET = ${WINDOW_MS * US}, ${HORIZON_MS * US}, 86400000000, 600000000
local stateKey, log, day = KEYS[1], KEYS[2], KEYS[3]
local state = redis.call('HMGET', stateKey, 'epoch', 'quietUntil', 'graceUntil', 'expected', 'perSecond', 'perDay', 'absent')
if state[1] ~= ARGV[1] then return {1} end
local id, want, first, ahead = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local perSecond, perDay = tonumber(state[5]), tonumber(state[6])
local grace = tonumber(state[3] or 0) - now
local absent = tonumber(state[7])
if perSecond >= 0 and grace > 0 and grace <= ${GRACE_MS * US} and absent > 0 then
  perSecond = math.floor(perSecond * (state[4] - absent) / state[4])
end

local bucket = math.floor(now / BUCKET)
local counted = redis.call('HMGET', day, 'at', 'used')
local used = tonumber(counted[2] or 0)
if tonumber(counted[1]) ~= bucket then
  used = 0
  local buckets = redis.call('HGETALL', day)
  for at = 1, #buckets, 2 do
    local start = tonumber(buckets[at])
    if start then
      if (start + 1) * BUCKET + DAY <= now then redis.call('HDEL', day, buckets[at])
      else used = used + buckets[at + 1] end
    end
  end
  redis.call('HSET', day, 'at', text(bucket))
end
local function count(inBucket, number)
  if number == 0 then return end
  redis.call('HINCRBY', day, text(inBucket), number)
  used = used + number
end

local function dayWait(left)
  local starts, counts, buckets = {}, {}, redis.call('HGETALL', day)
  for place = 1, #buckets, 2 do
    local start = tonumber(buckets[place])
    if start then
      starts[#starts + 1] = start
      counts[start] = tonumber(buckets[place + 1])
    end
  end
  table.sort(starts)
  for _, start in ipairs(starts) do
    left = left - counts[start]
    if left < perDay then return (start + 1) * BUCKET + DAY - now end
  end
  return DAY
end

local at = 7
for _ = 1, tonumber(ARGV[6]) do
  local member, age = id .. ':' .. ARGV[at], tonumber(ARGV[at + 1])
  if age == -1 then
    if redis.call('ZREM', log, member) == 1 then count(bucket, -1) end
  else
    redis.call('ZADD', log, text(now - age), member)
  end
  at = at + 2
end
for _ = 1, tonumber(ARGV[at]) do
  count(math.floor((now - ARGV[at + 1] * 1000) / BUCKET), tonumber(ARGV[at + 2]))
  at = at + 2
end

redis.call('ZREMRANGEBYSCORE', log, '-inf', text(now - WINDOW))
local newest = redis.call('ZREVRANGE', log, 0, 0, 'WITHSCORES')[2]
if newest and newest - now > HORIZON + WINDOW + 1000000 then
  -- The clock was set back: all of it counts from now.
  for _, member in ipairs(redis.call('ZRANGE', log, 0, -1)) do redis.call('ZADD', log, text(now), member) end
end

local earliest = math.max(now, tonumber(state[2] or 0))
if earliest - now > ${FRESH_MS * US} then
  earliest = now
  redis.call('HDEL', stateKey, 'quietUntil')
end
local answer = {0, used, 0, 0}
local inLog = redis.call('ZCARD', log)
local granted = 0
for number = first, first + want - 1 do
  if perDay >= 0 and used + granted >= perDay then
    answer[3] = 1
    answer[4] = dayWait(used + granted)
    break
  end
  if perSecond == 0 then
    answer[4] = grace
    break
  end
  local start = earliest
  if perSecond > 0 and inLog >= perSecond then
    local oldest = redis.call('ZRANGE', log, inLog - perSecond, inLog - perSecond, 'WITHSCORES')[2]
    start = math.max(start, oldest + WINDOW)
  end
  if start > now then
    if start > now + HORIZON or ahead == 0 then
      answer[4] = math.max(0, start - now - HORIZON)
      break
    end
    ahead = ahead - 1
  end
  if perSecond >= 0 then
    redis.call('ZADD', log, text(start), id .. ':' .. number)
    inLog = inLog + 1
  end
  granted = granted + 1
  answer[#answer + 1] = start - now
end
count(bucket, granted)
redis.call('HSET', day, 'used', text(used))
answer[2] = used
redis.call('PEXPIRE', log, 10000)
redis.call('EXPIRE', day, 90000)
return answer
`);

/** A send that Redis must count from a later time than it does: from when it left; with `undefined` not at all. */
export interface Correction {
  readonly number: number;
  readonly leftMs: number | undefined;
}

/** What a process asks Redis for, and tells it. */
export interface Take {
  readonly epoch: string;
  /** The process. */
  readonly id: string;
  /** How many sends are wanted, and how many of them may be granted ahead of their time. */
  readonly wanted: number;
  readonly ahead: number;
  /** The number of the first. */
  readonly first: number;
  readonly corrections: readonly Correction[];
  /** Sends of the day that Redis does not know of. */
  readonly day: readonly PastSends[];
  /** On the clock of `leftMs`. */
  readonly nowMs: number;
}

/** What Redis answers. */
export interface Taken {
  /** Sends of the last 24 hours, of all processes. */
  readonly usedToday: number;
  readonly isUsedUp: boolean;
  /** When it makes sense to ask for more, in milliseconds from Redis's now: when the day's quota is used up, when less of it is. */
  readonly againInMs: number;
  /** For each send that is granted, when it may leave, in milliseconds from Redis's now. */
  readonly startsInMs: readonly number[];
}

/** Runs `TAKE`; `undefined` when Redis has lost the data of the epoch. */
export async function take(
  run: RunScript,
  keys: readonly string[],
  { epoch, id, wanted, first, ahead, corrections, day, nowMs }: Take,
): Promise<Taken | undefined> {
  const answer = (await run(TAKE, keys, [
    ...[epoch, id, wanted, first, ahead, corrections.length],
    ...corrections.flatMap(({ number, leftMs }) => [
      number,
      leftMs === undefined ? -1 : Math.max(0, Math.floor((nowMs - leftMs) * US)),
    ]),
    day.length,
    ...day.flatMap(({ ageMs, count }) => [Math.floor(ageMs), count]),
  ])) as number[];
  const [isOther = 0, usedToday = 0, isUsedUp = 0, againInUs = 0, ...startsInUs] = answer;
  if (isOther === 1) return undefined;
  return {
    usedToday,
    isUsedUp: isUsedUp === 1,
    againInMs: againInUs / US,
    startsInMs: startsInUs.map((us) => us / US),
  };
}
