/** X's key backup, as its library is loaded by hand: what is used of it. */
declare module 'juicebox-sdk/juicebox-sdk_bg.js' {
  export class Configuration {
    /** As JSON, or as an object of the same shape. */
    constructor(value: unknown);
    free(): void;
  }

  export class Client {
    constructor(configuration: Configuration, former: Configuration[]);
    recover(pin: Uint8Array, info: Uint8Array): Promise<Uint8Array>;
    register(pin: Uint8Array, secret: Uint8Array, info: Uint8Array, guesses: number): Promise<void>;
    free(): void;
  }

  export function __wbg_set_wasm(exports: unknown): void;
}

/** Of the platform, which TypeScript knows only for browsers. */
declare namespace WebAssembly {
  function instantiate(
    bytes: Uint8Array,
    imports: Record<string, unknown>,
  ): Promise<{ instance: { exports: unknown } }>;
}
