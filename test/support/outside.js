'use strict';
/**
 * In the place of a library's first file: the library as it was loaded once for the whole worker. Loading all of them
 * anew for each test file took half a second of a core each time.
 */
module.exports = {
  process: (_source, path) => ({ code: `module.exports = requireOutside(${JSON.stringify(path)});` }),
};
