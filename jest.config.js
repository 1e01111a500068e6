/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // Sources name their imports as the emitted files are called (`./plan.js`); under Jest they are still TypeScript.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    // Types are checked once, by `npm run typecheck`; here each file is only translated.
    '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.jest.json' }],
  },
  // The mocks are imported by name; a file here must never replace a package.
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/test/package/consumer'],
};
