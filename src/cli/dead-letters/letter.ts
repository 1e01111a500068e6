import { isObject } from '../../core/index.js';

/** A dead letter of a topic, or a line of a rejected file. */
export interface Letter {
  readonly code: string;
  readonly reason: string;
  readonly retryable: boolean;
  /**
   * When a dead letter was given up; of a line of a rejected file the time of its message. In milliseconds since 1970; `undefined`: not known.
   */
  readonly timeMs: number | undefined;
  /** Where it is, for people. */
  readonly place: string;
  /** Where it is, for programs; plain JSON. */
  readonly where: Readonly<Record<string, unknown>>;
  /** `undefined`: it is not a message. */
  readonly message: unknown;
  /** The text of what is not a message. */
  readonly text: string | undefined;
}

/** Which letters are meant. An empty list and an absent time leave none out. */
export interface LetterFilter {
  readonly code?: readonly string[];
  /** Names of events. */
  readonly event?: readonly string[];
  /** In milliseconds since 1970. */
  readonly since?: number;
  /** In milliseconds since 1970; not included. */
  readonly until?: number;
}

/** Whether a filter means a letter. A letter without a time is meant by no filter with one. */
export function isMeant(letter: Letter, { code = [], event = [], since, until }: LetterFilter): boolean {
  if (code.length > 0 && !code.includes(letter.code)) return false;
  if (event.length > 0 && !event.includes(eventOf(letter) ?? '')) return false;
  if (since === undefined && until === undefined) return true;
  const { timeMs } = letter;
  return timeMs !== undefined && timeMs >= (since ?? -Infinity) && timeMs < (until ?? Infinity);
}

/** The name of a letter's event; `undefined` for what is not an event. */
export function eventOf({ message }: Letter): string | undefined {
  const event = isObject(message) ? message.event : undefined;
  return typeof event === 'string' ? event : undefined;
}

/** The type of a letter's message. */
export function typeOf({ message }: Letter): string | undefined {
  const type = isObject(message) ? message.type : undefined;
  return typeof type === 'string' ? type : undefined;
}
