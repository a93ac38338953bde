'use strict';
const Sequencer = require('@jest/test-sequencer').default;

/** What takes longest, in this order; a fresh clone knows no durations yet, and would leave one core idle at the end. */
const longest = [
  'e2e/panel',
  'e2e/process',
  'e2e/sandbox',
  'chaos/chaos',
  'chaos/pairs',
  'long/soak',
  'fuzz/fuzz',
  'flows/polling',
];

class LongestFirst extends Sequencer {
  sort(tests) {
    const place = ({ path }) => {
      const at = longest.findIndex((name) => path.includes(name));
      return at < 0 ? longest.length : at;
    };
    return Array.from(super.sort(tests)).sort((one, other) => place(one) - place(other));
  }
}

module.exports = LongestFirst;
