import type { Mode } from '../../src/service';
import type { HostOptions } from './simulated-host';

/** A way by which events come to PX: the service's mode, and the route by which the host asks for transforms. */
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
