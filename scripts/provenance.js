'use strict';
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { version: esbuild } = require('esbuild');

const root = join(__dirname, '..');
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/**
 * The hash of each file in a zip and, for bundles, the source files with their hashes. Whoever builds the same commit with the same
 * lock file gets the same hashes. It holds no date and no name of a machine.
 * @param files the bytes of each, by their path in the zip
 * @param origins of what was bundled, by its path in the zip: the inputs in the metafile of esbuild
 */
function provenance(files, origins) {
  const told = Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1));
  const document = {
    lockFile: { name: 'package-lock.json', sha256: sha256(readFileSync(join(root, 'package-lock.json'))) },
    bundler: `esbuild ${esbuild}`,
    files: Object.fromEntries(
      told.map(([path, bytes]) => [path, { sha256: sha256(bytes), ...sourcesOf(origins[path]) }]),
    ),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function sourcesOf(inputs) {
  if (inputs === undefined) return {};
  const sources = Object.keys(inputs)
    .filter((path) => !path.includes(':'))
    .sort();
  return {
    from: Object.fromEntries(sources.map((path) => [path, sha256(readFileSync(join(root, path)))])),
  };
}

module.exports = { provenance };
