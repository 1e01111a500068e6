/** What a breach of the host's contract does to the host. */
export type Effect =
  /** The host's process ends. */
  | 'panic'
  /** An event is dropped, or counted as delivered though nothing was sent. */
  | 'loss'
  /** Retried until the host gives up or its retention ends (30 days), without hope. */
  | 'stuck'
  /** What the host does next goes by a wrong value: backoff, retry window, order, metrics. */
  | 'harm';

/** The rules that a host sees broken, each with what breaking it does. The numbers are those of the contract's short list. */
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

/** One breach of the contract, as the host met it. */
export interface Violation {
  readonly rule: Rule;
  readonly effect: Effect;
  readonly detail: string;
}

/** The host's process has ended. */
export class HostPanic extends Error {
  override readonly name = 'HostPanic';
}

/** A test has run out of patience with what the host would go on with for ever. */
export class OutOfPatience extends Error {
  override readonly name = 'OutOfPatience';
}

/** Collects what was broken. */
export class Violations {
  readonly list: Violation[] = [];

  /** Notes a breach; the host goes on. */
  note(rule: Rule, detail: string): void {
    this.list.push({ rule, effect: RULES[rule], detail });
  }

  /** Notes a breach at which the real host's process ends. */
  panic(rule: Rule, detail: string): never {
    this.note(rule, detail);
    throw new HostPanic(`${rule}: ${detail}`);
  }
}
