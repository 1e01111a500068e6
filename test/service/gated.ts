import { world, type Json, type World } from './running-service';
import { until } from './waiting';

/** A world whose requests to PX wait until they are let go; each is answered with success. */
export async function gated(options: Parameters<typeof world>[0] = {}) {
  const sent: string[] = [];
  const waiting: (() => void)[] = [];
  const here = await world({
    ...options,
    fetch: (_url, { body }) => {
      const { title, identifyId } = JSON.parse(body!) as Json;
      sent.push(String(title ?? identifyId));
      return new Promise((resolve) => {
        waiting.push(() => {
          resolve(new Response(null, { status: 204 }));
        });
      });
    },
  });
  const release = (): void => {
    for (const letGo of waiting.splice(0)) letGo();
  };
  return { ...here, sent, release, sends: (count: number) => until(() => sent.length === count) };
}

/** How many plans of a service wait or run. */
export async function pendingPlans({ get }: Pick<World, 'get'>): Promise<number> {
  const { text } = await get('/metrics');
  return Number(/^gainsight_px_plans_pending (\d+)$/m.exec(text)![1]);
}
