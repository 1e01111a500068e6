import { lstatSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { UsageError } from '../io.js';
import type { InputIdentity } from './input-identity.js';
import type { Range, Settled } from './settled-ranges.js';
import type { Fingerprint } from './settings-fingerprint.js';
import { sha256 } from './text-digest.js';

/** The format that this version writes, and the only one that it reads. */
const FORMAT = 1;
const HEADER_START = '{"gainsight-px-checkpoint":';

/**
 * What a checkpoint says. It contains neither messages nor the API key.
 *
 * @typeParam Own what one command stores: its counts, for example; plain JSON
 */
export interface CheckpointContent<Own> {
  readonly command: string;
  /** Of the fingerprint. */
  readonly salt: string;
  readonly settings: Fingerprint;
  readonly inputs: readonly InputIdentity[];
  readonly settled: Settled;
  /** No message after this one was sent by any run. */
  readonly maySendUpTo: number;
  /** Messages that are not settled, and that the destination may have, although no answer says so. */
  readonly mayHaveLanded: readonly Range[];
  /** How many times the command was started. */
  readonly runs: number;
  /** Of all runs. */
  readonly durationMs: number;
  /** Settings that the next run may have otherwise, such as a key that was refused. */
  readonly mayChange: readonly string[];
  readonly own: Own;
}

/**
 * Reads a checkpoint; `undefined` when there is none.
 *
 * @throws UsageError when the file is not a complete checkpoint of this format, or must not be trusted
 * @throws an error with the code EISDIR when there is a folder
 */
export function readCheckpoint<Own>(file: string): CheckpointContent<Own> | undefined {
  let text: string;
  try {
    const stats = lstatSync(file);
    const user = process.getuid?.();
    // A folder keeps the file from being written, as other obstacles do.
    if (!stats.isFile() && !stats.isDirectory())
      throw new UsageError(`the checkpoint ${file} is not a regular file: ${advice(file)}`);
    if (user !== undefined && stats.uid !== user) {
      throw new UsageError(`the checkpoint ${file} belongs to another user: ${advice(file)}`);
    }
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'EISDIR') throw error;
    throw new UsageError(`cannot read the checkpoint ${file} (${code}): ${advice(file)}`);
  }
  return parse<Own>(text, file);
}

/** What to do about a checkpoint that cannot be used. */
export function advice(file: string): string {
  return `to begin anew, delete ${file} or give --no-checkpoint; to keep it, name another file with --checkpoint`;
}

function parse<Own>(text: string, file: string): CheckpointContent<Own> {
  const end = text.indexOf('\n');
  const body = text.slice(end + 1, -1);
  const head = headerIn(text.slice(0, Math.max(0, end)));
  if (head === undefined) {
    throw new UsageError(
      `${file} is not a checkpoint, or only a part of one: name another file with --checkpoint; if it was one, delete it, or give --no-checkpoint, to begin anew`,
    );
  }
  if (head.format !== FORMAT) {
    throw new UsageError(
      `the checkpoint ${file} has the format ${head.format}, and this version reads the format ${FORMAT}: resume with the version that wrote it; ${advice(file)}`,
    );
  }
  if (!text.endsWith('\n') || sha256(body) !== head.sha256) {
    throw new UsageError(`the checkpoint ${file} is damaged: its checksum does not match; ${advice(file)}`);
  }
  return JSON.parse(body) as CheckpointContent<Own>;
}

interface Header {
  readonly format: number;
  readonly sha256: string;
}

function headerIn(line: string): Header | undefined {
  try {
    const { 'gainsight-px-checkpoint': format, sha256: digest } = JSON.parse(line) as Record<string, unknown>;
    return typeof format === 'number' && typeof digest === 'string' ? { format, sha256: digest } : undefined;
  } catch {
    return undefined;
  }
}

/** A checkpoint as the text of its file: a line that says what it is, and a line of JSON. */
export function checkpointText<Own>(content: CheckpointContent<Own>): string {
  const body = JSON.stringify(content);
  return `${HEADER_START}${FORMAT},"sha256":"${sha256(body)}"}\n${body}\n`;
}

/**
 * Replaces a checkpoint as a whole, and waits until it is on the disk. Only its owner can read it.
 *
 * @throws the error of the file system; then the former checkpoint is still there
 */
export async function writeCheckpoint(file: string, text: string): Promise<void> {
  await writeFileAtomic(file, text, {
    mode: 0o600,
    fsync: true,
    // write-file-atomic 7.0 does not notice that a disk that is almost full takes only a part. So its place is taken before.
    tmpfileCreated: (unfinished) => {
      writeFileSync(unfinished, text);
    },
  });
  await syncFolder(path.dirname(file));
}

/** Brings the new name of the file to the disk, where the system can do that for a folder. */
async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch {
    // Windows and some network file systems: the system does it itself, or a power failure leaves the former checkpoint.
  } finally {
    await handle?.close();
  }
}

/** Removes what processes that were killed have left half written. Call it with the lock. */
export function removeUnfinished(file: string): void {
  const [folder, name] = [path.dirname(file), path.basename(file)];
  for (const other of readdirSync(folder)) {
    if (!other.startsWith(`${name}.`) || !/^\d+$/.test(other.slice(name.length + 1))) continue;
    const unfinished = path.join(folder, other);
    if (readFileSync(unfinished, 'utf8').startsWith(HEADER_START)) unlinkSync(unfinished);
  }
}
