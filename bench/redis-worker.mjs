// One process of the benchmark `redis`: sends as fast as the shared limit allows, and reports when each request left.
import { subscribe } from 'node:diagnostics_channel';
import { process as map } from '../dist/esm/index.js';
import { openRedis } from '../dist/esm/redis/index.js';
import { createHttpFetch, createRouter } from '../dist/esm/router/index.js';

const [url, origin, limit, concurrency] = process.argv.slice(2);
const config = { apiKey: '00000000-0000-0000-0000-000000000000', productTagKey: 'AP-EXAMPLE-2' };

/** Microseconds on the clock of the machine, which all of its processes share. */
const nowUs = () => Number(process.hrtime.bigint() / 1_000n);

const leftUs = [];
subscribe('undici:client:sendHeaders', () => leftUs.push(nowUs()));

const shared = await openRedis({
  url,
  env: {},
  requestsPerSecond: Number(limit),
  requestsPerDay: Infinity,
  onChange: ({ text }) => process.send({ change: text, atUs: nowUs() }),
});
const codes = {};
const router = createRouter({
  origin,
  concurrency: Number(concurrency),
  maxPending: Number(concurrency),
  rateLimiter: shared.rateLimiter,
  fetch: createHttpFetch(),
});
let isOver = false;
process.on('message', (message) => {
  if (message === 'stop') isOver = true;
});
process.send('ready');
for (let number = 0; !isOver; number += 1) {
  await router.ready();
  const userId = `${process.pid}-${number}`;
  void router
    .deliver(map({ type: 'track', event: 'Measured', userId }, config))
    .then(({ delivered, code }) => {
      const outcome = delivered ? 'delivered' : code;
      codes[outcome] = (codes[outcome] ?? 0) + 1;
    });
}
await router.close();
await shared.close();
process.send({ leftUs, codes }, () => process.exit(0));
