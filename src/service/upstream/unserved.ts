import type { ServiceLog } from '../options.js';

/** After this many warnings the log gets no more: a client chooses the names. */
const MAX_WARNINGS = 100;
const NAME = /^[\w-]{1,64}$/;

const DESTINATION_PATH = /^\/v[01]\/destinations\/([^/]+)(?:\/proxy)?\/?$/;
/** Other paths that a host requests from its transformer (RudderStack rudder-server v1.83). */
const HOST_PATHS = [
  { path: /^\/customTransform\/?$/, what: 'user transformations' },
  { path: /^\/v0\/validate\/?$/, what: 'tracking plans' },
  { path: /^\/v[12]\/sources\//, what: 'sources' },
] as const;

const HINT = 'start the service with --upstream and the URL of the transformer that serves them';

/** Logs, once each, what a host requests and this service does not serve because it has no upstream. */
export class UnservedRequests {
  readonly #warned = new Set<string>();

  constructor(private readonly log: ServiceLog) {}

  /** Notes a request for an unknown path. A path may contain a customer's data, so the log shows known names only. */
  notePath(path: string): void {
    const type = DESTINATION_PATH.exec(path)?.[1];
    if (type !== undefined) {
      this.noteDestination(type);
      return;
    }
    const known = HOST_PATHS.find((candidate) => candidate.path.test(path));
    if (known !== undefined) {
      const { what } = known;
      this.#warnOnce(what, { what }, `requests for ${what} are not served here: ${HINT}`);
      return;
    }
    this.#warnOnce(
      '/',
      {},
      'a request had a path that this service does not serve and no RudderStack host needs',
    );
  }

  /** Notes events of another destination. */
  noteDestination(type: string): void {
    const name = NAME.test(type) ? type.toLowerCase() : 'invalid name';
    this.#warnOnce(
      `destination ${name}`,
      { destination: name },
      `events of another destination are not served here; the host retries them until it gives up: ${HINT}`,
    );
  }

  #warnOnce(key: string, fields: object, message: string): void {
    if (this.#warned.has(key) || this.#warned.size >= MAX_WARNINGS) return;
    this.#warned.add(key);
    this.log.warn(fields, message);
  }
}
