/** Larger files are refused: the page keeps all of a file in memory, several times. */
const MAX_FILE_BYTES = 10 * 1024 * 1024;

/** Why a file cannot be opened, and what helps. */
export class FileError extends Error {
  override readonly name = 'FileError';
}

/**
 * Reads a file as text: UTF-8, or UTF-16 with a byte order mark, as PowerShell writes it; gzip too.
 *
 * @throws FileError when the file is too large, also when it is unpacked, or is not text
 */
export async function readFile(file: File): Promise<string> {
  if (file.size > MAX_FILE_BYTES) throw tooLarge(`${file.name} has ${megabytes(file.size)}`);
  const packed = new Uint8Array(await file.arrayBuffer());
  const isGzip = packed[0] === 0x1f && packed[1] === 0x8b;
  return decode(isGzip ? await unpack(packed, file.name) : packed, file.name);
}

function decode(bytes: Uint8Array, name: string): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new FileError(`${name} is not a text: expected JSON in UTF-8. Nothing was changed.`);
  }
}

async function unpack(packed: Uint8Array<ArrayBuffer>, name: string): Promise<Uint8Array> {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  try {
    const reader = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.length;
      if (bytes > MAX_FILE_BYTES) throw tooLarge(`${name} unpacks to more than ${megabytes(MAX_FILE_BYTES)}`);
      chunks.push(value);
    }
  } catch (thrown) {
    throw thrown instanceof FileError
      ? thrown
      : new FileError(`${name} is broken gzip. Nothing was changed.`);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

function tooLarge(what: string): FileError {
  return new FileError(
    `${what}; this page takes ${megabytes(MAX_FILE_BYTES)}. Cut the file, for example with head -n 1000.`,
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(bytes % (1024 * 1024) === 0 ? 0 : 1)} MB`;
}
