import { isObject } from '../../../core/index.js';
import { explain, type DestinationConfig } from '../../../destinations/gainsight_px/index.js';
import { knownConfig } from './known-config.js';

/** Not a key: the test sends nothing. */
const KEY = '00000000-0000-0000-0000-000000000000';

/**
 * A message as a unit test in TypeScript: for Node's own test runner, with the public API of the package. What the mapping makes of the
 * message now is what the test expects.
 */
export function unitTestText(event: unknown, config: unknown): string {
  const settings = { apiKey: KEY, ...knownConfig(config) };
  const { plan, error, dropped } = explain(event as never, settings as unknown as DestinationConfig);
  const name =
    plan === undefined
      ? `is refused: ${error!.code}`
      : `becomes ${plan.steps.map(({ id }) => id).join(', ')}`;
  const type = isObject(event) && typeof event.type === 'string' ? event.type : 'a message';
  const requests = plan?.steps.map(({ id, request: { method, endpoint, body } }) => ({
    id,
    method,
    endpoint,
    body,
  }));
  const messageType = isObject(event) ? 'MessageInput' : 'unknown as MessageInput';
  const names =
    plan === undefined ? ['explain', 'isDestinationError', 'processMessage'] : ['explain', 'processMessage'];
  return [
    "import assert from 'node:assert/strict';",
    "import { test } from 'node:test';",
    `import { ${names.join(', ')}, type ConfigInput, type MessageInput } from 'gainsight-px';`,
    '',
    `const config = ${literal(settings)} as unknown as ConfigInput;`,
    '',
    `const message = ${literal(event)} as ${messageType};`,
    '',
    `test(${literal(`${type} ${name}`)}, () => {`,
    ...(requests === undefined ? refusal(error!.code) : mapping(requests)),
    `  assert.deepEqual(explain(message, config).dropped, ${literal(dropped, 1)});`,
    '});',
    '',
  ].join('\n');
}

function mapping(requests: readonly object[]): string[] {
  return [
    '  const { steps } = processMessage(message, config);',
    '  const requests = steps.map(({ id, request: { method, endpoint, body } }) => ({ id, method, endpoint, body }));',
    `  assert.deepEqual(requests, ${literal(requests, 1)});`,
  ];
}

function refusal(code: string): string[] {
  return [
    '  assert.throws(',
    '    () => processMessage(message, config),',
    `    (error) => isDestinationError(error) && error.code === ${literal(code)},`,
    '  );',
  ];
}

/** JSON as a literal of TypeScript. In a literal, the key `__proto__` would set the prototype; a computed one is a key as all others. */
function literal(value: unknown, depth = 0): string {
  const json = JSON.stringify(value, null, 2).replaceAll(/^( *)"__proto__":/gm, '$1["__proto__"]:');
  return json.replaceAll('\n', `\n${'  '.repeat(depth)}`);
}
