/** Shorter values would black out ordinary words. */
const minSecretLength = 6;

/**
 * Makes a function that blacks out secrets in a line, in the forms they travel in: as they are, as part of a
 * URL, inside JSON, and as a Basic password. The last net only: no code writes a secret on purpose.
 */
export function createRedactor(secrets: readonly string[]): (line: string) => string {
  const forms = secrets
    .filter((secret) => secret.length >= minSecretLength)
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    ])
    // Longer forms first: a shorter one may be part of a longer one.
    .sort((one, other) => other.length - one.length);
  const distinct = [...new Set(forms)];
  return (line) => distinct.reduce((text, form) => text.replaceAll(form, '[secret]'), line);
}
