import { readFileSync, writeFileSync } from 'node:fs';
import { settingsFiles } from './files';

/**
 * `npm run settings`: writes what is made from the settings' descriptions, after one was added or changed. With `--check`
 * it names the files that lag behind, and ends with code 1 where there is one.
 */
async function run(): Promise<void> {
  const isCheck = process.argv.includes('--check');
  for (const [path, content] of await settingsFiles()) {
    if (readFileSync(path, 'utf8') === content) continue;
    if (!isCheck) writeFileSync(path, content);
    else {
      process.stdout.write(`${path} is not what the settings say: npm run settings\n`);
      process.exitCode = 1;
    }
  }
}

void run();
