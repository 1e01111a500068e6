import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Imports point one way: cli, service -> protocol, router -> destinations -> core. */
const layers = {
  core: { mayNotImport: ['destinations', 'router', 'simulator', 'protocol', 'service', 'cli'], pure: true },
  destinations: { mayNotImport: ['router', 'simulator', 'protocol', 'service', 'cli'], pure: true },
  router: { mayNotImport: ['simulator', 'protocol', 'service', 'cli'], pure: false },
  protocol: { mayNotImport: ['router', 'simulator', 'service', 'cli'], pure: true },
  simulator: { mayNotImport: ['router', 'protocol', 'service', 'cli'], pure: false },
  service: { mayNotImport: ['cli'], pure: false },
  cli: { mayNotImport: [], pure: false },
};

const layerRule = ([layer, { mayNotImport, pure }]) => ({
  files: [`src/${layer}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          ...(mayNotImport.length > 0
            ? [
                {
                  group: mayNotImport.flatMap((other) => [`**/${other}/*`, `**/${other}/**`]),
                  message: `${layer} may not import this layer: imports point one way.`,
                },
              ]
            : []),
          ...(pure
            ? [{ group: ['node:*'], message: `${layer} is pure: it runs in a browser, without Node.` }]
            : []),
        ],
      },
    ],
    ...(pure
      ? {
          'no-restricted-globals': [
            'error',
            ...[
              'fetch',
              'setTimeout',
              'setInterval',
              'performance',
              'crypto',
              'process',
              'console',
              'Buffer',
            ].map((name) => ({
              name,
              message: `${layer} is pure: no clock, no I/O, no randomness, no environment.`,
            })),
          ],
          'no-restricted-properties': [
            'error',
            { object: 'Date', property: 'now', message: 'The pure layers read no clock.' },
            { object: 'Math', property: 'random', message: 'The pure layers use no randomness.' },
          ],
          'no-restricted-syntax': [
            'error',
            {
              selector: "NewExpression[callee.name='Date'][arguments.length=0]",
              message: 'The pure layers read no clock.',
            },
          ],
        }
      : {}),
  },
});

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'coverage/',
      'node_modules/',
      'src/destinations/gainsight_px/config/generated/',
      'test/package/consumer/',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strict, ...tseslint.configs.stylistic],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines': ['warn', { max: 250, skipBlankLines: true, skipComments: true }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
    },
  },
  ...Object.entries(layers).map(layerRule),
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        module: 'writable',
        require: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        performance: 'readonly',
        Buffer: 'readonly',
        fetch: 'readonly',
        structuredClone: 'readonly',
        AbortSignal: 'readonly',
        __dirname: 'readonly',
      },
    },
  },
);
