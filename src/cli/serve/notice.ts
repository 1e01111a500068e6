import type { Mode } from '../../service/index.js';
import type { ServeOptions } from './options.js';

const WHAT_MODES_DO: Readonly<Record<Mode, string>> = {
  inline: 'it delivers every event while the host has it transformed',
  delivery: 'it delivers every event that the host passes to the delivery proxy',
};

const ANY_ADDRESS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** One line: what runs, and what to set on the host. */
export function notice(origin: string, { mode, upstream, host, live }: ServeOptions): string {
  // 0.0.0.0 and :: are not addresses that the host can reach.
  const reachable = ANY_ADDRESS.has(host) ? origin.replace(/\/\/.*:/, '//<this machine>:') : origin;
  const settings = [
    `DEST_TRANSFORM_URL=${reachable}`,
    ...(mode === 'delivery' ? ['RSERVER_ROUTER_GAINSIGHT_PX_TRANSFORMER_PROXY=true'] : []),
  ];
  const rest = upstream === undefined ? '' : '; all other destinations are forwarded';
  const page = live === true ? `. See the last events at ${reachable}/live` : '';
  return `serving at ${origin}, mode ${mode}: ${WHAT_MODES_DO[mode]}${rest}. Set on the host: ${settings.join(' and ')}${page}`;
}
