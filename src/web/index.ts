/** What Node code may use of the pages: the types of their data. All else of this layer runs in a browser only. */
export type { InspectedInput } from './data/inspected-input.js';
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
