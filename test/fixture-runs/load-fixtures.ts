import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ErrorCode, ErrorKind, Method } from '../../src';

/**
 * One request of a plan: the step's id, the method, the path (with the API's version), the body where there
 * is one.
 */
export type RequestLine = readonly [
  step: string,
  method: Method,
  path: string,
  body?: Readonly<Record<string, unknown>>,
];

/** What a message is expected to become. Every part that is given is compared exactly. */
export interface ExpectedPlan {
  /**
   * All requests of the plan in order. In a body, `"...": "updateUser"` stands for all fields of that step's
   * body.
   */
  readonly requests?: readonly RequestLine[];
  /** Default: the origin of the US data center. */
  readonly origin?: string;
  readonly lanes?: readonly string[];
  /** With `answers`: the steps that are run, in order. */
  readonly path?: readonly string[];
  /**
   * With `answers`: `done`, `done, <note>`, `fail <code> of <step>`, or `fail <code> of <step>, retryable`.
   */
  readonly outcome?: string;
  /** Where fields come from, by `<object> <field>`; fields that are not named are not compared. */
  readonly from?: Readonly<Record<string, string>>;
  /** Everything that is dropped: path, reason, type. */
  readonly dropped?: readonly (readonly [path: string, reason: string, type: string])[];
  /** Every warning: code, field. */
  readonly warnings?: readonly (readonly [code: string, field: string])[];
  /** What `explain` says that the plan leaves out. */
  readonly notes?: readonly string[];
}

export interface ExpectedError {
  readonly error: {
    readonly kind: ErrorKind;
    readonly code: ErrorCode;
    /** The path of the only issue. */
    readonly path?: string;
    /** The paths of all issues, where there are several. */
    readonly paths?: readonly string[];
  };
  readonly dropped?: ExpectedPlan['dropped'];
}

export interface Fixture {
  /** `identify/update-404-creates-user`. */
  readonly name: string;
  readonly why: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly event: Readonly<Record<string, unknown>>;
  /** Status by step, for the steps that a run comes to. */
  readonly answers?: Readonly<Record<string, number>>;
  readonly expect: ExpectedPlan | ExpectedError;
}

export const FOLDERS = ['identify', 'group', 'track', 'preferences', 'config', 'regressions'] as const;

const ROOT = path.resolve(__dirname, '../__fixtures__/gainsight_px');

/** The value of `"base"`: a configuration with only the required keys. */
export const BASE_CONFIG = {
  apiKey: '3f8e2c1a-0000-4000-8000-5ec2e75ec2e7',
  productTagKey: 'AP-FIXTURES-2',
};

const KEYS: Readonly<Record<'fixture' | 'plan' | 'error', readonly string[]>> = {
  fixture: ['why', 'config', 'event', 'answers', 'expect'],
  plan: ['requests', 'origin', 'lanes', 'path', 'outcome', 'from', 'dropped', 'warnings', 'notes'],
  error: ['error', 'dropped'],
};

/** Reads all fixtures again, so that no test sees what another one does to an event. */
export function loadFixtures(): Fixture[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(path.join(ROOT, folder))
      .sort()
      .map((file) =>
        parseFixture(
          `${folder}/${path.basename(file, '.json')}`,
          readFileSync(path.join(ROOT, folder, file), 'utf8'),
        ),
      ),
  );
}

export function expectsError(expected: Fixture['expect']): expected is ExpectedError {
  return 'error' in expected;
}

/** Refuses unknown keys: no test would check a misspelt expectation. */
export function parseFixture(name: string, text: string): Fixture {
  const raw = JSON.parse(text) as Fixture & { config: 'base' | Record<string, unknown> };
  requireKnownKeys(name, raw, 'fixture');
  requireKnownKeys(`${name}: expect`, raw.expect, 'error' in raw.expect ? 'error' : 'plan');
  if (typeof raw.why !== 'string' || raw.why.length < 10)
    throw new Error(`${name}: says nothing about its reason`);
  const { expect: due } = raw;
  if (!('error' in due) && due.requests === undefined && due.path === undefined)
    throw new Error(`${name}: expects nothing`);
  if ('path' in due !== (raw.answers !== undefined)) throw new Error(`${name}: path and answers go together`);
  return { ...raw, name, config: configOf(raw.config) };
}

function requireKnownKeys(name: string, object: object, kind: keyof typeof KEYS): void {
  const unknown = Object.keys(object).filter((key) => !KEYS[kind].includes(key));
  if (unknown.length > 0) throw new Error(`${name}: unknown keys ${unknown.join(', ')}`);
}

/**
 * `"base"`, or an object in which `"...": "base"` stands for what the base holds, or a whole configuration.
 */
function configOf(raw: 'base' | Record<string, unknown>): Record<string, unknown> {
  if (raw === 'base') return { ...BASE_CONFIG };
  const { '...': base, ...rest } = raw;
  return base === 'base' ? { ...BASE_CONFIG, ...rest } : raw;
}
