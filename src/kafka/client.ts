import type * as client from '@platformatic/kafka' with { 'resolution-mode': 'import' };
import { KafkaError } from './errors.js';

/** The client's module, `@platformatic/kafka`. Its types stay inside of this layer. */
export type KafkaClient = typeof client;

const PACKAGE = '@platformatic/kafka';
const INSTALL = `npm install ${PACKAGE}@^2.12.1`;

/**
 * Loads the optional peer dependency `@platformatic/kafka`.
 *
 * @throws KafkaError `kafka_client_missing` when it is not installed
 */
export async function loadClient(): Promise<KafkaClient> {
  provideWithResolvers();
  try {
    return await import('@platformatic/kafka');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    throw new KafkaError(
      'kafka_client_missing',
      `the package ${PACKAGE} is not installed: run ${INSTALL} beside this package ` +
        '(with engine-strict it needs Node 22; without, it also runs on Node 20)',
    );
  }
}

interface Resolvers {
  readonly promise: Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Adds `Promise.withResolvers` where it is missing. The client uses it, and Node has it from version 22 on
 * (https://nodejs.org/en/blog/release/v22.0.0). It is the only part of Node 22 that the client needs.
 */
export function provideWithResolvers(
  constructor: { withResolvers?: unknown } = Promise as { withResolvers?: unknown },
): void {
  constructor.withResolvers ??= function withResolvers(): Resolvers {
    let resolve!: Resolvers['resolve'];
    let reject!: Resolvers['reject'];
    const promise = new Promise((onResolve, onReject) => {
      resolve = onResolve;
      reject = onReject;
    });
    return { promise, resolve, reject };
  };
}
