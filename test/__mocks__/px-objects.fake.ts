import type { ScriptedAnswer, SentRequest } from './px-api.fake';

type Json = Record<string, unknown>;

/** Users and accounts that PX holds, for a `FakePxApi`: an update merges, and answers 404 where there is no object. */
export class PxObjects {
  readonly users = new Map<string, Json>();
  readonly accounts = new Map<string, Json>();
  readonly preferences: [string, unknown][] = [];
  readonly events: unknown[] = [];

  readonly answer = ({ method, path, body }: SentRequest): ScriptedAnswer => {
    const { pathname } = new URL(path, 'https://px.test');
    const [, , first, second, ...rest] = pathname.split('/').map(decodeURIComponent);
    const fields = (body ?? {}) as Json;
    if (first === 'events') {
      this.events.push(fields);
      return { status: 201 };
    }
    if (first === 'user') return this.#setPreferences(rest[0] ?? String(fields.identifyId), fields);
    if (second === 'denylist') return { status: this.users.has(rest[0]!) ? 204 : 404 };
    const [objects, idField] =
      first === 'users' ? [this.users, 'identifyId'] : ([this.accounts, 'id'] as const);
    if (method === 'POST') return create(objects, String(fields[idField]), fields);
    const id = second === 'update' || second === 'delete' ? String(fields[idField]) : second!;
    if (method === 'DELETE') return { status: objects.delete(id) ? 204 : 404 };
    const before = objects.get(id);
    if (before === undefined) return { status: 404 };
    objects.set(id, merge(before, fields));
    return { status: 204 };
  };

  #setPreferences(id: string, fields: Json): ScriptedAnswer {
    if (!this.users.has(id)) return { status: 404 };
    this.preferences.push([id, fields]);
    return { status: 204 };
  }
}

function create(objects: Map<string, Json>, id: string, fields: Json): ScriptedAnswer {
  if (objects.has(id)) return { status: 400 };
  objects.set(id, fields);
  return { status: 201 };
}

function merge(before: Json, change: Json): Json {
  const merged = { ...before, ...change };
  for (const field of ['customAttributes', 'location', 'coordinates']) {
    const [old, changed] = [before[field], change[field]];
    if (isPlain(old) && isPlain(changed)) merged[field] = merge(old, changed);
  }
  return merged;
}

function isPlain(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
