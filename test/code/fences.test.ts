import { spawnSync } from 'node:child_process';

/**
 * Lints what would be in some files, by the rules for imports alone, which need no types; in a process of its own, since the
 * configuration is a module.
 */
const script = `
const { ESLint } = require('eslint');
(async () => {
  const { default: config } = await import(process.cwd() + '/eslint.config.mjs');
  const overrideConfig = config.filter(({ rules }) => rules && 'no-restricted-imports' in rules);
  const eslint = new ESLint({ overrideConfigFile: true, overrideConfig });
  for (const [filePath, imported] of JSON.parse(process.argv[1])) {
    const [{ messages }] = await eslint.lintText("import * as other from '" + imported + "';\\nexport default other;\\n", { filePath });
    console.log(messages.map(({ message }) => message).join(' '));
  }
})();`;

test('a wrong import fails, from any depth of folders', () => {
  const imports = [
    ['plugin/x/delivery/eventIngestion.ts', '../../motion/client'],
    ['plugin/core/inbound/inboundWorker.ts', '../../x/api/client'],
    ['plugin/accounts/account.ts', '../app/app'],
    ['plugin/commands/backup.ts', '../main'],
    ['plugin/x/delivery/eventIngestion.ts', '../../core/clock'],
  ];
  const args = ['-e', script, JSON.stringify(imports)];
  const [nested, core, account, command, allowed] = spawnSync(process.execPath, args, {
    encoding: 'utf8',
  }).stdout.split('\n');
  expect(nested).toContain('x/ must not import motion/');
  expect(core).toContain('core/ must not import x/');
  expect(account).toContain('accounts/ must not import app/');
  expect(command).toContain('commands/ must not import main.ts');
  expect(allowed).not.toContain('must not import');
}, 60_000);
