import { randomBytes } from 'node:crypto';
import { unlink } from 'node:fs/promises';
import { systemClock, type Clock } from '../../runtime/index.js';
import { UsageError } from '../io.js';
import {
  advice,
  checkpointText,
  readCheckpoint,
  removeUnfinished,
  writeCheckpoint,
  type CheckpointContent,
} from './checkpoint-file.js';
import { headOf, inputDifference, type ReadPart } from './input-identity.js';
import { Reservation } from './reservation.js';
import { LockHeld, RunLock } from './run-lock.js';
import { isIn, isSettled, lastSettled, NOTHING_SETTLED, rangesOf, settledNow } from './settled-ranges.js';
import { fingerprint, settingsDifference, type Settings } from './settings-fingerprint.js';

/** What a checkpoint belongs to. */
export interface CheckpointedRun {
  /** The name of the command; another command does not use its checkpoints. */
  readonly command: string;
  /** Files in the order in which they are read. */
  readonly inputs: readonly { readonly name: string; readonly sizeBytes: number }[];
  /** The configuration, where the command has one, and the options that decide what is sent and where. */
  readonly settings: Settings;
}

/** The state of a run at one moment. */
export interface Snapshot<Own> {
  /** How many messages this run has read. */
  readonly read: number;
  /** Those of them that are not settled, ascending. */
  readonly unsettled: readonly number[];
  /** Those of the unsettled ones that are over for this run, and that the destination may have; ascending. */
  readonly mayHaveLanded: readonly number[];
  /** What was read of each file. */
  readonly inputs: readonly (ReadPart | null)[];
  readonly own: Own;
}

/** How a checkpoint follows its run. */
export interface Following<Own> {
  /** Called synchronously, between two pieces of the run's work. */
  readonly snapshot: () => Snapshot<Own>;
  /** How many messages the run has read. */
  readonly read: () => number;
  /** Brings to the disk what the snapshot speaks of, such as a rejected file. */
  readonly sync: () => Promise<void>;
  /** How many messages a second the run sends at most. */
  readonly perSecond: number;
  /** The checkpoint cannot be written any more: the run must end. */
  readonly onFailure: (text: string) => void;
}

/** From the beginning of one checkpoint to that of the next, in milliseconds. */
const INTERVAL_MS = 1_000;

/** A run may read as many messages as in so many intervals before it needs the next checkpoint. */
const INTERVALS_AHEAD = 2;

/** How fast a run without a limit is taken to be at its beginning, and how fast at least after that; messages a second. */
const SUPPOSED_SPEED = 5_000;
const LEAST_SPEED = 500;

/**
 * The checkpoint of a run: a file that says which messages of an input are settled. A run that was killed continues from
 * it. At most one process uses it.
 *
 * @example
 * const checkpoint = await Checkpoint.open('events.jsonl.gainsight-px-checkpoint', run);
 * await checkpoint.begin(own, 180);
 * checkpoint.follow({ snapshot, read, sync, perSecond: 180, onFailure });
 * …
 * await checkpoint.finish([]); // and remove(), when nothing is left to do
 * checkpoint.close();
 */
export class Checkpoint<Own> {
  readonly #startedMs: number;
  readonly #reservation = new Reservation();
  #following: Following<Own> | undefined;
  #cancelTimer: (() => void) | undefined;
  #writing: Promise<void> | undefined;
  #hasEnded = false;
  #read = 0;

  private constructor(
    readonly path: string,
    /** What earlier runs have left; `undefined` in the first run. */
    readonly before: CheckpointContent<Own> | undefined,
    private readonly identity: Pick<CheckpointContent<Own>, 'command' | 'salt' | 'settings' | 'inputs'>,
    private readonly lock: RunLock,
    private readonly clock: Clock,
  ) {
    this.#startedMs = clock.nowMs();
  }

