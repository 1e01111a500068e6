import { createHash, randomBytes } from 'node:crypto';
import type { ObjectName, ObjectStore, OpenObject } from '../../router/index.js';
import { sleep, untilAborted, type Clock } from '../../runtime/index.js';
import { RedisAway } from '../connection/connect.js';
import type { LinkMember, RedisLink, RunScript } from '../connection/link.js';
import { REGISTRY_KEYS } from '../connection/registry.js';
import type { Script } from '../connection/script.js';
import {
  CLOSE_OBJECT,
  FORGET_ALL,
  FORGET_OBJECTS,
  HOLD_OBJECT,
  LEAVE_OBJECT,
  objectKeys,
  OPEN_OBJECT,
} from './object-scripts.js';

/** An object of a process that crashed is free after so long. */
const HELD_MS = 10_000;

/** What is open for long is held anew after so long. */
const HOLD_AGAIN_MS = 3_000;

/** Who waits for an object asks again after this, and after twice as long each time, up to the second number. */
const [SHORTEST_WAIT_MS, LONGEST_WAIT_MS] = [4, 64];

/** Whoever has it open for longer than this is not waited for. Then both write, and nothing is kept of it. */
const MOST_WAIT_MS = 30_000;

/** When more objects than this were written without Redis, all that is kept is forgotten. */
const MOST_UNSAID = 100_000;

/** In place of a time to keep the text: nothing was written. */
const AS_IT_IS = -1;

/** Objects in one script, so that none runs long. */
const OBJECTS_PER_SCRIPT = 500;

/**
 * Keeps texts of objects in Redis, and lets one process at a time have an object open.
 *
 * Without Redis every object opens at once and nothing is known of it. What is opened or closed meanwhile is forgotten in Redis before this process counts as back.
 */
export class RedisObjectStore implements ObjectStore, LinkMember {
  readonly #open = new Set<RedisOpenObject>();
  /** What was closed while Redis did not hear it, by name. */
  readonly #unsaid = new Set<string>();
  /** There were too many of them. */
  #mustForgetAll = false;
  /** Resolves when Redis decides again, or is away again: meanwhile nothing opens. */
  #rejoining: { readonly over: Promise<void>; readonly end: () => void } | undefined;

  constructor(
    private readonly link: RedisLink,
    private readonly clock: Clock,
    private readonly random: () => number,
  ) {}

