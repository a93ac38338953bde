'use strict';
/**
 * Loaded before the plugin. Its wall clock can be set while it runs, as NTP or an operator would: SIGUSR2 makes it read the
 * offset in milliseconds from the file CLOCK_FILE. Besides, its time may pass CLOCK_SPEED times as fast, so that an outage of
 * an hour takes a test a minute, from the moment in the file CLOCK_FAST_FROM on: while a process starts, a timeout of some
 * milliseconds would be over before anything can answer.
 */
const { readFileSync } = require('node:fs');

const RealDate = Date;
const speed = Number(process.env.CLOCK_SPEED ?? 1);
let offset = 0;
let fastFrom = Infinity;

function readNumber(file, otherwise) {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return otherwise;
  }
}

function readFiles() {
  offset = readNumber(process.env.CLOCK_FILE, 0);
  fastFrom = readNumber(process.env.CLOCK_FAST_FROM, Infinity);
}

const faster = (time) => Math.max(0, time - fastFrom) * (speed - 1);

function now() {
  const time = RealDate.now();
  return Math.round(time + faster(time)) + offset;
}

readFiles();
process.on('SIGUSR2', readFiles);

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(now());
    else super(...parts);
  }

  static now() {
    return now();
  }
};

if (speed !== 1) {
  const { setTimeout: realTimeout, clearTimeout: realClear } = globalThis;
  const soon = (ms = 0) => (RealDate.now() < fastFrom ? ms : ms / speed);
  globalThis.setTimeout = (task, ms, ...rest) => realTimeout(task, soon(ms), ...rest);
  /** An interval that was set before time passed faster goes faster from then on too. */
  class Repeating {
    constructor(task, ms) {
      this.isReferenced = true;
      this.arm = () => {
        this.timer = realTimeout(() => {
          this.arm();
          task();
        }, soon(ms));
        if (!this.isReferenced) this.timer.unref();
      };
      this.arm();
    }

    unref() {
      this.isReferenced = false;
      this.timer.unref();
      return this;
    }

    ref() {
      this.isReferenced = true;
      this.timer.ref();
      return this;
    }
  }
  globalThis.setInterval = (task, ms, ...rest) => new Repeating(() => task(...rest), ms);
  globalThis.clearTimeout = (timer) => realClear(timer instanceof Repeating ? timer.timer : timer);
  globalThis.clearInterval = globalThis.clearTimeout;
  const steady = performance.now.bind(performance);
  performance.now = () => steady() + faster(RealDate.now());
}
