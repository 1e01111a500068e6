import type { Mode } from '../../src/service';
import type { HostOptions } from './simulated-host';

/** How events reach PX: the mode of the service, and the stage of the host that transforms them. */
export interface Way {
  readonly name: string;
  readonly mode: Mode;
  readonly options: Partial<HostOptions>;
}

export const ROUTER_WAYS: readonly Way[] = [
  { name: 'inline mode at the router', mode: 'inline', options: { transformAt: 'router' } },
  { name: 'delivery mode at the router', mode: 'delivery', options: { transformAt: 'router' } },
];

export const PROCESSOR_WAYS: readonly Way[] = [
  { name: 'inline mode at the processor', mode: 'inline', options: { transformAt: 'processor' } },
  { name: 'delivery mode at the processor', mode: 'delivery', options: { transformAt: 'processor' } },
];

export const WAYS: readonly Way[] = [...ROUTER_WAYS, ...PROCESSOR_WAYS];
