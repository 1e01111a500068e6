/** What a violation of the host's contract does to the host. */
export type Effect =
  /** The host's process ends. */
  | 'panic'
  /** An event is dropped, or counted as delivered without a request. */
  | 'loss'
  /** Retried without success until the host gives up or its retention ends (30 days). */
  | 'stuck'
  /** The host continues with a wrong value: backoff, retry window, order, metrics. */
  | 'harm';

/**
 * The rules that the host checks, each with the effect of a violation. The numbers are those of the
 * contract's short list.
 */
export const RULES = {
  /** 1 */ 'api-version': 'panic',
  /** 2 */ 'features-source-flags': 'panic',
  'features-unreadable': 'harm',
  /** 3 */ 'metadata-not-echoed': 'harm',
  /** 4 */ 'jobs-not-once-each': 'stuck',
  /** 4 */ 'foreign-job': 'stuck',
  'item-without-jobs': 'stuck',
  /** 5 */ 'bare-2xx': 'loss',
  'done-before-its-predecessor': 'harm',
  /** 6 */ 'http-404': 'loss',
  /** 7 */ 'connection-refused': 'panic',
  /** 8 */ 'descriptor-not-rest': 'loss',
  /** 8 */ 'descriptor-with-files': 'loss',
  /** 9 */ 'descriptor-undecodable': 'stuck',
  /** 9 */ 'body-value-no-object': 'stuck',
  /** 10 */ 'empty-array': 'stuck',
  'several-bodies': 'harm',
  'unknown-body-format': 'stuck',
  'endpoint-malformed': 'loss',
  'array-at-processor': 'stuck',
  'array-failure-hidden': 'loss',
  'reply-undecodable': 'stuck',
  'reserved-key': 'harm',
  'nul-in-text': 'harm',
  'no-destination-config': 'harm',
  'processor-reply-undecodable': 'panic',
  'processor-http-4xx': 'loss',
  'processor-item-dropped': 'loss',
  'processor-event-missing': 'loss',
  'processor-given-up': 'panic',
  'proxy-reply-undecodable': 'harm',
  'proxy-job-missing': 'harm',
  'proxy-job-twice': 'harm',
  'proxy-foreign-job': 'harm',
  'proxy-no-api-version': 'harm',
  'never-ends': 'stuck',
} as const satisfies Record<string, Effect>;

export type Rule = keyof typeof RULES;

/** One violation of the contract, as the host saw it. */
export interface Violation {
  readonly rule: Rule;
  readonly effect: Effect;
  readonly detail: string;
}

/** The host's process has ended. */
export class HostPanic extends Error {
  override readonly name = 'HostPanic';
}

/** The test stops what the host would repeat for ever. */
export class OutOfPatience extends Error {
  override readonly name = 'OutOfPatience';
}

/** Collects the violations. */
export class Violations {
  readonly list: Violation[] = [];

  /** Notes a violation; the host continues. */
  note(rule: Rule, detail: string): void {
    this.list.push({ rule, effect: RULES[rule], detail });
  }

  /** Notes a violation at which the real host's process ends. */
  panic(rule: Rule, detail: string): never {
    this.note(rule, detail);
    throw new HostPanic(`${rule}: ${detail}`);
  }
}
