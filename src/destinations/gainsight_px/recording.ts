import { typeName } from '../../core/json-object.js';
import type { DropReason, MappedObject, Recorder } from '../../core/mapping/record.js';
import type { RequestBody } from '../../core/request.js';
import type { RequestPlan, Step } from '../../core/plan.js';
import type { DroppedValue, ExplainedField } from './explain.js';

interface Origin {
  readonly object: MappedObject;
  readonly to: string;
  readonly from: string;
  readonly raw: unknown;
}

const OBJECT_OF: Readonly<Record<Step['request']['endpointPath'], MappedObject>> = {
  users: 'user',
  accounts: 'account',
  events: 'event',
  preferences: 'preferences',
};

/** The fields that a URL path may carry, by the object they belong to. */
const ID_FIELD: Readonly<Partial<Record<MappedObject, string>>> = {
  user: 'identifyId',
  account: 'id',
  preferences: 'identifyId',
};

/** Listens to one message's mapping, and says afterwards where each field of the plan came from. */
export class Recording implements Recorder {
  readonly #origins = new Map<string, Origin>();
  readonly #dropped = new Map<string, DroppedValue>();

  wrote(object: MappedObject, to: string, from: string, raw: unknown): void {
    const key = `${object} ${to}`;
    const before = this.#origins.get(key);
    this.#origins.set(key, { object, to, from, raw });
    if (before !== undefined && before.from !== from) this.passedOver(object, to, before.from, before.raw);
  }

  passedOver(object: MappedObject, to: string, path: string, raw: unknown): void {
    const winner = this.#origins.get(`${object} ${to}`);
    // The same value in two places is the habit of most SDKs: nothing is lost by taking one.
    if (winner !== undefined && sameValue(winner.raw, raw)) return;
    this.dropped(path, 'shadowed', raw);
  }

  dropped(path: string, reason: DropReason, raw: unknown): void {
    this.#dropped.set(`${reason} ${path}`, { path, reason, type: typeName(raw) });
  }

  droppedValues(): DroppedValue[] {
    return [...this.#dropped.values()];
  }

  /** What had been found when the mapping stopped. */
  fieldsSeen(): ExplainedField[] {
    return [...this.#origins.values()].map(({ object, to, from, raw }) => ({
      object,
      to,
      from,
      value: raw,
      steps: [],
    }));
  }

  /** Every field of every request of the plan; each once, with the steps that send it. */
  fieldsOf(plan: RequestPlan): ExplainedField[] {
    const fields = new Map<string, ExplainedField & { steps: string[] }>();
    for (const step of plan.steps) {
      for (const [object, to, value] of sentBy(step, this.#idInPath(step))) {
        const key = `${object} ${to} ${JSON.stringify(value)}`;
        const field = fields.get(key) ?? { object, to, from: this.#originOf(object, to), value, steps: [] };
        field.steps.push(step.id);
        fields.set(key, field);
      }
    }
    return [...fields.values()];
  }

  #originOf(object: MappedObject, to: string): string {
    const origin =
      this.#origins.get(`${object} ${to}`) ??
      (to === 'identifyId' ? this.#origins.get('user identifyId') : undefined);
    return origin?.from ?? 'constant';
  }

  /** The id of a request whose body does not hold it. */
  #idInPath(step: Step): unknown {
    const object = OBJECT_OF[step.request.endpointPath];
    return this.#origins.get(`${object === 'preferences' ? 'user' : object} ${ID_FIELD[object] ?? ''}`)?.raw;
  }
}

type Sent = readonly [object: MappedObject, to: string, value: unknown];

function sentBy(step: Step, id: unknown): Sent[] {
  const object = OBJECT_OF[step.request.endpointPath];
  const body = step.request.body ?? {};
  const idField = ID_FIELD[object];
  const inPath: Sent[] = idField !== undefined && !(idField in body) ? [[object, idField, String(id)]] : [];
  return [...inPath, ...leaves(body).map(([to, value]): Sent => [object, to, value])];
}

/** The single values of a body with their dotted paths; a list, and an object without keys, is one value. */
function leaves(body: RequestBody, prefix = ''): [string, unknown][] {
  return Object.entries(body).flatMap(([key, value]): [string, unknown][] => {
    const path = prefix + key;
    const isBranch = typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length > 0;
    return isBranch ? leaves(value as RequestBody, `${path}.`) : [[path, value]];
  });
}

function sameValue(a: unknown, b: unknown): boolean {
  return (
    a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b))
  );
}
