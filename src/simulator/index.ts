/** An in-memory Gainsight PX, for demos and tests: `createSimulator` is the way in. */
export { createSimulator } from './simulator.js';
export type { Listening, Simulator, SimulatorState } from './simulator.js';
export type { Exchange, RateLimit, SimulatorOptions, SimulatorSettings } from './options.js';
export type { ReadLag } from './store/collection.js';
export { FAULT_NAMES, parseFault } from './faults/fault-text.js';
export type {
  Fault,
  FaultAnswer,
  FaultDelay,
  FaultName,
  FaultRule,
  FaultScript,
  SimulatedRequest,
} from './faults/faults.js';
export type { SimulatedRoute } from './http/routes.js';
export type { RequestCounts } from './counters.js';
export type { Snapshot, SnapshotOptions } from './store/snapshot.js';
export type { Preferences, PreferenceName } from './store/store.js';
export type {
  AttributeDeclaration,
  AttributeInput,
  AttributeModel,
  UndeclaredAttributes,
} from './validation/attribute-catalogue.js';

// What the signatures above name.
export { PREFERENCE_NAMES } from './validation/fields.js';
export type { JsonObject, RouteName, Method } from '../core/index.js';
