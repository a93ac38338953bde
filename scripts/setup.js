'use strict';
/**
 * Makes a fresh clone ready: installs when `node_modules` is missing or older than the lock file, builds when
 * a source is newer than the build. Plain old JavaScript, so that an old Node.js can still say what it lacks.
 *   node scripts/setup.js [--build]
 */
const { spawnSync } = require('child_process');
const { existsSync, readdirSync, rmSync, statSync, writeFileSync } = require('fs');
const { join } = require('path');

const root = join(__dirname, '..');
const installStamp = join(root, 'node_modules', '.installed');
const buildStamp = join(root, 'dist', '.built');
const sources = [
  'plugin',
  'scripts',
  'test/simulators',
  'test/support',
  'test/long',
  'tsconfig.json',
  'package-lock.json',
];

function setUp(options) {
  requireNode(20);
  if (ageOf(installStamp) < newest(['package-lock.json'])) {
    say('installing what the lock file names …');
    run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund']);
    writeFileSync(installStamp, '');
  }
  if (options.forceBuild || ageOf(buildStamp) < newest(sources)) {
    say('building …');
    rmSync(join(root, 'dist'), { recursive: true, force: true });
    run(process.execPath, [
      join('node_modules', 'typescript', 'bin', 'tsc'),
      '-p',
      'scripts/tsconfig.build.json',
    ]);
    // What is run is what is shipped: the entry point is the same bundle as in the zip.
    run(process.execPath, [join('scripts', 'bundle.js'), join('dist', 'plugin')]);
    run(process.execPath, [join('scripts', 'buildPanel.js'), join('dist', 'panel')]);
    writeFileSync(buildStamp, '');
  }
}

function requireNode(oldest) {
  if (Number(process.versions.node.split('.')[0]) >= oldest) return;
  process.stderr.write(
    'openchannel-x needs Node.js ' +
      oldest +
      ' or newer; this is ' +
      process.version +
      '. Install a newer Node.js and start again.\n',
  );
  process.exit(1);
}

function say(line) {
  process.stderr.write('set-up: ' + line + '\n');
}

function run(command, args) {
  const done = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (done.status === 0) return;
  say(command + ' ' + args.join(' ') + ' failed');
  process.exit(1);
}

function ageOf(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

function newest(paths) {
  return Math.max.apply(
    null,
    paths.map(function (path) {
      const full = join(root, path);
      const own = statSync(full);
      if (!own.isDirectory()) return own.mtimeMs;
      const inside = readdirSync(full).map(function (name) {
        return join(path, name);
      });
      return inside.length === 0 ? own.mtimeMs : Math.max(own.mtimeMs, newest(inside));
    }),
  );
}

/** A mistyped flag must not go unnoticed. */
function refuseArguments(args) {
  if (args.length === 0) return;
  process.stderr.write('unknown argument: ' + args.join(' ') + '\n');
  process.exit(64);
}

module.exports = { setUp: setUp, refuseArguments: refuseArguments };

if (require.main === module) {
  const args = process.argv.slice(2);
  const forceBuild = args[0] === '--build';
  refuseArguments(forceBuild ? args.slice(1) : args);
  setUp({ forceBuild: forceBuild });
}
