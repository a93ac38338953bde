'use strict';
/** Bundles the panel's page: `node scripts/buildPanel.js FOLDER` writes index.html, panel.js and panel.css there. */
const { buildSync } = require('esbuild');
const { copyFileSync, mkdirSync } = require('fs');
const { join } = require('path');

const source = join(__dirname, '..', 'plugin', 'panel');

function buildPanel(folder) {
  mkdirSync(folder, { recursive: true });
  buildSync({
    entryPoints: { panel: join(source, 'main.tsx') },
    outdir: folder,
    bundle: true,
    minify: true,
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'warning',
    tsconfig: join(source, 'tsconfig.json'),
  });
  copyFileSync(join(source, 'index.html'), join(folder, 'index.html'));
}

module.exports = { buildPanel };

if (require.main === module) buildPanel(process.argv[2]);
