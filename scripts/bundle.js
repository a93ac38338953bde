'use strict';
/**
 * Bundles the plugin into files that need no `node_modules`: `node scripts/bundle.js FOLDER` writes the plugin, the
 * thread for encrypted chat and their wasm there. One file is also read faster than a thousand: the start takes two
 * thirds of the time.
 */
const { buildSync } = require('esbuild');
const { copyFileSync, mkdirSync, writeFileSync } = require('fs');
const { basename, dirname, join } = require('path');

const root = join(__dirname, '..');
const modules = join(root, 'node_modules');
const chatLibrary = join(modules, '@xdevplatform', 'chat-xdk', 'pkg');

/** Has to lie beside the bundles. */
const wasmSources = [
  join(modules, 'node-sqlite3-wasm', 'dist', 'node-sqlite3-wasm.wasm'),
  join(chatLibrary, 'chat_xdk_wasm_bg.wasm'),
  join(modules, 'juicebox-sdk', 'juicebox-sdk_bg.wasm'),
];

/** What a bundle has in it: its code, and in the metafile of esbuild where that is from. @param target the oldest Node.js that has to read it */
function bundle(source, target = 'node20') {
  const { outputFiles, metafile } = buildSync({
    entryPoints: [source],
    bundle: true,
    platform: 'node',
    target,
    // Names stay as they are, for whoever reads a trace in the log.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    outfile: 'index.js',
    write: false,
    metafile: true,
    absWorkingDir: root,
    alias: {
      // Its package shows only the part for browsers.
      'chat-xdk-engine': join(chatLibrary, 'chat_xdk_wasm.js'),
      // twitter-text means the package of this name; the one in Node.js is deprecated, and says so at each start.
      punycode: join(modules, 'punycode', 'punycode.js'),
    },
    // Some packages are modules that ask for their own address.
    define: { 'import.meta.url': 'moduleAddress' },
    banner: { js: "const moduleAddress = require('url').pathToFileURL(__filename).href;" },
    logLevel: 'error',
  });
  // A single character outside of ASCII, and Node.js keeps the whole source in twice the memory.
  const contents = Buffer.from(outputFiles[0].text.replace(/[^\0-\x7f]/g, escaped), 'latin1');
  return { contents, metafile };
}

const escaped = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** The bundles by the names they have to have: each finds the others beside itself. */
function bundles() {
  return {
    'index.js': bundle(join(root, 'plugin', 'launcher', 'launch.ts'), 'node12'),
    'main.js': bundle(join(root, 'plugin', 'main.ts')),
    'chatThread.js': bundle(join(root, 'plugin', 'x', 'chat', 'worker.ts')),
  };
}

function writeBundles(folder) {
  const { 'main.js': main, 'chatThread.js': thread } = bundles();
  writeFileSync(join(folder, 'main.js'), main.contents);
  writeFileSync(join(folder, 'chatThread.js'), thread.contents);
  for (const source of wasmSources) copyFileSync(source, join(folder, basename(source)));
}

/** X's libraries for the other ends in the tests and in the sandbox, where they are not bundled. */
function writeLibraries(folder) {
  const chat = join(folder, 'chat-xdk-engine');
  writeLibrary(join(chatLibrary, 'chat_xdk_wasm.js'), join(chat, 'index.js'));
  copyFileSync(wasmSources[1], join(chat, basename(wasmSources[1])));
  const backup = 'juicebox-sdk_bg.js';
  writeLibrary(join(modules, 'juicebox-sdk', backup), join(folder, 'juicebox-sdk', backup));
}

function writeLibrary(source, target) {
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, bundle(source).contents);
}

module.exports = { bundles, wasmSources };

if (require.main === module) {
  writeBundles(process.argv[2]);
  writeLibraries(join(process.argv[2], '..', 'node_modules'));
}
