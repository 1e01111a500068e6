import {
  AbortedError,
  advance,
  ConfigurationError,
  InstrumentationError,
  InternalError,
  judge,
  RetryableError,
  ThrottledError,
  type DestinationError,
  type ErrorCode,
  type PlanFailureCode,
  type RequestPlan,
} from '../../src/index';
import { errorStatus, isFilterable } from '../../src/protocol/index';
import { readDocument, tableRows } from './document';
import { SourceTypes } from './source-types';

/** What docs/errors.md says of every code, held against the sources. */
const text = readDocument('errors.md');
const types = new SourceTypes();
const CLASSES = {
  AbortedError,
  ConfigurationError,
  InstrumentationError,
  InternalError,
  RetryableError,
  ThrottledError,
};
const classNames = Object.keys(CLASSES) as (keyof typeof CLASSES)[];

/** The names in backticks in the first column of the tables with this header. */
const namesIn = (header: string): string[] => tableRows(text, header).map(([cell]) => unquoted(cell!));
const unquoted = (cell: string): string => /^`([^`]+)`$/.exec(cell)![1]!;

test.each([
  ['error code', 'ErrorCode'],
  ['warning', 'WarningCode'],
  ['drop reason', 'DropReason'],
  ['note', 'PlanNote'],
  ['verdict', 'Verdict'],
  ['skip reason', 'SkipReason'],
  ['input code', 'UnreadableCode'],
  ['stop reason', 'StopReason'],
  ['Kafka code', 'KafkaErrorCode'],
])('every %s is in its table, once, and no other', (header, type) => {
  expect(namesIn(header).sort()).toEqual(types.strings(type));
});

test.each([
  ['check code', 'CheckCode'],
  ['attribute code', 'AttributeCode'],
])('every %s is in its table of command.md, once, and no other', (header, type) => {
  const listed = tableRows(readDocument('command.md'), header).map(([cell]) => unquoted(cell!));
  expect(listed.sort()).toEqual(types.strings(type));
});

describe('the codes of errors', () => {
  const planFailures = types.strings('PlanFailureCode');

  /** The errors that the sources make, by code. Where any failure of a plan can be meant, `advance` says which class it is. */
  const errors = new Map<string, Set<keyof typeof CLASSES>>();
  const add = (code: string, className: keyof typeof CLASSES): void => {
    errors.set(code, (errors.get(code) ?? new Set()).add(className));
  };
  for (const { className, codes } of types.thrown(classNames)) {
    if (planFailures.every((code) => codes.includes(code))) continue;
    for (const code of codes) add(code, className as keyof typeof CLASSES);
  }
  for (const code of planFailures as PlanFailureCode[]) {
    add(code, 'AbortedError');
    if (isRetryableInPlan(code)) add(code, 'RetryableError');
  }

  const rows = tableRows(text, 'error code').map(([code, kind, retryable, status]) => ({
    code: unquoted(code!),
    kind: kind!,
    retryable: retryable!,
    status: status!,
  }));

  test.each(rows)('$code has the kind, the retry and the status that the sources give it', (row) => {
    const made = [...(errors.get(row.code) ?? [])]
      .map((className): DestinationError => new CLASSES[className](row.code as ErrorCode, ''))
      .sort((a, b) => a.kind.localeCompare(b.kind));
    const statuses = made.map((error) => (isFilterable(error) ? '298' : String(errorStatus(error))));
    expect(row).toEqual({
      code: row.code,
      kind: made.map(({ kind }) => `\`${kind}\``).join(' or '),
      retryable: [...new Set(made.map(({ retryable }) => (retryable ? 'yes' : 'no')))].join(' or '),
      status: [...new Set(statuses)].join(' or '),
    });
  });
});

test('the host gets PX’s own status where the page says so', () => {
  const [, first, last] = /PX's own where PX answered (\d+) to (\d+)/.exec(text)!.map(Number);
  const unavailable = new RetryableError('unavailable', '');
  const passedOn = [first! - 1, first!, last!, last! + 1].map(
    (status) => errorStatus(unavailable, status) === status,
  );
  expect(passedOn).toEqual([false, true, true, false]);
});

test('the table of verdicts agrees with judge', () => {
  for (const [verdict, answers] of tableRows(text, 'verdict')) {
    for (const [, from, to = from, html] of answers!.matchAll(
      /(\d{3})(?: to (\d{3}))?( with an HTML body)?/g,
    )) {
      for (const status of [Number(from), Number(to)])
        expect({ status, verdict: judge({ status, html: html !== undefined }) }).toEqual({
          status,
          verdict: unquoted(verdict!),
        });
    }
  }
  expect(judge({})).toBe('unreachable');
});

/** Whether a plan that fails by this code, because its table says so, may succeed later. */
function isRetryableInPlan(code: PlanFailureCode): boolean {
  const plan: RequestPlan = {
    lanes: [],
    steps: [
      {
        id: 'only',
        route: 'users.update',
        request: { method: 'PUT', endpoint: 'https://x.invalid/', endpointPath: 'users', headers: {} },
        on: { notFound: { to: 'fail', code } },
      },
    ],
  } as unknown as RequestPlan;
  const next = advance(plan, 'only', 'notFound');
  return next.to === 'fail' && next.retryable === true;
}
