import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Context } from './context.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Where the answer is written to. */
    answer: ServerResponse | undefined;
  }
}

/** The answers that are being made or written: told when the last of them has left, or its client. */
export class Answers {
  readonly #open = new Set<ServerResponse>();
  readonly #waiting = new Set<() => void>();
  readonly #ending = new AbortController();

  /** Aborted when the service ends: whoever holds an answer back is to do so no longer. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  /** One more; it counts until it is written to its end, or its connection is gone. */
  add(answer: ServerResponse): void {
    this.#open.add(answer);
    const left = (): void => {
      this.#open.delete(answer);
      if (this.#open.size > 0) return;
      for (const resolve of this.#waiting) resolve();
      this.#waiting.clear();
    };
    answer.once('finish', left);
    answer.once('close', left);
  }

  /** Whether an answer is being written to this connection: nothing else must be written in between. */
  begunOn(socket: Socket): boolean {
    return [...this.#open].some((answer) => answer.socket === socket && answer.headersSent);
  }

  /** Has those given up that are held back, and resolves when there are none. */
  allLeft(): Promise<void> {
    this.#ending.abort();
    return this.#open.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.add(resolve));
  }
}

/** Keeps count of a server's answers, and gives up on clients that do not read theirs. */
export function registerAnswers(app: FastifyInstance, context: Context): void {
  app.decorateRequest('answer', undefined);
  app.addHook('onRequest', (request, reply, done) => {
    request.answer = reply.raw;
    context.answers.add(reply.raw);
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (context.ending) reply.header('connection', 'close');
    // Not for what is forwarded: there the other side may take its time. Injected requests have no connection.
    const socket: Partial<Socket> | null = reply.raw.socket;
    if (Buffer.isBuffer(payload)) socket?.setTimeout?.(context.settings.answerIdleMs);
    done();
  });
}
