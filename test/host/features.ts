import { isObject } from '../../src/core/json/json-object';
import { DEST_NAME } from './destination';
import { callHttp, freshConnections, parseJson, TransportError } from './http-call';
import { wait, type Timing } from './timing';
import { OutOfPatience, type Violations } from './violation';

/** What the host assumes before the first answer, and after a 404. */
const BUILT_IN: unknown = {
  routerTransform: { MARKETO: true, HS: true },
  regulations: ['AM'],
  supportSourceTransformV1: true,
  upgradedToSourceTransformV2: true,
};

const POLL_TIMEOUT_MS = 30_000;
const QUICK_TRIES = 10;

/** The features of the service, polled. */
export class Features {
  #document: unknown = BUILT_IN;
  #client = freshConnections();
  /** Whether a poll has had an answer. */
  #heard = false;
  polls = 0;

  constructor(
    private readonly url: string,
    private readonly timing: Timing,
    private readonly violations: Violations,
  ) {}

  /** Whether the router transforms the events of this destination, and not the processor. */
  get transformsAtRouter(): boolean {
    return this.#flag('routerTransform', DEST_NAME);
  }

  get compacts(): boolean {
    return this.#flag('supportDestTransformCompactedPayloadV1');
  }

  get hasProxyV1(): boolean {
    return this.#flag('supportTransformerProxyV1');
  }

  /** Waits for the first answer of any kind: the host does nothing before it. */
  async untilHeard(patience: number): Promise<void> {
    for (let poll = 0; poll < patience; poll += 1) {
      await this.poll();
      if (this.#heard) return;
      await wait(this.timing.featuresPollMs);
    }
    this.violations.note('never-ends', 'no poll of /features got an answer');
    throw new OutOfPatience();
  }

  /** One poll. @throws HostPanic, as the host does, when the poll before it left both source flags false */
  async poll(): Promise<void> {
    if (
      this.#heard &&
      !this.#flag('upgradedToSourceTransformV2') &&
      !this.#flag('supportSourceTransformV1')
    ) {
      this.violations.panic('features-source-flags', 'neither source transform is supported');
    }
    this.polls += 1;
    for (let attempt = 0; attempt < QUICK_TRIES; attempt += 1) {
      try {
        const { status, text } = await callHttp({
          method: 'GET',
          url: `${this.url}/features`,
          timeoutMs: POLL_TIMEOUT_MS,
          client: this.#client,
        });
        this.#heard = true;
        if (status === 404) this.#document = BUILT_IN;
        if (status === 200) this.#read(text);
        return;
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
      }
    }
  }

  #read(text: string): void {
    const json = parseJson(text);
    if (!isObject(json?.value)) this.violations.note('features-unreadable', '/features is not a JSON object');
    this.#document = json?.value;
  }

  #flag(...path: readonly string[]): boolean {
    let value: unknown = this.#document;
    for (const key of path) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    return value === true;
  }
}