  /**
   * Opens a checkpoint, or begins a new one. Nothing is written but the lock.
   *
   * @throws UsageError when another process uses it, when it belongs to another input or configuration, and when it is damaged
   * @throws the error of the file system when its folder cannot be written
   */
  static async open<Own>(
    path: string,
    run: CheckpointedRun,
    clock: Clock = systemClock,
  ): Promise<Checkpoint<Own>> {
    const lock = await lockOf(path, clock);
    try {
      removeUnfinished(path);
      const before = readCheckpoint<Own>(path);
      const salt = before?.salt ?? randomBytes(16).toString('hex');
      const settings = fingerprint(run.settings, salt);
      const inputs = run.inputs.map((file) => ({ ...file, head: headOf(file.name), read: null }));
      if (before !== undefined) await checkSame(path, { ...run, inputs, settings }, before);
      const identity = { command: run.command, salt, settings, inputs };
      return new Checkpoint<Own>(path, before, identity, lock, clock);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Counts this run. */
  get runs(): number {
    return (this.before?.runs ?? 0) + 1;
  }

  /** How long all runs took together, in milliseconds. */
  get durationMs(): number {
    return (this.before?.durationMs ?? 0) + this.clock.nowMs() - this.#startedMs;
  }

  /** The last message that an earlier run has settled. */
  get lastSettled(): number {
    return this.before === undefined ? 0 : lastSettled(this.before.settled);
  }

  /** Up to where earlier runs have settled everything. */
  get settledUpTo(): number {
    return this.before?.settled.upTo ?? 0;
  }

  /** What an earlier run has read of each file. */
  get partsBefore(): readonly (ReadPart | null)[] {
    return this.before?.inputs.map(({ read }) => read) ?? this.identity.inputs.map(() => null);
  }

  /** Whether an earlier run has settled a message. */
  wasSettled(number: number): boolean {
    return this.before !== undefined && isSettled(this.before.settled, number);
  }

  /** Whether the destination may have a message from an earlier run, which did not settle it. */
  mayHaveBeenSent(number: number): boolean {
    const { before } = this;
    if (before === undefined) return false;
    return number <= before.maySendUpTo || isIn(before.mayHaveLanded, number);
  }

  /**
   * Writes the first checkpoint of this run. Nothing may be sent before.
   *
   * @param own what the command stores at its beginning
   * @param perSecond how many messages a second the run sends at most
   * @throws the error of the file system when it cannot be written
   */
  async begin(own: Own, perSecond: number): Promise<void> {
    this.#read = this.lastSettled;
    const nothing = { read: 0, unsettled: [], mayHaveLanded: [], inputs: [], own };
    const ahead = INTERVALS_AHEAD * Math.min(perSecond, SUPPOSED_SPEED);
    const { text, maySendUpTo } = this.#textOf(nothing, ahead, []);
    await this.#write(text, maySendUpTo);
  }

  /** Writes a checkpoint every second from now on. */
  follow(following: Following<Own>): void {
    this.#following = following;
    this.#schedule(following, INTERVAL_MS);
  }

  /**
   * Asks for a message before it is sent. `undefined`: it may be sent. Otherwise the promise resolves after the next
   * checkpoint; with false when there will be none.
   */
  reserve(number: number): Promise<boolean> | undefined {
    return this.#reservation.ask(number);
  }

  /** Grants no more messages: the run is stopped. */
  endReservations(): void {
    this.#reservation.close();
  }

  /**
   * Writes the last checkpoint of this run, when nothing is in flight any more.
   *
   * @param mayChange the settings that the next run may have otherwise, such as a key that was refused
   * @throws the error of the file system when it cannot be written; then the former checkpoint holds
   */
  async finish(mayChange: readonly string[]): Promise<void> {
    this.#end();
    await this.#writing;
    if (this.#following !== undefined) await this.#writeNow(this.#following, undefined, mayChange);
  }

  /** Removes the file: there is nothing to resume. @throws the error of the file system */
  async remove(): Promise<void> {
    await unlink(this.path);
  }

  /** Lets another process use it. */
  close(): void {
    this.#end();
    this.lock.release();
  }

  #end(): void {
    this.#hasEnded = true;
    this.#cancelTimer?.();
    this.#reservation.close();
  }

  #schedule(following: Following<Own>, delayMs: number): void {
    if (this.#hasEnded) return;
    this.#cancelTimer = this.clock.after(delayMs, () => {
      this.#writing = this.#next(following);
    });
  }

