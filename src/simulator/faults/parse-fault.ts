import { SIMULATED_ROUTES, type SimulatedRoute } from '../calls/index.js';
import { FAULT_ACTIONS } from './fault-actions.js';
import type { Fault, FaultName, FaultRule } from './faults.js';

/** The names of all faults. */
export const FAULT_NAMES = Object.keys(FAULT_ACTIONS) as readonly FaultName[];

const FAULT_TEXT =
  /^(?<fault>[a-z0-9-]+)(?:@(?<route>[a-z.]+))?(?::(?<when>nth|every)=(?<number>[1-9]\d*))?$/;

/**
 * Reads a fault rule written as `fault[@route][:nth=N|:every=N]`, where `fault` is a name, an HTTP status or
 * `delay-<ms>`.
 *
 * @throws TypeError that says in one line what is wrong and what was expected.
 * @example
 * parseFault('error-500:every=7');
 * parseFault('html-404@users.update:nth=2'); // { fault: 'html-404', route: 'users.update', nth: 2 }
 * parseFault('504@events.create');           // { fault: { status: 504 }, route: 'events.create' }
 */
export function parseFault(text: string): FaultRule {
  const groups = FAULT_TEXT.exec(text)?.groups;
  if (groups === undefined) {
    throw new TypeError(
      `fault "${text}": expected fault[@route][:nth=N|:every=N], as in error-500@users.update:every=7`,
    );
  }
  const { route, when } = groups;
  if (route !== undefined && !SIMULATED_ROUTES.has(route)) {
    throw new TypeError(
      `fault "${text}": "${route}" is not a route; expected one of ${[...SIMULATED_ROUTES].join(', ')}`,
    );
  }
  return {
    fault: faultNamed(groups.fault!, text),
    ...(route === undefined ? {} : { route: route as SimulatedRoute }),
    ...(when === undefined ? {} : { [when]: Number(groups.number) }),
  };
}

function faultNamed(name: string, text: string): Fault {
  if (Object.hasOwn(FAULT_ACTIONS, name)) return name as FaultName;
  if (/^[2-5]\d\d$/.test(name)) return { status: Number(name) };
  const delay = /^delay-(\d{1,7})$/.exec(name);
  if (delay !== null) return { delayMs: Number(delay[1]) };
  throw new TypeError(
    `fault "${text}": "${name}" is not a fault; expected one of ${FAULT_NAMES.join(', ')}, an HTTP status or delay-<ms>`,
  );
}
