import { setMaxListeners } from 'node:events';

/** The host's process was killed: its jobs in flight are lost. */
export class HostKilled extends Error {
  override readonly name = 'HostKilled';
}

/** The process of a host. It can be killed and started again. */
export class HostProcess {
  #life = newLife();
  #requests = 0;
  restarts = 0;

  /** @param diesAt the requests to the service during which it is killed: numbers from 1, over all routes */
  constructor(private readonly diesAt: readonly number[] = []) {}

  /** Aborted when the process is killed; a restart makes a new signal. */
  get signal(): AbortSignal {
    return this.#life.signal;
  }

  get isKilled(): boolean {
    return this.signal.aborted;
  }

  /** Counts a request to the service. @returns whether the process is killed during it */
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

/** Every request in flight listens to this signal. */
function newLife(): AbortController {
  const life = new AbortController();
  setMaxListeners(0, life.signal);
  return life;
}
