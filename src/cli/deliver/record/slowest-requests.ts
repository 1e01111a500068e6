import type { SlowRequest } from '../../../web/index.js';
import type { RequestRecord } from '../../../router/index.js';
import type { InputItem } from '../../input/input-item.js';
import { placeOf } from './examples.js';

const KEPT = 20;

/** The slowest requests of a run. */
export class SlowestRequests {
  readonly #slowest: SlowRequest[] = [];

  add({ route, durationMs, status, errorCode }: RequestRecord, item: InputItem): void {
    const last = this.#slowest[KEPT - 1];
    if (last !== undefined && durationMs <= last.durationMs) return;
    const request: SlowRequest = {
      route,
      durationMs,
      ...(status === undefined ? {} : { status }),
      ...(errorCode === undefined ? {} : { errorCode }),
      place: placeOf(item),
    };
    const at = this.#slowest.findIndex((other) => other.durationMs < durationMs);
    this.#slowest.splice(at === -1 ? this.#slowest.length : at, 0, request);
    this.#slowest.length = Math.min(this.#slowest.length, KEPT);
  }

  /** The slowest first. */
  list(): readonly SlowRequest[] {
    return this.#slowest;
  }
}
