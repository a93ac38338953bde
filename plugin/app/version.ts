/** The product's version; `package.json` says the same, and a test compares them. */
export const version = '1.0.0';
