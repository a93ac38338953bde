/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: '<rootDir>/test/support/environment.js',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // They have a command of their own: `npm run test:long`.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/long/'],
  transform: {
    '\\.ts$': '<rootDir>/test/support/transform.js',
    // The first files of large libraries that keep nothing between two uses.
    '/node_modules/(?:ajv/dist/ajv|axios/dist/node/axios|express/index|prom-client/index|twitter-text/dist/index|winston/lib/winston|zod/index)\\.c?js$':
      '<rootDir>/test/support/outside.js',
  },
  transformIgnorePatterns: [],
  // X's libraries are modules for browsers; the build makes some for Node of them.
  moduleNameMapper: {
    '^chat-xdk-engine$': '<rootDir>/dist/node_modules/chat-xdk-engine',
    '^juicebox-sdk/(.*)$': '<rootDir>/dist/node_modules/juicebox-sdk/$1',
  },
  testTimeout: 20000,
  testSequencer: '<rootDir>/test/support/longestFirst.js',
  // Most of a test is waiting for the network and the disk: three keep two cores busy.
  maxWorkers: 3,
};
