/** An in-memory Gainsight PX for demos and tests; `createSimulator` makes one. */
export { createSimulator } from './simulator.js';
export type { Listening, Simulator, SimulatorState } from './simulator.js';
export { REFUSALS } from './options.js';
export type {
  KeyPermissions,
  RateLimit,
  Refusal,
  RequestLogEntry,
  SimulatorOptions,
  SimulatorSettings,
} from './options.js';
export type { RequestCounts } from './counters.js';
export type { Product, ReadLag, Snapshot, SnapshotOptions, StoredPreferences } from './store/index.js';
export { FAULT_NAMES, parseFault } from './faults/index.js';
export type {
  Fault,
  FaultAnswer,
  FaultDelay,
  FaultName,
  FaultRule,
  FaultScript,
  SimulatedRequest,
} from './faults/index.js';
export type { SimulatedRoute } from './calls/index.js';
export { PREFERENCE_NAMES } from './validation/index.js';
export type {
  AttributeDeclaration,
  AttributeInput,
  AttributeModel,
  PreferenceName,
  UndeclaredAttributes,
} from './validation/index.js';

// The signatures above name these types.
export type { JsonObject, Method } from '../core/index.js';
