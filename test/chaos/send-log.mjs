// Loaded into a command before it starts: writes when each request to PX leaves, and the status of its answer, to file
// descriptor 3, one JSON line each. The write is synchronous, so that nothing is lost when the process is killed.
import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';

const LOG = 3;
const numbers = new WeakMap();
let last = 0;

const write = (entry) => writeSync(LOG, `${JSON.stringify(entry)}\n`);

/** CLOCK_MONOTONIC, which all processes of a machine share. */
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

subscribe('undici:client:sendHeaders', ({ request }) => {
  last += 1;
  numbers.set(request, last);
  const eventId = /"eventId":"([^"]+)"/.exec(String(request.body ?? ''))?.[1];
  write({ number: last, atMs: nowMs(), path: request.path, eventId });
});

subscribe('undici:request:headers', ({ request, response }) => {
  write({ number: numbers.get(request), status: response.statusCode, atMs: nowMs() });
});
