'use strict';
const { transformSync } = require('esbuild');

/** TypeScript for jest, file by file and without looking at types: `npm run typecheck` does that. */
module.exports = {
  process(source, path) {
    const { code } = transformSync(source, {
      loader: 'ts',
      format: 'cjs',
      target: 'node20',
      sourcemap: 'inline',
      sourcefile: path,
    });
    return { code };
  },
};
