/** Injected faults: which request fails, and how. */
export { actionOf, isFault, REDIRECT_PATH } from './fault-actions.js';
export { FaultInjector } from './faults.js';
export type {
  Fault,
  FaultAnswer,
  FaultDelay,
  FaultName,
  FaultRule,
  FaultScript,
  SimulatedRequest,
} from './faults.js';
export { FAULT_NAMES, parseFault } from './parse-fault.js';
