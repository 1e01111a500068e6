import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { leaveOut } from '../engines/requirements';

const SIZE_MB = 48;

/** A folder of its own. `fill` is missing where no small file system can be mounted. */
export interface SmallDisk {
  readonly folder: string;
  /** Fills the file system: from now on each write fails with ENOSPC. */
  readonly fill?: () => void;
  /** Gives the space back. */
  empty(): void;
  remove(): void;
}

/** Mounts a file system in memory (tmpfs), which only root can do; elsewhere the folder is an ordinary one. */
export function smallDisk(): SmallDisk {
  const folder = mkdtempSync(path.join(tmpdir(), 'gainsight-px-chaos-'));
  const isMounted = mount(folder);
  const ballast = path.join(folder, 'ballast');
  let isRemoved = false;
  const remove = (): void => {
    if (isRemoved) return;
    isRemoved = true;
    if (isMounted) spawnSync('umount', ['--lazy', folder]);
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', remove);
  return {
    folder,
    ...(isMounted ? { fill: () => writeUntilFull(ballast) } : {}),
    empty: () => rmSync(ballast),
    remove,
  };
}

function mount(folder: string): boolean {
  const isMounted =
    spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MB}m,mode=700`, 'tmpfs', folder]).status === 0;
  if (!isMounted) leaveOut('A full disk', 'it needs root, to mount a small file system');
  return isMounted;
}

function writeUntilFull(file: string): void {
  const descriptor = openSync(file, 'w');
  try {
    // Smaller and smaller parts, so that not even a short line has room.
    for (const size of [65_536, 4096, 1]) {
      const part = Buffer.alloc(size);
      while (hasRoom(descriptor, part));
    }
  } finally {
    closeSync(descriptor);
  }
}

function hasRoom(descriptor: number, part: Buffer): boolean {
  try {
    return writeSync(descriptor, part) > 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