  async open(name: ObjectName, signal: AbortSignal): Promise<OpenObject> {
    const object = new RedisOpenObject(storedName(name), this.clock, {
      run: (script, keys, args) => this.link.run(script, keys, args),
      onClose: (isHeard) => {
        this.#open.delete(object);
        if (!isHeard) this.#noteUnsaid(object.name);
      },
    });
    while (this.#rejoining !== undefined) await untilAborted(this.#rejoining.over, signal);
    this.#open.add(object);
    const giveUpMs = this.clock.nowMs() + MOST_WAIT_MS;
    try {
      let waitMs = SHORTEST_WAIT_MS;
      while (!(await object.take(this.clock.nowMs() >= giveUpMs))) {
        await sleep(this.clock, waitMs * (0.5 + this.random()), signal);
        waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
      }
      signal.throwIfAborted();
      return object;
    } catch (error) {
      await object.giveUp();
      throw error;
    }
  }

  away(): void {
    for (const object of this.#open) object.loseSight();
    this.#endRejoining();
  }

  async rejoin(run: RunScript): Promise<void> {
    this.#endRejoining();
    let end = (): void => undefined;
    const over = new Promise<void>((resolve) => (end = resolve));
    this.#rejoining = { over, end };
    if (this.#mustForgetAll) await run(FORGET_ALL, REGISTRY_KEYS, []);
    this.#mustForgetAll = false;
    await this.#forget(run, [...this.#unsaid]);
  }

  joined(): void {
    this.#endRejoining();
    if (this.#unsaid.size === 0) return;
    // Closed in the last moments.
    this.#forget((...args) => this.link.run(...args), [...this.#unsaid]).catch(() => undefined);
  }

  #endRejoining(): void {
    this.#rejoining?.end();
    this.#rejoining = undefined;
  }

  #noteUnsaid(name: string): void {
    if (this.#unsaid.size < MOST_UNSAID) this.#unsaid.add(name);
    else this.#mustForgetAll = true;
  }

  /** Forgets objects in Redis; those that are open stay locked. */
  async #forget(run: RunScript, names: readonly string[]): Promise<void> {
    const closed = names.map((name) => ({ name, token: '' }));
    const open = [...this.#open].flatMap(({ name, token, isOutOfSight }) =>
      isOutOfSight ? [{ name, token }] : [],
    );
    // What is open comes last: so it is locked when both name it.
    const all = [...closed, ...open];
    for (let from = 0; from < all.length; from += OBJECTS_PER_SCRIPT) {
      const some = all.slice(from, from + OBJECTS_PER_SCRIPT);
      const keys = some.flatMap(({ name }) => objectKeys(name).slice(1));
      await run(FORGET_OBJECTS, keys, [HELD_MS, ...some.map(({ token }) => token)]);
    }
    for (const name of names) this.#unsaid.delete(name);
  }
}

/** How long to keep a text, the generation in which the object was opened, the text. */
type Kept = readonly [keepMs: number, generation: string, text: string];

interface Surroundings {
  readonly run: RunScript;
  /** @param isHeard whether Redis has closed the object, too */
  readonly onClose: (isHeard: boolean) => void;
}

class RedisOpenObject implements OpenObject {
  readonly token = randomBytes(12).toString('base64url');
  text: string | undefined;
  readonly #keys: readonly string[];
  /** Redis was away since it was opened: nothing that is kept of it would be sure. */
  #isOutOfSight = false;
  #isTaken = false;
  #generation = '';
  #stopHolding: (() => void) | undefined;

  constructor(
    readonly name: string,
    private readonly clock: Clock,
    private readonly surroundings: Surroundings,
  ) {
    this.#keys = objectKeys(name);
  }

  get isOutOfSight(): boolean {
    return this.#isOutOfSight;
  }

  loseSight(): void {
    this.#isOutOfSight = true;
  }

  /** Whether it is open now; false while somebody else has it. @param byForce do not wait for the other one */
  async take(byForce: boolean): Promise<boolean> {
    const answer = await this.#run(OPEN_OBJECT, [HELD_MS, byForce ? 1 : 0]);
    if (answer !== undefined) {
      const [isOpen, generation = '', text] = answer as [number, string?, string?];
      if (isOpen === 0) return false;
      this.#generation = generation;
      if (byForce) this.#isOutOfSight = true;
      else this.text = text;
    }
    this.#isTaken = true;
    this.#holdAgain();
    return true;
  }

  /** Closes what may not be open. */
  async giveUp(): Promise<void> {
    if (this.#isTaken) await this.#end(this.#isOutOfSight ? 0 : AS_IT_IS, this.#generation, '');
    else this.surroundings.onClose(true);
  }

  async leave(text: string | undefined, keepMs: number): Promise<void> {
    await this.#run(LEAVE_OBJECT, [HELD_MS, ...this.#kept(text, keepMs)]);
  }

  async close(text: string | undefined, keepMs: number): Promise<void> {
    await this.#end(...this.#kept(text, keepMs));
  }

  async #end(...kept: Kept): Promise<void> {
    this.#stopHolding?.();
    const answer = await this.#run(CLOSE_OBJECT, kept);
    this.surroundings.onClose(answer !== undefined);
  }

  #kept(text: string | undefined, keepMs: number): Kept {
    const isKept = text !== undefined && !this.#isOutOfSight;
    return [isKept ? Math.max(0, Math.floor(keepMs)) : 0, this.#generation, isKept ? text : ''];
  }

  #holdAgain(): void {
    this.#stopHolding = this.clock.after(HOLD_AGAIN_MS, () => {
      void this.#run(HOLD_OBJECT, [HELD_MS]);
      this.#holdAgain();
    });
  }

  /** `undefined` when Redis is away: then it may or may not have done it. */
  async #run(script: Script, args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await this.surroundings.run(script, this.#keys, [this.token, ...args]);
    } catch (error) {
      if (!(error instanceof RedisAway)) throw error;
      this.#isOutOfSight = true;
      return undefined;
    }
  }
}

/** A name of bounded length, without the id. */
function storedName({ origin, keyFingerprint, kind, id }: ObjectName): string {
  return createHash('sha256')
    .update(JSON.stringify([origin, keyFingerprint, kind, id]))
    .digest('base64url');
}
