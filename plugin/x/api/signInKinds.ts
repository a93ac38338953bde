/** The ways a call of X can be signed in: the user's OAuth 1.0a keys, the user's OAuth 2.0 tokens, or the app's own token. */
export type SignInKind = 'oauth1' | 'oauth2' | 'app';

export type UserSignIn = Exclude<SignInKind, 'app'>;

export const userSignIns: readonly UserSignIn[] = ['oauth1', 'oauth2'];

export const signInNames: Record<UserSignIn, string> = { oauth1: 'OAuth 1.0a', oauth2: 'OAuth 2.0' };

/**
 * Which sign-ins X takes for a call, the one its documents name first (X docs: authentication mapping, X Activity API
 * "event privacy", chat; OpenAPI `security`). Where its sources disagree both are here, and what X refuses is remembered.
 */
const rules: [RegExp, readonly SignInKind[]][] = [
  [/^(?:PUT|DELETE) \/2\/activity\//, ['app']],
  [/^GET \/2\/webhooks$|^POST \/2\/webhooks\/replay$/, ['app']],
  [/^\w+ \/2\/webhooks/, ['app', 'oauth1']],
  // Asked in the user's name, so that dead keys show; a token of OAuth 2.0 would need scopes of no other use.
  [/^GET \/2\/activity\/subscriptions$/, ['oauth1', 'app', 'oauth2']],
  [/^POST \/2\/activity\/subscriptions$/, ['oauth2', 'oauth1']],
  [/^\w+ \/2\/chat\/|\/public_keys$/, ['oauth2', 'oauth1']],
  [/^GET \/2\/dm_conversations\/media\//, ['oauth2']],
  [/^\w+ \/1\.1\//, ['oauth1']],
  [/^/, ['oauth1', 'oauth2']],
];

/** @param window the method and the path's pattern */
export function signInsFor(window: string): readonly SignInKind[] {
  return rules.find(([pattern]) => pattern.test(window))?.[1] ?? [];
}
