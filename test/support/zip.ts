import { unzipSync } from 'fflate';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { version } from '../../plugin/app/version';
import { readPlugin, type InstalledPlugin } from '../simulators/host/appZone';

/** All that is in the zip's top folder, beside the documents. */
export const zipFiles = [
  'CHANGELOG.md',
  'LICENCES.txt',
  'LICENSE',
  'README.md',
  'SECURITY.md',
  'app/chatThread.js',
  'app/chat_xdk_wasm_bg.wasm',
  'app/index.js',
  'app/juicebox-sdk_bg.wasm',
  'app/main.js',
  'app/node-sqlite3-wasm.wasm',
  'manifest.json',
  'operations/alerts.yml',
  'operations/grafana-dashboard.json',
  'operations/openchannel-x.pm2.config.js',
  'operations/openchannel-x.service',
  'panel/index.html',
  'panel/panel.css',
  'panel/panel.js',
  'plugin.config.example.json',
  'provenance.json',
  'sbom.cdx.json',
];

/** Some of the packages whose licence has to be in it. */
export const bundledPackages = [
  'express',
  'axios',
  '@xdevplatform/chat-xdk',
  'juicebox-sdk',
  'node-sqlite3-wasm',
  'preact',
];

/** Builds the zip in a folder of its own, since tests do it side by side. */
export function buildZip(folder: string, environment: Record<string, string> = {}): Buffer {
  execFileSync('node', ['scripts/package.js', '--to', folder], {
    stdio: 'pipe',
    env: { ...process.env, ...environment },
  });
  return readFileSync(join(folder, `openchannel-x-${version}.zip`));
}

/** Unpacks the zip as the host does; nothing in it can be written afterwards. */
export function unpack(zip: Buffer, name: string, folder: string): InstalledPlugin {
  for (const [path, content] of Object.entries(unzipSync(zip))) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: 0o444 });
  }
  return readPlugin(join(folder, name));
}
