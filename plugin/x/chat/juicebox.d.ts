/** X's key backup, as its library is loaded by hand: what is used of it. */
declare module 'juicebox-sdk/juicebox-sdk_bg.js' {
  export { Client, Configuration } from 'juicebox-sdk';
  export function __wbg_set_wasm(exports: unknown): void;
}

/** Of the platform, which TypeScript knows only for browsers. */
declare namespace WebAssembly {
  function instantiate(
    bytes: Uint8Array,
    imports: Record<string, unknown>,
  ): Promise<{ instance: { exports: unknown } }>;
}
