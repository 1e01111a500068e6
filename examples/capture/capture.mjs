/**
 * Captures `examples/events.jsonl` again: the real RudderStack Node SDK sends the story to a local sink, and every message
 * is written down as it came over the wire, one per line, in the order received.
 */
import { once } from 'node:events';
import { rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import RudderAnalytics from '@rudderstack/rudder-sdk-node';
import { tellStory } from './story.mjs';

const OUTPUT = fileURLToPath(new URL('../events.jsonl', import.meta.url));
const SEED = 20250901;
const BATCH_SIZE = 20;
const BATCH_PATH = '/v1/batch';

/** A data plane that remembers what it is sent. */
async function startSink() {
  const received = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.method !== 'POST' || request.url !== BATCH_PATH) {
      response.writeHead(404).end();
      return;
    }
    const raw = Buffer.concat(chunks);
    const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
    received.push(...JSON.parse(text.toString('utf8')).batch);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { received, url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

const story = tellStory(SEED);
const sink = await startSink();
// The write key is the sink's business, and this sink takes any.
const client = new RudderAnalytics('EXAMPLE_WRITE_KEY', {
  dataPlaneUrl: sink.url,
  flushAt: BATCH_SIZE,
  retryCount: 0,
  logLevel: 'error',
  axiosConfig: { proxy: false },
});

for (const [index, { call, message }] of story.entries()) {
  client[call](message);
  // Batches that wait for one another's end would be sent at once, and arrive in any order.
  if ((index + 1) % BATCH_SIZE === 0) await client.flush();
}
await client.flush();
sink.close();

const wanted = story.map(({ message }) => message.messageId).join();
if (sink.received.map(({ messageId }) => messageId).join() !== wanted) {
  throw new Error(`sent ${story.length} messages, received ${sink.received.length}, or in another order`);
}

await writeFile(`${OUTPUT}.part`, sink.received.map((message) => `${JSON.stringify(message)}\n`).join(''));
await rename(`${OUTPUT}.part`, OUTPUT);
console.log(`${sink.received.length} messages written to examples/events.jsonl`);
