import { createHttpFetch, createRouter, type Router } from '../../router/index.js';
import { typedRows, type DestinationConfig } from '../../destinations/gainsight_px/index.js';
import {
  createSimulator,
  type AttributeInput,
  type AttributeModel,
  type FaultRule,
} from '../../simulator/index.js';
import { ROUTER_OPTIONS } from './ask.js';
import { ATTRIBUTE_MAPS } from './attributes.js';

/** Where to ask. */
export interface PxOptions {
  readonly simulate?: true;
  readonly simulateFault: readonly FaultRule[];
  /** In place of PX. */
  readonly pxUrl?: string;
}

/** What is asked. The caller closes it. */
export interface Px {
  readonly router: Router;
  /** Where the requests go; `undefined`: to the data center of the configuration. */
  readonly origin: string | undefined;
  close(): Promise<void>;
}

/** Opens what the options name. */
export async function openPx(
  { simulate, simulateFault, pxUrl }: PxOptions,
  config: DestinationConfig,
): Promise<Px> {
  if (simulate !== true) return pxAt(pxUrl);
  const simulator = createSimulator({
    apiKey: config.apiKey,
    products: [{ name: 'Simulated product', propertyKey: config.productTagKey }],
    attributes: {
      user: simulatedAttributes('user', config),
      account: simulatedAttributes('account', config),
    },
    faults: simulateFault,
  });
  const { origin } = await simulator.listen();
  const px = pxAt(origin);
  return {
    ...px,
    close: async () => {
      await px.close();
      await simulator.close();
    },
  };
}

function pxAt(origin: string | undefined): Px {
  const router = createRouter({
    ...ROUTER_OPTIONS,
    fetch: createHttpFetch(),
    ...(origin === undefined ? {} : { origin }),
  });
  return { router, origin, close: () => router.close() };
}

/** The attributes that the configuration names, as it wants them. */
function simulatedAttributes(model: AttributeModel, config: DestinationConfig): AttributeInput[] {
  const types = config.attributeTypes?.[model] ?? {};
  const rows = typedRows(config[ATTRIBUTE_MAPS[model]], types);
  const disabled = config.attributeTypes?.disabled?.[model] ?? [];
  return [
    ...rows.map(({ to: apiName, type = 'STRING' as const }) => ({ apiName, type })),
    ...disabled.map((apiName) => ({ apiName, type: 'STRING', state: 'DISABLED' }) as const),
    ...Object.entries(types).map(([apiName, type]) => ({ apiName, type })),
  ];
}
