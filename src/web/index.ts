/** What Node code uses of the pages: their data. All else of this layer runs in a browser only. */
export type { InspectorStart } from './data/inspector-start.js';
export type {
  LiveAnswer,
  LiveEvent,
  LiveNow,
  LiveQuery,
  LiveRequest,
  LiveResult,
  LiveRoute,
  LiveSecond,
  LiveStep,
} from './data/live.js';
export type {
  InputPlace,
  PauseCause,
  ReportPause,
  ReportRejection,
  ReportRoute,
  ReportTimeline,
  RunReport,
  SlowRequest,
} from './data/report.js';
export { withoutSecrets } from './data/secrets.js';
