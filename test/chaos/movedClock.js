'use strict';
/**
 * Loaded before the plugin: its wall clock can be set while it runs, as NTP or an operator would. Timers go on as they
 * do, since no system lets them jump. SIGUSR2 makes it read the offset in milliseconds from the file CLOCK_FILE.
 */
const { readFileSync } = require('node:fs');

const RealDate = Date;
let offset = 0;

process.on('SIGUSR2', () => {
  offset = Number(readFileSync(process.env.CLOCK_FILE, 'utf8'));
});

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + offset);
    else super(...parts);
  }

  static now() {
    return RealDate.now() + offset;
  }
};
