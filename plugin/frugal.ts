import { setFlagsFromString } from 'node:v8';

/**
 * The plugin runs beside the contact center, which has a better use for memory. What comes and goes with each message
 * must not let V8's heap grow to several times of what is ever in use, and the store's WebAssembly is compiled by one
 * thread, since each keeps what it once took.
 */
for (const flag of [
  '--semi-space-growth-factor=1',
  '--heap-growing-percent=200',
  '--wasm-num-compilation-tasks=1',
])
  setFlagsFromString(flag);
