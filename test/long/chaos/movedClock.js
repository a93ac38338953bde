'use strict';
/**
 * Loaded before the plugin. Its wall clock can be set while it runs, as NTP or an operator would: SIGUSR2 makes it read the
 * offset in milliseconds from the file CLOCK_FILE. Besides, its time may pass CLOCK_SPEED times as fast, since CLOCK_BASE, so
 * that an outage of an hour takes a test a minute.
 */
const { readFileSync } = require('node:fs');

const RealDate = Date;
const speed = Number(process.env.CLOCK_SPEED ?? 1);
const base = Number(process.env.CLOCK_BASE ?? RealDate.now());
let offset = readOffset();

function readOffset() {
  try {
    return Number(readFileSync(process.env.CLOCK_FILE, 'utf8'));
  } catch {
    return 0;
  }
}

function now() {
  return Math.round(base + (RealDate.now() - base) * speed) + offset;
}

process.on('SIGUSR2', () => {
  offset = readOffset();
});

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
  const { setTimeout: realTimeout, setInterval: realInterval } = globalThis;
  globalThis.setTimeout = (task, ms, ...rest) => realTimeout(task, (ms ?? 0) / speed, ...rest);
  globalThis.setInterval = (task, ms, ...rest) => realInterval(task, (ms ?? 0) / speed, ...rest);
  const steady = performance.now.bind(performance);
  performance.now = () => steady() * speed;
}
