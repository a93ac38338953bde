'use strict';
const { TestEnvironment } = require('jest-environment-node');

// Express takes the promises of a test file for foreign ones, and would warn of each.
process.env.NO_DEPRECATION = 'router';

/** Node's environment, where a test file may use what another one has loaded: see `outside.js`. */
class SharingEnvironment extends TestEnvironment {
  constructor(...settings) {
    super(...settings);
    this.global.requireOutside = require;
  }
}

module.exports = SharingEnvironment;
