'use strict';
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

/**
 * What a zip is made of, as a CycloneDX 1.5 document, with the hashes by which the lock file knows each package. It holds no date
 * and no serial number, so that the same sources make the same bytes.
 * @param plugin name and version of the product
 * @param packages what was bundled: `folder` below the root, `name`, `version`, `license`
 * @param programs what is in the zip beside it: `name`, `version`, `integrity`, `license`
 */
function sbom(plugin, packages, programs) {
  const lock = JSON.parse(readFileSync(join(__dirname, '..', 'package-lock.json'), 'utf8')).packages;
  const bundled = packages.map((each) => ({ ...each, integrity: lock[each.folder]?.integrity }));
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: { type: 'application', ...reference(plugin), ...plugin } },
    components: [...bundled, ...programs].map(component),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function component({ name, version, license, integrity }) {
  return {
    type: 'library',
    ...reference({ name, version }),
    name,
    version,
    purl: addressOf({ name, version }),
    licenses: [/^[\w.+-]+$/.test(license) ? { license: { id: license } } : { expression: license }],
    hashes: integrity === undefined ? [] : [hashOf(integrity)],
  };
}

/** @param integrity as the registry has it: `sha512-` and Base64 */
function hashOf(integrity) {
  const [name, content] = integrity.split('-');
  return {
    alg: name.toUpperCase().replace('SHA', 'SHA-'),
    content: Buffer.from(content, 'base64').toString('hex'),
  };
}

/** A package URL: https://github.com/package-url/purl-spec */
const addressOf = ({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`;

const reference = (what) => ({ 'bom-ref': addressOf(what) });

module.exports = { sbom };
