import { HostKilled, type HostProcess } from './host-process';
import { callHttp, type Client, type HttpAnswer, type HttpCall } from './http-call';

export interface ServiceCallsOptions {
  readonly url: string;
  readonly client: Client;
  readonly process: HostProcess;
  /** Whether the answer to the n-th request, from 1, is lost when the service has given it. */
  readonly losesAnswer: (request: number) => boolean;
}

/**
 * The host's requests to one kind of route of the service: counted, some of their answers lost, and ended
 * with the host's process.
 */
export class ServiceCalls {
  requests = 0;
  lostAnswers = 0;

  constructor(private readonly options: ServiceCallsOptions) {}

  /** @throws TransportError without an answer; HostKilled when the host was killed meanwhile */
  async post(
    path: string,
    { headers, body, timeoutMs }: Required<Pick<HttpCall, 'headers' | 'body' | 'timeoutMs'>>,
  ): Promise<HttpAnswer> {
    const { url, client, process, losesAnswer } = this.options;
    this.requests += 1;
    const dies = process.countRequest();
    const loseAnswer = losesAnswer(this.requests) || dies;
    if (loseAnswer) this.lostAnswers += 1;
    const { signal } = process;
    try {
      return await callHttp({
        method: 'POST',
        url: `${url}${path}`,
        headers,
        body,
        timeoutMs,
        client,
        loseAnswer,
        signal,
      });
    } catch (error) {
      if (!dies) throw error;
      process.kill();
      throw new HostKilled();
    }
  }
}
