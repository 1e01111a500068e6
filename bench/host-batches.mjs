// A request of a RudderStack host to the processor route: 100 track events of about 1.2 KB with their
// metadata. The destination object, with its whole definition, is in each event or, in the compacted form, in
// the request once.

import { CONFIG, EVENTS } from './events.mjs';

const BATCH = 100;
const SOURCE = 'src-1';
const DESTINATION = 'dst-1';

const destination = {
  ID: DESTINATION,
  Name: 'Gainsight PX',
  DestinationDefinition: {
    ID: 'def-1',
    Name: 'GAINSIGHT_PX',
    DisplayName: 'Gainsight PX',
    Config: {
      transformAtV1: 'router',
      saveDestinationResponse: true,
      supportedSourceTypes: [
        'android',
        'ios',
        'web',
        'unity',
        'amp',
        'cloud',
        'reactnative',
        'flutter',
        'cordova',
        'warehouse',
        'shopify',
      ],
      destConfig: {
        defaultConfig: [
          'apiKey',
          'productTagKey',
          'dataCenter',
          'userAttributeMap',
          'accountAttributeMap',
          'globalContextMap',
        ],
      },
      secretKeys: ['apiKey', 'productTagKey'],
    },
  },
  Config: CONFIG,
  Enabled: true,
  WorkspaceID: 'ws-1',
  Transformations: [],
  IsProcessorEnabled: true,
  RevisionID: 'rev-1',
  hasDynamicConfig: false,
};
const connection = {
  sourceId: SOURCE,
  destinationId: DESTINATION,
  enabled: true,
  config: {},
  processorEnabled: true,
};

function metadata(jobId) {
  return {
    jobId,
    workspaceId: 'ws-1',
    rudderId: '<<>>d21cfdee-0209-46d7-984b-a3b373bc1baf<<>>u_1001',
    receivedAt: '2025-09-01T07:50:53.100Z',
    messageId: `0cf6234e-95ca-4f8c-bb1e-01e697841d${jobId % 100}`,
    eventName: EVENTS.track.event,
    eventType: 'track',
    sourceId: SOURCE,
    sourceType: 'NodeJS',
    destinationId: DESTINATION,
    destinationType: 'GAINSIGHT_PX',
  };
}

/** An event of about 1.2 KB of JSON. */
const message = {
  ...EVENTS.track,
  context: {
    ...EVENTS.track.context,
    traits: { groupId: 'acct_larkspur', plan: 'Enterprise', region: 'EMEA', seats: 25 },
    os: { name: 'Windows', version: '10' },
    screen: { width: 1920, height: 1080, density: 2 },
  },
};

const events = Array.from({ length: BATCH }, (_, at) => ({
  message: { ...message, userId: `u_${1000 + at}` },
  metadata: metadata(at + 1),
}));

export const EVENTS_PER_BATCH = BATCH;
export const EVENT_BYTES = JSON.stringify(message).length;

/** The two forms of the same batch. */
export const BATCHES = {
  plain: {
    body: JSON.stringify(events.map((event) => ({ ...event, destination, connection }))),
    headers: {},
  },
  compacted: {
    body: JSON.stringify({
      input: events,
      destinations: { [DESTINATION]: destination },
      connections: { [`${SOURCE}:${DESTINATION}`]: connection },
    }),
    headers: { 'x-content-format': 'json+compactedv1' },
  },
};
