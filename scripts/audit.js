'use strict';
/**
 * `npm run audit`: looks at what is shipped with the plugin. Every package has to be on the list below, to come from the
 * registry with its fingerprint, and to run nothing when it is installed; then the registry is asked for advisories.
 */
const { spawnSync } = require('node:child_process');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { refuseArguments } = require('./setup');

refuseArguments(process.argv.slice(2));

/** What is shipped, and what that needs. A new name here is a decision: read what it does first. */
const allowed = new Set(
  readFileSync(join(__dirname, 'audit-allowed.txt'), 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== ''),
);

function lookAtLock() {
  const { packages } = JSON.parse(readFileSync(join(__dirname, '..', 'package-lock.json'), 'utf8'));
  const faults = [];
  let count = 0;
  for (const [path, entry] of Object.entries(packages)) {
    if (path === '' || entry.dev || entry.devOptional) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    count += 1;
    if (!allowed.has(name)) faults.push(`${name}: is not on the list of packages that may be shipped`);
    if (!/^sha512-/.test(entry.integrity ?? '')) faults.push(`${name}: has no fingerprint`);
    if (entry.resolved && !/^https:\/\/registry\.npmjs\.org\//.test(entry.resolved))
      faults.push(`${name}: does not come from the registry`);
    if (entry.hasInstallScript && !allowed.has(`install ${name}`))
      faults.push(`${name}: runs something when it is installed`);
  }
  return { count, faults };
}

/** @returns what the registry warns of; undefined where it cannot be asked */
function askRegistry() {
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  try {
    const { vulnerabilities } = JSON.parse(stdout);
    if (!vulnerabilities) return undefined;
    return Object.values(vulnerabilities).flatMap(({ name, severity, via }) =>
      via
        .filter((each) => typeof each === 'object' && !allowed.has(`advisory ${each.source}`))
        .map(({ title, source, url }) => `${name}: ${severity}: ${title} (advisory ${source}, ${url})`),
    );
  } catch {
    return undefined;
  }
}

const { count, faults } = lookAtLock();
const advisories = askRegistry();
for (const line of [...faults, ...(advisories ?? [])]) process.stdout.write(`${line}\n`);
process.stdout.write(
  advisories === undefined
    ? `${count} packages are shipped; THE REGISTRY COULD NOT BE ASKED for advisories\n`
    : `${count} packages are shipped, ${advisories.length} advisories\n`,
);
process.exit(faults.length + (advisories?.length ?? 0) > 0 ? 1 : 0);
