/** The HTTP service for RudderStack hosts: `createService` is the way in. */
export { createService } from './service.js';
export type { Service, ServiceAddress, StopOptions } from './service.js';
export type { ConfigDefaults } from '../destinations/gainsight_px/index.js';
export type { Mode, ServiceLog, ServiceOptions } from './options.js';
