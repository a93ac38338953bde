import { setFlagsFromString } from 'node:v8';

/**
 * The plugin runs beside the contact center, which has a better use for memory. What comes and goes with each message
 * must not let V8's heap grow to several times of what is ever in use, and the store's WebAssembly is compiled by one
 * thread, since each keeps what it once took. With less than 150 percent the clearing up costs more than it is worth:
 * `npm run bench -- webhook media backlog` shows both sides.
 */
for (const flag of ['--heap-growing-percent=150', '--wasm-num-compilation-tasks=1']) setFlagsFromString(flag);
