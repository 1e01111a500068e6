import { FRESH_MS, GAP_MS, GRACE_MS, LAPSE_MS } from '../timing.js';
import { NOW, PREFIX, script, UNLIMITED, US } from './script.js';

/**
 * `state` is a hash, `processes` a sorted set of when each was heard of, `limits` a hash of what each allows, `missing` the set of those that were
 * there before Redis was away, and are not back.
 */
export const REGISTRY_KEYS = ['state', 'processes', 'limits', 'missing'].map((name) => PREFIX + name);

/**
 * Says that a process is there. KEYS: the registry. ARGV: id, requestsPerSecond, requestsPerDay (-1: no limit), an epoch for the case that there is
 * none, the id of this run of the server (empty: unknown).
 *
 * Answers {epoch, processes, requestsPerSecond, requestsPerDay}. The lowest limits of all processes hold for all. An epoch is what Redis remembers
 * without a break: it ends when its data are lost.
 */
export const HEARTBEAT = script(`${NOW}
local state, processes, limits, missing = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id = ARGV[1]
local epoch = redis.call('HGET', state, 'epoch')
if not epoch then
  epoch = ARGV[4]
  redis.call('HSET', state, 'epoch', epoch, 'quietUntil', text(now + ${FRESH_MS * US}))
end
-- A server that starts again may have older data, and what is kept of objects must not be believed then.
if ARGV[5] ~= '' and redis.call('HGET', state, 'run') ~= ARGV[5] then
  redis.call('HSET', state, 'run', ARGV[5])
  redis.call('HINCRBY', state, 'generation', 1)
end
local newest = redis.call('ZREVRANGE', processes, 0, 0, 'WITHSCORES')[2]
if newest then
  local gone = redis.call('ZRANGEBYSCORE', processes, '-inf', '(' .. text(newest - ${LAPSE_MS * US}))
  for _, one in ipairs(gone) do
    redis.call('ZREM', processes, one)
    redis.call('HDEL', limits, one)
  end
  if now - newest > ${GAP_MS * US} or newest - now > ${LAPSE_MS * US} then
    redis.call('HSET', state, 'graceUntil', text(now + ${GRACE_MS * US}), 'expected', redis.call('ZCARD', processes))
    redis.call('DEL', missing)
    for _, one in ipairs(redis.call('ZRANGE', processes, 0, -1)) do redis.call('SADD', missing, one) end
    redis.call('DEL', processes, limits)
  end
end
redis.call('ZADD', processes, text(now), id)
redis.call('SREM', missing, id)
redis.call('HSET', limits, id, ARGV[2] .. ' ' .. ARGV[3])
local perSecond, perDay = ${UNLIMITED}, ${UNLIMITED}
local function lower(one, other)
  if one < 0 then return other end
  if other < 0 then return one end
  return math.min(one, other)
end
for _, limit in ipairs(redis.call('HVALS', limits)) do
  local second, day = string.match(limit, '^(%S+) (%S+)$')
  perSecond = lower(perSecond, tonumber(second))
  perDay = lower(perDay, tonumber(day))
end
local absent = redis.call('SCARD', missing)
local grace = tonumber(redis.call('HGET', state, 'graceUntil') or 0) - now
if absent > 0 and (grace <= 0 or grace > ${GRACE_MS * US}) then
  redis.call('DEL', missing)
  absent = 0
end
redis.call('HSET', state, 'perSecond', text(perSecond), 'perDay', text(perDay), 'absent', absent)
local known = redis.call('ZCARD', processes) + absent
return {epoch, known, perSecond, perDay}
`);

/** Says that a process ends. KEYS: the registry. ARGV: id. */
export const LEAVE = script(`
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[3], ARGV[1])
return 1
`);
