/** Styles are bundled by esbuild, and have nothing to say to the compiler. */
declare module '*.css';
