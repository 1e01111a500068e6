import orderBy from 'lodash/orderBy.js';
import { stringifyJson } from '../../runtime/index.js';
import { MessageInput } from '../input/message-input.js';
import type { CommandIo } from '../io.js';
import { kafkaOf } from '../kafka/open-kafka.js';
import { LineWriter } from '../output/line-writer.js';
import { hasReaderGone, print } from '../output/print.js';
import { printable } from '../output/printable.js';
import { count, countOf } from '../output/quantities.js';
import { renderTable, tableStyleOf } from '../output/table.js';
import { fileLetters } from './file-letters.js';
import { eventOf, isMeant, typeOf, type Letter } from './letter.js';
import { letterTopic, type LetterOptions } from './options.js';
import { topicLetters } from './topic-letters.js';

/** The options of the command, parsed. */
export interface ListOptions extends LetterOptions {
  readonly messages?: true;
  /** `undefined`: 100 in a table, and all with `--json`. */
  readonly limit?: number;
}

const USUAL_LIMIT = 100;

/** Prints dead letters: a table, or JSON lines. @throws UsageError */
export async function listLetters(
  files: readonly string[],
  options: ListOptions,
  io: CommandIo,
): Promise<void> {
  const notes: string[] = [];
  const letters = meant(await lettersOf(files, options, io, notes), options);
  await (options.json === true ? printLines(letters, options, io) : printTable(letters, options, io));
  for (const note of notes) io.stderr.write(`${printable(note)}\n`);
}

/** @param notes gets what is to be said after the reading */
async function lettersOf(
  files: readonly string[],
  options: ListOptions,
  io: CommandIo,
  notes: string[],
): Promise<AsyncIterable<Letter>> {
  const named = letterTopic(files, options);
  if (named === undefined) {
    const reading = { letters: 0, others: 0 };
    const input = MessageInput.open(files, io);
    return noting(fileLetters(input, reading), () => {
      if (reading.others > 0)
        notes.push(`${countOf(reading.others, 'message')} not of a rejected file left out`);
    });
  }
  const { topic } = named;
  const kafka = await kafkaOf(named, io, (warning) => io.stderr.write(`${printable(warning)}\n`));
  const reading = { deadLetters: 0, others: 0 };
  const includeReplayed = options.includeReplayed === true;
  return noting(topicLetters(kafka, topic, options, { includeReplayed }, reading), () => {
    if (reading.deadLetters === 0 && reading.others > 0) {
      notes.push(
        `${topic} holds no dead letters, but ${countOf(reading.others, 'other record')}: is it the dead-letter topic?`,
      );
    }
  });
}

async function* noting<T>(items: AsyncIterable<T>, atEnd: () => void): AsyncGenerator<T, void, undefined> {
  yield* items;
  atEnd();
}

async function* meant(
  letters: AsyncIterable<Letter>,
  options: ListOptions,
): AsyncGenerator<Letter, void, undefined> {
  for await (const letter of letters) if (isMeant(letter, options)) yield letter;
}

async function printLines(
  letters: AsyncIterable<Letter>,
  { messages, limit = Infinity }: ListOptions,
  io: CommandIo,
): Promise<void> {
  const writer = new LineWriter(io.stdout);
  let written = 0;
  for await (const letter of letters) {
    if (
      written === limit ||
      !(await writer.write(printable(stringifyJson(jsonOf(letter, messages === true)))))
    )
      break;
    written += 1;
  }
  const failure = await writer.end();
  if (failure !== undefined && !hasReaderGone(failure)) io.exitCode = 1;
}

/** Without `withMessage` nothing of the message but its type and the name of its event. */
function jsonOf(letter: Letter, withMessage: boolean): object {
  const { code, reason, retryable, timeMs, where, message, text } = letter;
  const content = message === undefined ? { text: text ?? null } : { message };
  return {
    code,
    reason,
    retryable,
    time: timeMs === undefined ? null : new Date(timeMs).toISOString(),
    type: typeOf(letter) ?? null,
    event: eventOf(letter) ?? null,
    ...where,
    ...(withMessage ? content : {}),
  };
}

async function printTable(
  letters: AsyncIterable<Letter>,
  { messages, limit = USUAL_LIMIT }: ListOptions,
  io: CommandIo,
): Promise<void> {
  const style = tableStyleOf(io.stdout, io.env);
  const byCode = new Map<string, number>();
  const rows: string[][] = [];
  let all = 0;
  for await (const letter of letters) {
    all += 1;
    byCode.set(letter.code, (byCode.get(letter.code) ?? 0) + 1);
    if (rows.length < limit) rows.push(rowOf(letter, messages === true));
  }
  const codes = orderBy([...byCode], [1, 0], ['desc', 'asc']).map(([code, number]) => [code, count(number)]);
  const head = ['time', 'code', 'again', 'message', 'where', messages === true ? 'content' : 'why'];
  const sections = [
    countOf(all, 'dead letter'),
    ...(all === 0 ? [] : [renderTable(['code', 'number'], codes, style), renderTable(head, rows, style)]),
    ...(all > rows.length ? [`… and ${count(all - rows.length)} more: --limit shows more, --json all`] : []),
  ];
  await print(io, `${sections.join('\n\n')}\n`);
}

function rowOf(letter: Letter, withMessage: boolean): string[] {
  const { timeMs, code, retryable, place, reason, message, text } = letter;
  const name = [typeOf(letter), eventOf(letter)].filter((part) => part !== undefined).join(' ');
  const content = message === undefined ? (text ?? '') : stringifyJson(message);
  return [
    timeMs === undefined ? '' : new Date(timeMs).toISOString().slice(0, 19),
    code,
    retryable ? 'yes' : 'no',
    name === '' ? '(unreadable)' : name,
    place,
    withMessage ? content : reason,
  ];
}
