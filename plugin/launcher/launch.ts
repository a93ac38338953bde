import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { endWithParent, handedOver, handOver } from './handOver';
import { findNode } from './nodes';
import { majorOf, oldestMajor } from './oldestNode';

/**
 * What the host starts. It may do so with an old Node.js: then it hands over to a newer one. So all in this folder is built for old
 * versions, and loads nothing of the plugin before it is known that this one will do.
 */
function launch(): void {
  const isNewEnough = majorOf(process.version) >= oldestMajor;
  if (isNewEnough) {
    if (process.env[handedOver] !== undefined) endWithParent();
    createRequire(__filename)('./main.js');
    return;
  }
  // A program that gives another version than it has would be handed over to for ever.
  if (process.env[handedOver] !== undefined) {
    process.stderr.write(
      `openchannel-x: ${process.execPath} is Node.js ${process.version}, not what it says it is\n`,
    );
    process.exit(1);
  }
  const own = join(__dirname, '..', 'node', 'bin', 'node');
  const found = findNode({ environment: process.env, home: homedir(), own });
  if (!found) {
    process.stderr.write(`${nothingFound(process.env['OPENCHANNEL_X_NODE'])}\n`);
    process.exit(1);
  }
  process.stderr.write(
    `openchannel-x: this is Node.js ${process.version}; it goes on with ${found.version}, ${found.path}\n`,
  );
  handOver(found.path, __filename, process.argv.slice(2));
}

function nothingFound(named: string | undefined): string {
  const needs = `openchannel-x needs Node.js ${oldestMajor} or newer; this is ${process.version}`;
  return named !== undefined && named !== ''
    ? `${needs}, and OPENCHANNEL_X_NODE names ${named}, which is none: name the program itself, such as /usr/local/bin/node.`
    : `${needs}, and no newer one was found in PATH, in the folders of version managers, or in /opt and /usr. Install Node.js ${oldestMajor} or newer on this machine, or name the program in OPENCHANNEL_X_NODE, or install the zip that carries its own (openchannel-x-…-with-node.zip).`;
}

launch();
