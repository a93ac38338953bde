'use strict';
/** Bundles the panel's page: `node scripts/buildPanel.js FOLDER` writes index.html, panel.js and panel.css there. */
const { buildSync } = require('esbuild');
const { mkdirSync, readFileSync, writeFileSync } = require('fs');
const { basename, join } = require('path');

const source = join(__dirname, '..', 'plugin', 'panel');

/** @returns the content of each file by its name */
function buildPanel() {
  const { outputFiles } = buildSync({
    entryPoints: { panel: join(source, 'main.tsx') },
    outdir: source,
    write: false,
    bundle: true,
    minify: true,
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'warning',
    tsconfig: join(source, 'tsconfig.json'),
  });
  const built = outputFiles.map(({ path, contents }) => [basename(path), contents]);
  return { 'index.html': readFileSync(join(source, 'index.html')), ...Object.fromEntries(built) };
}

function writePanel(folder) {
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of Object.entries(buildPanel())) writeFileSync(join(folder, file), content);
}

module.exports = { buildPanel };

if (require.main === module) writePanel(process.argv[2]);
