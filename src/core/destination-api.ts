import type { PlanFailureCode } from './plan.js';

/** How a call writes an object, so that the router can leave out of its body what the object holds already. */
export interface ObjectWrite {
  /** Fields that go along whenever a field of the body is sent. */
  readonly alwaysSent: readonly string[];
  /** Fields that hold an object which the API merges into its own, key by key (`location`, `location.coordinates`): dotted paths. */
  readonly merged: readonly string[];
}

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
  /**
   * The calls that write the fields of objects, by route; `apart` writes nothing that one of these calls writes. After any other write the
   * router knows nothing of the object.
   */
  readonly objectWrites: Readonly<Record<string, ObjectWrite | 'apart'>>;
}
