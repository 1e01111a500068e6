import {
  listAttributes,
  readAttributes,
  type AttributeTypes,
  type DestinationConfig,
  type PxAttributes,
} from '../../destinations/gainsight_px/index.js';
import { createHttpFetch, createRouter, type Router } from '../../router/index.js';
import { answerText, ask, ROUTER_OPTIONS } from '../check/ask.js';
import { attributeTypesOf, partText } from '../check/attribute-types.js';
import { throttledTodo } from '../check/connection.js';

/** What PX has, as a configuration writes it. */
export interface Pulled {
  readonly types: AttributeTypes;
  /** Entries that were left out, in words. */
  readonly odd: readonly string[];
  /** Why a list may not be the whole one, in words; empty where both are whole. */
  readonly parts: readonly string[];
}

/** PX did not say which attributes it has. The message says what to do. */
export class NotRead extends Error {
  override readonly name = 'NotRead';
}

/**
 * Reads the custom attributes of users and accounts.
 *
 * @param origin where to ask in place of PX
 * @throws NotRead
 * @throws ConfigurationError `configuration_invalid`
 */
export async function pull(config: DestinationConfig, origin: string | undefined): Promise<Pulled> {
  const router = createRouter({
    ...ROUTER_OPTIONS,
    fetch: createHttpFetch(),
    ...(origin === undefined ? {} : { origin }),
  });
  try {
    const user = await read(router, 'user', config);
    const account = await read(router, 'account', config);
    const oddOf = (object: string, { odd }: PxAttributes): string[] =>
      odd.map((text) => `${object} attribute, ${text}`);
    const partsOf = (object: string, list: PxAttributes): string[] => {
      const text = partText(list);
      return text === undefined ? [] : [`${object} attributes: ${text}`];
    };
    return {
      types: attributeTypesOf({ user, account }),
      odd: [...oddOf('user', user), ...oddOf('account', account)],
      parts: [...partsOf('user', user), ...partsOf('account', account)],
    };
  } finally {
    await router.close();
  }
}

async function read(
  router: Router,
  model: 'user' | 'account',
  config: DestinationConfig,
): Promise<PxAttributes> {
  const answer = await ask(router, listAttributes(model, config));
  const task = `the attributes of ${model}s were not read`;
  if (answer.is === 'throttled') throw new NotRead(`${task}: PX answers 429: ${throttledTodo(answer)}`);
  if (answer.is !== 'answered')
    throw new NotRead(`${task}: PX answers ${answerText(answer)}; gainsight-px check says what to do`);
  const attributes = readAttributes(answer.body);
  if (attributes === undefined) throw new NotRead(`${task}: PX's answer holds no list of attributes`);
  return attributes;
}
