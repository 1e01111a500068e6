/** An in-memory Gainsight PX, for demos and tests: `createSimulator` is the way in. */
export { createSimulator } from './simulator.js';
export type { Listening, Simulator, SimulatorState } from './simulator.js';
export type { Exchange, RateLimit, SimulatorOptions, SimulatorSettings } from './options.js';
export type { ReadLag } from './collection.js';
export { FAULT_NAMES, parseFault } from './fault-text.js';
export type {
  Fault,
  FaultAnswer,
  FaultDelay,
  FaultName,
  FaultRule,
  FaultScript,
  SimulatedRequest,
} from './faults.js';
export type { SimulatedRoute } from './routes.js';
export type { RequestCounts } from './tally.js';
export type { Snapshot, SnapshotOptions } from './snapshot.js';
export type { Preferences, PreferenceName } from './world.js';
export type {
  AttributeDeclaration,
  AttributeInput,
  AttributeModel,
  UndeclaredAttributes,
} from './attribute-catalogue.js';

// What the signatures above name.
export { PREFERENCE_NAMES } from './fields.js';
export type { JsonObject } from '../core/json-object.js';
export type { RouteName } from '../core/plan.js';
export type { Method } from '../core/request.js';
