import { setTimeout as sleep } from 'node:timers/promises';

/** Far longer than any of this takes: only what hangs fails by it. */
const PATIENCE_MS = 300_000;

/** Waits for something that must happen. @throws Error that names it when it does not happen within five minutes */
export async function giveUpAfter<Value>(promise: Promise<Value>, what: string): Promise<Value> {
  const patience = new AbortController();
  const tooLong = sleep(PATIENCE_MS, undefined, { signal: patience.signal }).then(() => {
    throw new Error(`waited ${PATIENCE_MS / 1000} s for ${what}`);
  });
  tooLong.catch(() => undefined);
  try {
    return await Promise.race([promise, tooLong]);
  } finally {
    patience.abort();
  }
}
