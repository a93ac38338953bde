import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const unit = readFileSync(resolve('scripts/operations/openchannel-x.service'), 'utf8');
const [, options] = /^ExecStart=\S+ (--.*?) \//m.exec(unit) ?? [];
if (options === undefined) throw new Error('the systemd unit starts Node.js without options');

/** Node.js's options with which the shipped unit starts the plugin. */
export const shippedOptions = options.split(' ');
