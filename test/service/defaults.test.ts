import http from 'node:http';
import { Command } from 'commander';
import { registerServe } from '../../src/cli/serve/command';
import type { CommandIo } from '../../src/cli/io';
import { createService } from '../../src/service/index';
import { parseServiceOptions } from '../../src/service/options';

/** What the host's own limits leave no choice in (RudderStack rudder-server v1.83). */
const MB = 1024 * 1024;

test('limits fit into those of the host', () => {
  expect(parseServiceOptions({})).toMatchObject({
    mode: 'inline',
    // A transform request is given up after 600 s, a deletion after 60 s, a poll of the features after 30 s.
    transformDeadlineMs: 60_000,
    deletionDeadlineMs: 50_000,
    featuresWaitMs: 25_000,
    // A 413 would drop a whole batch: of a hundred events with 4 MB at most. The stock transformer takes as much.
    maxBodyBytes: 200 * MB,
    // What a small container has room for.
    bodyMemoryBytes: 64 * MB,
    bodyTimeMs: 60_000,
    answerIdleMs: 60_000,
    // The host waits for the slowest plan of a batch, and tries again by itself.
    router: { maxAttempts: 3, maxPlanTimeMs: 15_000, maxPending: 10_000, concurrency: 100 },
  });
});

test('what is said of the router leaves its other limits as they are', () => {
  expect(parseServiceOptions({ router: { maxAttempts: 7 } }).router).toEqual({
    maxAttempts: 7,
    maxPlanTimeMs: 15_000,
    maxPending: 10_000,
    concurrency: 100,
  });
});

test('a request has five minutes to arrive, and an idle connection outlives the minute that load balancers keep one', async () => {
  const created = jest.spyOn(http, 'createServer');
  const service = createService();
  const [server] = created.mock.results.map(({ value }) => value as http.Server);
  created.mockRestore();
  expect(server).toMatchObject({ requestTimeout: 300_000, keepAliveTimeout: 72_000 });
  await service.close();
});

test('serve listens where every host looks for a transformer, for this machine alone', () => {
  const program = new Command();
  registerServe(program, {} as CommandIo);
  const options = program.commands[0]!.opts();
  expect(options).toMatchObject({
    host: '127.0.0.1',
    port: 9090,
    mode: 'inline',
    concurrency: 100,
    requestsPerSecond: 180,
    requestsPerDay: 1_000_000,
    bodyMemory: 64,
    graceMs: 5_000,
    drainMs: 70_000,
  });
});
