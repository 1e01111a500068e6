import { setMaxListeners } from 'node:events';

/** The host's process was killed: whatever it had under way is gone. */
export class HostKilled extends Error {
  override readonly name = 'HostKilled';
}

/** The process of a host, which can be killed and started again. */
export class HostProcess {
  #life = newLife();
  #requests = 0;
  restarts = 0;

  /** @param diesAt during which requests to the service it is killed: their numbers, from 1, over all routes */
  constructor(private readonly diesAt: readonly number[] = []) {}

  /** Aborted when the process is killed; another one after a restart. */
  get signal(): AbortSignal {
    return this.#life.signal;
  }

  get isKilled(): boolean {
    return this.signal.aborted;
  }

  /** One more request to the service. @returns whether the process is killed during it */
  countRequest(): boolean {
    this.#requests += 1;
    return this.diesAt.includes(this.#requests);
  }

  kill(): void {
    this.#life.abort();
  }

  restart(): void {
    this.#life = newLife();
    this.restarts += 1;
  }
}

/** Every request under way listens for its end. */
function newLife(): AbortController {
  const life = new AbortController();
  setMaxListeners(0, life.signal);
  return life;
}
