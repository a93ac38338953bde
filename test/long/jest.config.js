const common = require('../../jest.config');

/** The tests that take minutes: `npm run test:long`. */
module.exports = {
  ...common,
  rootDir: '../..',
  roots: ['<rootDir>/test/long'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 300_000,
  // Each has the machine for itself, since they are about time.
  maxWorkers: 1,
  // What a failed test leaves running must not keep the run from ending.
  forceExit: true,
};
