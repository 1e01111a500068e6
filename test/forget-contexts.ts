import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Runs before each test file, and ends the asynchronous contexts that the file before it left behind in this process.
 *
 * Jest's runner makes an `AsyncLocalStorage` of its own for each test file and never disables it. Up to Node 23 every one of them is
 * carried along by every promise there is, so that the hundredth file of a process would run several times slower than the first. All
 * that ran since the last file are disabled, whose ever they are: that file has ended.
 */
type Contexts = Set<Pick<AsyncLocalStorage<unknown>, 'disable'>>;

// Each test file has globals of its own; Node's modules are the only thing that they share.
const shared = AsyncLocalStorage.prototype as AsyncLocalStorage<unknown> & { enteredInTests?: Contexts };

if (shared.enteredInTests === undefined) {
  const entered: Contexts = (shared.enteredInTests = new Set());
  const run = Reflect.get(shared, 'run') as (...args: unknown[]) => unknown;
  shared.run = function (this: AsyncLocalStorage<unknown>, ...args: unknown[]) {
    entered.add(this);
    return Reflect.apply(run, this, args);
  } as typeof shared.run;
}

for (const context of shared.enteredInTests) context.disable();
shared.enteredInTests.clear();
