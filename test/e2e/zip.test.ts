import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { version } from '../../plugin/app/version';
import { bundledPackages, buildZip, unpack, zipFiles } from '../support/zip';

const zipName = `openchannel-x-${version}`;

let folder: string;
let zip: Buffer;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'openchannel-x-zip-'));
  zip = buildZip(folder);
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('one top folder, what the host wants in it, within 4 MB', () => {
  const paths = Object.keys(unzipSync(zip)).sort();
  expect(paths.every((path) => path.startsWith(`${zipName}/`))).toBe(true);
  const names = paths.map((path) => path.slice(zipName.length + 1));
  expect(names.filter((name) => !name.startsWith('docs/'))).toEqual(zipFiles);
  expect(zip.length).toBeLessThanOrEqual(4 * 1024 * 1024);
  const { manifest } = unpack(zip, zipName, join(folder, 'plugins'));
  expect(manifest).toMatchObject({
    name: 'openchannel-x',
    version,
    type: 'script',
    parameters: { scriptName: zipName, scriptPath: 'app/index.js', views: { admin: 'panel/index.html' } },
  });
  const licences = readFileSync(join(folder, 'plugins', zipName, 'LICENCES.txt'), 'utf8');
  for (const name of bundledPackages) expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'));
  const parts = JSON.parse(readFileSync(join(folder, 'plugins', zipName, 'sbom.cdx.json'), 'utf8')) as {
    components: { name: string; licenses: object[]; hashes: { alg: string; content: string }[] }[];
  };
  expect(parts.components.map((part) => part.name)).toEqual(expect.arrayContaining(bundledPackages));
  for (const { hashes, licenses } of parts.components) {
    expect(hashes).toMatchObject([
      { alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) as string },
    ]);
    expect(licenses).toHaveLength(1);
  }
});

test('it tells of each file the hash, and of the programs what they were built from', () => {
  const files = unzipSync(zip);
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const told = JSON.parse(Buffer.from(files[`${zipName}/provenance.json`]!).toString()) as {
    lockFile: { sha256: string };
    files: Record<string, { sha256: string; from?: Record<string, string> }>;
  };
  const others = Object.keys(files).filter((path) => !path.endsWith('/provenance.json'));
  expect(Object.keys(told.files).sort()).toEqual(others.map((path) => path.slice(zipName.length + 1)).sort());
  for (const [path, { sha256: hash }] of Object.entries(told.files))
    expect(hash).toBe(sha256(files[`${zipName}/${path}`]!));
  expect(told.lockFile.sha256).toBe(sha256(readFileSync('package-lock.json')));
  const from = told.files['app/main.js']?.from ?? {};
  expect(Object.keys(from)).toEqual(expect.arrayContaining(['plugin/main.ts', 'plugin/app/app.ts']));
  expect(from['plugin/main.ts']).toBe(sha256(readFileSync('plugin/main.ts')));
  expect(Object.keys(told.files['panel/panel.js']?.from ?? {})).toContain('plugin/panel/main.tsx');
  expect(Object.keys(told.files['panel/panel.css']?.from ?? {})).toEqual(['plugin/panel/panel.css']);
});

test('what its documents lead to is in it, and they tell nobody to run what is not', () => {
  const files = unzipSync(zip);
  const documents = Object.keys(files).filter((path) => /\/(?:docs\/[\w-]+|README)\.md$/.test(path));
  expect(documents.length).toBeGreaterThan(10);
  for (const path of documents) {
    const text = Buffer.from(files[path]!).toString();
    expect(text).not.toMatch(/\bnpm (?:run|start|test)\b|\bscripts\//);
    for (const [, link] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g))
      expect(Object.keys(files)).toContain(join(path, '..', link!));
  }
});

test('built again it is the same, byte for byte', () => {
  expect(buildZip(join(folder, 'again'), { TZ: 'Asia/Tokyo' }).equals(zip)).toBe(true);
}, 60_000);
