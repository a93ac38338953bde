'use strict';
/** Bundles the panel's page: `node scripts/buildPanel.js FOLDER` writes index.html, panel.js and panel.css there. */
const { buildSync } = require('esbuild');
const { mkdirSync, readFileSync, writeFileSync } = require('fs');
const { basename, join } = require('path');

const root = join(__dirname, '..');
const source = join(root, 'plugin', 'panel');

/** @returns the content of each file by its name, and in the metafile of esbuild where the bundled ones are from */
function buildPanel() {
  const { outputFiles, metafile } = buildSync({
    entryPoints: { panel: join(source, 'main.tsx') },
    outdir: source,
    write: false,
    bundle: true,
    minify: true,
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'warning',
    tsconfig: join(source, 'tsconfig.json'),
    metafile: true,
    absWorkingDir: root,
  });
  const built = outputFiles.map(({ path, contents }) => [basename(path), contents]);
  const files = { 'index.html': readFileSync(join(source, 'index.html')), ...Object.fromEntries(built) };
  return { files, metafile };
}

function writePanel(folder) {
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of Object.entries(buildPanel().files))
    writeFileSync(join(folder, file), content);
}

module.exports = { buildPanel };

if (require.main === module) writePanel(process.argv[2]);
