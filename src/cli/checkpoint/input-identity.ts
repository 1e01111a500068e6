import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { decodeInput } from '../input/bytes/decode-input.js';
import { cannotRead } from '../input/input-files.js';
import { sha256, TextDigest, type DigestedPart } from './text-digest.js';

/** What a file of an input was when a run read it. */
export interface InputIdentity {
  /** As the command line named it. Only for texts: a file that was moved is the same input. */
  readonly name: string;
  readonly sizeBytes: number;
  /** SHA-256 of its first 64 KB, as they lie on the disk. */
  readonly head: string;
  /** The part that was read, as unpacked UTF-8 text; null before it is begun. */
  readonly read: ReadPart | null;
}

export interface ReadPart extends DigestedPart {
  /** How many messages and unreadable items are in it. */
  readonly messages: number;
}

const HEAD_BYTES = 64 * 1024;

/** The digest of the head of a file. @throws UsageError when it cannot be read */
export function headOf(file: string): string {
  try {
    const descriptor = openSync(file, 'r');
    try {
      const head = Buffer.alloc(HEAD_BYTES);
      let length = 0;
      for (let more = -1; more !== 0 && length < HEAD_BYTES; length += more) {
        more = readSync(descriptor, head, length, HEAD_BYTES - length, length);
      }
      return sha256(head.subarray(0, length));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw cannotRead(file, error);
  }
}

/**
 * How an input differs from that of a checkpoint, as a phrase; `undefined` when it is the same. It reads all that the
 * earlier runs read.
 */
export async function inputDifference(
  now: readonly Omit<InputIdentity, 'read'>[],
  before: readonly InputIdentity[],
): Promise<string | undefined> {
  if (now.length !== before.length) {
    return `the input has ${now.length} files, and had ${before.length}`;
  }
  for (const [index, file] of now.entries()) {
    const known = before[index]!;
    const name = file.name === known.name ? file.name : `${file.name} (before: ${known.name})`;
    if (file.sizeBytes !== known.sizeBytes) {
      return `${name} has ${file.sizeBytes} bytes, and had ${known.sizeBytes}`;
    }
    if (file.head !== known.head) return `${name} begins with other bytes`;
    if (known.read !== null && !(await beginsWith(file.name, known.read))) {
      return `${name} has another content in the part that was read`;
    }
  }
  return undefined;
}

/** Whether the text of a file begins with a part that was read before. */
async function beginsWith(file: string, { bytes, sha256: expected }: DigestedPart): Promise<boolean> {
  const digest = new TextDigest();
  try {
    for await (const chunk of decodeInput(createReadStream(file))) {
      digest.add(chunk.subarray(0, bytes - digest.bytes));
      if (digest.bytes === bytes) break;
    }
  } catch {
    // What follows the part is not its concern; a part that is not complete has another digest.
  }
  const found = digest.part();
  return found.bytes === bytes && found.sha256 === expected;
}
