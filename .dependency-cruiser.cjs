// The architecture as rules: which layer may import which, folders are entered by their index.ts, and nothing goes in circles.

/** Imports point one way: cli, service -> protocol, router -> destinations -> core. */
const MAY_IMPORT = {
  core: [],
  destinations: ['core'],
  runtime: ['core'],
  router: ['runtime', 'core'],
  redis: ['router', 'runtime', 'core'],
  protocol: ['destinations', 'core'],
  simulator: ['runtime', 'core'],
  kafka: ['runtime', 'core'],
  metrics: ['router'],
  web: ['protocol', 'destinations', 'core'],
  service: ['web', 'metrics', 'protocol', 'router', 'runtime', 'destinations', 'core'],
  tracing: ['service', 'runtime', 'core'],
  cli: [
    'service',
    'tracing',
    'web',
    'simulator',
    'kafka',
    'redis',
    'metrics',
    'protocol',
    'router',
    'runtime',
    'destinations',
    'core',
  ],
};

/** Layers that run in a browser: no Node module. */
const PURE = ['core', 'destinations', 'protocol', 'web'];

/** Folders whose own folders are entered by an index.ts, too. */
const WITH_DOORS = ['src/simulator'];

const folderOf = (layer) => (layer === 'destinations' ? 'src/destinations/gainsight_px' : `src/${layer}`);

/** The router's door hands the destination's API to the router; all else in the router knows no destination. */
const ROUTER_DOOR = '^src/router/index\\.ts$';

const layerRules = Object.entries(MAY_IMPORT).map(([layer, allowed]) => ({
  name: `${layer}-imports`,
  comment: `${layer} may import ${allowed.join(', ') || 'nothing'} of the other layers, each by its index.ts.`,
  severity: 'error',
  from: { path: `^src/${layer}/`, ...(layer === 'router' ? { pathNot: ROUTER_DOOR } : {}) },
  to: {
    path: '^src/',
    pathNot: [`^src/${layer}/`, ...allowed.map((other) => `^${folderOf(other)}/index\\.ts$`)],
  },
}));

/** A file that is outside of a folder of `parent` imports nothing of that folder but its index.ts. */
const doorRules = WITH_DOORS.flatMap((parent) => [
  {
    name: 'folder-door',
    comment: `A folder of ${parent} is entered by its index.ts.`,
    severity: 'error',
    from: { path: `^${parent}/([^/]+)/` },
    to: { path: `^${parent}/[^/]+/.`, pathNot: [`^${parent}/$1/`, `^${parent}/[^/]+/index\\.ts$`] },
  },
  {
    name: 'folder-door',
    comment: `A folder of ${parent} is entered by its index.ts.`,
    severity: 'error',
    from: { path: `^${parent}/[^/]+\\.ts$` },
    to: { path: `^${parent}/[^/]+/.`, pathNot: [`^${parent}/[^/]+/index\\.ts$`] },
  },
]);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that import each other, of types too, cannot be understood one by one.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'pure-layers',
      comment: 'The pure layers run in a browser, without Node.',
      severity: 'error',
      from: { path: `^src/(${PURE.join('|')})/` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'only-tracing-uses-opentelemetry',
      comment: 'Its packages are optional, and are loaded only when traces are asked for.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/tracing/' },
      to: { path: 'node_modules/@opentelemetry/' },
    },
    ...layerRules,
    {
      name: 'router-door-imports',
      comment: "The router's door may import the destination, too, by its index.ts.",
      severity: 'error',
      from: { path: ROUTER_DOOR },
      to: {
        path: '^src/',
        pathNot: [
          '^src/router/',
          ...['runtime', 'destinations', 'core'].map((other) => `^${folderOf(other)}/index\\.ts$`),
        ],
      },
    },
    ...doorRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
