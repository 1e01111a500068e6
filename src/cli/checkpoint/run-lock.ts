import { randomUUID } from 'node:crypto';
import {
  closeSync,
  linkSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Clock } from '../../runtime/index.js';

/** Who holds a lock. */
interface Owner {
  readonly id: string;
  readonly pid: number;
  /** The machine and its process numbers: a container has others than its host. */
  readonly place: string;
  /** When the process began, because process numbers are used again; null where the system does not say. */
  readonly began: string | null;
}

/** How long a lock of another machine is watched. Its owner touches it every second. */
const WATCH_MS = 5_000;

/** Another process that runs holds the lock. */
export class LockHeld extends Error {
  override readonly name = 'LockHeld';

  constructor(
    /** Who it is, as a phrase. */
    readonly owner: string,
  ) {
    super(`held by ${owner}`);
  }
}

/**
 * A file that only one running process owns. The lock of a process that was killed is taken over: the file names its
 * owner, and the owner must run.
 */
export class RunLock {
  private constructor(
    readonly path: string,
    private readonly id: string,
  ) {}

  /**
   * @throws LockHeld when another process holds it
   * @throws the error of the file system when the file cannot be written
   */
  static async acquire(path: string, clock: Clock): Promise<RunLock> {
    const me: Owner = { id: randomUUID(), pid: process.pid, place: PLACE, began: beganAt(process.pid) };
    for (;;) {
      if (create(path, me)) return new RunLock(path, me.id);
      const found = read(path);
      if (found === undefined) continue;
      if (await isAlive(path, found, clock)) {
        throw new LockHeld(found.owner === undefined ? 'another process' : nameOf(found.owner));
      }
      takeAway(path, found.text, me.id);
    }
  }

  /** Whether this process still owns it. */
  isMine(): boolean {
    return read(this.path)?.owner?.id === this.id;
  }

  /** Shows processes of other machines that the owner runs. */
  async touch(): Promise<void> {
    const now = new Date();
    await utimes(this.path, now, now);
  }

  release(): void {
    if (this.isMine()) remove(this.path);
  }
}

/** The names of the machine and of its process numbers. */
const PLACE = [
  hostname(),
  linkTarget('/proc/self/ns/pid'),
  firstLine('/proc/sys/kernel/random/boot_id'),
].join(' ');

function create(path: string, owner: Owner): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'wx', 0o600);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    writeFileSync(descriptor, JSON.stringify(owner));
    return true;
  } catch (error) {
    remove(path); // The disk is full.
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

interface Found {
  readonly text: string;
  /** Undefined when the file is not complete: its owner was killed while it wrote, or writes it now. */
  readonly owner: Owner | undefined;
}

/** @throws the error of the file system when there is a file that cannot be read */
function read(path: string): Found | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return { text, owner: JSON.parse(text) as Owner };
  } catch {
    return { text, owner: undefined };
  }
}

async function isAlive(path: string, { text, owner }: Found, clock: Clock): Promise<boolean> {
  if (owner?.place === PLACE) return isRunning(owner);
  const touched = touchedAt(path);
  await new Promise<void>((resolve) => clock.after(WATCH_MS, resolve));
  return textOf(path) !== text || touchedAt(path) !== touched;
}

function isRunning({ pid, began }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is another user's.
    if (codeOf(error) === 'ESRCH') return false;
  }
  const now = beganAt(pid);
  return now !== ENDED && (now === null || began === null || now === began);
}

const ENDED = 'ended';

/**
 * When a process began, in the kernel's own unit (proc_pid_stat(5), field 22); `ended` when it only waits for its parent to
 * notice; null where the system does not say.
 */
function beganAt(pid: number): string | null {
  // The name of the program, in brackets, may contain anything.
  const fields = textOf(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ');
  if (fields === undefined) return null;
  return 'ZX'.includes(fields[0]!) ? ENDED : (fields[19] ?? null);
}

/** Removes the lock of a process that has ended, and puts back what another process has put in its place. */
function takeAway(path: string, text: string, id: string): void {
  const aside = `${path}.${id}`;
  try {
    renameSync(path, aside);
  } catch {
    return; // Another process was first.
  }
  if (textOf(aside) !== text) {
    try {
      linkSync(aside, path);
    } catch {
      // A third process owns it by now; the second one notices, because it looks before each write.
    }
  }
  remove(aside);
}

const nameOf = ({ pid, place }: Owner): string =>
  place === PLACE ? `process ${pid}` : `process ${pid} on ${place.split(' ')[0] ?? 'another machine'}`;

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function touchedAt(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

function linkTarget(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function firstLine(path: string): string {
  return textOf(path)?.trim() ?? '';
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is gone.
  }
}
