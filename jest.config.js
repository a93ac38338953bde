/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/transform.js' },
  // X's chat library is a module for browsers; the build makes one for Node of it.
  moduleNameMapper: { '^chat-xdk-engine$': '<rootDir>/dist/node_modules/chat-xdk-engine' },
  testTimeout: 20000,
  testSequencer: '<rootDir>/test/support/longestFirst.js',
  // Most of a test is waiting for the network and the disk, so both of two cores can be used.
  maxWorkers: 2,
};
