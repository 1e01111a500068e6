/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // Sources name their imports as the emitted files are called (`./plan.js`); under Jest they are still TypeScript.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  // By default one processor is left idle, which is half of a small machine.
  maxWorkers: '100%',
  // No test is a measurement: only one that hangs may fail by its duration, on a slow machine too.
  testTimeout: 180_000,
  coverageReporters: ['text-summary'],
  // The command, Kafka and the pages are left out: their tests run them in other processes and in a browser, which no coverage sees.
  collectCoverageFrom: ['src/**/*.ts', '!src/cli/**', '!src/kafka/**', '!src/web/**', '!**/generated/**'],
  // What `npm run coverage` reaches, rounded down: less means that code came without a test.
  coverageThreshold: { global: { lines: 97, statements: 96, branches: 94, functions: 94 } },
  setupFiles: ['<rootDir>/test/forget-contexts.ts'],
  transform: {
    // Types are checked once, by `npm run typecheck`; here each file is only translated.
    '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.jest.json' }],
  },
  // The mocks are imported by name; a file here must never replace a package.
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/test/package/consumer'],
};
