import { openTracing } from '../../src/tracing';
import { END, PARENT, SERVED } from './spans';

/** What a test asks this process for; it answers each with a {@link Reply}. */
export type Order =
  { readonly spans: number } | { readonly close: number; readonly hurry?: 'before' | 'after' };

/** Ready, or refused to start; what was logged; the answer to an order. */
export type Reply =
  | { readonly ready: true }
  | { readonly failed: string }
  | { readonly logged: [string, object, string] }
  | { readonly done: boolean };

/**
 * Traces in a process of its own: the packages read the variables of their process, and the exporter loads its HTTP client in a way that
 * Jest does not have.
 */
async function main(): Promise<void> {
  const reply = (message: Reply): void => void process.send!(message);
  const note =
    (level: string) =>
    (fields: object, message: string): void => {
      reply({ logged: [level, fields, message] });
    };
  const log = { info: note('info'), warn: note('warn') };
  const { tracing, close } = await openTracing({ version: '1.2.3', log, env: process.env });
  process.on('message', (order: Order) => {
    if ('spans' in order) {
      for (let each = 0; each < order.spans; each += 1) tracing.begin(PARENT, SERVED)!.end(END);
      reply({ done: true });
      return;
    }
    const hurry = new AbortController();
    if (order.hurry === 'before') hurry.abort();
    void close({ timeMs: order.close, hurry: hurry.signal }).then((done) => {
      reply({ done });
    });
    if (order.hurry === 'after') hurry.abort();
  });
  reply({ ready: true });
}

main().catch((error: unknown) => {
  process.send!({ failed: String(error) } satisfies Reply);
  process.disconnect();
});
