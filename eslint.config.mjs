import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** The layers that run in a browser. Which layer may import which is in .dependency-cruiser.cjs. */
const PURE = ['core', 'destinations', 'protocol'];
const FORBIDDEN_GLOBALS = [
  'fetch',
  'setTimeout',
  'setInterval',
  'performance',
  'crypto',
  'process',
  'console',
  'Buffer',
];

const pureRules = {
  files: PURE.map((layer) => `src/${layer}/**/*.ts`),
  rules: {
    'no-restricted-globals': [
      'error',
      ...FORBIDDEN_GLOBALS.map((name) => ({
        name,
        message: 'The pure layers have no clock, no I/O, no randomness and no environment.',
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
  },
};

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'coverage/',
      'api-reference/',
      'node_modules/',
      'src/destinations/gainsight_px/config/generated/',
      'test/package/consumer/',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.strict, ...tseslint.configs.stylistic],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // What comes in through a door may be anything, whatever its type says: JavaScript calls us, too.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      'max-lines': ['warn', { max: 250, skipBlankLines: true, skipComments: true }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
    },
  },
  pureRules,
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
