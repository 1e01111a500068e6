import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Emits `close` when its answer was written to its end, or cannot be any more. */
    answered: EventEmitter | undefined;
  }
}

/** The answers that are being made or written: told when the last of them has left, or its client. */
export class Answers {
  /** Each with what gives it up. */
  readonly #open = new Map<ServerResponse, () => void>();
  readonly #waiting = new Set<() => void>();
  readonly #ending = new AbortController();

  /** Aborted when the service ends: whoever holds an answer back is to do so no longer. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  /** One more; it counts until it is written to its end, or its connection is gone. What is returned emits `close` then. */
  add(answer: ServerResponse, socket: Socket): EventEmitter {
    const answered = new EventEmitter();
    const left = (): void => {
      // An answer that waits for another one on its connection is not told of its end.
      socket.off('close', left);
      if (!this.#open.delete(answer)) return;
      answered.emit('close');
      if (this.#open.size > 0) return;
      for (const resolve of this.#waiting) resolve();
      this.#waiting.clear();
    };
    this.#open.set(answer, () => {
      // An injected request has none that could be destroyed.
      (socket as Partial<Socket>).destroy?.();
      left();
    });
    answer.once('finish', left);
    answer.once('close', left);
    socket.once('close', left);
    return answered;
  }

  /** Whether an answer is being written to this connection: nothing else must be written in between. */
  begunOn(socket: Socket): boolean {
    return [...this.#open.keys()].some((answer) => answer.socket === socket && answer.headersSent);
  }

  /** Has those given up that are held back, and resolves when there are none. */
  allLeft(): Promise<void> {
    this.#ending.abort();
    return this.#open.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** Destroys the connections of those that are left. */
  cut(): void {
    for (const giveUp of [...this.#open.values()]) giveUp();
  }
}

/** Keeps count of a server's answers, and gives up on clients that do not read theirs. */
export function registerAnswers(app: FastifyInstance, { answers, settings }: Context): void {
  app.decorateRequest('answered', undefined);
  app.addHook('onRequest', (request, reply, done) => {
    request.answered = answers.add(reply.raw, request.raw.socket);
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (answers.ending.aborted) reply.header('connection', 'close');
    // Not for what is forwarded: there the other side may take its time. Injected requests have no connection.
    const socket: Partial<Socket> | null = reply.raw.socket;
    if (!(payload instanceof Readable)) socket?.setTimeout?.(settings.answerIdleMs);
    done();
  });
}
