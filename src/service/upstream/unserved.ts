import type { ServiceLog } from '../options.js';

/** More destinations than this are not told apart: names come with requests. */
const MOST_NAMES = 100;
const NAME = /^[\w-]{1,64}$/;

const DESTINATION_PATH = /^\/v[01]\/destinations\/([^/]+)(?:\/proxy)?\/?$/;
/** Further paths that a host asks its transformer for (RudderStack rudder-server v1.83). */
const OF_A_HOST = [
  { path: /^\/customTransform\/?$/, what: 'user transformations' },
  { path: /^\/v0\/validate\/?$/, what: 'tracking plans' },
  { path: /^\/v[12]\/sources\//, what: 'sources' },
] as const;

const HINT = 'start the service with --upstream and the URL of the transformer that serves them';

/** Tells, once each, what a host asks for and nobody serves, because the service stands in front of no other transformer. */
export class Unserved {
  readonly #told = new Set<string>();

  constructor(private readonly log: ServiceLog) {}

  /** Notes a request for a path that there is not. What is in a path may be a customer's: only what is known is shown. */
  notePath(path: string): void {
    const type = DESTINATION_PATH.exec(path)?.[1];
    if (type !== undefined) {
      this.noteDestination(type);
      return;
    }
    const known = OF_A_HOST.find((candidate) => candidate.path.test(path));
    if (known !== undefined) {
      this.#tell(known.what, { what: known.what }, `requests for ${known.what} are not served here: ${HINT}`);
      return;
    }
    this.#tell(
      '/',
      {},
      'a path was asked for that this service does not have, and that no RudderStack host needs',
    );
  }

  /** Notes events of another destination. */
  noteDestination(type: string): void {
    const name = NAME.test(type) ? type.toLowerCase() : 'a name that is none';
    this.#tell(
      `destination ${name}`,
      { destination: name },
      `events of another destination are not served here, and come again until the host gives them up: ${HINT}`,
    );
  }

  #tell(key: string, fields: object, message: string): void {
    if (this.#told.has(key) || this.#told.size >= MOST_NAMES) return;
    this.#told.add(key);
    this.log.warn(fields, message);
  }
}
