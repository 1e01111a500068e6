import { isGzip } from './gunzip.js';

/** The input has an unsupported format. The message is one line: what it looks like, and what to do. */
export class ForeignFormat extends Error {
  override readonly name = 'ForeignFormat';

  constructor(looksLike: string, whatToDo: string) {
    super(`this looks like ${looksLike}: ${whatToDo}`);
  }
}

interface Signature {
  readonly bytes: readonly number[] | string;
  readonly at?: number;
  readonly looksLike: string;
  readonly whatToDo: string;
}

const packed = (name: string, command: string): Pick<Signature, 'looksLike' | 'whatToDo'> => ({
  looksLike: `${name}, which is not unpacked here`,
  whatToDo: `unpack it first, as in ${command} | gainsight-px deliver - …`,
});
const columns = (name: string): Pick<Signature, 'looksLike' | 'whatToDo'> => ({
  looksLike: name,
  whatToDo: 'export it as JSON, one RudderStack message a line',
});

/** How files begin that users may pass by mistake. */
const SIGNATURES: readonly Signature[] = [
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], ...packed('xz data', 'xz -dc FILE') },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], ...packed('zstd data', 'zstd -dc FILE') },
  { bytes: 'BZh', ...packed('bzip2 data', 'bzip2 -dc FILE') },
  { bytes: [0x04, 0x22, 0x4d, 0x18], ...packed('lz4 data', 'lz4 -dc FILE') },
  { bytes: 'LZIP', ...packed('lzip data', 'lzip -dc FILE') },
  { bytes: [0x1f, 0x9d], ...packed('data of compress (.Z)', 'zcat FILE') },
  { bytes: [0xff, 0x06, 0, 0, 0x73, 0x4e, 0x61], ...packed('snappy data', 'snzip -dc FILE') },
  { bytes: 'PK\u0003\u0004', ...packed('a zip file', 'unzip -p FILE') },
  { bytes: 'PK\u0005\u0006', ...packed('an empty zip file', 'unzip -p FILE') },
  { bytes: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], ...packed('a 7z file', '7z x -so FILE') },
  { bytes: 'ustar', at: 257, ...packed('a tar file', 'tar -xOf FILE') },
  { bytes: 'PAR1', ...columns('a Parquet file') },
  { bytes: 'Obj\u0001', ...columns('an Avro file') },
  { bytes: 'ORC', ...columns('an ORC file') },
  { bytes: 'SQLite format 3\u0000', ...columns('an SQLite database') },
  {
    bytes: '%PDF-',
    looksLike: 'a PDF file',
    whatToDo: 'name a file of JSON, one RudderStack message a line',
  },
  { bytes: [0xff, 0xfe, 0, 0], looksLike: 'UTF-32 text', whatToDo: 'save it as UTF-8' },
  { bytes: [0, 0, 0xfe, 0xff], looksLike: 'UTF-32 text', whatToDo: 'save it as UTF-8' },
];

/** @throws ForeignFormat when the bytes begin like a known file format */
export function refuseKnownFormat(head: Buffer): void {
  for (const { bytes, at = 0, looksLike, whatToDo } of SIGNATURES) {
    const expected = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Buffer.from(bytes);
    if (head.subarray(at, at + expected.length).equals(expected))
      throw new ForeignFormat(looksLike, whatToDo);
  }
}

/** @throws ForeignFormat when gzip contains gzip */
export function refuseGzipAgain(head: Buffer): void {
  if (isGzip(head)) throw new ForeignFormat('gzip within gzip', 'unpack it once, with gzip -d');
}

/** @throws ForeignFormat when the bytes are not text, or are text in another format than JSON */
export function refuseOtherText(head: Buffer): void {
  if (startsAsJson(head)) return;
  if (isBinary(head)) {
    throw new ForeignFormat(
      'a binary file, not like text',
      'name a file of JSON, one RudderStack message a line',
    );
  }
  const text = head.toString('utf8').trimStart();
  if (text.startsWith('<')) {
    throw new ForeignFormat(
      'XML or HTML, not like JSON',
      'look into the file: it may be an error page of the server it was downloaded from',
    );
  }
  if (isCsv(text.split(/\r?\n/))) {
    throw new ForeignFormat(
      'CSV, not like JSON',
      'make a RudderStack message of each row, one JSON object a line',
    );
  }
}

const JSON_STARTS: ReadonlySet<string> = new Set(['{', '[']);

/** Whether the first character can begin a message. */
export function startsAsJson(head: Buffer): boolean {
  const text = head.toString('latin1').trimStart();
  return JSON_STARTS.has(text.charAt(0));
}

/** Text contains no control characters except white space. */
function isBinary(head: Buffer): boolean {
  let controls = 0;
  for (const byte of head) {
    if (byte === 0) return true;
    if (byte < 32 && !(byte >= 8 && byte <= 13) && byte !== 27) controls += 1;
  }
  return controls > head.length / 20;
}

const DELIMITERS = [',', ';', '\t', '|'];
const COLUMN_NAME = /^(?:"[^"]{1,100}"|[\p{L}_$][\p{L}\p{N}_ .:/()-]{0,99})$/u;

/** A header of at least two names, a row with as many delimiters, and no line that could be a message. */
function isCsv([header = '', ...lines]: readonly string[]): boolean {
  const rows = lines.filter((line) => line.trim() !== '');
  if (rows.length === 0 || rows.some((line) => /^\s*[{[]/.test(line))) return false;
  return DELIMITERS.some((delimiter) => {
    const names = header.split(delimiter).map((name) => name.trim());
    if (names.length < 2 || !names.every((name) => COLUMN_NAME.test(name))) return false;
    return rows.some((row) => row.split(delimiter).length >= names.length);
  });
}
