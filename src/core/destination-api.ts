import type { PlanFailureCode } from './plan.js';

/** What a router must know of the API that it sends to, beyond what plans say. */
export interface DestinationApi {
  /** The API's name in messages. */
  readonly name: string;
  /** The request header that holds the API key: nothing ever shows its value. */
  readonly keyHeader: string;
  /** How a message begins that says why a plan failed. */
  readonly failureTexts: Readonly<Record<PlanFailureCode, string>>;
  /** The texts in a parsed error body that say what is wrong; other values than non-blank strings are ignored. */
  readonly errorTexts: (body: unknown) => readonly unknown[];
  /** What the API allows one key: the defaults of the router's limits. */
  readonly limits: { readonly requestsPerSecond: number; readonly requestsPerDay: number };
}
