import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** Emits `close` when the response is written to its end (`true`), or when its connection is gone before (`false`). */
    responseEnd: EventEmitter | undefined;
  }
}

/** The responses that are being prepared or written. */
export class ResponsesInFlight {
  /** Each response with a function that destroys its connection. */
  readonly #open = new Map<ServerResponse, () => void>();
  readonly #waiting = new Set<() => void>();
  readonly #stopping = new AbortController();

  /** Aborted when the service stops: a response that is held back must then be sent or given up. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /**
   * Adds a response, which counts until it is written to its end or its connection is gone. The emitter that it returns then
   * emits `close`.
   */
  add(response: ServerResponse, socket: Socket): EventEmitter {
    const responseEnd = new EventEmitter();
    const onEnd = (isSent: boolean): void => {
      // A pipelined response that waits for an earlier one gets no event when the connection breaks; the socket does.
      socket.off('close', onGone);
      if (!this.#open.delete(response)) return;
      responseEnd.emit('close', isSent);
      if (this.#open.size > 0) return;
      for (const resolve of this.#waiting) resolve();
      this.#waiting.clear();
    };
    const onGone = (): void => {
      onEnd(false);
    };
    this.#open.set(response, () => {
      // An injected request has a socket without `destroy`.
      (socket as Partial<Socket>).destroy?.();
      onGone();
    });
    response.once('finish', () => {
      onEnd(true);
    });
    response.once('close', onGone);
    socket.once('close', onGone);
    return responseEnd;
  }

  /** Whether a response is being written to this connection: nothing else may be written in between. */
  isWritingTo(socket: Socket): boolean {
    return [...this.#open.keys()].some((response) => response.socket === socket && response.headersSent);
  }

  /** Aborts {@link stopping}, and resolves when no response is left. */
  drain(): Promise<void> {
    this.#stopping.abort();
    return this.#open.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** Destroys the connections of the responses that are left. */
  destroyAll(): void {
    for (const destroy of [...this.#open.values()]) destroy();
  }
}

/**
 * Tracks the responses of a server in `responses`.
 *
 * @param idleMs cuts the connection of a client that reads nothing of its response for longer than this
 */
export function registerResponsesInFlight(
  app: FastifyInstance,
  responses: ResponsesInFlight,
  idleMs: number,
): void {
  app.decorateRequest('responseEnd', undefined);
  app.addHook('onRequest', (request, reply, done) => {
    request.responseEnd = responses.add(reply.raw, request.raw.socket);
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (responses.stopping.aborted) reply.header('connection', 'close');
    // A forwarded response is a stream: the upstream may pause for as long as it likes. Injected requests have no connection.
    const socket: Partial<Socket> | null = reply.raw.socket;
    if (!(payload instanceof Readable)) socket?.setTimeout?.(idleMs);
    done();
  });
}
