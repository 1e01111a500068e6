import { REGISTRY_KEYS } from '../connection/registry.js';
import { NOW, PREFIX, script, US } from '../connection/script.js';
import { GRACE_MS } from '../timing.js';

/**
 * The keys of one object: the state of all, who has it open, and what is kept of it.
 *
 * The lock holds the token of who has it open. `lost ` before the token says that somebody else may have written the object meanwhile: then its holder
 * leaves nothing.
 */
export function objectKeys(name: string): readonly [string, string, string] {
  return [REGISTRY_KEYS[0]!, `${PREFIX}lock:${name}`, `${PREFIX}object:${name}`];
}

const LOST = `
local function lose(lock)
  local holder = redis.call('GET', lock)
  if holder and string.sub(holder, 1, 5) ~= 'lost ' then redis.call('SET', lock, 'lost ' .. holder, 'KEEPTTL') end
end
`;

/**
 * Opens an object. KEYS: `objectKeys`. ARGV: token, how long it is held, whether to take it from its holder (1).
 *
 * Answers {0} while somebody else has it open, {1, generation} when nothing is known, and {1, generation, text}. As long as a process is not back from a time without Redis it
 * may have written the object, so nothing is known.
 */
export const OPEN_OBJECT = script(`${NOW}
local state, lock, object = KEYS[1], KEYS[2], KEYS[3]
local known = redis.call('HMGET', state, 'generation', 'graceUntil', 'absent')
local generation = known[1] or '0'
if ARGV[3] == '1' then
  redis.call('DEL', object)
  redis.call('SET', lock, ARGV[1], 'PX', ARGV[2])
  return {1, generation}
end
if not redis.call('SET', lock, ARGV[1], 'NX', 'PX', ARGV[2]) then return {0} end
local grace = tonumber(known[2] or 0) - now
if grace > 0 and grace <= ${GRACE_MS * US} and tonumber(known[3] or 0) > 0 then return {1, generation} end
local text = redis.call('GET', object)
local prefix = generation .. ':'
if not text or string.sub(text, 1, #prefix) ~= prefix then return {1, generation} end
return {1, generation, string.sub(text, #prefix + 1)}
`);

/** Holds an object for longer. KEYS: `objectKeys`. ARGV: token, how long. */
export const HOLD_OBJECT = script(`
local holder = redis.call('GET', KEYS[2])
if holder == ARGV[1] or holder == 'lost ' .. ARGV[1] then redis.call('PEXPIRE', KEYS[2], ARGV[2]) end
return 1
`);

/**
 * Replaces the text, and holds the object for longer. KEYS: `objectKeys`. ARGV: token, how long to hold it, how long to keep the text (0: leave nothing), the generation in
 * which it was opened, the text.
 */
export const LEAVE_OBJECT = script(`${LOST}
redis.call('DEL', KEYS[3])
local holder = redis.call('GET', KEYS[2])
local generation = redis.call('HGET', KEYS[1], 'generation') or '0'
if holder == ARGV[1] and tonumber(ARGV[3]) > 0 and generation == ARGV[4] then
  redis.call('SET', KEYS[3], generation .. ':' .. ARGV[5], 'PX', ARGV[3])
end
if holder == ARGV[1] or holder == 'lost ' .. ARGV[1] then redis.call('PEXPIRE', KEYS[2], ARGV[2])
else lose(KEYS[2]) end
return 1
`);

/**
 * Closes an object. KEYS: `objectKeys`. ARGV: token, how long to keep the text (0: leave nothing; -1: leave what is there), the generation in which it was opened,
 * the text.
 *
 * Who has lost it to somebody else leaves nothing, and neither does the other: nobody knows which of the two wrote last.
 */
export const CLOSE_OBJECT = script(`${LOST}
local state, lock, object = KEYS[1], KEYS[2], KEYS[3]
local holder = redis.call('GET', lock)
local generation = redis.call('HGET', state, 'generation') or '0'
local keep = tonumber(ARGV[2])
if holder ~= ARGV[1] or keep >= 0 then redis.call('DEL', object) end
if holder == ARGV[1] and keep > 0 and generation == ARGV[3] then
  redis.call('SET', object, generation .. ':' .. ARGV[4], 'PX', ARGV[2])
end
if holder == ARGV[1] or holder == 'lost ' .. ARGV[1] then redis.call('DEL', lock)
else lose(lock) end
return 1
`);

/**
 * Forgets what a process wrote without Redis. KEYS: for each object its lock and its text. ARGV: how long to hold what it still has open, then for each object
 * its token; empty when it is closed.
 */
export const FORGET_OBJECTS = script(`${LOST}
for at = 1, #ARGV - 1 do
  local lock, object, token = KEYS[2 * at - 1], KEYS[2 * at], ARGV[at + 1]
  redis.call('DEL', object)
  if token == '' then lose(lock)
  else redis.call('SET', lock, token, 'PX', ARGV[1]) end
end
return 1
`);

/** Lets nobody believe what is kept of any object. KEYS: the registry. */
export const FORGET_ALL = script(`
return redis.call('HINCRBY', KEYS[1], 'generation', 1)
`);
