import { createHash } from 'node:crypto';

/** A Lua script. Redis runs it as a whole, between the commands of all clients. */
export interface Script {
  readonly text: string;
  /** Its SHA-1, by which Redis knows a script that it has run before. */
  readonly sha: string;
}

export function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

/** Begins every key. All keys have one hash tag, so that a script may touch several of them behind the proxy of a cluster, too. */
export const PREFIX = '{gainsight-px}:';

/** No limit, as an argument or an answer. */
export const UNLIMITED = -1;

/** Scripts count whole microseconds of Redis's clock: Lua's numbers hold them exactly. So many are a millisecond. */
export const US = 1_000;

/** Begins a script that needs the time: `now`, and `text`, which writes it without an exponent. */
export const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function text(number) return string.format('%.0f', number) end
`;