  async #next(following: Following<Own>): Promise<void> {
    const beganMs = this.clock.nowMs();
    try {
      const speed = following.read() - this.#read;
      const least = Math.min(following.perSecond, LEAST_SPEED);
      await this.#writeNow(following, INTERVALS_AHEAD * Math.max(speed, least));
    } catch (error) {
      // What the former checkpoint grants still holds: until it is used up, the next attempt may succeed.
      if (error instanceof LockLost || this.#reservation.isExhausted) {
        const { code = 'unknown error' } = error as NodeJS.ErrnoException;
        following.onFailure(
          error instanceof LockLost
            ? error.message
            : `cannot write the checkpoint ${this.path} (${code}): make room, then start the same command again`,
        );
      }
    }
    this.#schedule(following, Math.max(0, INTERVAL_MS - (this.clock.nowMs() - beganMs)));
  }

  /** @param ahead how many messages more may be read before the next checkpoint; `undefined`: nothing is sent any more */
  async #writeNow(
    following: Following<Own>,
    ahead: number | undefined,
    mayChange: readonly string[] = [],
  ): Promise<void> {
    // As text at once: what it speaks of changes while the disk is waited for.
    const { text, maySendUpTo } = this.#textOf(following.snapshot(), ahead, mayChange);
    await following.sync();
    await this.#write(text, maySendUpTo);
  }

  async #write(text: string, maySendUpTo: number): Promise<void> {
    if (!this.lock.isMine()) throw new LockLost(this.path);
    await writeCheckpoint(this.path, text);
    this.#reservation.grant(maySendUpTo);
    await this.lock.touch();
  }

  #textOf(
    snapshot: Snapshot<Own>,
    ahead: number | undefined,
    mayChange: readonly string[],
  ): { readonly text: string; readonly maySendUpTo: number } {
    const content = this.#content(snapshot, ahead, mayChange);
    return { text: checkpointText(content), maySendUpTo: content.maySendUpTo };
  }

  #content(
    { read, unsettled, mayHaveLanded, inputs, own }: Snapshot<Own>,
    ahead: number | undefined,
    mayChange: readonly string[],
  ): CheckpointContent<Own> {
    const { before, identity } = this;
    this.#read = Math.max(this.#read, read);
    const settled = settledNow(before?.settled ?? NOTHING_SETTLED, read, unsettled);
    const landed = new Set(mayHaveLanded);
    for (const [first, last] of before?.mayHaveLanded ?? []) {
      for (let number = first; number <= last; number += 1)
        if (!isSettled(settled, number)) landed.add(number);
    }
    return {
      ...identity,
      inputs: identity.inputs.map((input, index) => ({
        ...input,
        read: furthest(inputs[index] ?? null, this.partsBefore[index] ?? null),
      })),
      settled,
      maySendUpTo: Math.max(before?.maySendUpTo ?? 0, ahead === undefined ? 0 : this.#read + ahead),
      mayHaveLanded: rangesOf([...landed].sort((a, b) => a - b)),
      mayChange,
      runs: this.runs,
      durationMs: Math.round(this.durationMs),
      own,
    };
  }
}

/** Another process has taken the lock over, because it took this one for dead. */
class LockLost extends Error {
  constructor(path: string) {
    super(`another process uses the checkpoint ${path} now: let only one run at a time`);
  }
}

async function lockOf(path: string, clock: Clock): Promise<RunLock> {
  try {
    return await RunLock.acquire(`${path}.lock`, clock);
  } catch (error) {
    if (!(error instanceof LockHeld)) throw error;
    throw new UsageError(
      `${error.owner} uses the checkpoint ${path}: wait until it has ended, or stop it; for another run over the same input name another file with --checkpoint`,
    );
  }
}

/** @throws UsageError when a checkpoint belongs to something else */
async function checkSame(
  path: string,
  run: Pick<CheckpointContent<unknown>, 'command' | 'inputs' | 'settings'>,
  before: CheckpointContent<unknown>,
): Promise<void> {
  const differs = (what: string): UsageError =>
    new UsageError(`the checkpoint ${path} is of another run: ${what}; ${advice(path)}`);
  if (run.command !== before.command) throw differs(`it is of the command ${before.command}`);
  const settings = settingsDifference(run.settings, before.settings).filter(
    (name) => !before.mayChange.includes(name),
  );
  if (settings.length > 0) {
    const are = settings.length === 1 ? 'has another value' : 'have other values';
    throw differs(`${settings.join(', ')} ${are} now`);
  }
  const input = await inputDifference(run.inputs, before.inputs);
  if (input !== undefined) throw differs(input);
}

function furthest(now: ReadPart | null, before: ReadPart | null): ReadPart | null {
  return (now?.bytes ?? -1) >= (before?.bytes ?? 0) ? now : before;
}
