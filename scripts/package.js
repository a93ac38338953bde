'use strict';
/**
 * `npm run package [-- --to FOLDER] [--with-node]`: builds `build/openchannel-x-<version>.zip` for the host's AppZone. Everything lies
 * in one top folder of the zip's own name, runs without `node_modules`, and comes out the same, byte for byte, each time. With
 * `--with-node` it is `build/openchannel-x-<version>-with-node.zip`, which carries a Node.js for hosts whose own is too old.
 */
const { parseArgs } = require('node:util');
const { setUp } = require('./setup');

const { values: options } = parseArgs({
  options: { to: { type: 'string' }, 'with-node': { type: 'boolean', default: false } },
});
setUp({});

const { zipSync } = require('fflate');
const { mkdirSync, readdirSync, readFileSync, writeFileSync } = require('fs');
const { basename, join, resolve } = require('path');
const { buildPanel } = require('./buildPanel');
const { carried, carriedNode } = require('./carriedNode');
const { provenance } = require('./provenance');
const { sbom } = require('./sbom');
const { bundles, wasmSources } = require('./bundle');

const root = join(__dirname, '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const withNode = options['with-node'];
const name = `openchannel-x-${version}${withNode ? '-with-node' : ''}`;
const megabyte = 1024 * 1024;
/** Older hosts take no larger zip, those of today one of 50 MB. */
const largest = (withNode ? 50 : 4) * megabyte;

function packagePlugin() {
  const programs = bundles();
  const panel = buildPanel();
  const bundled = [...Object.values(programs), panel];
  const packages = packagesOf(bundled.flatMap(({ metafile }) => Object.keys(metafile.inputs)));
  const product = { name: 'openchannel-x', version };
  const files = {
    'manifest.json': manifest(),
    'LICENCES.txt': Buffer.from(licences(packages)),
    'sbom.cdx.json': Buffer.from(sbom(product, packages, withNode ? [carried] : [])),
  };
  for (const [file, { contents }] of Object.entries(programs)) files[`app/${file}`] = contents;
  for (const source of wasmSources) files[`app/${basename(source)}`] = read(source);
  for (const [file, content] of Object.entries(panel.files)) files[`panel/${file}`] = content;
  for (const file of ['CHANGELOG.md', 'LICENSE', 'SECURITY.md', 'plugin.config.example.json'])
    files[file] = read(file);
  addDocuments(files);
  if (withNode) Object.assign(files, carriedNode());
  for (const file of readdirSync(join(root, 'scripts', 'operations')))
    files[`operations/${file}`] = read(join('scripts', 'operations', file));
  const origins = Object.fromEntries(
    Object.entries(programs).map(([file, { metafile }]) => [`app/${file}`, metafile.inputs]),
  );
  for (const [file, { inputs }] of Object.entries(panel.metafile.outputs))
    origins[`panel/${basename(file)}`] = inputs;
  files['provenance.json'] = Buffer.from(provenance(files, origins));
  const zip = zipSync(entries(files), { level: 9 });
  if (zip.length > largest)
    throw new Error(`the zip has ${zip.length} bytes, at most ${largest} are allowed`);
  const folder = options.to ?? 'build';
  mkdirSync(resolve(root, folder), { recursive: true });
  writeFileSync(resolve(root, folder, `${name}.zip`), zip);
  process.stdout.write(`${folder}/${name}.zip: ${(zip.length / megabyte).toFixed(2)} MB\n`);
}

/** What an admin needs, with the pictures in it; its list of contents is the zip's README. */
function addDocuments(files) {
  const index = read('docs/index.md').toString();
  const names = Array.from(index.matchAll(/\]\(([\w-]+\.md)\)/g), ([, name]) => name);
  for (const name of names) {
    const text = read(join('docs', name)).toString();
    files[`docs/${name}`] = Buffer.from(text);
    for (const [, image] of text.matchAll(/\]\((images\/[\w.-]+)\)/g))
      files[`docs/${image}`] = read(join('docs', image));
  }
  const title = `# openchannel-x ${version}\n\nX (Twitter) for XCALLY Motion. Begin with [install](docs/install.md).\n\n`;
  const links = index.replace(/\]\((?!\.\.\/)/g, '](docs/').replace(/\]\(\.\.\//g, '](');
  files['README.md'] = Buffer.from(title + links.replace(/^# /, '## '));
}

/** In one order and with one time, so that the same sources make the same bytes. */
function entries(files) {
  const mtime = new Date(2000, 0, 1);
  const sorted = Object.keys(files).sort();
  return Object.fromEntries(
    sorted.map((path) => [`${name}/${path}`, [new Uint8Array(files[path]), { mtime, ...rightsOf(path) }]]),
  );
}

/** Where the rights in a zip are kept, a program stays one. */
function rightsOf(path) {
  const unix = 3;
  // The highest level takes a minute for it, and saves half a megabyte.
  return path === 'node/bin/node' ? { os: unix, attrs: 0o100755 * 0x10000, level: 6 } : {};
}

function manifest() {
  const source = JSON.parse(read('manifest.json').toString());
  const parameters = Object.assign({}, source.parameters, { scriptName: name });
  const { name: title, ...rest } = source;
  return Buffer.from(`${JSON.stringify({ name: title, version, ...rest, parameters }, null, 2)}\n`);
}

/** Every package that went into the bundle, in one order. */
function packagesOf(inputs) {
  const folders = new Set(inputs.map(packageFolder).filter((folder) => folder !== undefined));
  return Array.from(folders)
    .sort()
    .map((folder) => {
      const {
        name: packageName,
        version: number,
        license,
      } = JSON.parse(read(join(folder, 'package.json')).toString());
      return { folder, name: packageName, version: number, license };
    });
}

/** The licence of each of them. */
function licences(packages) {
  const texts = packages.map(({ folder, name: packageName, version: number, license }) => {
    const file = readdirSync(join(root, folder)).find((each) => /^licen[cs]e/i.test(each));
    const text = file === undefined ? '' : `\n${read(join(folder, file)).toString().trim()}\n`;
    return `${packageName} ${number} (${license})\n${text}`;
  });
  return texts.join(`\n${'-'.repeat(78)}\n\n`);
}

function packageFolder(input) {
  const parts = input.split('/');
  const at = parts.lastIndexOf('node_modules');
  if (at < 0) return undefined;
  const length = parts[at + 1].startsWith('@') ? 3 : 2;
  return parts.slice(0, at + length).join('/');
}

function read(path) {
  return readFileSync(path.startsWith(root) ? path : join(root, path));
}

packagePlugin();
